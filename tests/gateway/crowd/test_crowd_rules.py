"""What passages come to: never fewer than nobody, whatever order they arrive in, and how sure that is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.crowd import rules
from gateway.crowd.rules import Confidence, Course, Crowd, Doubt, Frame, Level, Passed, Tallied, is_occupied

MINUTE_MS = 60_000
SOME_DAY = Tallied(people=5, entered=20, corrected=0)
SOME = st.integers(0, 30)
PASSAGES = st.lists(st.builds(Passed, st.integers(0, 50).map(lambda no: no * MINUTE_MS), SOME, SOME))


def tallied(*passed, opens_ms=0):
    return rules.tallied(passed, opens_ms=opens_ms)


@given(PASSAGES)
def test_fewer_than_nobody_are_never_there_and_what_was_corrected_is_kept(passed):
    found = tallied(*passed)

    assert found.people >= 0
    assert found.people == sum(one.entered - one.left for one in passed) + found.corrected


@given(PASSAGES, st.randoms())
def test_in_whatever_order_they_arrive_they_count_at_their_time(passed, chance):
    shuffled = list(passed)
    chance.shuffle(shuffled)

    assert tallied(*shuffled) == tallied(*passed)


def test_who_passes_within_one_minute_by_two_doors_is_no_drift():
    assert tallied(Passed(0, 0, 3), Passed(0, 3, 0)) == Tallied(people=0, entered=3, corrected=0)


def test_a_day_has_its_counts_at_each_mark_its_most_and_nobody_after_the_closing():
    passed = [Passed(10, 3, 0), Passed(20, 5, 1), Passed(30, 0, 2), Passed(45, 2, 0)]

    lived = rules.course(passed, closings_ms=[40], marks_ms=[10, 15, 25, 35, 40, 50])

    assert lived == Course([0, 3, 7, 5, 0, 2], 7, 20)


@given(st.lists(st.builds(Passed, st.integers(0, 99), st.integers(0, 5), st.integers(0, 5))), st.integers(0, 99))
def test_at_no_mark_are_fewer_than_nobody_and_the_last_is_what_is_tallied(passed, closing):
    lived = rules.course(passed, closings_ms=[closing], marks_ms=range(101))
    after = rules.tallied((one for one in passed if one.at_ms >= closing), opens_ms=0)

    assert min(lived.people) >= 0 == lived.people[closing]
    assert max(lived.people) <= lived.most
    assert lived.people[-1] == after.people


def test_staff_who_leave_before_the_opening_are_no_drift():
    assert tallied(Passed(0, 0, 4), Passed(2 * MINUTE_MS, 1, 0), opens_ms=MINUTE_MS) == Tallied(1, 1, 0)


def doubt(tallied=SOME_DAY, **more):
    usual = {"has_counters": True, "is_silent": False, "back_ms": 0, "opens_ms": 1, "sees_somebody": False}
    return rules.doubt(tallied, **usual | more)


@pytest.mark.parametrize(
    ("why", "expected", "sure"),
    [
        ({}, None, Confidence.KNOWN),
        ({"has_counters": False}, Doubt.NO_COUNTER, Confidence.UNKNOWN),
        ({"is_silent": True, "back_ms": 2}, Doubt.SILENT, Confidence.UNKNOWN),
        ({"back_ms": 1}, Doubt.AWAY, Confidence.ROUGH),
        ({"tallied": Tallied(5, 20, 3)}, Doubt.DRIFT, Confidence.ROUGH),
        ({"tallied": Tallied(5, 100, 3)}, None, Confidence.KNOWN),
        ({"tallied": Tallied(0, 20, 0), "sees_somebody": True}, Doubt.PRESENCE, Confidence.ROUGH),
        ({"sees_somebody": True}, None, Confidence.KNOWN),
    ],
)
def test_a_count_is_as_sure_as_the_gravest_doubt_lets_it_be(why, expected, sure):
    found = doubt(**why)

    assert found is expected
    assert rules.confidence(found) is sure


@pytest.mark.parametrize(
    ("fullness", "word"),
    [(None, Level.UNKNOWN), (0.0, Level.QUIET), (0.39, Level.QUIET), (0.4, Level.MODERATE), (0.9, Level.FULL)],
)
def test_how_full_it_is_in_a_word(fullness, word):
    assert rules.level(fullness) is word


NINE = datetime(2026, 11, 22, 1, tzinfo=UTC)
DAY, HOURS = timedelta(days=1), timedelta(hours=12)


def test_counting_begins_at_zero_at_the_last_closing():
    days = {NINE + no * DAY: NINE + no * DAY + HOURS for no in (-2, -1, 0, 1)}

    noon = rules.frame(days, midnight=NINE, now=NINE + timedelta(hours=3))
    night = rules.frame(days, midnight=NINE, now=NINE + HOURS)

    assert noon == Frame(NINE - 2 * DAY + HOURS, NINE - DAY + HOURS, NINE)
    assert night == Frame(NINE - DAY + HOURS, NINE + HOURS, NINE + DAY)


def test_a_house_that_never_closed_counts_from_midnight():
    assert rules.frame({}, midnight=NINE, now=NINE + HOURS) == Frame(NINE - DAY, NINE, NINE)


@pytest.mark.parametrize(
    ("people", "confidence", "sees_somebody", "occupied"),
    [
        (3, Confidence.KNOWN, False, True),
        (3, Confidence.ROUGH, False, True),
        (0, Confidence.KNOWN, False, False),
        (0, Confidence.ROUGH, False, None),
        (0, Confidence.ROUGH, True, True),
        (None, Confidence.UNKNOWN, False, None),
        (None, Confidence.UNKNOWN, True, True),
    ],
)
def test_only_a_sure_count_of_nobody_says_that_nobody_is_there(people, confidence, sees_somebody, occupied):
    crowd = Crowd(people, confidence, None, None, 0, 0, 0, datetime(2026, 11, 22, 4, tzinfo=UTC))
    assert is_occupied(crowd, sees_somebody=sees_somebody) is occupied
