"""Hours that a machine runs, told by the power it draws: to the minute, and unknown where nobody knows."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.kit.errors import Malformed
from gateway.maintenance import assets, counters, plans, queries, running
from gateway.maintenance.assets import Wish
from gateway.maintenance.model import AssetKind, Counter, OpenedBy
from gateway.maintenance.plans import Rhythm
from gateway.maintenance.running import Minute, Run
from gateway.telemetry.queries import Series
from gateway.telemetry.rules import HOUR_MS, MINUTE_MS, Keeping
from gateway.telemetry.store import Letter, ReadingStore, Value, now_ms
from tests.centre_builder import NOON

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PLUG = Series(1, "plug-1", "relay", "power", None)
OFF, IDLE, ON = 0.0, 8.0, 900.0
START = now_ms(NOON)


def said(*facts):
    """Minutes after the start, and watts."""
    return [Minute(START + at * MINUTE_MS, START + at * MINUTE_MS + 1_000, watts) for at, watts in facts]


def told(minutes, *, hours=1):
    found = running.runs(minutes, runs_from_w=50, from_ms=START, to_ms=START + hours * HOUR_MS)
    return {(hour - START) // HOUR_MS: run for hour, run in found.items()}


def test_a_machine_runs_while_it_draws_so_much_and_not_while_it_only_stands_by():
    every_ten = said((0, IDLE), (10, ON), (20, ON), (30, IDLE), (40, 50.0), (50, 49.9))
    assert told(every_ten) == {0: Run(ran_s=30 * 60, known_s=3600)}


def test_a_silence_longer_than_a_value_holds_is_unknown_and_neither_run_nor_rest():
    assert told(said((0, ON), (40, IDLE), (50, IDLE))) == {0: Run(ran_s=901, known_s=901 + 20 * 60)}
    assert told(said((0, None), (10, ON), (20, None), (30, None))) == {0: Run(ran_s=600, known_s=600)}
    assert told([]) == {}


def test_what_runs_over_the_hour_counts_in_both():
    every_ten = said(*((at, ON) for at in range(50, 75, 10)))
    assert told(every_ten, hours=2) == {0: Run(600, 600), 1: Run(10 * 60 + 901, 10 * 60 + 901)}


def test_of_what_was_said_before_only_what_still_holds_counts():
    before = [Minute(START - 5 * MINUTE_MS, START - 5 * MINUTE_MS, ON)]
    assert told(before) == {0: Run(600, 600)}


@given(
    st.lists(
        st.tuples(st.integers(-20, 200), st.one_of(st.none(), st.floats(0, 3_000))), unique_by=lambda one: one[0]
    ).map(sorted)
)
def test_no_hour_has_more_than_its_seconds_whatever_was_said(facts):
    found = told(said(*facts), hours=3)
    assert set(found) <= {0, 1, 2}
    assert all(0 <= run.ran_s <= run.known_s <= 3600 and run.known_s > 0 for run in found.values())


@pytest.fixture
def machine(session):
    """A treadmill that was put in a year ago."""
    names = {"name_zh": "跑步机", "name_en": "Treadmill"}
    wish = Wish(since_at=NOON - 365 * DAY, **names)
    return assets.add_asset(session, kind=AssetKind.MACHINE, wish=wish, actor="test", now=NOON)


@pytest.fixture
def readings(tmp_path):
    keeping = Keeping(samples=timedelta(0), minutes=timedelta(days=3))
    store = ReadingStore(f"sqlite:///{tmp_path / 'readings.db'}", zone=ZoneInfo("Asia/Shanghai"), keeping=keeping)
    store.prepare()
    yield store
    store.close()


def name_sensor(session, machine, *, now=NOON, runs_from_w=50):
    return running.set_power_sensor(
        session, asset_id=machine.id, series=PLUG, runs_from_w=runs_from_w, actor="test", now=now
    )


class Plug:
    """Says every five minutes what it draws; the machine runs from 10 past to 40 past."""

    def __init__(self, readings):
        self.readings = readings
        self.seq = 0

    def speak(self, *, since, until, is_heard=True, arrived=None):
        letters, at = [], since
        while at < until:
            watts = ON if 10 <= (at - NOON) / MINUTE % 60 < 40 else IDLE
            self.seq += 1
            letters.append(Letter("plug-1", "0" * 16, self.seq, 1, now_ms(at), [Value("relay", "power", watts)]))
            at += 5 * MINUTE
        if is_heard:
            self.readings.keep(letters)
            self.readings.roll_up(now_ms=now_ms(arrived or until))
        return letters


@pytest.fixture
def plug(readings):
    return Plug(readings)


def count(session, readings, *, now):
    """What the timetable does."""
    with readings.read() as connection:
        found = running.hours(connection, running.power_sensors(session), now=now)
    running.keep(session, found=found)


def ran(session, machine, *, now, since=NOON):
    return counters.count(session, machine, Counter.HOURS_RUN, since=since, now=now)


def test_hours_run_are_counted_from_the_readings_and_stay_when_those_are_gone(session, machine, readings, plug):
    name_sensor(session, machine)
    for day in range(4):
        begins, ends = NOON + day * DAY, NOON + (day + 1) * DAY
        plug.speak(since=begins, until=ends)
        for _ in range(2):
            count(session, readings, now=ends)
        readings.prune(now_ms=now_ms(ends))
    assert ran(session, machine, now=NOON + 4 * DAY) == 4 * 12
    assert ran(session, machine, since=NOON + 3 * DAY, now=NOON + 4 * DAY) == 12
    assert running.unknown_h(session, machine, since=NOON, now=NOON + 4 * DAY) == 0


def test_nobody_knows_of_hours_before_the_sensor_was_named_or_in_which_it_was_silent(session, machine, readings, plug):
    assert ran(session, machine, now=NOON) is None
    assert Counter.HOURS_RUN not in counters.counted_in(session, machine)
    plug.speak(since=NOON - 10 * HOUR, until=NOON)
    name_sensor(session, machine)
    assert ran(session, machine, now=NOON + HOUR) == 0  # not counted yet
    assert ran(session, machine, now=NOON + 5 * HOUR) is None
    plug.speak(since=NOON + 5 * HOUR, until=NOON + 9 * HOUR)
    count(session, readings, now=NOON + 9 * HOUR)

    assert ran(session, machine, now=NOON + 9 * HOUR) == 2
    assert running.unknown_h(session, machine, since=NOON, now=NOON + 9 * HOUR + running.NOT_COUNTED_YET) == 4


def test_what_a_sensor_brings_later_is_counted_then(session, machine, readings, plug):
    name_sensor(session, machine)
    kept_back = plug.speak(since=NOON, until=NOON + 6 * HOUR, is_heard=False)
    count(session, readings, now=NOON + 6 * HOUR)
    assert ran(session, machine, now=NOON + 6 * HOUR) is None
    readings.keep(kept_back)
    readings.roll_up(now_ms=now_ms(NOON + 7 * HOUR))
    count(session, readings, now=NOON + 7 * HOUR)
    assert ran(session, machine, now=NOON + 7 * HOUR) == 3


def test_with_another_threshold_what_was_counted_stays_and_what_comes_is_judged_by_it(session, machine, readings, plug):
    name_sensor(session, machine)
    plug.speak(since=NOON, until=NOON + 4 * HOUR)
    count(session, readings, now=NOON + 4 * HOUR)
    name_sensor(session, machine, runs_from_w=2_000, now=NOON + 4 * HOUR)
    plug.speak(since=NOON + 4 * HOUR, until=NOON + 8 * HOUR)
    count(session, readings, now=NOON + 8 * HOUR)
    assert ran(session, machine, now=NOON + 8 * HOUR) == 2


def test_a_sensor_that_measures_no_power_tells_nothing_of_a_machine(session, machine):
    heat = Series(2, "plug-1", "relay", "temperature", None)
    with pytest.raises(Malformed):
        running.set_power_sensor(session, asset_id=machine.id, series=heat, runs_from_w=5, actor="test", now=NOON)


def test_a_plan_by_hours_run_orders_its_work_at_ninety_percent_and_says_so_in_words(session, machine, readings, plug):
    name_sensor(session, machine)
    names = {"name_zh": "润滑跑带", "name_en": "Grease the belt"}
    rhythm = Rhythm(every_uses=20, counted_in=Counter.HOURS_RUN)
    plan = plans.make_plan(session, of=machine, rhythm=rhythm, blocks_when_due=False, actor="test", now=NOON, **names)
    for hours, orders in ((34, 0), (36, 1)):
        plug.speak(since=NOON + (0 if hours == 34 else 34) * HOUR, until=NOON + hours * HOUR)
        count(session, readings, now=NOON + hours * HOUR)
        plans.look_after(session, plan_id=plan.id, asset_id=machine.id, now=NOON + hours * HOUR)
        assert len(queries.orders(session)) == orders
    [order] = queries.orders(session)
    assert order.opened_by is OpenedBy.PLAN
    assert json.loads(order.reason)["zh-CN"] == "润滑跑带：本周期已过 90 %。"


def test_a_plan_by_hours_of_a_machine_that_no_sensor_tells_of_is_refused(session, machine):
    rhythm = Rhythm(every_uses=20, counted_in=Counter.HOURS_RUN)
    facts = {"name_zh": "x", "name_en": "x", "blocks_when_due": False, "actor": "test", "now": NOON}
    with pytest.raises(Malformed):
        plans.make_plan(session, of=machine, rhythm=rhythm, **facts)
