"""Series of bookings over HTTP, on both databases: booked, moved, cancelled, and what was missed with its reason."""

import pytest

from tests.centre_builder import a_space

FIRST = {"starts_at": "2026-11-23T02:00:00Z", "ends_at": "2026-11-23T03:00:00Z"}  # Monday, 10 o'clock in Shanghai


@pytest.fixture
def house(house_on_each):
    """The usual one, with a room, closed on Tuesday."""
    house_on_each.change(a_space, "room")
    closed = {"kind": "closed", "reason": "消防演习"}
    house_on_each.signed_in("s002").ask("PUT", "/staff/calendar/2026-11-24", body=closed)
    return house_on_each


def make(phone, recurrence="FREQ=DAILY;COUNT=4", key="k", **more):
    return phone.post("/bookings", {"space_id": "room", **FIRST, "recurrence": recurrence, **more}, key=key)


def at(day, hour=2):
    return {"starts_at": f"2026-11-{day}T{hour:02}:00:00Z", "ends_at": f"2026-11-{day}T{hour + 1:02}:00:00Z"}


def states(answer):
    return [one["state"] or one["missed"]["code"] for one in answer.json()["occurrences"]]


def test_a_series_books_what_it_can_and_tells_the_rest_with_its_reason(house, phone):
    taken = at("25")
    house.signed_in("10002").post("/bookings", {"space_id": "room", **taken}, key="other")

    made = make(phone)

    assert made.status_code == 201
    assert states(made) == ["CONFIRMED", "policy.closed_day", "slot_taken", "CONFIRMED"]
    closed, lost = (one["missed"] for one in made.json()["occurrences"][1:3])
    assert (closed["detail"], closed["alternatives"]) == ("消防演习，这一天不开放。", [])
    assert lost["alternatives"] == [at("25", hour) for hour in (0, 1, 3)]
    own = phone.get("/bookings").json()["items"]
    assert {booking["series_id"] for booking in own} == {made.json()["id"]}
    assert {booking["id"] for booking in own} == {one["booking_id"] for one in made.json()["occurrences"]} - {None}
    kept = phone.get(f"/series/{made.json()['id']}").json()
    assert kept["occurrences"][1] == made.json()["occurrences"][1]
    assert kept["occurrences"][2]["missed"]["alternatives"] == []
    assert phone.get("/series").json() == {"items": [kept], "next": None}


def test_the_same_key_makes_one_series(phone):
    first, second = make(phone), make(phone)

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(phone.get("/series").json()["items"]) == 1


def test_with_all_nothing_is_booked_when_one_time_cannot_be_had(phone):
    refused = make(phone, all=True)

    assert (refused.status_code, refused.json()["code"]) == (409, "series_not_free")
    assert refused.json()["missed"] == [
        {"day": "2026-11-24", "code": "policy.closed_day", "why": {"zh-CN": "消防演习", "en": "消防演习"}}
    ]
    assert refused.json()["detail"] == "这一系列中有 1 次订不到，所以没有改动。"
    assert phone.get("/bookings").json()["items"] == []
    assert phone.get("/series").json()["items"] == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"recurrence": "FREQ=WEEKLY"}, "recurrence"),
        ({"recurrence": "every Monday"}, "recurrence"),
        ({"recurrence": ""}, "recurrence"),
        ({"recurrence": "X" * 201}, "recurrence"),
        ({"recurrence": 7}, "recurrence"),
        ({"recurrence": "FREQ=DAILY;COUNT=2", "all": "yes"}, "all"),
    ],
)
def test_a_rule_that_is_none_is_malformed_and_books_nothing(phone, more, field):
    answer = phone.post("/bookings", {"space_id": "room", **FIRST, **more}, key="x")

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert phone.get("/bookings").json()["items"] == []


def test_this_and_the_following_are_moved_and_cancelled(phone):
    series_id = make(phone).json()["id"]

    moved = phone.patch(f"/series/{series_id}", {"from_day": "2026-11-25", **at("25", 6)})

    assert moved.status_code == 200
    assert [one["starts_at"] for one in moved.json()["occurrences"]] == [
        "2026-11-23T02:00:00Z",
        "2026-11-24T02:00:00Z",
        "2026-11-25T06:00:00Z",
        "2026-11-26T06:00:00Z",
    ]
    cancelled = phone.delete(f"/series/{series_id}?from_day=2026-11-26")
    assert states(cancelled) == ["CONFIRMED", "policy.closed_day", "CONFIRMED", "CANCELLED"]
    assert cancelled.json()["ended_from"] == "2026-11-26"
    assert states(phone.delete(f"/series/{series_id}"))[0] == "CANCELLED"
    assert phone.delete(f"/series/{series_id}").json()["code"] == "series_ended"


def test_what_cannot_be_moved_says_why(phone):
    series_id = make(phone).json()["id"]

    moved = phone.patch(f"/series/{series_id}", {"from_day": "2026-11-23", **at("24", 2)})

    stayed = moved.json()["occurrences"][0]
    assert (stayed["missed"]["code"], stayed["starts_at"]) == ("policy.closed_day", "2026-11-23T02:00:00Z")
    assert [one["starts_at"][8:10] for one in moved.json()["occurrences"]] == ["23", "25", "26", "27"]
    whole = {"from_day": "2026-11-23", **at("24", 2), "all": True}
    assert phone.patch(f"/series/{series_id}", whole).json()["code"] == "series_not_free"
    far = {"from_day": "2026-11-25", "starts_at": "2036-11-25T02:00:00Z", "ends_at": "2036-11-25T03:00:00Z"}
    assert phone.patch(f"/series/{series_id}", far).json()["field"] == "starts_at"


def test_a_skipped_time_is_added_back(house, phone):
    series_id = make(phone).json()["id"]
    path = f"/series/{series_id}/occurrences/2026-11-24"
    assert phone.post(path, {}).json()["code"] == "policy.closed_day"

    house.signed_in("s002").delete("/staff/calendar/2026-11-24")
    added = phone.post(path, {}, key="add")

    assert (added.status_code, added.json()["series_id"]) == (201, series_id)
    assert phone.post(path, {}, key="add").json() == added.json()
    assert phone.post(path, {}).json()["code"] == "occurrence_booked"
    assert phone.post(f"/series/{series_id}/occurrences/2026-12-24", {}).status_code == 404
    assert phone.post(f"/series/{series_id}/occurrences/yesterday", {}).json()["field"] == "day"
