"""Series of bookings, on both databases: each time an ordinary booking, and what cannot be had is named."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from gateway.access.model import AccessGrant
from gateway.bookings import no_shows, queries, series, service
from gateway.bookings.model import Booking, BookingState, Series
from gateway.calendar import service as calendar
from gateway.calendar.model import HOUSE, DayKind
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.notices import queries as notices
from gateway.policies.model import Limit
from gateway.spaces.model import Claim
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_rule
from tests.gateway.bookings.conftest import HOUR, POLICY, book, may_open

LONG = replace(POLICY, days_ahead=100, most_ahead=50)
DAY = timedelta(days=1)
FIRST = Span(NOON + HOUR, NOON + 2 * HOUR)  # Sunday 22 November, 13 to 14 in Shanghai
WEEKLY = "FREQ=WEEKLY;COUNT=4"
SUNDAYS = [date(2026, 11, 22) + 7 * week * DAY for week in range(4)]


def make(session, member, rule=WEEKLY, *, space_id="room", first=FIRST, policy=LONG, now=NOON, all_or_none=False):
    return series.book(
        session,
        member=member,
        space_id=space_id,
        first=first,
        recurs=rule,
        all_or_none=all_or_none,
        policy=policy,
        now=now,
    )


def move(session, made, member, day, to, *, all_or_none=False, now=NOON):
    return series.move(
        session, series=made, from_day=day, to=to, all_or_none=all_or_none, member=member, policy=LONG, now=now
    )


def later(by, weeks=0):
    return Span(FIRST.starts_at + 7 * weeks * DAY + by, FIRST.ends_at + 7 * weeks * DAY + by)


def close(session, day):
    calendar.set_day(
        session, whose=HOUSE, day=day, kind=DayKind.CLOSED, reason="fire drill", opening=None, actor="desk", now=NOON
    )


def states(session, made):
    """By day: the booking's state and how many hours it is away from its pattern; or the code of what it missed."""
    return [turn.occurrence.skipped_for or turn.booking.state.value.lower() for turn in queries.turns(session, made.id)]


def times(session, made):
    return [turn.span for turn in queries.turns(session, made.id)]


def bookings(session, made):
    return [turn.booking for turn in queries.turns(session, made.id)]


def acts(session):
    return session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)).all()


def test_each_time_of_a_series_is_a_booking_with_its_claim_and_key(session, wang):
    made, missed = make(session, wang)

    assert missed == []
    assert states(session, made) == ["confirmed"] * 4
    assert times(session, made) == [later(timedelta(), week) for week in range(4)]
    assert session.scalar(select(func.count()).select_from(Claim)) == 4
    for week in range(4):
        assert may_open(session, wang, "room", FIRST.starts_at + 7 * week * DAY)
        assert not may_open(session, wang, "room", FIRST.starts_at + (7 * week + 1) * DAY)
    assert acts(session)[-5:] == ["booked"] * 4 + ["series_booked"]


def test_what_cannot_be_had_is_skipped_and_named_with_its_reason_and_alternatives(session, wang, li):
    close(session, SUNDAYS[1])
    book(session, li, when=later(timedelta(), 2), now=later(timedelta(), 1).starts_at)

    made, missed = make(session, wang)

    assert states(session, made) == ["confirmed", "policy.closed_day", "slot_taken", "confirmed"]
    assert [(one.day, one.code) for one in missed] == [
        (SUNDAYS[1], "policy.closed_day"),
        (SUNDAYS[2], "slot_taken"),
    ]
    assert missed[0].facts["why"]["en"] == "fire drill"
    assert len(missed[1].facts["alternatives"]) == 3


def test_the_policy_judges_each_time_by_itself(session, wang):
    made, _ = make(session, wang, "FREQ=WEEKLY;COUNT=4", policy=replace(POLICY, most_ahead=50))
    assert states(session, made) == ["confirmed"] * 3 + ["policy.days_ahead"]

    made, _ = make(session, wang, "FREQ=DAILY;COUNT=4", space_id="lawn", policy=replace(LONG, most_ahead=4))
    assert states(session, made) == ["confirmed"] + ["policy.most_ahead"] * 3


@pytest.mark.parametrize(("all_or_none", "taken_weeks"), [(True, [2]), (False, [0, 1, 2, 3])])
def test_all_or_nothing_leaves_nothing_behind(sessions, session, wang, li, all_or_none, taken_weeks):
    for week in taken_weeks:
        when = later(timedelta(), week)
        service.book(session, member=li, space_id="room", span=when, policy=LONG, now=NOON)

    with pytest.raises(Conflict) as refused, session.begin_nested():
        make(session, wang, all_or_none=all_or_none)

    assert (refused.value.code, refused.value.facts["count"]) == ("series_not_free", len(taken_weeks))
    assert [one["code"] for one in refused.value.facts["missed"]] == ["slot_taken"] * len(taken_weeks)
    assert session.scalars(select(Series)).all() == []
    assert session.scalars(select(Booking.member_id).distinct()).all() == [li.id]


def test_a_rule_that_is_none_and_a_space_that_is_not_there_make_nothing(session, wang):
    with pytest.raises(Malformed):
        make(session, wang, "FREQ=WEEKLY")
    with pytest.raises(NotFound):
        make(session, wang, space_id="attic")
    assert session.scalars(select(Series)).all() == []


def test_a_skipped_time_is_added_back_once_it_is_free(session, wang, li):
    theirs = service.book(session, member=li, space_id="room", span=later(timedelta(), 1), policy=LONG, now=NOON)
    made, _ = make(session, wang)

    def add(day=SUNDAYS[1]):
        return series.add_back(session, series=made, day=day, member=wang, policy=LONG, now=NOON)

    with pytest.raises(Conflict, match="slot_taken"):
        add()
    service.cancel(session, booking=theirs, member=li, policy=POLICY, now=NOON)
    booking = add()

    assert (booking.starts_at, booking.state) == (later(timedelta(), 1).starts_at, BookingState.CONFIRMED)
    assert states(session, made) == ["confirmed"] * 4
    with pytest.raises(Conflict, match="occurrence_booked"):
        add()
    with pytest.raises(NotFound):
        add(SUNDAYS[1] + DAY)


def test_one_time_is_moved_or_cancelled_by_itself_and_a_cancelled_one_added_back(session, wang):
    made, _ = make(session, wang)
    second, third = bookings(session, made)[1:3]

    service.move(session, booking=second, member=wang, span=later(2 * HOUR, 1), policy=LONG, now=NOON)
    service.cancel(session, booking=third, member=wang, policy=POLICY, now=NOON)

    assert states(session, made) == ["confirmed", "confirmed", "cancelled", "confirmed"]
    assert times(session, made)[1] == later(2 * HOUR, 1)
    again = series.add_back(session, series=made, day=SUNDAYS[2], member=wang, policy=LONG, now=NOON)
    assert again.id != third.id
    assert states(session, made) == ["confirmed"] * 4


def test_this_and_the_following_are_moved_together(session, wang, li):
    made, _ = make(session, wang)

    missed = move(session, made, wang, SUNDAYS[1], later(DAY + HOUR, 1))

    assert missed == []
    assert times(session, made) == [FIRST, *(later(DAY + HOUR, week) for week in (1, 2, 3))]
    assert may_open(session, wang, "room", later(DAY + HOUR, 3).starts_at)
    assert not may_open(session, wang, "room", later(timedelta(), 3).starts_at)
    service.book(session, member=li, space_id="room", span=later(timedelta(), 3), policy=LONG, now=NOON)


@pytest.mark.parametrize("by", [HOUR, -HOUR, 7 * DAY, DAY], ids=str)
def test_a_series_is_never_in_its_own_way_when_it_moves(session, wang, by):
    made, _ = make(session, wang, "FREQ=DAILY;COUNT=10", first=later(timedelta(), 1))

    missed = move(session, made, wang, SUNDAYS[1], later(by, 1))

    assert missed == []
    assert times(session, made) == [later(by + day * DAY, 1) for day in range(10)]


def test_what_cannot_be_moved_stays_and_is_named(session, wang, li):
    made, _ = make(session, wang)
    service.book(session, member=li, space_id="room", span=later(HOUR, 2), policy=LONG, now=NOON)

    missed = move(session, made, wang, SUNDAYS[0], later(HOUR))

    assert [(one.day, one.code) for one in missed] == [(SUNDAYS[2], "slot_taken")]
    expected = [later(HOUR), later(HOUR, 1), later(timedelta(), 2), later(HOUR, 3)]
    assert times(session, made) == expected
    assert may_open(session, wang, "room", later(timedelta(), 2).starts_at)


def test_all_are_moved_or_none(session, wang, li):
    made, _ = make(session, wang)
    service.book(session, member=li, space_id="room", span=later(HOUR, 2), policy=LONG, now=NOON)

    with pytest.raises(Conflict, match="series_not_free"), session.begin_nested():
        move(session, made, wang, SUNDAYS[0], later(HOUR), all_or_none=True)

    session.expire_all()
    assert times(session, made) == [later(timedelta(), week) for week in range(4)]


def test_a_skipped_time_moves_with_the_others_and_is_added_back_there(session, wang):
    close(session, SUNDAYS[2])
    made, _ = make(session, wang)

    move(session, made, wang, SUNDAYS[1], later(DAY, 1))
    booking = series.add_back(session, series=made, day=SUNDAYS[2], member=wang, policy=LONG, now=NOON)

    assert (booking.starts_at, booking.ends_at) == later(DAY, 2)


def test_what_has_begun_is_neither_moved_nor_cancelled_with_the_others(session, wang):
    made, _ = make(session, wang)
    now = later(timedelta(), 1).starts_at

    with pytest.raises(NotFound):
        move(session, made, wang, SUNDAYS[1], later(HOUR, 1), now=now)
    series.cancel(session, series=made, from_day=None, member=wang, policy=POLICY, now=now)

    assert states(session, made) == ["confirmed", "confirmed", "cancelled", "cancelled"]


def test_this_and_the_following_are_cancelled_and_the_series_ends_there(session, wang):
    close(session, SUNDAYS[3])
    made, _ = make(session, wang)

    series.cancel(session, series=made, from_day=SUNDAYS[2], member=wang, policy=POLICY, now=NOON)

    assert states(session, made) == ["confirmed", "confirmed", "cancelled", "policy.closed_day"]
    assert made.ended_from == SUNDAYS[2]
    assert not may_open(session, wang, "room", later(timedelta(), 2).starts_at)
    with pytest.raises(Conflict, match="series_ended"):
        series.add_back(session, series=made, day=SUNDAYS[3], member=wang, policy=LONG, now=NOON)
    with pytest.raises(Conflict, match="series_ended"):
        series.cancel(session, series=made, from_day=SUNDAYS[2], member=wang, policy=POLICY, now=NOON)
    series.cancel(session, series=made, from_day=None, member=wang, policy=POLICY, now=NOON)
    assert made.ended_from == SUNDAYS[0]
    assert session.scalars(select(Claim).where(Claim.released_at.is_(None))).all() == []
    assert session.scalars(select(AccessGrant).where(AccessGrant.ended_at.is_(None))).all() == []


def test_what_it_is_too_late_to_cancel_stays_booked_and_is_named(session, wang):
    a_rule(session, Limit.CANCEL_BEFORE, 120)
    made, _ = make(session, wang)

    missed = series.cancel(session, series=made, from_day=None, member=wang, policy=POLICY, now=NOON)

    assert [(one.day, one.code) for one in missed] == [(SUNDAYS[0], "policy.cancel_before")]
    assert states(session, made) == ["confirmed", "cancelled", "cancelled", "cancelled"]
    assert may_open(session, wang, "room", FIRST.starts_at)


def test_who_comes_along_comes_every_time(session, wang):
    made, _ = series.book(
        session,
        member=wang,
        space_id="room",
        first=FIRST,
        recurs=WEEKLY,
        guests=3,
        all_or_none=False,
        policy=LONG,
        now=NOON,
    )
    service.cancel(session, booking=bookings(session, made)[1], member=wang, policy=POLICY, now=NOON)
    series.add_back(session, series=made, day=SUNDAYS[1], member=wang, policy=LONG, now=NOON)

    assert [booking.guests for booking in bookings(session, made)] == [3] * 4


def nobody_comes(session, made, weeks):
    """Each is given back a quarter of an hour after its start."""
    for week in weeks:
        booking = bookings(session, made)[week]
        assert no_shows.release(session, booking_id=booking.id, policy=LONG, now=booking.starts_at + HOUR / 4)


def trim(session, made, now, policy=LONG):
    return series.trim_if_dead(session, series_id=made.id, policy=policy, now=now)


EIGHT = "FREQ=WEEKLY;COUNT=8"


def test_after_three_no_shows_in_a_row_the_rest_is_given_back_and_the_member_told(session, wang, li):
    made, _ = make(session, wang, EIGHT)
    nobody_comes(session, made, [0, 1])
    assert not trim(session, made, later(HOUR, 1).starts_at)
    nobody_comes(session, made, [2])

    now = later(HOUR, 2).starts_at
    assert queries.missed_and_ahead(session, now=now) == [made.id]
    assert trim(session, made, now)

    assert states(session, made) == ["released"] * 3 + ["cancelled"] * 5
    assert made.ended_from == SUNDAYS[3]
    notice, *_ = notices.notices_for(session, member_id=wang.id, limit=9)
    assert (notice.kind, notice.about) == ("series_trimmed", made.id)
    assert '"count": 5' in notice.facts
    service.book(session, member=li, space_id="room", span=later(timedelta(), 5), policy=LONG, now=now)
    assert queries.missed_and_ahead(session, now=now) == []
    assert not trim(session, made, now), "once"


def test_whoever_came_in_between_has_broken_the_row(session, wang):
    made, _ = make(session, wang, EIGHT)
    nobody_comes(session, made, [0, 1])
    service.check_in(session, booking=bookings(session, made)[2], policy=LONG, now=later(timedelta(), 2).starts_at)
    nobody_comes(session, made, [3, 4])

    assert not trim(session, made, later(HOUR, 4).starts_at)
    nobody_comes(session, made, [5])
    assert trim(session, made, later(HOUR, 5).starts_at)


def test_what_can_still_be_had_again_is_no_no_show_yet(session, wang):
    made, _ = make(session, wang, EIGHT)
    nobody_comes(session, made, [0, 1, 2])
    released_at = later(HOUR / 4, 2).starts_at

    assert not trim(session, made, released_at + timedelta(minutes=5))
    no_shows.reclaim(
        session, booking=bookings(session, made)[2], member=wang, policy=LONG, now=released_at + timedelta(minutes=5)
    )
    assert not trim(session, made, released_at + timedelta(minutes=6))


def test_a_cancelled_time_is_no_no_show_and_breaks_no_row(session, wang):
    made, _ = make(session, wang, EIGHT)
    nobody_comes(session, made, [0, 1])
    service.cancel(
        session, booking=bookings(session, made)[2], member=wang, policy=POLICY, now=later(timedelta(), 1).ends_at
    )
    assert not trim(session, made, later(HOUR, 2).starts_at)
    nobody_comes(session, made, [3])

    assert trim(session, made, later(HOUR, 3).starts_at)


def test_a_centre_can_do_without_trimming(session, wang):
    made, _ = make(session, wang, EIGHT)
    nobody_comes(session, made, [0, 1, 2])

    assert not trim(session, made, later(HOUR, 2).starts_at, replace(LONG, series_no_shows=0))
