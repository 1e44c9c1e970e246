"""The bookings board over HTTP, on both databases: seen, moved and cancelled by the desk."""

import pytest

from tests.api.test_api_approvals import HOUR, ask_for_the_room, furnish
from tests.centre_builder import a_space

DAY = "from=2026-11-21T16:00:00Z&to=2026-11-22T16:00:00Z"
LATER = {"starts_at": "2026-11-22T08:00:00Z", "ends_at": "2026-11-22T09:00:00Z"}


@pytest.fixture
def house(house_on_each):
    house_on_each.change(furnish)
    return house_on_each


@pytest.fixture
def asked(house, phone):
    return ask_for_the_room(house, phone)


@pytest.fixture
def booked(phone):
    return phone.post("/bookings", {"space_id": "room", **HOUR}, key="book").json()


def code(answer):
    return answer.status_code, answer.json()["code"]


def notices(phone):
    return [(one["kind"], one["text"]) for one in phone.get("/notices").json()["items"]]


def test_the_board_shows_who_has_what_and_what_is_closed(house, desk, booked):
    house.change(a_space, "court")
    closed = desk.post("/staff/spaces/court/closures", {**LATER, "reason": "清洁"}).json()

    board = desk.get(f"/staff/board?{DAY}").json()

    assert [space["id"] for space in board["spaces"]] == ["court", "room"]
    assert [(one["id"], one["member_no"]) for one in board["bookings"]] == [(booked["id"], "10001")]
    assert board["closures"] == [closed] == [{"id": closed["id"], "space_id": "court", **LATER, "reason": "清洁"}]
    next_day = desk.get("/staff/board?from=2026-11-22T16:00:00Z&to=2026-11-23T16:00:00Z").json()
    assert (next_day["bookings"], next_day["closures"]) == ([], [])
    assert code(desk.get("/staff/board?from=2026-11-22T16:00:00Z&to=2026-11-22T16:00:00Z")) == (422, "malformed")
    assert code(house.signed_in("s003").get(f"/staff/board?{DAY}")) == (403, "not_allowed")


def test_the_desk_moves_a_booking_and_its_member_reads_why(phone, desk, booked):
    moved = desk.patch(f"/staff/bookings/{booked['id']}", {**LATER, "reason": "灯坏了"})

    assert (moved.status_code, moved.json()["starts_at"]) == (200, LATER["starts_at"])
    assert phone.get(f"/bookings/{booked['id']}").json()["starts_at"] == LATER["starts_at"]
    [(kind, text)] = notices(phone)
    assert kind == "moved_for_you"
    assert "灯坏了" in text
    assert "2026-11-22 16:00" in text


def test_a_member_reads_that_the_desk_changed_how_many_come_and_not_that_it_moved(house, phone, desk):
    house.change(a_space, "seats", places=4)
    mine = phone.post("/bookings", {"space_id": "seats", **HOUR, "guests": 1}, key="seats").json()

    changed = desk.patch(f"/staff/bookings/{mine['id']}", {**HOUR, "guests": 3, "reason": "又来了两位"})

    assert (changed.status_code, changed.json()["guests"]) == (200, 3)
    [(kind, text)] = notices(phone)
    assert kind == "party_changed_for_you"
    assert "4 人" in text
    assert "又来了两位" in text
    desk.patch(f"/staff/bookings/{mine['id']}", {**LATER, "guests": 0, "reason": "x"})
    assert {kind for kind, _ in notices(phone)} == {"moved_for_you", "party_changed_for_you"}


def test_rules_hold_for_the_desk_too_unless_it_says_otherwise_and_that_stays_on_record(house, phone, desk, booked):
    path, outside = (
        f"/staff/bookings/{booked['id']}",
        {"starts_at": "2026-11-22T15:00:00Z", "ends_at": "2026-11-22T15:30:00Z"},
    )

    assert code(desk.patch(path, {**outside, "reason": "x"})) == (409, "policy.opening_hours")
    assert desk.patch(path, {**outside, "reason": "晚会", "past_rules": True}).status_code == 200
    trail = house.signed_in("s001").get("/staff/audit?limit=200").json()["items"]
    [overridden] = [one for one in trail if one["act"] == "policy_overridden"]
    assert overridden["detail"]["reason"] == "晚会"


def test_a_time_that_somebody_has_is_never_got_and_the_booking_stays_where_it_was(house, phone, desk, booked):
    house.signed_in("10002").post("/bookings", {"space_id": "room", **LATER}, key="theirs")

    refused = desk.patch(f"/staff/bookings/{booked['id']}", {**LATER, "reason": "x", "past_rules": True})

    assert code(refused) == (409, "slot_taken")
    assert phone.get(f"/bookings/{booked['id']}").json()["starts_at"] == HOUR["starts_at"]
    assert notices(phone) == []


def test_the_desk_cancels_a_booking_once_and_its_member_reads_why(phone, desk, booked):
    path = f"/staff/bookings/{booked['id']}/cancel"

    assert desk.post(path, {"reason": "停电"}).json()["state"] == "CANCELLED"
    [(kind, text)] = notices(phone)
    assert kind == "cancelled_for_you"
    assert "停电" in text
    assert code(desk.post(path, {"reason": "停电"})) == (409, "booking_cancelled")
    assert phone.post("/bookings", {"space_id": "room", **HOUR}, key="again").status_code == 201


def test_what_waits_for_an_answer_is_on_the_board_too(desk, asked):
    [one] = desk.get(f"/staff/board?{DAY}").json()["bookings"]
    assert (one["id"], one["state"]) == (asked["id"], "PENDING")
