"""A timed drop over HTTP: a week opens for everybody at one instant, and a refusal says which."""

import pytest

from gateway.bookings import waitlist
from tests.centre_builder import a_space

NEXT_MONDAY = {"starts_at": "2026-11-30T06:00:00Z", "ends_at": "2026-11-30T07:00:00Z"}
AFTER_NEXT_MONDAY = {"starts_at": "2026-12-07T06:00:00Z", "ends_at": "2026-12-07T07:00:00Z"}
WISH = {"space_id": "court", **NEXT_MONDAY}
AT_NOON = {"rule": "week_opens_at", "limit": 720, "layer": "space", "scope": "court"}


@pytest.fixture
def phone(house):
    """The court opens on Mondays at noon; the room as everything does. It is Sunday noon."""
    for space_id in ("court", "room"):
        house.change(a_space, space_id)
    answer = house.signed_in("s001").ask("PUT", "/staff/policies/drop", body=AT_NOON)
    assert answer.status_code == 200, answer.text
    return house.signed_in("10001")


def test_before_the_instant_the_refusal_says_when_it_is(phone):
    answer = phone.post("/bookings", WISH, key="early")

    assert (answer.status_code, answer.json()["code"]) == (409, "policy.week_opens_at")
    assert (answer.json()["rule_id"], answer.json()["limit"]) == ("drop", 720)
    assert answer.json()["detail"] == "这里的时段按周开放：前一周的星期一 12:00 起可以预订。"
    explained = phone.get("/explain?act=book&space_id=court&starts_at={starts_at}&ends_at={ends_at}".format(**WISH))
    assert explained.json()["code"] == "policy.week_opens_at"
    assert explained.json()["sentence"]["en"] == "A week here can be booked from Monday 12:00 of the week before on."


def test_at_the_instant_all_of_the_week_is_open_and_the_next_week_is_not(house, phone):
    house.clock.advance(hours=23, minutes=59)
    assert phone.post("/bookings", WISH, key="a minute early").status_code == 409

    house.clock.advance(minutes=1)
    assert phone.post("/bookings", WISH, key="now").status_code == 201
    sunday = {"starts_at": "2026-12-06T06:00:00Z", "ends_at": "2026-12-06T07:00:00Z"}
    assert phone.post("/bookings", {"space_id": "court", **sunday}, key="sunday").status_code == 201
    after = {"starts_at": "2026-12-07T06:00:00Z", "ends_at": "2026-12-07T07:00:00Z"}
    assert phone.post("/bookings", {"space_id": "court", **after}, key="after").json()["code"] == "policy.week_opens_at"


def test_who_comes_before_stands_in_line_and_is_offered_it_in_the_order_of_the_draw(house, phone):
    refused = phone.post("/waitlist", {"space_id": "court", **AFTER_NEXT_MONDAY}, key="too early")
    mine = phone.post("/waitlist", WISH, key="mine").json()
    theirs = house.signed_in("10002").post("/waitlist", WISH, key="theirs").json()
    line = mine["line"]
    before = phone.get(f"/waitlist/lines/{line['id']}").json()
    house.clock.advance(days=1)
    stranger = house.signed_in("s002")
    first = stranger.post("/bookings", WISH, key="the quickest")
    asked = "/explain?act=book&space_id=court&starts_at={starts_at}&ends_at={ends_at}".format(**WISH)
    again = phone.get(asked).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "policy.days_ahead")
    assert mine["position"] is None
    assert (line, line["opens_at"], line["drawn_at"]) == (theirs["line"], "2026-11-23T04:00:00Z", None)
    assert before == {**line, "record": None}
    assert (first.status_code, first.json()["code"], again["code"]) == (409, "in_line", "in_line")

    facts = {"line_id": line["id"], "policy": house.centre.booking_policy, "now": house.clock.now()}
    house.change(waitlist.draw_line, **facts)

    drawn = stranger.get(f"/waitlist/lines/{line['id']}").json()
    order = drawn["record"]["order"]
    assert sorted(order) == sorted([mine["id"], theirs["id"]])
    assert (drawn["commitment"], drawn["drawn_at"]) == (line["commitment"], "2026-11-23T04:00:00Z")
    states = {mine["id"]: phone.get(f"/waitlist/{mine['id']}").json()["state"]}
    states[theirs["id"]] = house.signed_in("10002").get(f"/waitlist/{theirs['id']}").json()["state"]
    assert [states[one] for one in order] == ["OFFERED", "WAITING"]
    assert stranger.post("/bookings", WISH, key="once more").json()["code"] == "slot_taken"
    assert stranger.get("/waitlist/lines/nothing").status_code == 404


def test_other_spaces_stay_open_by_the_rolling_window(phone):
    assert phone.post("/bookings", WISH | {"space_id": "room"}, key="room").status_code == 201


def test_what_holds_for_oneself_names_the_instant(phone):
    limits = {one["space_id"]: one for one in phone.get("/me/policy").json()["spaces"]}

    assert (limits["court"]["week_opens_at_min"], limits["room"]["week_opens_at_min"]) == (720, None)
