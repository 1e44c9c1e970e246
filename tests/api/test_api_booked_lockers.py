"""Lockers booked ahead, over HTTP: offered by a manager, booked, opened by the booking, given back like any other."""

import pytest

from tests.centre_builder import compartment_labelled

DAY = "from=2026-11-22T00:00:00Z&to=2026-11-22T16:00:00Z"
AT_SIX = {"starts_at": "2026-11-22T06:00:00Z", "ends_at": "2026-11-22T07:00:00Z"}


def wish(compartment_id, **more):
    return {"id": compartment_id, "kind": "locker", "name_zh": "大厅 01 号柜", "name_en": "Lobby locker 01", **more}


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def locker(house):
    """The compartment 01 of bank-a, offered for booking."""
    box = house.change(lambda session: compartment_labelled(session, "01").id)
    made = house.signed_in("s001").post("/staff/spaces", wish(box))
    assert (made.status_code, made.json()["kind"], made.json()["id"]) == (201, "locker", box), made.text
    return box


def test_a_locker_is_found_booked_and_opened_like_a_room(house, locker):
    phone = house.signed_in()
    free = [slot for slot in phone.get(f"/spaces/{locker}/availability?{DAY}").json()["items"] if slot["free"]]
    booking = phone.post("/bookings", {"space_id": locker, **AT_SIX}, key="b").json()
    too_early = phone.post("/unlocks", {"booking_id": booking["id"]}, key="u1")
    house.clock.advance(hours=2)
    house.pulse()

    asked = phone.post("/unlocks", {"booking_id": booking["id"]}, key="u2")

    assert free[0]["starts_at"] == "2026-11-22T04:00:00Z"
    assert (booking["state"], booking["opens_door"], booking["bank_id"]) == ("CONFIRMED", True, "bank-a")
    assert code(too_early) == (409, "booking_too_early")
    assert asked.status_code == 202, asked.text
    [rental] = phone.get("/rentals").json()["items"]
    told = phone.get(f"/bookings/{booking['id']}").json()
    assert (booking["space_kind"], booking["rental_id"], told["rental_id"]) == ("locker", None, rental["id"])
    assert (rental["lock_id"], rental["until"]) == (asked.json()["lock_id"], AT_SIX["ends_at"])
    assert code(phone.delete(f"/bookings/{booking['id']}")) == (409, "locker_in_use")


def test_what_is_wrong_with_a_locker_to_be_is_named(house, locker):
    manager = house.signed_in("s001")
    other = house.change(lambda session: compartment_labelled(session, "02").id)
    lock = house.change(lambda session: compartment_labelled(session, "02").lock_id)

    assert code(manager.post("/staff/spaces", wish("nothing"))) == (404, "not_found")
    assert code(manager.post("/staff/spaces", wish(locker))) == (409, "space_exists")
    assert code(manager.post("/staff/spaces", wish(other, places=2))) == (422, "malformed")
    assert code(manager.post("/staff/spaces", wish(other, capacity=2))) == (422, "malformed")
    room = manager.post("/staff/spaces", wish("room-x", kind="room", lock_id=lock))
    assert (code(room), room.json()["field"]) == ((422, "malformed"), "lock_id")
    mode = manager.ask("PUT", f"/staff/compartments/{other}/mode", body={"mode": "bookable"})
    assert (code(mode), mode.json()["field"]) == ((422, "malformed"), "mode")


def test_whoever_just_comes_is_told_that_the_locker_is_booked_ahead(house, locker):
    refused = house.signed_in().post("/rentals", {"compartment_id": locker}, key="r")

    assert code(refused) == (409, "compartment_bookable")


def test_a_locker_that_somebody_has_booked_stays_booked_ahead(house, locker):
    house.signed_in().post("/bookings", {"space_id": locker, **AT_SIX}, key="b")
    path, manager = f"/staff/compartments/{locker}/mode", house.signed_in("s001")

    assert code(manager.ask("PUT", path, body={"mode": None})) == (409, "compartment_booked")
