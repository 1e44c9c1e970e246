"""Signing in and out."""

import pytest
from sqlalchemy import func, select

from gateway.kit import audit
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import MemberSession
from gateway.settings import HttpSettings, Settings
from tests.api.conftest import CHEAP, PASSWORD, together
from tests.centre_builder import a_member


def sign_in(browser, member_no="10001", password=PASSWORD, **more):
    return browser.post("/session", {"member_no": member_no, "password": password}, **more)


def test_the_right_password_answers_with_the_account(house):
    answer = sign_in(house.browser())

    assert answer.status_code == 200
    assert answer.json() == {
        "member_no": "10001",
        "name": "王晓华",
        "role": "member",
        "language": "zh-CN",
        "has_chosen_language": True,
        "elder_mode": False,
        "prefers_accessible": False,
        "must_set_password": False,
    }


def test_on_plain_http_the_cookie_is_for_this_site_only_and_out_of_reach_of_scripts(house):
    name, value, flags = cookie_of(sign_in(house.browser()))

    assert name == "hearth"
    assert len(value) >= 43
    assert flags == {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"}


class TestBehindTls:
    @pytest.fixture
    def settings(self):
        return Settings(site="demo", http=HttpSettings(secure=True))

    def test_the_cookie_is_bound_to_this_host_and_to_tls(self, house):
        name, _, flags = cookie_of(sign_in(house.browser()))

        assert name == "__Host-hearth"
        assert flags == {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000", "Secure"}

    def test_a_cookie_of_plain_http_counts_for_nothing(self, house):
        _, token, _ = cookie_of(sign_in(house.browser()))

        answer = house.browser().get("/session", headers={"Cookie": f"hearth={token}"})

        assert answer.json()["code"] == "not_signed_in"


def test_a_wrong_password_is_refused(house):
    answer = sign_in(house.browser(), password="wrong")

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    assert "set-cookie" not in answer.headers


def test_a_number_that_nobody_has_is_answered_like_a_wrong_password(house):
    nobody, wrong = sign_in(house.browser(), member_no="99999"), sign_in(house.browser(), password="wrong")

    assert (nobody.status_code, nobody.json()) == (wrong.status_code, wrong.json())


def test_a_disabled_account_is_answered_like_a_wrong_password(house):
    house.change(disable, "10001", now=house.clock.now())

    answer, wrong = sign_in(house.browser()), sign_in(house.browser(), password="wrong")

    assert (answer.status_code, answer.json()) == (wrong.status_code, wrong.json())


def test_after_three_wrong_passwords_even_the_right_one_waits(house):
    browser = house.browser()
    for _ in range(3):
        sign_in(browser, password="wrong")

    answer = sign_in(browser)

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert answer.headers["Retry-After"] == "2"
    house.clock.advance(seconds=2)
    assert sign_in(browser).status_code == 200


def test_many_wrong_passwords_at_once_are_looked_at_one_after_another(house):
    browser = house.browser()
    body = {"member_no": "10001", "password": "wrong"}

    answers = together(house, *(browser.asking("POST", "/session", body=body) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 9


def test_the_right_password_from_many_places_at_once_signs_all_of_them_in(house):
    body = {"member_no": "10001", "password": PASSWORD}
    browsers = [house.browser() for _ in range(8)]

    answers = together(house, *(browser.asking("POST", "/session", body=body) for browser in browsers))

    assert {answer.status_code for answer in answers} == {200}


def test_a_longer_line_for_one_number_is_sent_away(house):
    browser = house.browser()
    body = {"member_no": "10001", "password": PASSWORD}

    answers = together(house, *(browser.asking("POST", "/session", body=body) for _ in range(40)))

    assert {answer.status_code for answer in answers} == {200, 429}


def test_signing_in_again_ends_the_session_that_this_browser_had(house):
    browser = house.signed_in()
    _, first, _ = cookie_of(sign_in(browser))
    sign_in(browser)

    answer = house.browser().get("/session", headers={"Cookie": f"hearth={first}"})

    assert answer.json()["code"] == "not_signed_in"


def test_only_a_hash_of_the_token_is_kept(house):
    _, token, _ = cookie_of(sign_in(house.browser()))

    with house.centre.sessions.read() as session:
        kept = session.scalars(select(MemberSession.token_hash)).all()

    assert kept == [members.token_hash(token)]


def test_the_session_says_who_is_signed_in(house):
    assert house.signed_in("10002").get("/session").json()["member_no"] == "10002"


def test_without_a_session_nobody_is_signed_in(house):
    answer = house.browser().get("/session")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_an_invented_token_is_nobodys(house):
    answer = house.browser().get("/session", headers={"Cookie": "hearth=invented"})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_after_signing_out_the_token_is_worthless(house):
    browser = house.browser()
    _, token, _ = cookie_of(sign_in(browser))

    answer = browser.delete("/session")

    assert answer.status_code == 204
    assert cookie_of(answer)[1] == '""'
    stolen = house.browser().get("/session", headers={"Cookie": f"hearth={token}"})
    assert stolen.json()["code"] == "not_signed_in"


def test_signing_out_twice_does_no_harm(house):
    browser = house.signed_in()
    browser.delete("/session")

    assert browser.delete("/session").status_code == 204


def test_a_session_that_nobody_used_for_a_week_is_over(house):
    browser = house.signed_in()
    house.clock.advance(days=7)

    assert browser.get("/session").json()["code"] == "not_signed_in"


def test_a_session_in_use_goes_on(house):
    browser = house.signed_in()
    for _ in range(3):
        house.clock.advance(days=5)
        assert browser.get("/session").status_code == 200
        browser.patch("/me", {})  # waits for what was to be written down


def test_the_same_key_with_another_number_is_refused(house):
    sign_in(house.browser(), key="one")

    answer = sign_in(house.browser(), member_no="10002", key="one")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    with house.centre.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(MemberSession)) == 1


def test_the_same_key_again_signs_in_again(house):
    assert sign_in(house.browser(), key="one").json() == sign_in(house.browser(), key="one").json()


def test_a_password_kept_under_older_figures_is_hashed_anew(house):
    older = type(CHEAP)(time_cost=2, memory_kib=8).hash(PASSWORD)
    house.change(a_member, "10003", password_hash=older)

    assert sign_in(house.browser(), member_no="10003").status_code == 200

    with house.centre.sessions.read() as session:
        assert members.member_by_no(session, member_no="10003").password_hash != older


def test_a_password_never_comes_back_in_an_answer(house):
    answer = house.browser().post("/session", {"member_no": "10001", "password": 12345678})

    assert answer.json()["field"] == "password"
    assert "12345678" not in answer.text


def test_signing_in_is_written_down_without_a_name(house):
    sign_in(house.browser())

    with house.centre.sessions.read() as session:
        entry = audit.entries(session, after_seq=audit.head(session).seq - 1, limit=1)[0]
        assert entry.act == "signed_in"
        assert entry.actor == members.member_by_no(session, member_no="10001").audit_id


def disable(session, member_no, *, now):
    member = members.member_by_no(session, member_no=member_no)
    members_service.disable_member(session, member=member, actor="test", now=now)


def cookie_of(answer):
    """Name, value and flags of the session's cookie, the last that is set."""
    pair, *flags = answer.headers.get_list("set-cookie")[-1].split("; ")
    name, _, value = pair.partition("=")
    return name, value, set(flags)
