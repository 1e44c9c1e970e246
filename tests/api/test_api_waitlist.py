"""Waiting for a time that somebody else has, over HTTP."""

from datetime import timedelta

import pytest

from api.member.live import Concern, news_of
from tests.centre_builder import NOON, a_space

HOUR = {"starts_at": "2026-11-22T06:00:00Z", "ends_at": "2026-11-22T07:00:00Z"}
WISH = {"space_id": "room", **HOUR}


@pytest.fixture
def booked(house):
    """10001 has the room."""
    house.change(a_space, "room")
    holder = house.signed_in("10001")
    return holder, holder.post("/bookings", WISH, key="book").json()


@pytest.fixture
def waiting(house, booked):
    """10002 waits for it."""
    member = house.signed_in("10002")
    answer = member.post("/waitlist", WISH, key="wait")
    assert answer.status_code == 201, answer.text
    return member, answer.json()


def test_who_waits_reads_where_they_stand(waiting):
    member, wait = waiting

    assert (wait["state"], wait["position"], wait["offer_until"]) == ("WAITING", 1, None)
    assert member.get("/waitlist").json() == {"items": [wait], "next": None}
    assert member.get(f"/waitlist/{wait['id']}").json() == wait


def test_what_is_given_back_is_offered_and_taken(house, booked, waiting):
    holder, booking = booked
    member, wait = waiting
    holder.delete(f"/bookings/{booking['id']}")

    offered = member.get(f"/waitlist/{wait['id']}").json()
    assert (offered["state"], offered["position"]) == ("OFFERED", None)
    assert offered["offer_until"] == (NOON + timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
    assert [notice["kind"] for notice in member.get("/notices").json()["items"]] == ["place_offered"]

    answer = member.post(f"/waitlist/{wait['id']}/accept", {}, key="take")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["id"], answer.json()["state"]) == (wait["id"], "CONFIRMED")
    assert member.get("/bookings").json()["items"] == [answer.json()]
    assert member.get("/waitlist").json()["items"] == []
    assert member.get("/notices").json()["items"] == []


def test_taking_it_twice_under_one_key_answers_the_same(house, booked, waiting):
    holder, booking = booked
    member, wait = waiting
    holder.delete(f"/bookings/{booking['id']}")

    answers = [member.post(f"/waitlist/{wait['id']}/accept", {}, key="take") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert member.post(f"/waitlist/{wait['id']}/accept", {}, key="again").json()["code"] == "wait_over"


def test_what_is_held_for_one_is_taken_for_everybody_else(house, booked, waiting):
    holder, booking = booked
    holder.delete(f"/bookings/{booking['id']}")

    answer = house.signed_in("s002").post("/bookings", WISH, key="jump")
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")


def test_who_leaves_waits_no_longer(waiting):
    member, wait = waiting

    assert member.delete(f"/waitlist/{wait['id']}").json()["state"] == "LEFT"
    assert member.get("/waitlist").json()["items"] == []
    assert member.delete(f"/waitlist/{wait['id']}").json()["code"] == "wait_over"


def test_what_nobody_has_is_booked_and_not_waited_for(house, booked):
    free = {"space_id": "room", "starts_at": "2026-11-22T08:00:00Z", "ends_at": "2026-11-22T09:00:00Z"}

    answer = house.signed_in("10002").post("/waitlist", free, key="wait")
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_free")


@pytest.mark.parametrize("field", ["space_id", "starts_at", "ends_at"])
def test_what_is_missing_is_named(house, booked, field):
    wish = {name: value for name, value in WISH.items() if name != field}

    answer = house.signed_in("10002").post("/waitlist", wish, key="wait")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_who_is_offered_a_time_hears_of_it_at_once_and_nobody_else_does(house, booked, waiting):
    holder, booking = booked
    _, wait = waiting
    heard = []
    house.app.state.desk.sessions.on_commit = heard.extend
    holder.delete(f"/bookings/{booking['id']}")

    (news,) = [change for change in heard if change.kind == "wait"]
    theirs, others = (Concern(house.member_id(no), False, frozenset(), frozenset()) for no in ("10002", "10001"))
    told = news_of(news, theirs)
    assert (told.kind, told.id, told.state) == ("wait", wait["id"], "OFFERED")
    assert news_of(news, others) is None
