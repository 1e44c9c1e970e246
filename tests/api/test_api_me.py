"""A member's own account."""

from datetime import timedelta

import pytest

from gateway.members import queries as members
from tests.api.conftest import PASSWORD, kept_password
from tests.centre_builder import NOON, a_member

NEW = "a rather different one"


def test_a_member_sees_their_account(house):
    assert house.signed_in("10002").get("/me").json()["member_no"] == "10002"


@pytest.mark.parametrize(
    ("change", "shown"),
    [({"language": "en"}, "en"), ({"elder_mode": True}, True), ({"prefers_accessible": True}, True)],
)
def test_what_a_member_chooses_is_remembered(house, change, shown):
    browser = house.signed_in()

    answer = browser.patch("/me", change)

    (name,) = change
    assert answer.json()[name] == shown
    assert browser.get("/me").json()[name] == shown


def test_what_is_left_out_stays(house):
    browser = house.signed_in()
    browser.patch("/me", {"language": "en", "elder_mode": True})

    browser.patch("/me", {"elder_mode": None})

    assert browser.get("/me").json()["elder_mode"] is True
    assert browser.get("/me").json()["language"] == "en"


@pytest.mark.parametrize(
    "change",
    [
        {"language": "fr"},
        {"elder_mode": "yes"},
        {"prefers_accessible": 1},
        {"role": "manager"},
        {"password": "new"},
        [],
    ],
)
def test_what_cannot_be_chosen_is_malformed(house, change):
    answer = house.signed_in().patch("/me", change)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_a_new_password_counts_from_now_on(house):
    answer = house.signed_in().patch("/me", {"password": {"current": PASSWORD, "new": NEW}})

    assert answer.status_code == 200
    assert house.browser().post("/session", {"member_no": "10001", "password": NEW}).status_code == 200
    assert house.browser().post("/session", {"member_no": "10001", "password": PASSWORD}).status_code == 401


def test_a_new_password_signs_every_other_device_out(house):
    here, elsewhere = house.signed_in(), house.signed_in()

    here.patch("/me", {"password": {"current": PASSWORD, "new": NEW}})

    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 401


def test_without_the_current_password_there_is_no_new_one(house):
    answer = house.signed_in().patch("/me", {"password": {"current": "wrong", "new": NEW}})

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_guessing_the_current_password_is_slowed_down_as_at_signing_in(house):
    browser = house.signed_in()
    for _ in range(3):
        browser.patch("/me", {"password": {"current": "wrong", "new": NEW}})

    answer = browser.patch("/me", {"password": {"current": PASSWORD, "new": NEW}})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short", "password_too_short"),
        ("long" * 40, "password_too_long"),
        ("password123", "password_too_common"),
        ("10001王晓华", "password_too_personal"),
    ],
)
def test_a_bad_password_is_refused_in_words(house, new, code):
    answer = house.signed_in().patch("/me", {"password": {"current": PASSWORD, "new": new}})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"] == "password.new"


class TestWithAOneTimeCode:
    @pytest.fixture
    def newcomer(self, house):
        ends_at = NOON + timedelta(minutes=15)
        house.change(a_member, "10009", password_hash=kept_password(), password_ends_at=ends_at)
        return house.signed_in("10009")

    def test_the_account_says_that_a_password_must_be_chosen(self, newcomer):
        assert newcomer.get("/session").json()["must_set_password"] is True

    @pytest.mark.parametrize("path", ["/banks", "/rentals", "/unlocks", "/live"])
    def test_nothing_else_can_be_done_until_then(self, newcomer, path):
        answer = newcomer.get(path)

        assert (answer.status_code, answer.json()["code"]) == (403, "password_must_be_set")

    def test_choosing_one_opens_everything(self, newcomer):
        answer = newcomer.patch("/me", {"password": {"current": PASSWORD, "new": NEW}})

        assert answer.json()["must_set_password"] is False
        assert newcomer.get("/banks").status_code == 200

    def test_the_language_can_be_chosen_before(self, newcomer):
        assert newcomer.patch("/me", {"language": "en"}).json()["language"] == "en"


def test_a_new_password_ends_the_count_of_wrong_ones(house):
    browser = house.signed_in()
    browser.patch("/me", {"password": {"current": "wrong", "new": NEW}})
    browser.patch("/me", {"password": {"current": PASSWORD, "new": NEW}})

    with house.centre.sessions.read() as session:
        assert members.wait_before_sign_in_s(session, member_no="10001", now=NOON) == 0
