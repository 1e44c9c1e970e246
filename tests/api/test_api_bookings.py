"""Spaces and bookings over HTTP, on both databases: what is free, booking, moving, cancelling, and the key."""

import pytest

from gateway.fleet import queries as fleet
from gateway.unlocking import queries as unlocking
from tests.centre_builder import a_device, a_hall, a_space

DAY = "from=2026-11-22T00:00:00Z&to=2026-11-22T16:00:00Z"


def hour(start, length=1):
    """So many o'clock, UTC; noon in Shanghai is 4."""
    return {"starts_at": f"2026-11-22T{start:02}:00:00Z", "ends_at": f"2026-11-22T{start + length:02}:00:00Z"}


@pytest.fixture
def house(house_on_each):
    """The usual one, with a room and a hall behind a door each, and a lawn behind none."""
    house_on_each.change(furnish)
    return house_on_each


def furnish(session):
    a_device(session, "doors", doors=2)
    a_space(session, "room", lock_id=fleet.lock_at(session, "doors", 1).id)
    a_hall(session, lock_id=fleet.lock_at(session, "doors", 2).id)
    a_space(session, "lawn")


def book(phone, space_id="room", when=None, key=None):
    wish = {"space_id": space_id, **(when or hour(6))}
    return phone.post("/bookings", wish, key=key or f"{space_id} {wish['starts_at']}")


def test_a_member_finds_books_and_sees_a_space(phone):
    listed = phone.get("/spaces").json()["items"]
    free = phone.get(f"/spaces/room/availability?{DAY}").json()["items"]

    booked = book(phone, when={name: free[5][name] for name in ("starts_at", "ends_at")})

    assert [space["id"] for space in listed][-2:] == ["lawn", "room"]
    assert free[0] == {**hour(0), "free": False, "reason": "in_the_past", "places_free": 1}
    assert (booked.status_code, booked.json()["state"], booked.json()["opens_door"]) == (201, "CONFIRMED", True)
    assert phone.get("/bookings").json()["items"] == [booked.json()]
    assert phone.get(f"/bookings/{booked.json()['id']}").json() == booked.json()
    again = phone.get(f"/spaces/room/availability?{DAY}").json()["items"]
    assert again[5] == {**free[5], "free": False, "reason": "slot_taken", "places_free": 0}


def test_a_party_has_a_place_each_or_hears_when_it_could(house, phone):
    house.change(lambda session: a_space(session, "seats", places=4))
    other = house.signed_in("10002")

    def come(browser, guests, when=6):
        wish = {"space_id": "seats", "guests": guests, **hour(when)}
        return browser.post("/bookings", wish, key=f"{guests} {when}")

    def free(guests, path="seats/availability"):
        found = phone.get(f"/spaces/{path}?{DAY}&guests={guests}").json()["items"]
        return {slot["starts_at"][11:13]: (slot["reason"], slot["places_free"]) for slot in found}

    assert come(other, 2).status_code == 201
    assert [free(guests)["06"] for guests in (0, 1)] == [(None, 1), ("slot_taken", 1)]
    lost = come(phone, 1)
    assert (lost.status_code, lost.json()["code"]) == (409, "slot_taken")
    assert lost.json()["alternatives"] == [hour(4), hour(5), hour(7)]
    assert come(phone, 0).status_code == 201
    assert free(0)["06"] == ("slot_taken", 0)

    too_many = come(phone, 4, when=8)
    assert (too_many.status_code, too_many.json()["code"], too_many.json()["limit"]) == (409, "too_many_people", 4)
    assert too_many.json()["detail"] == "这里最多容纳 4 人，连您在内。"
    assert free(4)["08"] == ("too_many_people", 4)
    for guests, hours in ((1, [("04", "06"), ("07", "14")]), (3, [("04", "06"), ("07", "14")]), (4, None)):
        found = phone.get(f"/spaces/availability?{DAY}&guests={guests}").json()["items"]
        stretches = {one["space_id"]: one["free"] for one in found}.get("seats")
        assert (stretches and [(one["starts_at"][11:13], one["ends_at"][11:13]) for one in stretches]) == hours
    assert come(other, 0, when=9).status_code == 201
    assert how_many_are_left(phone, "from=2026-11-22T04:00:00Z&to=2026-11-22T06:00:00Z") == {"room": [1], "seats": [4]}
    assert how_many_are_left(phone, "from=2026-11-22T07:00:00Z&to=2026-11-22T14:00:00Z") == {"room": [1], "seats": [3]}
    assert how_many_are_left(phone, f"{DAY}&guests=1")["seats"] == [4, 3]


def how_many_are_left(phone, query):
    """In each free stretch of each space: as many in every slot of it."""
    found = phone.get(f"/spaces/availability?{query}").json()["items"]
    told = {one["space_id"]: [stretch["places_free"] for stretch in one["free"]] for one in found}
    return {name: told[name] for name in ("room", "seats")}


def test_everything_that_is_free_is_found_at_once(phone):
    book(phone, "room", hour(6))
    book(phone, "court-1", hour(6))

    def found(query=""):
        answer = phone.get(f"/spaces/availability?{DAY}{query}")
        assert answer.status_code == 200, answer.text
        return {
            one["space_id"]: [(f["starts_at"][11:13], f["ends_at"][11:13]) for f in one["free"]]
            for one in answer.json()["items"]
        }

    both_sides = [("04", "06"), ("07", "14")]
    assert found()["room"] == found()["court-1"] == found()["half-a"] == found()["hall"] == both_sides
    assert found()["lawn"] == found()["court-2"] == found()["half-b"] == [("04", "14")]
    assert found("&minutes=180")["room"] == [("07", "14")]
    assert set(found("&kind=room")) == {"room", "lawn"}
    assert found("&minutes=601") == {}
    first = phone.get(f"/spaces/availability?{DAY}&limit=1").json()
    assert first["next"] == first["items"][0]["space_id"] == "court-1"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z", "to"),
        ("from=2026-11-22T00:00:00Z&to=2026-12-24T00:00:00Z", "to"),
        ("from=2026-11-22T00:00:00Z", "to"),
        (f"{DAY}&kind=whim", "kind"),
        (f"{DAY}&minutes=0", "minutes"),
    ],
)
def test_what_is_wrong_with_a_look_at_everything_is_named(phone, query, field):
    answer = phone.get(f"/spaces/availability?{query}")

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_the_same_key_books_once(phone):
    first, second = book(phone, key="one"), book(phone, key="one")

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(phone.get("/bookings").json()["items"]) == 1
    assert book(phone, when=hour(9), key="one").json()["code"] == "idempotency_key_reused"


def test_a_loser_gets_409_with_alternatives_and_a_sentence(house, phone):
    book(house.signed_in("10002"))

    refused = book(phone)

    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert refused.json()["alternatives"] == [hour(4), hour(5), hour(7)]
    assert refused.json()["detail"] == "这个时段已经被订了，请换一个时间。"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"space_id": "room", "starts_at": "2026-11-22T06:00:00Z"}, "ends_at"),
        ({"space_id": "room", "starts_at": "2026-11-22T06:00:00", "ends_at": "2026-11-22T07:00:00Z"}, "starts_at"),
        ({"space_id": "room", "starts_at": "tomorrow", "ends_at": "2026-11-22T07:00:00Z"}, "starts_at"),
        ({"space_id": "room", **hour(7, -1)}, "ends_at"),
        ({"space_id": "room", "starts_at": "9999-12-31T22:00:00Z", "ends_at": "9999-12-31T23:00:00Z"}, "starts_at"),
        ({"space_id": "room", "starts_at": "0001-01-01T00:00:00Z", "ends_at": "0001-01-01T01:00:00Z"}, "starts_at"),
        ({"space_id": "room", "starts_at": "2026-11-22T06:00:00Z", "ends_at": "2999-11-22T06:00:00Z"}, "ends_at"),
        ({"space_id": 7, **hour(6)}, "space_id"),
        ({"space_id": "room", "note": "hi", **hour(6)}, "note"),
    ],
)
def test_a_malformed_wish_is_answered_with_its_field_and_books_nothing(phone, wish, field):
    answer = phone.post("/bookings", wish, key="x")

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert phone.get("/bookings").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "from"),
        ("from=2026-11-22T00:00:00Z", "to"),
        ("from=today&to=2026-11-22T00:00:00Z", "from"),
        ("from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", "to"),
    ],
)
def test_availability_of_no_span_is_malformed(phone, query, field):
    answer = phone.get(f"/spaces/room/availability?{query}")

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_availability_goes_no_further_than_a_month(phone):
    answer = phone.get("/spaces/room/availability?from=2026-11-22T00:00:00Z&to=2026-12-24T00:00:00Z")

    assert (answer.status_code, answer.json()["field"]) == (422, "to")


def test_what_is_not_there_is_404(phone):
    for path in ("/spaces/attic", f"/spaces/attic/availability?{DAY}", "/bookings/nothing"):
        assert phone.get(path).status_code == 404
    assert book(phone, "attic").status_code == 404


def test_a_booking_can_be_moved_and_cancelled(phone):
    booking_id = book(phone).json()["id"]

    moved = phone.patch(f"/bookings/{booking_id}", hour(9))
    cancelled = phone.delete(f"/bookings/{booking_id}")

    assert (moved.status_code, moved.json()["starts_at"]) == (200, hour(9)["starts_at"])
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "CANCELLED")
    assert phone.delete(f"/bookings/{booking_id}").json()["code"] == "booking_cancelled"
    assert phone.patch(f"/bookings/{booking_id}", hour(9)).json()["code"] == "booking_cancelled"
    assert book(phone, when=hour(9)).status_code == 201


def test_a_booking_is_for_as_many_as_its_member_says_and_says_so(house, phone):
    house.change(a_space, "seats", places=3)
    booking_id = book(phone, "seats").json()["id"]

    moved = phone.patch(f"/bookings/{booking_id}", {**hour(6), "guests": 2})

    assert (moved.status_code, moved.json()["guests"]) == (200, 2)
    assert phone.patch(f"/bookings/{booking_id}", {**hour(6), "guests": 3}).json()["code"] == "too_many_people"
    assert phone.patch(f"/bookings/{booking_id}", {**hour(6), "guests": -1}).json()["field"] == "guests"
    assert phone.patch(f"/bookings/{booking_id}", hour(9)).json()["guests"] == 2


def test_a_booking_opens_its_door_while_it_is_the_key(house, phone):
    booking_id = book(phone).json()["id"]
    early = phone.post("/unlocks", {"booking_id": booking_id}, key="early")
    house.clock.advance(hours=1, minutes=55)
    house.pulse()

    asked = phone.post("/unlocks", {"booking_id": booking_id}, key="now")

    assert (early.status_code, early.json()["code"]) == (409, "booking_too_early")
    assert (asked.status_code, asked.json()["state"]) == (202, "REQUESTED")
    with house.centre.sessions.read() as session:
        assert unlocking.under_way(session, lock_id=asked.json()["lock_id"]).door == 1
    stranger = house.signed_in("10002")
    assert stranger.post("/unlocks", {"booking_id": booking_id}, key="s").status_code == 404
    assert stranger.post("/unlocks", {"lock_id": asked.json()["lock_id"]}, key="t").status_code == 404


def test_checking_in_is_said_once_and_stays(house, phone):
    booking_id = book(phone).json()["id"]
    assert phone.post(f"/bookings/{booking_id}/check-in", {}).json()["code"] == "booking_too_early"
    house.clock.advance(hours=2)

    first = phone.post(f"/bookings/{booking_id}/check-in", {}).json()
    house.clock.advance(minutes=5)

    assert first["checked_in_at"] == hour(6)["starts_at"]
    assert phone.post(f"/bookings/{booking_id}/check-in", {}).json() == first


def test_the_manager_makes_a_space_and_the_desk_closes_it(house, phone):
    manager, desk = house.signed_in("s001"), house.signed_in("s002")
    wanted = {"id": "studio", "kind": "room", "name_zh": "琴房", "name_en": "Piano room", "slot_min": 30}

    made = manager.post("/staff/spaces", wanted)
    closed = desk.post("/staff/spaces/studio/closures", {**hour(6, 2), "reason": "tuning"})

    assert (made.status_code, made.json()["name"]) == (201, {"zh-CN": "琴房", "en": "Piano room"})
    assert closed.status_code == 201
    assert book(phone, "studio").json()["code"] == "slot_taken"
    assert desk.delete(f"/staff/spaces/studio/closures/{closed.json()['id']}").status_code == 204
    assert book(phone, "studio", key="again").status_code == 201
    assert desk.post("/staff/spaces/studio/closures", {**hour(6), "reason": "x"}).json()["code"] == "slot_taken"
    assert manager.post("/staff/spaces", wanted).json()["code"] == "space_exists"


def test_a_space_needs_a_door_that_is_there_and_hours_that_can_be(house):
    manager = house.signed_in("s001")
    wanted = {"id": "studio", "kind": "room", "name_zh": "琴房", "name_en": "Piano room"}

    assert manager.post("/staff/spaces", {**wanted, "lock_id": "nothing"}).status_code == 404
    assert manager.post("/staff/spaces", {**wanted, "part_of": "attic"}).status_code == 404
    late = manager.post("/staff/spaces", {**wanted, "opens_min": 600, "closes_min": 600})
    assert (late.status_code, late.json()["field"]) == (422, "closes_min")
    row = manager.post("/staff/spaces", {**wanted, "kind": "locker", "places": 3})
    assert (row.status_code, row.json()["field"]) == (422, "places")


def test_the_manager_says_for_how_many_people_a_space_is_and_nobody_books_it_for_more(house, phone):
    manager = house.signed_in("s001")
    wanted = {"id": "studio", "kind": "room", "name_zh": "琴房", "name_en": "Piano room", "capacity": 5}
    assert manager.post("/staff/spaces", wanted).json()["capacity"] == 5

    changed = manager.patch("/staff/spaces/studio", {"capacity": 2})

    assert (changed.status_code, changed.json()["capacity"]) == (200, 2)
    wish = {"space_id": "studio", **hour(6), "guests": 2}
    refused = phone.post("/bookings", wish, key="three").json()
    assert (refused["code"], refused["limit"]) == ("too_many_people", 2)
    assert "2" in refused["detail"]
    assert manager.patch("/staff/spaces/studio", {"capacity": 0}).json()["capacity"] is None
    assert phone.post("/bookings", wish, key="three again").status_code == 201
    assert manager.patch("/staff/spaces/nothing", {"capacity": 2}).status_code == 404
    assert phone.patch("/staff/spaces/studio", {"capacity": 2}).status_code == 403


@pytest.mark.parametrize("member_no", ["10001", "s003"])
def test_others_make_and_close_nothing(house, member_no):
    wanted = {"id": "studio", "kind": "room", "name_zh": "琴房", "name_en": "Piano room"}
    somebody = house.signed_in(member_no)

    assert somebody.post("/staff/spaces", wanted).status_code == 403
    assert somebody.post("/staff/spaces/room/closures", {**hour(6), "reason": "x"}).status_code == 403
