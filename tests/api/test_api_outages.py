"""Spaces out of order over HTTP, on both databases: begun by staff, told of everywhere, and each member moved."""

import pytest

from gateway.bookings import moving
from tests.api.conftest import House
from tests.centre_builder import a_space

HOUR = {"starts_at": "2026-11-22T06:00:00Z", "ends_at": "2026-11-22T07:00:00Z"}
BROKEN = {"starts_at": "2026-11-22T05:00:00Z", "ends_at": "2026-11-22T12:00:00Z", "reason": "换地板"}


@pytest.fixture
def house(house_on_each: House):
    for room in ("room", "study"):
        house_on_each.change(a_space, room)
    return house_on_each


@pytest.fixture
def offered(house, phone, technician):
    """Booked, broken, and offered others."""
    booking = phone.post("/bookings", {"space_id": "room", **HOUR}, key="book").json()
    outage = technician.post("/staff/spaces/room/outages", BROKEN).json()
    policy, now = house.centre.booking_policy, house.clock.now()
    house.change(moving.offer, booking_id=booking["id"], policy=policy, now=now)
    return {"booking": booking, "outage": outage}


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_staff_take_a_space_out_of_order_and_everybody_is_told_why_it_cannot_be_booked(phone, technician):
    begun = technician.post("/staff/spaces/room/outages", BROKEN)

    assert (begun.status_code, begun.json()["bookings_in_the_way"]) == (201, 0)
    assert technician.get("/staff/outages").json()["items"] == [begun.json()]
    free = phone.get("/spaces/room/availability?from=2026-11-22T05:00:00Z&to=2026-11-22T07:00:00Z").json()
    assert {slot["reason"] for slot in free["items"]} == {"in_maintenance"}
    wish = {"space_id": "room", **HOUR}
    assert code(phone.post("/bookings", wish, key="book")) == (409, "in_maintenance")
    asked = phone.get(f"/explain?act=book&space_id=room&starts_at={HOUR['starts_at']}&ends_at={HOUR['ends_at']}")
    assert asked.json()["code"] == "in_maintenance"


def test_ended_early_it_can_be_booked_again(phone, technician):
    begun = technician.post("/staff/spaces/room/outages", {**BROKEN, "ends_at": None}).json()

    ended = technician.post(f"/staff/outages/{begun['id']}/end", {})

    assert (ended.status_code, ended.json()["ended_at"] is not None) == (200, True)
    assert technician.get("/staff/outages").json()["items"] == []
    assert phone.post("/bookings", {"space_id": "room", **HOUR}, key="book").status_code == 201
    assert code(technician.post(f"/staff/outages/{begun['id']}/end", {})) == (409, "outage_over")


def test_a_member_reads_what_is_held_for_them_and_is_moved_by_one_press(house, phone, offered):
    booking_id = offered["booking"]["id"]
    [offer] = phone.get("/move-offers").json()["items"]
    assert (offer["booking_id"], offer["reason"]) == (booking_id, "换地板")
    assert "换地板" in phone.get("/notices").json()["items"][0]["text"]
    study = next(one for one in offer["options"] if one["space_id"] == "study")

    moved = phone.post(f"/bookings/{booking_id}/move-offer/accept", {"option_id": study["id"]}, key="go")

    assert (moved.status_code, moved.json()["space_id"], moved.json()["id"]) == (200, "study", booking_id)
    assert phone.get("/move-offers").json()["items"] == []
    again = phone.post(f"/bookings/{booking_id}/move-offer/accept", {"option_id": study["id"]}, key="go")
    assert again.json() == moved.json()
    late = phone.post(f"/bookings/{booking_id}/move-offer/accept", {"option_id": study["id"]}, key="other")
    assert code(late) == (409, "move_not_offered")


def test_declined_the_booking_is_cancelled_by_the_house(house, phone, offered):
    booking_id = offered["booking"]["id"]

    declined = phone.post(f"/bookings/{booking_id}/move-offer/decline", {})

    assert (declined.status_code, declined.json()["state"]) == (200, "CANCELLED")
    [notice] = phone.get("/notices").json()["items"]
    assert (notice["kind"], "不扣信用分" in notice["text"]) == ("cancelled_for_maintenance", True)


def test_another_members_offer_is_not_there(house, offered):
    stranger = house.signed_in("10002")

    assert stranger.get("/move-offers").json()["items"] == []
    path = f"/bookings/{offered['booking']['id']}/move-offer"
    assert code(stranger.post(f"{path}/accept", {"option_id": "x"})) == (404, "not_found")
    assert code(stranger.post(f"{path}/decline", {})) == (404, "not_found")
    assert code(stranger.post("/staff/spaces/room/outages", BROKEN)) == (403, "not_allowed")


def test_staff_see_how_many_are_still_to_be_moved(technician, phone, offered):
    assert technician.get("/staff/outages").json()["items"][0]["bookings_in_the_way"] == 1

    phone.post(f"/bookings/{offered['booking']['id']}/move-offer/decline", {})

    assert technician.get("/staff/outages").json()["items"][0]["bookings_in_the_way"] == 0


def test_an_outage_that_would_end_before_it_begins_names_its_end(technician):
    answer = technician.post("/staff/spaces/room/outages", {**BROKEN, "ends_at": BROKEN["starts_at"]})

    assert (answer.status_code, answer.json()["field"]) == (422, "ends_at")
