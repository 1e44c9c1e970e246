"""Who gets the hours that everybody wants, on both databases."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.ballots import draw
from gateway.ballots import service as ballots
from gateway.bookings import service, waitlist
from gateway.bookings.model import BookingState
from gateway.bookings.rules import Policy
from gateway.policies.model import Limit
from gateway.policies.rules import Peak
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span
from gateway.usage import fairness
from gateway.usage.queries import Period
from tests.centre_builder import NOON, a_group, a_member, a_rule, a_space

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
SUNDAY = date(2026, 11, 22)
POLICY = Policy(zone=ZONE, days_ahead=30, max_minutes=240, most_ahead=99, key_early_min=10, no_show_after_min=15)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_space(session, "court")
        a_space(session, "room")
        yield session


@pytest.fixture
def people(session):
    return [a_member(session, str(10_001 + number), name=f"成员{number}") for number in range(6)]


def report(session, days=7):
    last = SUNDAY + timedelta(days=days - 1)
    return fairness.of(session, Period(SUNDAY, last, ZONE, NOON + timedelta(days=60)))


def book(session, member, hour, length=1, day=0, space_id="court"):
    starts_at = NOON + timedelta(days=day, hours=hour - 12)
    span = Span(starts_at, starts_at + length * HOUR)
    return service.book(session, member=member, space_id=space_id, span=span, policy=POLICY, now=NOON)


def test_hours_in_the_evening_are_counted_over_those_who_wanted_something(session, people):
    wang, li, zhao, *_ = people
    book(session, wang, 17, 2)
    book(session, wang, 19)
    book(session, li, 20)
    book(session, zhao, 13)
    found = report(session)

    assert (found.wanting, found.peak_bookings, found.peak_h) == (3, 3, 3)
    assert found.spread == [(0, 1), (1, 1), (2, 1)]
    assert [(one.member_no, hours) for one, hours in found.most] == [("10001", 2), ("10002", 1)]
    assert (found.gini, found.top_tenth) == (pytest.approx(4 / 9), pytest.approx(2 / 3))


def test_what_was_cancelled_counts_nothing_and_what_nobody_came_to_does(session, people):
    wang, li, *_ = people
    gone, missed = book(session, wang, 19), book(session, li, 20)
    service.cancel(session, booking=gone, member=wang, policy=POLICY, now=NOON)
    service.change(session, missed, state=BookingState.RELEASED, released_at=NOON, now=NOON)
    found = report(session)

    assert (found.wanting, found.peak_h) == (1, 1)


def test_peak_hours_are_those_of_the_rules_where_there_are_any(session, people):
    a_rule(session, Limit.PEAK_MINUTES, 600, peak=Peak("7", 13 * 60, 15 * 60))
    book(session, people[0], 13)
    book(session, people[1], 19)
    found = report(session)

    assert (found.peaks, found.peak_h) == ([Peak("7", 780, 900)], 1)


def test_a_first_time_is_one_before_which_there_was_none(session, people):
    wang, li, *_ = people
    book(session, wang, 19)
    book(session, wang, 19, day=8)
    book(session, li, 20, day=8)
    later = Period(SUNDAY + timedelta(days=7), SUNDAY + timedelta(days=13), ZONE, NOON + timedelta(days=60))

    assert report(session).first_timers == 1
    assert fairness.of(session, later).first_timers == 1


def test_who_handed_in_or_waited_in_vain_is_among_those_who_wanted_something(session, people):
    wang, li, zhao, chen, *_ = people
    within = Span(NOON + 24 * HOUR, NOON + 48 * HOUR)
    ballot = ballots.open_ballot(
        session,
        space=spaces.space(session, "room"),
        within=within,
        closes_at=NOON + HOUR,
        actor="boss",
        now=NOON,
    )
    evening = Span(NOON + 31 * HOUR, NOON + 32 * HOUR)
    for member in (wang, li):
        wishes = [("room", evening)]
        ballots.hand_in(session, ballot_id=ballot.id, member=member, wishes=wishes, guests=0, policy=POLICY, now=NOON)
    draw.draw(session, ballot_id=ballot.id, policy=POLICY, now=NOON + HOUR)
    book(session, zhao, 19)
    span = Span(NOON + 7 * HOUR, NOON + 8 * HOUR)
    wait = waitlist.join(session, member=chen, space_id="court", span=span, policy=POLICY, now=NOON)
    waitlist.look_after(session, wait_id=wait.id, policy=POLICY, now=NOON + 8 * HOUR)
    found = report(session)

    assert (found.wanting, found.entries, found.won, found.won_first) == (4, 2, 1, 1)
    assert (found.waits, found.waits_unseated) == (2, 1)
    assert found.spread == [(0, 2), (1, 2)]


def test_each_group_has_its_part(session, people):
    a_group(session, "east", *people[:5])
    for number, member in enumerate(people[:2]):
        book(session, member, 18 + number)
    book(session, people[5], 20)
    [east] = report(session).groups

    assert (east.members, east.wanting, east.peak_h) == (5, 2, 2)


def test_where_nothing_was_booked_nobody_knows_how_even_it_was(session):
    found = report(session)

    assert (found.wanting, found.gini, found.top_tenth, found.spread) == (0, None, None, [])
