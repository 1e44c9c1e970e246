"""A day that a pretended node lives through: the same each time, and never twice."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from firmware_sim import day
from firmware_sim.day import between

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 12, tzinfo=ZONE)


@pytest.mark.parametrize("hour", range(24))
def test_whenever_a_day_ends_it_has_one_leak_one_call_and_an_empty_house_at_closing(hour):
    end = NOON.replace(hour=hour, minute=45)
    there = Counter()
    at_closing, begun = None, Counter()

    for one in between(end - day.LASTS, end, ZONE, doors=3):
        if one.at.astimezone(ZONE).time() >= day.CLOSES_AT and at_closing is None:
            at_closing = +there
        there[one.door] += {"come": 1, "go": -1}.get(one.what, 0)
        if one.door:
            there[0] -= {"come": 1, "go": -1}.get(one.what, 0)
        assert min(there.values(), default=0) >= 0
        begun[one.what] += one.is_on

    assert begun["water_leak"] == begun["call"] == 1
    assert at_closing == Counter()


def test_two_halves_of_a_day_are_the_whole_but_for_whoever_was_inside_then():
    begin, middle = NOON - day.LASTS, NOON - timedelta(hours=14)  # the middle is ten in the evening: nobody is
    whole = between(begin, NOON, ZONE, doors=3)

    assert [*between(begin, middle, ZONE, doors=3), *between(middle, NOON, ZONE, doors=3)] == whole
    assert len(whole) > 800
