"""What is news, what is plausible, and what it adds up to."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry import rules
from gateway.telemetry.rules import HOLDS_MS, MINUTE_MS, Rollup, Sample

values = st.none() | st.integers(-1000, 1000).map(float)
steps = st.lists(st.tuples(st.integers(0, 20 * MINUTE_MS), values), max_size=40)


def in_order(steps):
    at = 0
    samples = []
    for later, value in steps:
        at += later
        samples.append(Sample(at, value))
    return samples


def whole(minutes):
    total = Rollup()
    for rollup in minutes.values():
        total.add(rollup)
    return total


@given(steps, st.integers(0, 40))
def test_samples_add_up_to_the_same_in_one_go_or_in_two(steps, cut):
    samples = in_order(steps)
    at_once, last = rules.roll_up(None, samples)

    first, half_way = rules.roll_up(None, samples[:cut])
    second, end = rules.roll_up(half_way, samples[cut:])
    for minute, rollup in second.items():
        first.setdefault(minute, Rollup()).add(rollup)

    assert first == at_once
    assert end == last


@given(steps)
def test_a_value_counts_until_the_next_one_but_not_for_ever(steps):
    samples = in_order(steps)
    total = whole(rules.roll_up(None, samples)[0])

    spans = [
        (one.value, min(next_.taken_ms - one.taken_ms, HOLDS_MS))
        for one, next_ in pairwise(samples)
        if one.value is not None
    ]
    assert total.held_ms == sum(span for _, span in spans)
    assert math.isclose(total.held_total, sum(value * span for value, span in spans), abs_tol=1e-6)


@given(steps)
def test_no_minute_holds_a_value_for_longer_than_a_minute(steps):
    minutes, _ = rules.roll_up(None, in_order(steps))

    assert all(0 <= rollup.held_ms <= MINUTE_MS for rollup in minutes.values())


@given(steps)
def test_hours_and_days_hold_what_their_minutes_hold(steps):
    minutes, _ = rules.roll_up(None, in_order(steps))

    assert whole(rules.gather(minutes, rules.hour_of)) == whole(minutes)


def test_a_sample_that_comes_late_is_counted_where_it_belongs_and_moves_nothing_back():
    minutes, last = rules.roll_up(Sample(10 * MINUTE_MS, 5.0), [Sample(0, 99.0)])

    assert minutes[0].most == 99.0
    assert last == Sample(10 * MINUTE_MS, 5.0)


@pytest.mark.parametrize(
    ("metric", "value", "is_plausible"),
    [
        ("temperature", 21.5, True),
        ("temperature", 108.0, True),  # a sauna
        ("temperature", 300.0, False),
        ("humidity", 100.1, False),
        ("co2", -1.0, False),
        ("people", -1.0, False),
        ("power", -500.0, True),  # a roof with panels gives some back
        ("co2", None, True),
        ("power", math.inf, False),
    ],
)
def test_what_a_working_sensor_can_say(metric, value, is_plausible):
    assert rules.is_plausible(metric, value) is is_plausible


@pytest.mark.parametrize(
    ("last", "new", "is_news"),
    [
        (None, 20.0, True),
        (20.0, 20.05, False),
        (20.0, 20.1, True),
        (20.0, None, True),
        (None, None, True),
    ],
)
def test_what_is_news_of_a_temperature(last, new, is_news):
    before = None if last is None else Sample(0, last)
    assert rules.is_news("temperature", before, Sample(1000, new)) is is_news


def test_unknown_after_unknown_is_no_news():
    assert not rules.is_news("temperature", Sample(0, None), Sample(1000, None))


@pytest.mark.parametrize(
    ("age_ms", "claimed_ms", "taken_ms"),
    [
        (2_000, None, 98_000_000_000),
        (2_000, 5, 98_000_000_000),
        (None, 99_000_000_000, 99_000_000_000),
        (None, 100_000_006_000, 100_000_000_000),  # its clock runs ahead
        (None, 0, 100_000_000_000),  # a clock that was never set
        (None, None, 100_000_000_000),
    ],
)
def test_when_it_was_taken(age_ms, claimed_ms, taken_ms):
    received = 100_000_000_000
    if age_ms is not None:
        taken_ms = received - age_ms
    assert rules.taken_ms(received_ms=received, age_ms=age_ms, claimed_ms=claimed_ms) == taken_ms
