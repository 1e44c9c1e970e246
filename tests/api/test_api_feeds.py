"""Bookings in calendar programs, read back by libraries that did not write them."""

import io
import os
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st

from api import ical
from gateway.bookings import feeds, no_shows
from gateway.bookings.feeds import Entry, Feed
from gateway.bookings.model import BookingState
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Language, Member, Role
from tests.centre_builder import NOON, a_hall, a_rule, a_space

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
ZONES = [SHANGHAI, BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns")]


def at(hour):
    return {"starts_at": f"2026-11-22T{hour:02}:00:00Z", "ends_at": f"2026-11-22T{hour + 1:02}:00:00Z"}


@pytest.fixture
def phone(house):
    house.change(a_space, "room")
    return house.signed_in("10001")


def address(browser, **wish):
    """A new one, as a calendar program opens it."""
    answer = browser.post("/me/calendars", wish)
    assert answer.status_code == 201, answer.text
    return answer.json()["path"].removeprefix("/api/v1")


@pytest.fixture
def feed(house, phone):
    """Reads 10001's own as a calendar program does: with nothing but the address."""
    path = address(phone)
    return lambda **headers: house.browser().get(path, headers=headers)


def events(answer):
    """By UID."""
    assert answer.status_code == 200, answer.text
    return {one.uid.value: one for one in vobject.readOne(answer.text).contents.get("vevent", [])}


def the_event(answer):
    [event] = events(answer).values()
    return event


def utc(stamp):
    return stamp.value.astimezone(UTC)


def book(phone, hour=6, space="room"):
    answer = phone.post("/bookings", {"space_id": space, **at(hour)}, key=f"{space}-{hour}")
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_booking_is_an_event_at_its_time_with_its_zone(phone, feed):
    booking_id = book(phone)

    answer = feed()

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    event = the_event(answer)
    assert event.uid.value == f"{booking_id}@demo.hearth"
    assert (utc(event.dtstart), utc(event.dtend)) == (NOON + timedelta(hours=2), NOON + timedelta(hours=3))
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Shanghai"]
    assert (event.summary.value, event.status.value, event.sequence.value) == ("场地 room", "CONFIRMED", "0")
    assert (event.location.value, event.transp.value) == ("场地 room", "OPAQUE")
    calendar = vobject.readOne(answer.text)
    assert (calendar.method.value, calendar.x_wr_calname.value) == ("PUBLISH", "我的预订")
    assert calendar.vtimezone.tzid.value == "Asia/Shanghai"


def test_its_uid_stays_and_its_sequence_rises_whenever_it_moves_and_when_it_is_cancelled(house, phone, feed):
    booking_id = book(phone)
    seen = [the_event(feed())]
    for hour in (9, 10):
        house.clock.advance(minutes=5)
        phone.patch(f"/bookings/{booking_id}", at(hour))
        seen.append(the_event(feed()))
    house.clock.advance(minutes=5)
    phone.delete(f"/bookings/{booking_id}")
    seen.append(the_event(feed()))

    assert {event.uid.value for event in seen} == {f"{booking_id}@demo.hearth"}
    assert [event.sequence.value for event in seen] == ["0", "1", "2", "3"]
    assert [event.status.value for event in seen] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    stamps = [NOON + timedelta(minutes=5 * step) for step in range(4)]
    assert [utc(event.dtstamp) for event in seen] == stamps
    assert [utc(event.last_modified) for event in seen] == stamps
    assert [utc(event.dtstart).hour for event in seen] == [6, 9, 10, 10]


def test_on_each_database_a_feed_tells_what_was_booked_moved_and_ended(house_on_each):
    house_on_each.change(a_space, "room")
    phone = house_on_each.signed_in("10001")
    path, booking_id = address(phone), book(phone)
    phone.patch(f"/bookings/{booking_id}", at(9))
    moved = the_event(house_on_each.browser().get(path))
    [listed] = phone.get("/me/calendars").json()["items"]
    phone.delete(f"/me/calendars/{listed['id']}")

    assert (moved.sequence.value, utc(moved.dtstart).hour) == ("1", 9)
    assert house_on_each.browser().get(path).status_code == 404


def test_its_sequence_rises_when_staff_agree_and_when_they_do_not(house, phone, feed):
    house.change(a_rule, "needs_approval", 1)
    booking_id, other = book(phone), book(phone, 9)
    waiting = {event.status.value for event in events(feed()).values()}
    staff = house.signed_in("s001")
    staff.post(f"/staff/bookings/{booking_id}/approve", {})
    staff.post(f"/staff/bookings/{other}/deny", {"reason": "floor is wet"})

    found = events(feed())

    assert waiting == {"TENTATIVE"}
    agreed, denied = found[f"{booking_id}@demo.hearth"], found[f"{other}@demo.hearth"]
    assert (agreed.status.value, agreed.sequence.value) == ("CONFIRMED", "1")
    assert (denied.status.value, denied.sequence.value) == ("CANCELLED", "1")


def test_what_nobody_came_to_is_off_and_on_again_when_they_do_under_a_higher_sequence(house, phone, feed):
    booking_id = book(phone)
    house.clock.advance(hours=2, minutes=16)
    policy = house.centre.booking_policy
    assert house.change(no_shows.release, booking_id=booking_id, policy=policy, now=house.clock.now())
    off = the_event(feed())
    phone.post(f"/bookings/{booking_id}/reclaim", {}, key="again")
    on = the_event(feed())

    assert (off.status.value, off.transp.value, off.sequence.value) == ("CANCELLED", "TRANSPARENT", "1")
    assert (on.status.value, on.transp.value, on.sequence.value) == ("CONFIRMED", "OPAQUE", "2")


def test_a_cancelled_booking_is_told_for_a_month_after_its_time_and_then_no_more(house, phone, feed):
    phone.delete(f"/bookings/{book(phone)}")

    house.clock.advance(days=30)
    assert the_event(feed()).status.value == "CANCELLED"
    house.clock.advance(days=1)
    assert events(feed()) == {}


def test_a_series_is_an_event_for_each_of_its_times_and_each_moves_alone(phone, feed):
    wish = {"space_id": "room", **at(6), "recurrence": "FREQ=DAILY;COUNT=3"}
    occurrences = phone.post("/bookings", wish, key="series").json()["occurrences"]
    second = occurrences[1]["booking"]["id"] if occurrences[1].get("booking") else occurrences[1]["booking_id"]
    phone.patch(f"/bookings/{second}", {"starts_at": "2026-11-23T09:00:00Z", "ends_at": "2026-11-23T10:00:00Z"})

    found = events(feed())

    assert len(found) == 3
    assert sorted(utc(one.dtstart).hour for one in found.values()) == [6, 6, 9]
    assert [uid for uid, one in found.items() if one.sequence.value == "1"] == [f"{second}@demo.hearth"]
    assert not any("rrule" in one.contents for one in found.values())


def test_somebody_who_waits_has_nothing_in_their_calendar_until_they_take_the_offer(house, phone, feed):
    booking_id = book(house.signed_in("10002"))
    wait = phone.post("/waitlist", {"space_id": "room", **at(6)}, key="wait").json()
    waiting = events(feed())
    house.signed_in("10002").delete(f"/bookings/{booking_id}")
    offered = events(feed())
    phone.post(f"/waitlist/{wait['id']}/accept", {}, key="take")

    assert (waiting, offered) == ({}, {})
    assert the_event(feed()).status.value == "CONFIRMED"


def test_it_is_described_in_the_members_language(phone, feed):
    book(phone)

    zh = the_event(feed()).description.value
    phone.patch("/me", {"language": "en"})
    event = the_event(feed())

    assert zh == "已经订好。\n改时间或取消，请到职工之家里办理；在日历里改不算数。"
    assert event.summary.value == "Space room"
    assert event.description.value.startswith("This is booked.\nTo move or cancel it, please")


def test_a_feed_that_has_not_changed_is_not_sent_again(house, phone, feed):
    book(phone)
    first = feed()
    house.clock.advance(hours=1)

    again = feed(**{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, no-cache"
    book(phone, 9)
    changed = feed(**{"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_whoever_asks_by_time_gets_every_change_and_a_whole_feed_each_day(house, phone, feed):
    book(phone)
    assert "last-modified" not in feed().headers  # a second change in this second would look like the first
    house.clock.advance(seconds=2)
    since = {"If-Modified-Since": feed().headers["last-modified"]}
    assert since == {"If-Modified-Since": "Sun, 22 Nov 2026 04:00:00 GMT"}
    assert (feed(**since).status_code, feed(**since).content) == (304, b"")

    book(phone, 9)
    house.clock.advance(seconds=2)
    assert feed(**since).status_code == 200
    later = {"If-Modified-Since": feed().headers["last-modified"]}
    assert feed(**later).status_code == 304
    house.clock.advance(days=1)
    assert feed(**later).status_code == 200
    assert feed(**{"If-Modified-Since": "yesterday"}).status_code == 200


def test_addresses_are_listed_without_their_tokens_and_one_that_was_ended_is_not_found(house, phone):
    mine, other = address(phone, label="我的手机"), address(phone)
    listed = phone.get("/me/calendars").json()["items"]
    first = next(one for one in listed if one["label"] == "我的手机")

    assert first.keys() == {"id", "label", "space_id", "made_at"}
    assert first["made_at"] == "2026-11-22T04:00:00Z"
    assert house.browser().get(mine).status_code == 200
    assert phone.delete(f"/me/calendars/{first['id']}").status_code == 204
    assert house.browser().get(mine).status_code == 404
    assert house.browser().get(other).status_code == 200
    assert phone.delete(f"/me/calendars/{first['id']}").status_code == 404
    assert len(phone.get("/me/calendars").json()["items"]) == 1


def test_nothing_that_is_kept_lets_anybody_read(house, phone):
    token = address(phone).partition("=")[2]
    answers = [phone.post("/me/calendars", {}, key="one").json()["path"] for _ in range(2)]

    assert answers[0] is not None
    assert answers[1] is None  # what is answered again was kept, and the address was not
    dump = "\n".join(house.centre.sessions.engine.raw_connection().driver_connection.iterdump())
    assert "calendar_addresses" in dump
    assert token not in dump
    assert answers[0].partition("=")[2] not in dump


def test_nobody_has_more_than_ten_addresses(phone):
    for _ in range(feeds.MOST_ADDRESSES):
        address(phone)

    answer = phone.post("/me/calendars", {})

    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (409, "too_many_calendars", 10)


def test_an_address_opens_its_members_bookings_alone_and_nothing_else(house, phone):
    book(phone)
    theirs = address(house.signed_in("10002"))
    token = theirs.partition("=")[2]
    stranger = house.browser()

    assert events(stranger.get(theirs)) == {}
    assert stranger.get("/bookings", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert stranger.get("/bookings", headers={"Cookie": f"hearth={token}"}).status_code == 401
    assert stranger.get("/bookings.ics?token=nothing").status_code == 404
    assert stranger.get("/bookings.ics").status_code == 422


def test_a_disabled_members_addresses_lead_nowhere(house, phone, feed):
    def disable(session):
        member = members.member_by_no(session, member_no="10001")
        members_service.disable_member(session, member=member, actor="test", now=NOON)

    house.change(disable)

    assert feed().status_code == 404


@pytest.fixture
def hall(house):
    """10001 has a court of the hall, 10002 the room beside it."""
    house.change(a_hall)
    house.change(a_space, "room")
    book(house.signed_in("10001"), 6, "court-1")
    book(house.signed_in("10002"), 6, "room")


@pytest.mark.parametrize(
    ("staff", "summary"),
    [
        ("s001", "场地 court-1 · 王晓华 (10001)"),
        ("s002", "场地 court-1 · 王晓华 (10001)"),
        ("s003", "场地 court-1"),
    ],
)
@pytest.mark.parametrize("space", ["hall", "half-a", "court-1"])
def test_a_spaces_feed_tells_staff_of_all_that_touches_it_and_whose_it_is_by_their_role(
    house, hall, staff, summary, space
):
    event = the_event(house.browser().get(address(house.signed_in(staff), space_id=space)))

    assert event.summary.value == summary
    assert ("10001" in event.serialize()) == ("10001" in summary)


def test_a_spaces_feed_is_named_for_it_and_says_of_parts_what_of_their_whole_is_booked(house, hall):
    staff = house.signed_in("s001")
    empty = house.browser().get(address(staff, space_id="court-3"))
    house.signed_in("10002").post("/bookings", {"space_id": "hall", **at(9)}, key="hall")

    assert vobject.readOne(empty.text).x_wr_calname.value == "场地 court-3 的预订"
    assert events(empty) == {}
    event = the_event(house.browser().get(address(staff, space_id="court-3")))
    assert event.summary.value.startswith("场地 hall · ")


def close(desk, space, hour=9, reason="打蜡"):
    answer = desk.post(f"/staff/spaces/{space}/closures", {**at(hour), "reason": reason})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_spaces_feed_tells_why_it_is_closed_from_when_to_when(house_on_each):
    house_on_each.change(a_hall)
    desk = house_on_each.signed_in("s002")
    paths = {name: address(desk, space_id=name) for name in ("hall", "court-1", "court-3")}
    closure = close(desk, "half-a")

    told = {name: events(house_on_each.browser().get(path)) for name, path in paths.items()}

    assert told["court-3"] == {}
    for name in ("hall", "court-1"):
        assert told[name].keys() == {f"{closure}@demo.hearth"}
    [event] = told["court-1"].values()
    assert event.summary.value == "场地 half-a 不开放：打蜡"
    assert (utc(event.dtstart).hour, utc(event.dtend).hour) == (9, 10)
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Shanghai"]
    assert (event.status.value, event.sequence.value, event.transp.value) == ("CONFIRMED", "0", "OPAQUE")


def test_a_closure_that_was_opened_again_stays_as_cancelled_under_its_uid_and_a_higher_sequence(house_on_each):
    house_on_each.change(a_space, "room")
    desk = house_on_each.signed_in("s002")
    path, closure = address(desk, space_id="room"), close(desk, "room")
    read = house_on_each.browser().get
    house_on_each.clock.advance(minutes=5)
    first = read(path)
    desk.delete(f"/staff/spaces/room/closures/{closure}")

    event = the_event(read(path, headers={"If-None-Match": first.headers["etag"]}))

    assert event.uid.value == the_event(first).uid.value == f"{closure}@demo.hearth"
    assert (event.status.value, event.sequence.value, event.transp.value) == ("CANCELLED", "1", "TRANSPARENT")
    assert (utc(event.created), utc(event.dtstamp)) == (NOON, NOON + timedelta(minutes=5))
    assert utc(event.dtstamp) == utc(event.last_modified)
    house_on_each.clock.advance(days=30)
    assert the_event(read(path)).status.value == "CANCELLED"
    house_on_each.clock.advance(days=1)
    assert events(read(path)) == {}


def test_whoever_asks_a_spaces_feed_by_time_gets_it_again_once_it_was_closed(house, hall):
    desk = house.signed_in("s002")
    path = address(desk, space_id="court-3")
    house.clock.advance(seconds=2)
    since = {"If-Modified-Since": house.browser().get(path).headers["last-modified"]}
    assert house.browser().get(path, headers=since).status_code == 304

    close(desk, "court-3")

    assert house.browser().get(path, headers=since).status_code == 200


def test_a_members_own_feed_tells_of_no_closure_outage_or_activity_they_have_no_place_in(house, phone, feed):
    close(house.signed_in("s002"), "room")
    break_down(house.signed_in("s003"), "room", **at(10))
    publish(house.signed_in("s002"), "room")

    assert events(feed()) == {}


def break_down(technician, space, *, starts_at, ends_at=None):
    wish = {"starts_at": starts_at, "reason": "空调坏了"} | ({"ends_at": ends_at} if ends_at else {})
    answer = technician.post(f"/staff/spaces/{space}/outages", wish)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_spaces_feed_tells_why_it_is_out_of_order_and_until_when(house_on_each):
    house_on_each.change(a_hall)
    technician = house_on_each.signed_in("s003")
    paths = {name: address(technician, space_id=name) for name in ("hall", "court-1", "court-3")}
    outage = break_down(technician, "half-a", **at(9))

    told = {name: events(house_on_each.browser().get(path)) for name, path in paths.items()}

    assert told["court-3"] == {}
    for name in ("hall", "court-1"):
        assert told[name].keys() == {f"{outage}@demo.hearth"}
    [event] = told["court-1"].values()
    assert event.summary.value == "场地 half-a 停用：空调坏了"
    assert (utc(event.dtstart).hour, utc(event.dtend).hour) == (9, 10)
    assert (event.status.value, event.sequence.value, event.transp.value) == ("CONFIRMED", "0", "OPAQUE")


def test_an_outage_that_is_ended_ends_there_and_one_that_never_came_is_cancelled(house_on_each):
    house_on_each.change(a_space, "room")
    technician = house_on_each.signed_in("s003")
    path = address(technician, space_id="room")
    begun = break_down(technician, "room", **at(4))
    to_come = break_down(technician, "room", **at(9))
    house_on_each.clock.advance(minutes=20)
    for one in (begun, to_come):
        assert technician.post(f"/staff/outages/{one}/end", {}).status_code == 200

    told = events(house_on_each.browser().get(path))

    over, never = told[f"{begun}@demo.hearth"], told[f"{to_come}@demo.hearth"]
    assert (utc(over.dtstart), utc(over.dtend)) == (NOON, NOON + timedelta(minutes=20))
    assert (over.status.value, over.sequence.value) == ("CONFIRMED", "1")
    assert (never.status.value, never.sequence.value, never.transp.value) == ("CANCELLED", "1", "TRANSPARENT")
    assert utc(never.dtstart).hour == 9


def test_of_an_outage_whose_end_nobody_knows_every_day_is_taken_until_it_is_ended(house):
    house.change(a_space, "room")
    technician = house.signed_in("s003")
    path = address(technician, space_id="room")
    outage = break_down(technician, "room", starts_at=at(9)["starts_at"])

    event = the_event(house.browser().get(path))
    days = [utc(SimpleNamespace(value=day)) for day in event.getrruleset(addRDate=True)[:3]]
    house.clock.advance(days=40)
    assert the_event(house.browser().get(path)).uid.value == f"{outage}@demo.hearth", "however long it lasts"
    assert house.signed_in("s003").post(f"/staff/outages/{outage}/end", {}).status_code == 200
    ended = the_event(house.browser().get(path))

    assert [(day.day, day.hour) for day in days] == [(22, 9), (23, 9), (24, 9)]
    assert utc(event.dtend) - utc(event.dtstart) == timedelta(days=1)
    assert "rrule" not in ended.contents
    assert (utc(ended.dtend), ended.sequence.value) == (house.clock.now(), "1")


def publish(desk, space):
    activity = {
        "kind": "class",
        "title": {"zh-CN": "太极拳", "en": "Tai chi"},
        "words": {"zh-CN": "零基础", "en": "For beginners"},
        "starts_at": "2026-11-25T02:00:00Z",
        "ends_at": "2026-11-25T03:00:00Z",
        "recurrence": "FREQ=WEEKLY;COUNT=2",
        "opens_at": "2026-11-22T03:30:00Z",
        "closes_at": "2026-11-25T01:00:00Z",
        "places": 5,
        "space_id": space,
    }
    answer = desk.post("/staff/activities", activity)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_spaces_feed_tells_of_each_time_of_an_activity_there_and_keeps_it_when_it_is_called_off(house_on_each):
    house_on_each.change(a_hall)
    desk = house_on_each.signed_in("s002")
    paths = {name: address(desk, space_id=name) for name in ("hall", "court-1", "court-3")}
    activity = publish(desk, "half-a")

    told = {name: events(house_on_each.browser().get(path)) for name, path in paths.items()}

    assert told["court-3"] == {}
    times = [f"{activity}-0@demo.hearth", f"{activity}-1@demo.hearth"]
    assert list(told["hall"]) == list(told["court-1"]) == times
    first = told["court-1"][times[0]]
    assert (first.summary.value, first.location.value) == ("太极拳", "场地 half-a")
    assert (utc(first.dtstart).day, utc(first.dtstart).hour, first.sequence.value) == (25, 2, "0")
    house_on_each.clock.advance(seconds=5)
    since = {"If-Modified-Since": house_on_each.browser().get(paths["hall"]).headers["last-modified"]}
    desk.post(f"/staff/activities/{activity}/call-off", {"reason": "老师病了"})
    off = events(house_on_each.browser().get(paths["hall"], headers=since)).values()
    assert [(one.status.value, one.sequence.value, one.transp.value) for one in off] == [
        ("CANCELLED", "1", "TRANSPARENT")
    ] * 2


def test_no_member_gets_a_spaces_feed_and_who_works_here_no_more_loses_theirs(house, hall):
    refused = house.signed_in("10001").post("/me/calendars", {"space_id": "court-1"})
    path = address(house.signed_in("s002"), space_id="court-1")
    missing = house.signed_in("s002").post("/me/calendars", {"space_id": "nowhere"})

    def leave(session):
        session.get_one(Member, house.member_id("s002")).role = Role.MEMBER

    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert missing.status_code == 404
    assert house.browser().get(path).status_code == 200
    house.change(leave)
    assert house.browser().get(path).status_code == 404


def test_of_more_than_a_feed_takes_those_nearest_to_now_are_told(house, phone):
    token = address(phone).partition("=")[2]
    for hour in (6, 7, 8, 9):
        book(phone, hour)

    def hours_told():
        found = house.change(feeds.feed, token=token, now=house.clock.now(), most=2)
        return [one.booking.starts_at.hour for one in found.entries]

    assert hours_told() == [6, 7]
    house.clock.advance(hours=5, minutes=30)
    assert hours_told() == [7, 8, 9]


# What is written, whatever the names, the times, the zone, and wherever the machine stands.


def entry(number, starts_at, *, name="x", minutes=60):
    booking = SimpleNamespace(
        id=str(number),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        state=BookingState.CONFIRMED,
        guests=0,
        booked_at=NOON,
        changed_at=None,
        changes=0,
    )
    return Entry(booking, SimpleNamespace(name_zh=name, name_en=name), None)


def written(entries, zone):
    entries = sorted(entries, key=lambda one: one.booking.starts_at)
    reader = SimpleNamespace(language=Language.ZH_CN)
    return ical.written(Feed(SimpleNamespace(made_at=NOON), reader, None, entries), site="demo", zone=zone)


@pytest.fixture(params=["Asia/Shanghai", "Europe/Berlin"])
def machine(request):
    """Stands there."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_hour_of_two_years_comes_back_as_it_was_by_the_calendars_own_zone_alone(machine, zone):
    first = datetime(2026, 1, 1, tzinfo=UTC)
    entries = [entry(hours, first + timedelta(hours=hours), minutes=30) for hours in range(0, 24 * 730, 53)]
    around = [first + timedelta(hours=hours) for hours in range(24 * 730) if _changes_near(first, hours, zone)]
    entries += [entry(f"near-{number}", starts_at, minutes=30) for number, starts_at in enumerate(around)]
    wanted = {f"{one.booking.id}@demo.hearth": one.booking.starts_at for one in entries}
    # A name that nobody knows: so a reader has nothing but the VTIMEZONE to go by.
    text = written(entries, zone).decode().replace(zone.key, f"Hearth/{zone.key}")

    back = {one.uid.value: one for one in vobject.readOne(text).vevent_list}

    assert {uid: utc(one.dtstart) for uid, one in back.items()} == wanted
    assert {uid: utc(one.dtend) for uid, one in back.items()} == {
        uid: starts_at + timedelta(minutes=30) for uid, starts_at in wanted.items()
    }


def _changes_near(first, hours, zone):
    before, after = (first + timedelta(hours=hours + near) for near in (-2, 2))
    return before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_second_reader_finds_the_same_clocks_in_the_timezone(machine, zone):
    text = written([entry(1, NOON), entry(2, NOON + timedelta(days=300))], zone).decode()
    found = tzical(io.StringIO(text.replace("\r\n ", "").replace("\r\n", "\n"))).get(zone.key)

    for hours in range(0, 24 * 300, 7):
        local = (NOON + timedelta(hours=hours)).astimezone(zone)
        if local.replace(fold=1).utcoffset() == local.replace(fold=0).utcoffset():
            assert local.replace(tzinfo=found).utcoffset() == local.utcoffset(), local


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=64) | st.sampled_from(
    ["a, b; c\\n", "换行\n不行", "🎹" * 30, "琴" * 64, "BEGIN:VEVENT", ":;,\\\"'"]
)


@settings(deadline=None)
@given(names=st.lists(NAMES, max_size=4), zone=st.sampled_from([SHANGHAI, BERLIN]), hours=st.integers(0, 24 * 400))
def test_any_name_whatever_comes_back_as_it_was_in_lines_of_75_octets(names, zone, hours):
    starts_at = NOON + timedelta(hours=hours)
    found = [entry(number, starts_at, name=name) for number, name in enumerate(names)]

    feed = written(found, zone)

    assert feed == written(found, zone)
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    assert b"\n" not in feed.replace(b"\r\n", b"")
    back = vobject.readOne(feed.decode()).contents.get("vevent", [])
    assert {one.uid.value: one.summary.value for one in back} == {
        f"{number}@demo.hearth": name for number, name in enumerate(names)
    }
