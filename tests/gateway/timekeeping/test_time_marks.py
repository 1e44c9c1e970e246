"""The latest time that is known to have come, and a clock that shows an earlier one."""

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict
from gateway.timekeeping import queries, rules, service
from gateway.timekeeping.model import TimeMark
from gateway.timekeeping.rules import TOLERANCE, Mark
from tests.centre_builder import NOON, HandClock
from tests.race import half_way_through

MOMENT = timedelta(microseconds=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KEPT = Mark(NOON, 1000.0, "boot")


@pytest.fixture
def clock():
    return HandClock()


def test_a_clock_is_behind_when_it_shows_a_time_that_is_over_by_more_than_a_little():
    assert not rules.is_behind(NOON, known=None)
    assert not rules.is_behind(NOON - TOLERANCE, known=NOON)
    assert rules.is_behind(NOON - TOLERANCE - MOMENT, known=NOON)


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (Mark(NOON + MINUTE, 1060.0, "boot"), NOON + MINUTE),  # all is well
        (Mark(NOON + 8 * HOUR, 20.0, "next boot"), NOON + 8 * HOUR),  # the machine was off
        (Mark(NOON - MINUTE, 1000.0, "boot"), NOON),  # network time sets it back a little
        (Mark(NOON - HOUR, 1060.0, "boot"), NOON + MINUTE),  # set back: what has passed is counted
        (Mark(NOON - HOUR, 20.0, "next boot"), NOON),  # it came up too early: nobody counted
    ],
)
def test_what_is_kept_is_the_latest_time_that_is_known_to_have_come(now, at):
    assert rules.next_mark(None, now) == now
    assert rules.next_mark(KEPT, now) == now._replace(at=at)


@given(
    back=st.timedeltas(min_value=2 * TOLERANCE, max_value=timedelta(days=4000)),
    minutes=st.lists(st.integers(1, 600), max_size=20),
)
def test_waiting_makes_no_clock_right_that_was_set_back(back, minutes):
    kept, mono_s = KEPT, KEPT.mono_s
    for each in [0, *minutes]:
        mono_s += 60.0 * each
        shows = NOON + timedelta(seconds=mono_s - KEPT.mono_s) - back
        kept = rules.next_mark(kept, Mark(shows, mono_s, "boot"))
        assert rules.is_behind(shows, known=kept.at)
    right = kept.at
    assert not rules.is_behind(right, known=rules.next_mark(kept, Mark(right, mono_s, "boot")).at)


@given(steps_s=st.lists(st.integers(-119, 200), max_size=40))
def test_what_is_kept_never_goes_back_however_the_clock_is_moved(steps_s):
    kept, shows = KEPT, NOON
    for no, step_s in enumerate(steps_s, 1):
        shows += timedelta(seconds=step_s)
        following = rules.next_mark(kept, Mark(shows, KEPT.mono_s + no, "boot"))
        assert following.at >= max(kept.at, shows)
        kept = following


def test_one_row_is_kept_and_a_clock_that_is_right_again_is_believed_by_itself(sessions, clock):
    with sessions.begin() as session:
        assert not queries.is_behind(session, now=clock.now())
        service.keep(session, clock=clock)
        clock.set_back(days=1)
        clock.advance(minutes=1)
        service.keep(session, clock=clock)

        assert queries.known_time(session) == NOON + MINUTE
        assert queries.is_behind(session, now=clock.now())
        clock.advance(days=1)
        assert not queries.is_behind(session, now=clock.now())
        assert session.scalar(select(func.count()).select_from(TimeMark)) == 1


def test_a_clock_that_ran_ahead_is_believed_again_when_another_clock_says_the_same(sessions, clock):
    clock.advance(days=300)
    with sessions.begin() as session:
        service.keep(session, clock=clock)
        clock.set_back(days=300)
        assert queries.is_behind(session, now=clock.now())

        for elsewhere in (NOON + TOLERANCE + MOMENT, NOON - TOLERANCE - MOMENT):
            with pytest.raises(Conflict, match="clock_differs"):
                service.believe(session, it_is=elsewhere, actor="manager", clock=clock)
        assert queries.is_behind(session, now=clock.now())

        service.believe(session, it_is=NOON + MINUTE, actor="manager", clock=clock)
        assert not queries.is_behind(session, now=clock.now())
        service.keep(session, clock=clock)
        assert queries.known_time(session) == NOON
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert (entry.actor, entry.act, entry.at) == ("manager", "clock_believed", NOON)


def test_what_somebody_says_of_the_clock_is_not_undone_by_what_is_kept_at_the_same_instant(sessions, clock):
    clock.advance(days=300)
    with sessions.begin() as session:
        service.keep(session, clock=clock)
    clock.set_back(days=300)
    clock.advance(seconds=30)

    def keep():
        with sessions.begin() as session:
            service.keep(session, clock=clock)

    half_way_through(sessions, partial(service.believe, it_is=NOON, actor="manager", clock=clock), keep)

    with sessions.read() as session:
        assert queries.known_time(session) == clock.now()


def test_the_first_mark_can_be_one_that_somebody_confirmed(sessions, clock):
    with sessions.begin() as session:
        service.believe(session, it_is=NOON, actor="manager", clock=clock)
        assert queries.known_time(session) == NOON
