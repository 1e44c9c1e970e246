"""What does not go together at a compartment."""

from datetime import timedelta

import pytest

from gateway.counts.model import Seen
from gateway.counts.rules import Difference, Facts, differences, hold_refusal
from gateway.fleet.model import DoorLevel
from tests.centre_builder import NOON

HOUR = timedelta(hours=1)
BEFORE, AFTER = NOON - HOUR, NOON + HOUR


def found(**facts):
    return differences(
        Facts(
            **{"taken": facts.get("rented", False), "rented": False, "stands_since": NOON, "door": DoorLevel.SHUT}
            | facts
        )
    )


@pytest.mark.parametrize("rented", [True, False])
def test_behind_a_shut_door_all_is_well(rented):
    assert found(rented=rented) == []


@pytest.mark.parametrize(
    ("rented", "door", "expected"),
    [
        (True, DoorLevel.OPEN, Difference.TAKEN_OPEN),
        (False, DoorLevel.OPEN, Difference.FREE_OPEN),
        (True, DoorLevel.UNKNOWN, Difference.DOOR_UNKNOWN),
        (False, DoorLevel.UNKNOWN, Difference.DOOR_UNKNOWN),
    ],
)
def test_an_open_door_and_an_unknown_one_are_differences_of_their_own(rented, door, expected):
    assert found(rented=rented, door=door) == [expected]


@pytest.mark.parametrize(
    ("rented", "seen", "expected"),
    [
        (False, Seen.THINGS, [Difference.THINGS_IN_FREE]),
        (False, Seen.EMPTY, []),
        (True, Seen.THINGS, []),
        (True, Seen.EMPTY, [Difference.RENTED_EMPTY]),
    ],
)
def test_what_staff_saw_counts_against_what_the_software_says(rented, seen, expected):
    assert found(rented=rented, seen=seen, seen_at=AFTER, seen_taken=rented) == expected


@pytest.mark.parametrize("seen", Seen)
def test_what_staff_assign_or_hold_may_be_empty_or_not(seen):
    assert found(taken=True, rented=False, seen=seen, seen_at=AFTER, seen_taken=True) == []


@pytest.mark.parametrize(("seen_at", "seen_taken"), [(BEFORE, False), (AFTER, True), (BEFORE, True)])
def test_what_was_seen_of_somebody_elses_time_says_nothing_now(seen_at, seen_taken):
    assert found(seen=Seen.THINGS, seen_at=seen_at, seen_taken=seen_taken) == []


def test_what_was_seen_where_nobody_ever_was_still_counts():
    assert found(stands_since=None, seen=Seen.THINGS, seen_at=BEFORE) == [Difference.THINGS_IN_FREE]


@pytest.mark.parametrize(("seen_at", "expected"), [(None, True), (BEFORE, True), (NOON, False), (AFTER, False)])
def test_an_opening_that_nobody_asked_for_is_explained_by_whoever_looks_afterwards(seen_at, expected):
    seen = Seen.EMPTY if seen_at else None

    assert (Difference.FORCED in found(forced_at=NOON, seen=seen, seen_at=seen_at)) is expected


def test_the_gravest_comes_first():
    facts = {"door": DoorLevel.OPEN, "forced_at": AFTER + HOUR, "seen": Seen.THINGS, "seen_at": AFTER}

    assert found(**facts) == [Difference.THINGS_IN_FREE, Difference.FORCED, Difference.FREE_OPEN]


@pytest.mark.parametrize(
    ("taken", "seen", "code"),
    [
        (False, Seen.THINGS, None),
        (False, Seen.EMPTY, "nothing_to_keep"),
        (True, Seen.THINGS, "nothing_to_keep"),
        (True, Seen.EMPTY, "nothing_to_keep"),
    ],
)
def test_only_what_nobody_rents_and_is_not_empty_is_kept_back(taken, seen, code):
    assert hold_refusal(taken=taken, seen=seen) == code
