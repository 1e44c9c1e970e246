"""Booking by the calendar, on both databases: weeks that are inherited, holidays, and what staff say of a date."""

import os
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from gateway.bookings import queries, service
from gateway.calendar import queries as calendar
from gateway.calendar import service as calendar_service
from gateway.calendar.model import HOUSE, DayKind, DayName
from gateway.calendar.national import PublicCalendar
from gateway.calendar.rules import Opening
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_hall, a_member, a_space
from tests.gateway.bookings.conftest import POLICY as USUAL_POLICY

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
YEAR_AHEAD = replace(USUAL_POLICY, days_ahead=366, most_ahead=100)
EARLY = datetime(2026, 9, 1, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
DAY_OF_CHANGE = {"spring": "2027-03-28", "autumn": "2026-10-25"}  # in Berlin


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_space(session, "room")
        a_hall(session)
        yield session


def at(text, zone=SHANGHAI, hours=1):
    starts_at = datetime.fromisoformat(text).replace(tzinfo=zone)
    return Span(starts_at, starts_at + hours * HOUR)


def book(session, member, when, space_id="room", policy=YEAR_AHEAD, now=EARLY):
    return service.book(session, member=member, space_id=space_id, span=when, policy=policy, now=now)


def refusal(session, member, when, space_id="room", **more):
    with pytest.raises(Conflict) as refused:
        book(session, member, when, space_id, **more)
    return refused.value.code, refused.value.facts.get("why", {}).get("en")


def say(session, day, kind, *, whose=HOUSE, reason="fire drill", opening=None):
    return calendar_service.set_day(
        session,
        whose=whose,
        day=date.fromisoformat(day),
        kind=kind,
        reason=reason,
        opening=opening,
        actor="desk",
        now=NOON,
    )


def set_week(session, whose, **week):
    named = {DayName(day): opening for day, opening in week.items()}
    calendar_service.set_week(session, whose=whose, week=named, actor="manager", now=NOON)


def opening_on(session, space_id, day, zone=SHANGHAI):
    noon = at(f"{day}T12:00", zone)
    return spaces.hours_of(session, spaces.space(session, space_id), zone=zone).day_of(noon.starts_at)


def slots_on(session, space_id, day, policy=YEAR_AHEAD):
    midnight = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=policy.zone)
    end = datetime.fromisoformat(f"{day}T23:59").replace(tzinfo=policy.zone)
    space = spaces.space(session, space_id)
    return queries.availability(session, space=space, within=Span(midnight, end), policy=policy, now=EARLY)


def test_a_public_holiday_is_refused_by_its_name_and_shows_no_free_time(session, wang):
    assert refusal(session, wang, at("2026-10-01T10:00")) == ("policy.closed_day", "National Day")
    assert slots_on(session, "room", "2026-10-01") == []
    assert len(slots_on(session, "room", "2026-10-08")) == 14
    book(session, wang, at("2026-10-08T10:00"))


def test_a_make_up_workday_on_a_sunday_has_the_hours_of_a_working_day(session, wang):
    set_week(session, HOUSE, sun=None, mon=Opening(540, 1020))

    assert refusal(session, wang, at("2026-09-13T10:00")) == ("policy.closed_day", "every Sunday")
    assert refusal(session, wang, at("2026-09-20T08:00")) == ("policy.opening_hours", None)
    book(session, wang, at("2026-09-20T09:00"))


def test_a_part_has_the_hours_of_its_whole_and_that_those_of_the_centre(session):
    monday = "2026-11-23"
    assert opening_on(session, "court-1", monday).opening == Opening(480, 1320)
    set_week(session, HOUSE, mon=Opening(540, 1260))
    assert opening_on(session, "court-1", monday).opening == Opening(540, 1260)
    set_week(session, "hall", mon=Opening(600, 1200))
    assert opening_on(session, "court-1", monday).opening == Opening(600, 1200)
    assert opening_on(session, "room", monday).opening == Opening(540, 1260)
    set_week(session, "court-1", mon=None)
    assert opening_on(session, "court-1", monday).opening is None
    assert opening_on(session, "court-2", monday).opening == Opening(600, 1200)
    set_week(session, "court-1")
    assert opening_on(session, "court-1", monday).opening == Opening(600, 1200)


def test_staff_open_on_a_holiday_and_close_on_any_day_and_take_it_back(session, wang):
    say(session, "2026-10-01", DayKind.SPECIAL_HOURS, opening=Opening(600, 840), reason="gala")
    assert [slot.reason for slot in slots_on(session, "room", "2026-10-01")] == [None] * 4
    book(session, wang, at("2026-10-01T10:00"))

    say(session, "2026-09-09", DayKind.CLOSED)
    assert refusal(session, wang, at("2026-09-09T10:00")) == ("policy.closed_day", "fire drill")

    calendar_service.clear_day(session, whose=HOUSE, day=date(2026, 9, 9), actor="desk", now=NOON)
    book(session, wang, at("2026-09-09T10:00"))
    with pytest.raises(NotFound):
        calendar_service.clear_day(session, whose=HOUSE, day=date(2026, 9, 9), actor="desk", now=NOON)


def test_what_is_said_of_a_date_a_second_time_counts(session):
    say(session, "2026-09-09", DayKind.CLOSED)
    say(session, "2026-09-09", DayKind.SPECIAL_HOURS, opening=Opening(600, 840))

    assert opening_on(session, "room", "2026-09-09").opening == Opening(600, 840)


def test_a_room_is_not_open_in_a_house_that_is_shut(session, wang):
    say(session, "2026-09-09", DayKind.SPECIAL_HOURS, whose="room", opening=Opening(600, 840))
    say(session, "2026-09-09", DayKind.CLOSED, reason="typhoon")

    assert refusal(session, wang, at("2026-09-09T10:00")) == ("policy.closed_day", "typhoon")


def test_a_whole_is_closed_when_any_part_of_it_is(session, wang):
    say(session, "2026-09-09", DayKind.CLOSED, whose="half-a", reason="new floor")

    for space_id in ("hall", "half-a", "court-1"):
        assert refusal(session, wang, at("2026-09-09T10:00"), space_id) == ("policy.closed_day", "new floor")
    book(session, wang, at("2026-09-09T10:00"), "half-b")


def test_a_move_obeys_the_calendar_too(session, wang):
    booking = book(session, wang, at("2026-09-30T10:00"))

    with pytest.raises(Conflict, match=r"policy\.closed_day"):
        service.move(session, booking=booking, member=wang, span=at("2026-10-01T10:00"), policy=YEAR_AHEAD, now=EARLY)
    assert booking.starts_at == at("2026-09-30T10:00").starts_at


def test_alternatives_never_lie_on_a_closed_day(session, wang):
    say(session, "2026-09-10", DayKind.CLOSED)
    say(session, "2026-09-09", DayKind.SPECIAL_HOURS, opening=Opening(18 * 60, 22 * 60))
    for hour in (18, 19, 20, 21):
        book(session, wang, at(f"2026-09-09T{hour}:00"))
    li = a_member(session, "10002")

    with pytest.raises(Conflict) as refused:
        book(session, li, at("2026-09-09T21:00"))

    starts = [datetime.fromisoformat(one["starts_at"]) for one in refused.value.facts["alternatives"]]
    assert [one.astimezone(SHANGHAI).strftime("%d %H:%M") for one in starts] == ["08 21:00"]


def test_a_booking_that_stands_when_its_day_is_closed_is_named_to_staff_and_kept(session, wang):
    stays = book(session, wang, at("2026-09-09T19:00"))
    early = book(session, wang, at("2026-09-09T09:00"))
    in_hall = book(session, wang, at("2026-09-09T09:00"), "court-3")
    say(session, "2026-09-09", DayKind.SPECIAL_HOURS, opening=Opening(18 * 60, 22 * 60))

    def outside(space_id):
        found = queries.outside_hours(session, space_id=space_id, day=date(2026, 9, 9), policy=YEAR_AHEAD)
        return {booking.id for booking in found}

    assert outside(None) == {early.id, in_hall.id}
    assert outside("hall") == {in_hall.id}
    assert stays.state == early.state == "CONFIRMED"


def test_everything_said_of_days_and_hours_is_in_the_trail(session):
    set_week(session, HOUSE, mon=Opening(540, 1020), sun=None)
    say(session, "2026-09-09", DayKind.CLOSED, whose="room")
    calendar_service.clear_day(session, whose="room", day=date(2026, 9, 9), actor="desk", now=NOON)

    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(3)).all()
    assert [(entry.actor, entry.act, entry.thing) for entry in entries] == [
        ("desk", "day_cleared", "room"),
        ("desk", "day_set", "room"),
        ("manager", "opening_hours_set", "centre"),
    ]
    assert '"mon": "09:00–17:00"' in entries[2].detail
    assert "fire drill" in entries[1].detail
    assert list(audit.verify(session)) == []


def test_a_coming_year_counts_as_known_once_staff_have_entered_a_holiday_of_it(session):
    public = PublicCalendar(known_until=2026)

    def missing():
        return calendar.missing_year(session, public=public, today=date(2026, 12, 15))

    assert missing() == 2027
    say(session, "2027-01-01", DayKind.CLOSED)
    assert missing() == 2027
    say(session, "2027-01-01", DayKind.HOLIDAY, reason="元旦")
    assert missing() is None


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN], ids=str)
def test_a_day_begins_and_opens_by_the_centres_clock_wherever_the_machine_is(session, wang, machine_zone, zone):
    policy = replace(YEAR_AHEAD, zone=zone)
    say(session, "2026-09-09", DayKind.CLOSED)
    assert os.environ["TZ"] == machine_zone

    first, last = at("2026-09-08T21:00", zone), at("2026-09-10T08:00", zone)
    book(session, wang, first, policy=policy)
    book(session, wang, last, policy=policy)
    for hour in ("08", "12", "21"):
        wanted = at(f"2026-09-09T{hour}:00", zone)
        assert refusal(session, wang, wanted, policy=policy) == ("policy.closed_day", "fire drill")
    assert slots_on(session, "room", "2026-09-09", policy) == []
    assert slots_on(session, "room", "2026-09-10", policy)[0].reason == "slot_taken"


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (BERLIN, DAY_OF_CHANGE["spring"], 23),
        (BERLIN, DAY_OF_CHANGE["autumn"], 25),
        (SHANGHAI, DAY_OF_CHANGE["spring"], 24),
        (SHANGHAI, DAY_OF_CHANGE["autumn"], 24),
    ],
)
def test_special_hours_round_the_clock_are_as_long_as_the_day_is(session, wang, machine_zone, zone, day, length):
    policy = replace(YEAR_AHEAD, zone=zone)
    say(session, day, DayKind.SPECIAL_HOURS, opening=Opening(0, 1440))

    midnight = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=zone)
    whole = Span(midnight, datetime.combine(date.fromisoformat(day) + timedelta(days=1), midnight.time(), zone))
    found = queries.availability(session, space=spaces.space(session, "room"), within=whole, policy=policy, now=EARLY)

    assert len(found) == length
    for slot in found[1:4]:  # the hour that is skipped or repeated among them
        book(session, wang, slot.span, policy=policy)


@pytest.mark.parametrize("season", DAY_OF_CHANGE)
def test_hours_keep_to_the_wall_clock_on_the_day_the_clocks_change(session, machine_zone, season):
    set_week(session, HOUSE, sun=Opening(9 * 60, 17 * 60))

    found = slots_on(session, "room", DAY_OF_CHANGE[season], replace(YEAR_AHEAD, zone=BERLIN))

    walls = [slot.span.starts_at.astimezone(BERLIN).strftime("%H:%M") for slot in found]
    assert walls == [f"{hour:02}:00" for hour in range(9, 17)]
