"""Staff are told of a leak, a call, and air that nobody should breathe for long: once, and until it is dealt with."""

from datetime import timedelta

import pytest

from gateway.alerts import queries as alerts
from gateway.facility.watch import Watch
from gateway.telemetry.store import Letter, Value, now_ms
from tests.centre_builder import NOON
from tests.statements import heard


@pytest.fixture
def watch():
    return Watch()


def says(value, metric, *, at=NOON, sensor="cellar"):
    return Letter("hall", "0" * 16, 1, 1, now_ms(at), [Value(sensor, metric, value)])


def standing(session):
    return [(one.kind, one.thing, one.count) for one in alerts.all_standing(session)]


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("water_leak", "leak"),
        ("call", "call_staff"),
        ("tamper", "sensor_tamper"),
        ("battery_low", "battery_low"),
        ("alarm", "sensor_alarm"),
    ],
)
def test_what_staff_are_told_of(sessions, watch, metric, kind):
    with sessions.begin() as session:
        watch.note(session, [says(1.0, metric)], now=NOON)
        assert standing(session) == [(kind, "hall/cellar", 1)]


@pytest.mark.parametrize(("value", "metric"), [(0.0, "water_leak"), (None, "water_leak"), (1.0, "motion")])
def test_what_they_are_not_told_of(sessions, watch, value, metric):
    with sessions.begin() as session:
        watch.note(session, [says(value, metric)], now=NOON)
        assert standing(session) == []


def test_a_leak_that_is_told_every_minute_is_one_alert_and_counted_once(sessions, watch):
    with sessions.begin() as session:
        for minute in range(30):
            at = NOON + timedelta(minutes=minute)
            watch.note(session, [says(1.0, "water_leak", at=at)], now=at)
        assert standing(session) == [("leak", "hall/cellar", 1)]


def test_it_stays_when_the_floor_has_dried_until_somebody_clears_it(sessions, watch):
    with sessions.begin() as session:
        watch.note(session, [says(1.0, "water_leak"), says(0.0, "water_leak")], now=NOON)
        assert standing(session) == [("leak", "hall/cellar", 1)]


def test_each_press_of_the_button_counts(sessions, watch):
    with sessions.begin() as session:
        for second in range(0, 6, 2):
            at = NOON + timedelta(seconds=second)
            watch.note(session, [says(1.0, "call", at=at), says(0.0, "call", at=at)], now=at)
        assert standing(session) == [("call_staff", "hall/cellar", 3)]


def test_stale_air_is_told_once_it_has_been_so_for_ten_minutes(sessions, watch):
    with sessions.begin() as session:
        for minute, level in enumerate([1600, 1400, *[1700] * 8]):
            at = NOON + timedelta(minutes=minute)
            watch.note(session, [says(level, "co2", at=at)], now=at)
        assert standing(session) == []

        at = NOON + timedelta(minutes=10)
        watch.note(session, [says(1700, "co2", at=at)], now=at)
        assert standing(session) == [("stale_air", "hall/cellar", 1)]


def test_air_that_was_stale_for_a_moment_is_nothing(sessions, watch):
    with sessions.begin() as session:
        for minute in range(40):
            at = NOON + timedelta(minutes=minute)
            watch.note(session, [says(1600 if minute % 5 else 900, "co2", at=at)], now=at)
        assert standing(session) == []


def test_a_battery_is_told_of_below_15_percent_and_no_more_from_25_on(sessions, watch):
    told = []
    with sessions.begin() as session:
        for minute, percent in enumerate([40, 15, 14, 20, 13, 24, 25, 20, 14]):
            at = NOON + timedelta(minutes=minute)
            watch.note(session, [says(percent, "battery", at=at)], now=at)
            told.append(len(standing(session)))
    assert told == [0, 0, 1, 1, 1, 1, 0, 0, 1]


def test_a_batterys_own_word_and_its_percentage_do_not_take_each_other_back(sessions, watch):
    with sessions.begin() as session:
        for minute in range(6):
            at = NOON + timedelta(minutes=minute)
            watch.note(session, [says(9, "battery", at=at), says(0.0, "battery_low", at=at)], now=at)
        assert standing(session) == [("battery_low", "hall/cellar", 1)]


def test_a_smoke_detector_is_told_of_until_somebody_clears_it(sessions, watch):
    with sessions.begin() as session:
        watch.note(session, [says(1.0, "alarm"), says(0.0, "alarm")], now=NOON)
        assert standing(session) == [("sensor_alarm", "hall/cellar", 1)]


def test_a_call_is_written_down_by_few_statements_all_of_them_ready_from_an_earlier_one(sessions, watch):
    with sessions.begin() as session:
        watch.note(session, [says(1.0, "call", sensor="earlier")], now=NOON)
    with heard(sessions) as statements, sessions.begin() as session:
        watch.note(session, [says(1.0, "call")], now=NOON)
    assert [one.text for one in statements if not one.was_ready] == []
    assert len(statements) <= 5  # what there is already, the zone, the alert, what it is about, the channels
