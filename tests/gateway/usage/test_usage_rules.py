"""Figures about use, from plain values: what is unknown is unknown, and clocks that change lose no minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spaces.rules import Span
from gateway.usage import rules
from gateway.usage.rules import DAY, Error, History, Middle, Rates

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def span(start_h, end_h):
    return Span(NOON + timedelta(hours=start_h), NOON + timedelta(hours=end_h))


SPANS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 50)).map(lambda one: span(one[0] / 4, (one[0] + one[1]) / 4)),
    max_size=8,
)


def test_a_room_used_half_of_its_hours_with_a_third_of_its_seats_taken():
    assert rules.rates(open_h=10, used_h=5, taken_h=10, holds=6) == Rates(
        0.5, pytest.approx(1 / 3), pytest.approx(1 / 6)
    )


def test_what_one_place_cannot_tell_is_not_told():
    assert rules.rates(open_h=10, used_h=5, taken_h=5, holds=None) == Rates(0.5, None, None)
    assert rules.rates(open_h=0, used_h=0, taken_h=0, holds=4) == Rates(None, None, None)


@given(SPANS)
def test_merged_spans_hold_the_same_quarters_each_once(spans):
    found = rules.merged(spans)
    assert quarters(found) == quarters(spans)
    assert all(before.ends_at < after.starts_at for before, after in pairwise(found))


@given(SPANS, SPANS)
def test_what_is_left_without_the_holes_is_what_is_in_the_one_and_not_in_the_other(spans, holes):
    left = rules.less(rules.merged(spans), rules.merged(holes))
    assert quarters(left) == quarters(spans) - quarters(holes)


def quarters(spans):
    step = timedelta(minutes=15)
    return {one.starts_at + n * step for one in spans for n in range(round((one.ends_at - one.starts_at) / step))}


def test_a_session_adds_to_every_hour_that_it_touches():
    start = datetime(2026, 11, 2, 9, 30, tzinfo=SHANGHAI)
    cells = rules.by_hour([Span(start, start + timedelta(hours=2))], SHANGHAI)
    assert cells == {(MONDAY, 9): 0.5, (MONDAY, 10): 1.0, (MONDAY, 11): 0.5}


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_on_which_the_clocks_change_has_all_of_its_hours(day, length):
    start = datetime.combine(day, datetime.min.time(), BERLIN).astimezone(UTC)
    cells = rules.by_hour([Span(start, start + timedelta(hours=length))], BERLIN)
    assert sum(cells.values()) == length
    assert {one for one, _ in cells} == {day}
    assert cells[day, 2 if length == 25 else 3] == (2.0 if length == 25 else 1.0)
    assert ((day, 2) in cells) is (length == 25)


def test_the_mean_week_counts_days_on_which_nobody_came():
    cells = {(MONDAY, 9): 1.0}
    grid = rules.week(cells, [MONDAY, MONDAY + 7 * DAY])
    assert grid[0][9] == 0.5
    assert grid[0][8] == 0.0
    assert grid[1] == [None] * 24


def test_an_hour_that_is_yet_to_come_is_not_one_without_anybody():
    days = [MONDAY - 7 * DAY, MONDAY]
    cells = {(days[0], 9): 2.0, (days[0], 18): 2.0, (days[1], 9): 1.0}
    monday, *_ = rules.week(cells, days, until=NOON + timedelta(minutes=30))
    assert (monday[9], monday[18]) == (1.5, 2.0)
    alone, *_ = rules.week({(days[1], 9): 1.0}, days[1:], until=NOON + timedelta(minutes=30))
    assert (alone[9], alone[12], alone[13], alone[18]) == (1.0, 0.0, None, None)


def test_the_middle_of_values():
    assert rules.middle([]) == Middle(None, None, 0)
    assert rules.middle([3.0]) == Middle(3.0, 3.0, 1)
    assert rules.middle([float(n) for n in range(11)]) == Middle(5.0, 9.0, 11)


def days(count, *, until=MONDAY):
    return [until - back * DAY for back in range(1, count + 1)]


def history(values, *, kinds=None):
    """`values`: by day, all of it in the hour from 9."""
    return History({(day, 9): value for day, value in values.items()}, kinds or dict.fromkeys(values, ""))


def test_a_forecast_is_the_mean_of_days_like_it_with_the_band_that_they_had():
    mondays = [MONDAY - 7 * back * DAY for back in range(1, 9)]
    known = history(dict.fromkeys(days(60), 100.0) | {day: float(n) for n, day in enumerate(mondays)})
    at_nine = known.expect(MONDAY)[9]
    assert (at_nine.mean, at_nine.least, at_nine.most) == (3.5, 0.0, 7.0)


def test_nothing_is_said_of_a_day_of_which_too_few_are_known():
    assert history(dict.fromkeys(days(14), 1.0)).expect(MONDAY) is None
    assert history(dict.fromkeys(days(21), 1.0)).expect(MONDAY) is not None


def test_a_holiday_is_compared_with_holidays_and_spoils_no_ordinary_day():
    values = dict.fromkeys(days(60), 4.0)
    kinds = dict.fromkeys(values, "")
    for back in (7, 15, 20):
        values[MONDAY - back * DAY], kinds[MONDAY - back * DAY] = 40.0, "holiday"
    assert history(values, kinds=kinds | {MONDAY: ""}).expect(MONDAY)[9].mean == 4.0
    assert history(values, kinds=kinds | {MONDAY: "holiday"}).expect(MONDAY)[9].mean == 40.0


def test_a_weekend_day_that_is_worked_is_like_the_working_week_and_no_saturday():
    saturday = MONDAY - 2 * DAY
    values = {day: 1.0 if day.weekday() < 5 else 9.0 for day in days(60)}
    kinds = dict.fromkeys(values, "")
    worked = saturday - 14 * DAY
    values[worked], kinds[worked] = 1.0, "workday"
    assert history(values, kinds=kinds | {saturday: ""}).expect(saturday)[9].mean == 9.0
    assert history(values, kinds=kinds | {saturday: "workday"}).expect(saturday)[9].mean == 1.0


def test_a_closed_day_is_tried_as_it_is_told():
    """That one Monday was closed was known before; nothing before it was like it, and it was foretold all the same."""
    closed = MONDAY - 7 * DAY
    values = {day: 0.0 if day == closed else 2.0 for day in days(60)}
    kinds = {day: "closed" if day == closed else "" for day in values}
    error = history(values, kinds=kinds).error(MONDAY)
    assert (error.ours, error.days) == (0.0, rules.TRIED_DAYS)
    assert error.naive == pytest.approx(2.0 / 24 / rules.TRIED_DAYS)


def test_its_error_stands_beside_that_of_saying_what_was_a_week_ago():
    """Every other week has twice as many: the mean is off by half, last week's by all."""
    values = {day: 2.0 if (MONDAY - day).days // 7 % 2 else 0.0 for day in days(120)}
    error = history(values).error(MONDAY)
    assert error.days == rules.TRIED_DAYS
    assert error.naive == pytest.approx(2.0 / 24)
    assert error.ours == pytest.approx(1.0 / 24)


def test_an_error_is_measured_only_with_what_was_known_then():
    steady = history(dict.fromkeys(days(60), 3.0))
    assert steady.error(MONDAY) == Error(0.0, 0.0, 28)
    assert history(dict.fromkeys(days(10), 3.0)).error(MONDAY) == Error(None, None, 0)
