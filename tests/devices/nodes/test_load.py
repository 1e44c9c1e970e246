"""What a meter's pulses tell of the power that flows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.nodes.load import Load

KETTLE_W, PULSES = 2_000, 1_000
EVERY_S = 3_600_000 / PULSES / KETTLE_W  # from one pulse to the next: 1.8 s


def a_load(*pulses):
    load = Load(PULSES, now=0.0)
    for at in pulses:
        load.pulse(at)
    return load


def test_before_two_pulses_nobody_knows():
    assert a_load().watts(10) is None
    assert a_load(4.0).watts(10) is None


def test_even_pulses_tell_the_power_that_flows():
    assert a_load(*(no * EVERY_S for no in range(1, 11))).watts(10 * EVERY_S) == KETTLE_W


def test_what_was_told_once_counts_no_second_time():
    load = a_load(1.0, 2.8, 4.6)
    assert load.watts(5.0) == KETTLE_W
    load.pulse(8.2)
    assert load.watts(8.2) == KETTLE_W / 2


def test_when_no_pulse_comes_any_more_what_flows_is_less_and_less_and_then_nothing():
    load = a_load(1.0, 2.8)
    assert [load.watts(2.8 + s) for s in (1.0, 3.6, 36.0, 3_601.0)] == [2000, 1000, 100, 0]
    load.pulse(7_202.8)
    assert load.watts(7_202.8) == 0.5


def test_a_machine_that_stood_still_since_the_start_draws_nothing_in_the_end():
    assert [a_load().watts(at) for at in (3_599.0, 3_601.0)] == [None, 0.0]


@given(st.lists(st.floats(0.001, 5_000), max_size=30), st.floats(0, 5_000))
def test_it_is_never_negative_and_never_more_than_its_shortest_gap_tells(gaps, after):
    load, at, told = a_load(), 0.0, []
    for gap in gaps:
        at += gap
        load.pulse(at)
        told.append(load.watts(at))
    told.append(load.watts(at + after))
    most = 3_600_000 / PULSES / min(gaps[1:], default=1)
    assert all(one is None or 0 <= one <= most * 1.000001 + 0.1 for one in told)


@pytest.mark.parametrize("pulses_per_kwh", [1, 100, 10_000])
def test_it_goes_by_the_number_on_the_meters_plate(pulses_per_kwh):
    load = Load(pulses_per_kwh, now=0.0)
    load.pulse(10.0)
    load.pulse(46.0)
    assert load.watts(46.0) == round(100_000 / pulses_per_kwh, 1)
