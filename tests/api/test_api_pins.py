"""The PIN of a rental, and a member's own for use with a card, over HTTP."""

import re

import pytest
from sqlalchemy import select, text

from gateway.credentials.model import Pin, PinOf
from tests.api.conftest import CHEAP, together


def matches(house, digits, of=PinOf.RENTAL):
    """Of whose PIN these are the digits."""
    with house.centre.sessions.read() as session:
        rows = session.scalars(select(Pin).where(Pin.of == of)).all()
    pepper = house.centre.pepper
    return [row.of_id for row in rows if CHEAP.matches(row.hash, pepper.pin(digits, of=of, of_id=row.of_id))]


def everything_kept(house):
    """Every text in the database."""
    with house.centre.sessions.read() as session:
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        return " ".join(str(row) for table in tables for row in session.execute(text(f"SELECT * FROM {table}")))


def test_renting_tells_six_digits_that_are_right_for_that_rental(house):
    rental = house.rent("10001")

    assert re.fullmatch(r"[0-9]{6}", rental["pin"])
    assert matches(house, rental["pin"]) == [rental["id"]]


def test_a_pin_is_told_once_and_is_written_down_nowhere(house, caplog):
    member = house.signed_in()
    first, again = (member.post("/rentals", {}, key="one").json() for _ in range(2))
    made, repeated = (member.post(f"/rentals/{first['id']}/pin", {}, key="two").json() for _ in range(2))

    assert again == {**first, "pin": None}
    assert repeated == {**made, "pin": None}
    assert matches(house, made["pin"]) == [first["id"]]
    for secret in (first["pin"], made["pin"]):
        assert f"'{secret}'" not in everything_kept(house)
        assert f'"{secret}"' not in everything_kept(house)
        assert secret not in caplog.text
    for path in ("/rentals", f"/rentals/{first['id']}"):
        assert "pin" not in member.get(path).text


def test_a_pin_made_anew_is_good_in_place_of_the_one_before(house):
    rental = house.rent("10001")

    answer = house.signed_in().post(f"/rentals/{rental['id']}/pin", {})

    assert answer.status_code == 201
    assert matches(house, answer.json()["pin"]) == [rental["id"]]
    if answer.json()["pin"] != rental["pin"]:
        assert matches(house, rental["pin"]) == []


def test_many_that_are_made_at_once_leave_one_and_it_was_told(house):
    rental, member = house.rent("10001"), house.signed_in()

    answers = together(house, *(member.asking("POST", f"/rentals/{rental['id']}/pin", body={}) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {201}
    assert [rental["id"]] in [matches(house, answer.json()["pin"]) for answer in answers]


def test_a_rental_that_has_ended_gets_no_pin(house):
    rental, member = house.rent("10001"), house.signed_in()
    member.delete(f"/rentals/{rental['id']}")

    answer = member.post(f"/rentals/{rental['id']}/pin", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "rental_ended")
    assert matches(house, rental["pin"]) == []


def test_a_member_chooses_their_own_pin_and_nobody_can_read_it(house):
    member = house.signed_in()
    assert member.get("/me/kiosk-pin").json() == {"state": "none", "made_at": None, "ends_at": None}

    answer = member.patch("/me/kiosk-pin", {"pin": "483920"})

    chosen = {"state": "chosen", "made_at": "2026-11-22T04:00:00Z", "ends_at": None}
    assert (answer.status_code, answer.json()) == (200, chosen)
    assert member.get("/me/kiosk-pin").json() == chosen
    assert matches(house, "483920", PinOf.MEMBER) == [house.member_id("10001")]
    assert member.delete("/me/kiosk-pin").status_code == 204
    assert member.get("/me/kiosk-pin").json()["state"] == "none"


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("123456", "pin_too_easy"),
        ("570312", "pin_too_easy"),
        ("48392", "malformed"),
        ("4839201", "malformed"),
        ("48392a", "malformed"),
        ("４８３９２０", "malformed"),
        ("483920\n", "malformed"),
        (483920, "malformed"),
        (None, "malformed"),
    ],
)
def test_what_is_no_pin_or_too_easy_is_refused_and_never_repeated(house, pin, code):
    answer = house.signed_in().patch("/me/kiosk-pin", {"pin": pin})

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, "pin")
    assert str(pin) not in answer.text.replace("null", "")
