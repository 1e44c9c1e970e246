"""Signing in with a passkey: by the right key, here, for a challenge of ours that counts once, and by a person."""

import pytest
from sqlalchemy import func, select

from gateway.credentials.ceremony import Site
from gateway.credentials.model import PasskeyChallenge
from gateway.credentials.passkeys import MOST_CHALLENGES, MOST_PASSKEYS
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Refused
from gateway.members import service as members
from gateway.members.queries import member_by_no
from tests.api.conftest import PASSWORD, together
from tests.passkey import ORIGIN, PRESENT, VERIFIED, Authenticator, text

HOST = {"Host": "hearth.example:8000"}


@pytest.fixture
def browser(house):
    """10001's, at the centre's address by name."""
    return house.signed_in("10001", **HOST)


@pytest.fixture
def stranger(house):
    """Nobody is signed in there."""
    return house.browser(**HOST)


@pytest.fixture
def phone(browser):
    """Whose passkey 10001 signs in with."""
    return with_passkey(browser)


def with_passkey(browser, **more):
    phone = Authenticator(**more)
    answer = add(browser, phone)
    assert answer.status_code == 201, answer.text
    return phone


def asked(browser, password=PASSWORD):
    answer = browser.post("/me/passkeys/options", {"password": password})
    assert answer.status_code == 200, answer.text
    return answer.json()["challenge"]


def add(browser, phone, challenge=None, **lies):
    return browser.post("/me/passkeys", phone.made(challenge or asked(browser), **lies))


def challenge_for(browser):
    return browser.post("/session/passkey/options", {}).json()["challenge"]


def sign_in(browser, phone, challenge=None, **lies):
    return browser.post("/session/passkey", phone.used(challenge or challenge_for(browser), **lies))


def refusal(answer):
    return answer.status_code, answer.json()["code"]


REFUSED = (401, "passkey_refused")


def test_a_member_signs_in_with_a_passkey_and_without_number_or_password(house, phone, stranger):
    answer = sign_in(stranger, phone)

    assert answer.status_code == 200
    assert answer.json()["member_no"] == "10001"
    assert stranger.get("/me").status_code == 200
    assert sign_in(stranger, phone).status_code == 200  # again, in place of that session


def test_what_a_browser_is_asked_names_the_site_and_keeps_a_second_passkey_off_the_same_phone(house, browser, phone):
    told = browser.post("/me/passkeys/options", {"password": PASSWORD}).json()

    assert told["site"] == "hearth.example"
    assert told["known"] == [text(phone.credential_id)]
    assert len(told["challenge"]) == 43
    assert "王" not in str(told)


def test_a_passkey_is_made_only_with_the_password(browser):
    answer = browser.post("/me/passkeys/options", {"password": "wrong"})

    assert refusal(answer) == (401, "wrong_credentials")


def test_an_answer_counts_once(phone, stranger, house):
    brought = phone.used(challenge_for(stranger))
    assert stranger.post("/session/passkey", brought).status_code == 200

    assert refusal(house.browser(**HOST).post("/session/passkey", brought)) == REFUSED


def test_of_eight_that_bring_one_answer_at_once_one_is_let_in(house, phone, stranger):
    brought = phone.used(challenge_for(stranger))

    answers = together(house, *[stranger.asking("POST", "/session/passkey", body=brought) for _ in range(8)])

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


def test_a_challenge_is_used_up_by_a_wrong_answer_too(house, phone, stranger):
    challenge = challenge_for(stranger)
    other = Authenticator(credential_id=phone.credential_id)
    assert refusal(sign_in(stranger, other, challenge)) == REFUSED

    assert refusal(sign_in(stranger, phone, challenge)) == REFUSED


def test_a_challenge_is_over_after_five_minutes(house, phone, stranger):
    challenge = challenge_for(stranger)
    house.clock.advance(minutes=5)

    assert refusal(sign_in(stranger, phone, challenge)) == REFUSED


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://evil.example:8000"},
        {"origin": ORIGIN.replace("http", "https")},
        {"origin": "http://hearth.example"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
    ids=["another site", "another scheme", "another port", "another site's passkey", "a person not known", "nobody"],
)
def test_what_was_signed_elsewhere_or_by_nobody_is_refused(phone, stranger, browser, lie):
    for name, value in lie.items():
        setattr(phone, name, value)

    assert refusal(sign_in(stranger, phone)) == REFUSED
    assert refusal(add(browser, Authenticator(**lie))) == REFUSED


@pytest.mark.parametrize("lie", [{"signed": text(b"x" * 32)}, {"kind": "webauthn.create"}])
def test_what_was_signed_for_something_else_is_refused(phone, stranger, lie):
    assert refusal(sign_in(stranger, phone, **lie)) == REFUSED


def test_a_challenge_that_we_did_not_make_is_refused(phone, stranger, browser):
    assert refusal(sign_in(stranger, phone, text(b"x" * 32))) == REFUSED
    assert refusal(add(browser, Authenticator(), text(b"x" * 32))) == REFUSED


def test_a_challenge_for_one_purpose_or_session_is_good_for_no_other(house, phone, stranger, browser):
    assert refusal(sign_in(stranger, phone, asked(browser))) == REFUSED
    assert refusal(add(browser, Authenticator(), challenge_for(stranger))) == REFUSED
    assert refusal(add(house.signed_in("10001", **HOST), Authenticator(), asked(browser))) == REFUSED


def test_another_key_under_the_same_name_is_refused(phone, stranger):
    assert refusal(sign_in(stranger, Authenticator(credential_id=phone.credential_id, count=5))) == REFUSED


def test_a_passkey_made_at_another_address_of_the_centre_is_not_known_here(house, phone):
    elsewhere = house.browser(Host="other.example:8000")
    phone.origin, phone.site = "http://other.example:8000", "other.example"

    assert refusal(sign_in(elsewhere, phone)) == REFUSED


def remove(house, browser):
    [mine] = browser.get("/me/passkeys").json()["items"]
    assert browser.delete(f"/me/passkeys/{mine['id']}").status_code == 204


def reset_at_the_desk(house, browser):
    assert house.signed_in("s002").post("/staff/members/10001/password", {}).status_code == 201


@pytest.mark.parametrize("end", [remove, reset_at_the_desk])
def test_a_passkey_that_was_removed_signs_nobody_in(house, browser, phone, stranger, end):
    end(house, browser)

    assert refusal(sign_in(stranger, phone)) == REFUSED


def test_a_disabled_members_passkey_signs_nobody_in(house, phone, stranger):
    with house.centre.sessions.begin() as session:
        wang = member_by_no(session, member_no="10001")
        members.disable_member(session, member=wang, actor="desk", now=house.clock.now())

    assert refusal(sign_in(stranger, phone)) == (401, "wrong_credentials")


def test_a_passkey_whose_count_does_not_rise_is_not_let_in_and_its_member_is_told(house, browser, phone, stranger):
    phone.count = 7
    assert sign_in(stranger, phone).status_code == 200
    phone.count = 6

    assert refusal(sign_in(house.browser(**HOST), phone)) == REFUSED
    kinds = [one["kind"] for one in browser.get("/notices").json()["items"]]
    assert "passkey_copied" in kinds
    with house.centre.sessions.read() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.act == "passkey_copied")) == 1


def test_a_passkey_that_does_not_count_is_let_in_again_and_again(browser, stranger):
    phone = with_passkey(browser, step=0)

    assert [sign_in(stranger, phone).status_code for _ in range(2)] == [200, 200]


def test_the_member_is_told_of_a_new_passkey_and_sees_renames_and_removes_it(browser, phone):
    [mine] = browser.get("/me/passkeys").json()["items"]
    assert (mine["label"], mine["used_at"]) == ("手机", None)
    assert "passkey_added" in [one["kind"] for one in browser.get("/notices").json()["items"]]

    assert browser.patch(f"/me/passkeys/{mine['id']}", {"label": "家里的电脑"}).json()["label"] == "家里的电脑"
    assert browser.delete(f"/me/passkeys/{mine['id']}").status_code == 204
    assert browser.get("/me/passkeys").json()["items"] == []


def test_one_passkey_is_one_members(house, browser, phone):
    assert refusal(add(house.signed_in("10002", **HOST), phone)) == (409, "passkey_taken")


def test_a_member_has_a_bounded_number_of_passkeys(browser):
    for _ in range(MOST_PASSKEYS):
        with_passkey(browser)

    assert refusal(add(browser, Authenticator())) == (409, "too_many_passkeys")


def test_so_many_challenges_wait_and_no_more_and_old_ones_make_room(house, stranger):
    with house.centre.sessions.begin() as session:
        ends_at = house.clock.now().replace(year=2027)
        session.add_all(
            PasskeyChallenge(hash=f"{no:064}", session_hash=None, ends_at=ends_at) for no in range(MOST_CHALLENGES)
        )

    answer = stranger.post("/session/passkey/options", {})
    assert refusal(answer) == (503, "busy")
    house.clock.advance(days=400)
    assert stranger.post("/session/passkey/options", {}).status_code == 200


def test_at_an_address_of_figures_no_passkey_can_be(house):
    assert refusal(house.browser().post("/session/passkey/options", {})) == (409, "passkey_needs_name")


@pytest.mark.parametrize(
    ("host", "name"), [("localhost:8000", "localhost"), ("Hearth.example", "hearth.example"), ("a.b", "a.b")]
)
def test_the_site_is_the_name_in_the_address(host, name):
    assert Site.of(host, secure=True) == Site(name, f"https://{host}")


@pytest.mark.parametrize("host", ["192.168.1.7", "10.0.0.1:8000", "[::1]:8000", "[fe80::1]"])
def test_figures_are_no_name(host):
    with pytest.raises(Refused, match="passkey_needs_name"):
        Site.of(host, secure=False)
