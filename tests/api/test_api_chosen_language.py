"""What somebody reads: what they chose, and until then what their phone asks for."""

import pytest

from gateway.members import queries as members
from gateway.members.model import Language, Role
from tests.api.conftest import PASSWORD, kept_password
from tests.api.kiosk_builder import a_card, a_kiosk
from tests.centre_builder import a_member

ENGLISH, CHINESE = "en-GB,en;q=0.9", "zh-CN,zh;q=0.9"
CARD, PIN = "04:A2:1F:99", "483920"


@pytest.fixture
def newcomer(house):
    """10009, of whom nobody knows what they read; a browser that asks for some language."""
    house.change(lambda session: a_member(session, "10009", language=None, password_hash=kept_password()))
    return lambda asks: house.signed_in("10009", **({"Accept-Language": asks} if asks else {}))


@pytest.mark.parametrize(("asks", "read"), [(ENGLISH, "en"), (CHINESE, "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")])
def test_until_somebody_chooses_they_are_answered_as_their_phone_asks(newcomer, asks, read):
    browser = newcomer(asks)

    for path in ("/me", "/session"):
        me = browser.get(path).json()
        assert (me["language"], me["has_chosen_language"]) == (read, False)
    refusal = browser.get("/rentals/none").json()
    assert ("not" in refusal["detail"]) == (read == "en")


def test_signing_in_tells_the_phones_language_and_chooses_none(house, newcomer):
    browser = house.browser(**{"Accept-Language": ENGLISH})
    newcomer("")

    me = browser.post("/session", {"member_no": "10009", "password": PASSWORD}).json()

    assert (me["language"], me["has_chosen_language"]) == ("en", False)


def test_what_was_chosen_stays_whatever_the_phone_asks_for(newcomer):
    me = newcomer(ENGLISH).patch("/me", {"language": "zh-CN"}).json()
    assert (me["language"], me["has_chosen_language"]) == ("zh-CN", True)

    again = newcomer(ENGLISH)
    assert again.get("/me").json()["language"] == "zh-CN"
    assert "not" not in again.get("/rentals/none").json()["detail"]


def test_choosing_large_type_chooses_no_language(newcomer):
    assert newcomer(ENGLISH).patch("/me", {"elder_mode": True}).json()["has_chosen_language"] is False


@pytest.mark.parametrize("told", [{}, {"language": None}, {"language": "en"}])
def test_the_desk_chooses_for_a_newcomer_only_when_it_says_so(house, told):
    body = {"member_no": "10010", "name": "Ann", **told}

    assert house.signed_in("s002").post("/staff/members", body, key="k").status_code == 201

    with house.centre.sessions.read() as session:
        member = members.member_by_no(session, member_no="10010")
        assert member.chosen_language == (Language.EN if told.get("language") else None)
        assert member.language in Language  # to write to them in, when nobody asks


def test_staff_who_have_not_chosen_read_what_their_browser_asks_for(house):
    newcomer = {"role": Role.MANAGER, "language": None, "password_hash": kept_password()}
    house.change(lambda session: a_member(session, "s009", **newcomer))
    about = "/staff/usage?from=2026-11-01&to=2026-11-02"

    english, chinese = (
        house.signed_in("s009", **{"Accept-Language": asks}).get(about).json()["definitions"][0]["name"]
        for asks in (ENGLISH, CHINESE)
    )

    assert english.isascii()
    assert not chinese.isascii()


def test_a_kiosk_is_told_nothing_of_a_language_that_nobody_chose(house):
    kiosk = a_kiosk(house, bank_id="bank-a")
    a_card(house, CARD, PIN)
    assert kiosk.come(card=CARD, pin=PIN).json()["language"] == "zh-CN"

    def forget(session):
        members.member_by_no(session, member_no="10001").has_chosen_language = False

    house.change(forget)
    assert kiosk.come(card=CARD, pin=PIN).json()["language"] is None


def test_the_export_says_whether_a_language_was_chosen(newcomer):
    browser = newcomer(ENGLISH)
    before = browser.get("/me/export").json()
    browser.patch("/me", {"language": "en"})

    was, now = (
        [row["has_chosen_language"] for one in told["kept"] for row in one["rows"] if "has_chosen_language" in row]
        for told in (before, browser.get("/me/export").json())
    )
    assert (was, now) == ([False], [True])
