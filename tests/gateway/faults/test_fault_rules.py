"""What a lock's own words say of it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.faults import rules
from gateway.faults.model import PulseEnd
from gateway.faults.rules import Came, Latch
from tests.centre_builder import NOON

NOTHING, OPENED, STOOD_OPEN, UNSEEN = PulseEnd.NOTHING, PulseEnd.OPENED, PulseEnd.STOOD_OPEN, PulseEnd.UNSEEN
MINUTE = timedelta(minutes=1)


@dataclass
class Said:
    kind: str
    mono_ms: int = 0
    level_before: str | None = None
    boot_id: str = "one"


INTENT, DONE, EDGE = Said("intent", 90, "shut"), Said("done", 100), Said("door_open", 340)


@pytest.mark.parametrize(
    ("events", "came"),
    [
        ([INTENT], None),
        ([INTENT, DONE], Came(NOTHING)),
        ([INTENT, DONE, EDGE], Came(OPENED, 240)),
        ([INTENT, EDGE], None),
        ([INTENT, Said("door_open", 95), DONE], Came(OPENED, 0)),
        ([Said("intent", 90, "open"), DONE], Came(STOOD_OPEN)),
        ([Said("intent", 90, "unknown"), DONE, Said("possible", 3100)], Came(UNSEEN)),
        ([INTENT, Said("inferred", 5, boot_id="two")], Came(OPENED)),
        ([INTENT, DONE, Said("door_open", 5, boot_id="two")], Came(OPENED)),
        ([INTENT, Said("refused", 95)], None),
        ([], None),
    ],
)
def test_a_commands_events_say_what_came_of_its_pulse(events, came):
    assert rules.came_of(events) == came


@given(st.permutations([INTENT, DONE, EDGE]))
def test_in_whatever_order_they_are_read(events):
    assert rules.came_of(events) == Came(OPENED, 240)


@pytest.mark.parametrize(
    ("newest_first", "times"),
    [
        ([], 0),
        ([NOTHING, NOTHING, NOTHING], 3),
        ([OPENED, NOTHING, NOTHING], 0),
        ([NOTHING, OPENED, NOTHING], 1),
        ([NOTHING, UNSEEN, NOTHING], 2),
        ([NOTHING, STOOD_OPEN, NOTHING], 1),
    ],
)
def test_only_pulses_in_a_row_that_moved_nothing_count(newest_first, times):
    assert rules.in_vain(newest_first) == times


@pytest.mark.parametrize(
    ("ends", "minutes", "open_since", "is_so"),
    [
        ([STOOD_OPEN] * 3, (20, 15, 10), -60, True),
        ([STOOD_OPEN] * 3, (2, 1, 0), -60, False),  # somebody who presses thrice
        ([STOOD_OPEN] * 3, (20, 15, 10), 12, False),  # it was shut in between
        ([STOOD_OPEN, OPENED, STOOD_OPEN], (20, 15, 10), -60, False),
        ([STOOD_OPEN] * 2, (20, 10), -60, False),
        ([STOOD_OPEN] * 3, (20, 15, 10), None, False),
    ],
)
def test_a_contact_that_says_open_whenever_somebody_wants_in_is_not_believed(ends, minutes, open_since, is_so):
    pulses = [(end, NOON + minute * MINUTE) for end, minute in zip(ends, minutes, strict=True)]
    since = None if open_since is None else NOON + open_since * MINUTE

    assert rules.stands_open_for_ever(pulses, open_since=since) is is_so


def test_only_what_moved_within_the_last_minute_is_flapping():
    edges = [NOON - timedelta(seconds=seconds) for seconds in (0, 30, 60, 61, 600)]

    assert rules.flaps(edges, now=NOON) == 3
    assert rules.flaps([], now=NOON) == 0


def test_a_latch_is_compared_with_its_own_beginning_by_medians():
    found = rules.latch([300] * 50, [450] * 11 + [3000] * 9)

    assert found == Latch(300, 450)
    assert found.slowness == 1.5


def test_a_single_slow_opening_is_nothing():
    assert rules.latch([300] * 50, [300] * 11 + [2900] * 9).slowness == 1.0


@pytest.mark.parametrize(("first", "newest"), [(49, 20), (50, 19), (0, 0)])
def test_too_few_openings_say_nothing(first, newest):
    assert rules.latch([300] * first, [300] * newest) is None


def test_what_two_looks_of_a_board_cannot_tell_apart_is_no_slowness():
    assert rules.latch([60] * 50, [240] * 20).slowness == 1.0
