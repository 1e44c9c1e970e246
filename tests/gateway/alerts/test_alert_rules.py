"""What makes an alert: held for long enough, too high and not yet low enough, quiet hours, left alone for too long."""

import string
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts import rules
from gateway.alerts.kinds import KINDS, Kind
from gateway.channels.model import Severity
from tests.centre_builder import NOON

MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def a_kind(**more):
    return Kind(severity=Severity.INFO, zh="。", en=".", **more)


def test_what_has_not_lasted_is_not_raised():
    ajar = a_kind(hold=5 * MINUTE)

    assert not rules.has_held(ajar, since=NOON, now=NOON + 5 * MINUTE - timedelta(seconds=1))
    assert rules.has_held(ajar, since=NOON, now=NOON + 5 * MINUTE)
    assert rules.has_held(ajar, since=NOON, now=NOON + MINUTE, hold=MINUTE)


def test_a_level_between_the_two_marks_changes_nothing():
    slow = a_kind(raise_at=1.5, clear_at=1.25)

    said = [rules.is_so(slow, level, was_so=was) for was in (False, True) for level in (1.2, 1.3, 1.5)]

    assert said == [False, False, True, False, True, True]


def test_a_latched_kind_is_never_over_by_itself():
    much_later = NOON + timedelta(days=400)

    assert not rules.is_over(a_kind(latched=True), over_at=NOON, now=much_later)
    assert rules.is_over(a_kind(), over_at=NOON, now=NOON)
    assert not rules.is_over(a_kind(), over_at=None, now=much_later)
    assert not rules.is_over(a_kind(calm=MINUTE), over_at=NOON, now=NOON + timedelta(seconds=59))


@pytest.mark.parametrize(
    ("at", "calls"),
    [
        ("2026-11-22 12:00", "2026-11-22 12:00"),
        ("2026-11-22 21:59", "2026-11-22 21:59"),
        ("2026-11-22 22:00", "2026-11-23 08:00"),
        ("2026-11-23 03:00", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-23 08:00"),
    ],
)
def test_in_quiet_hours_nobody_is_disturbed_before_the_morning(at, calls):
    def there(text):
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)

    found = rules.disturbs_from(a_kind(keeps_quiet=True), there(at).astimezone(UTC), SHANGHAI)

    assert found == there(calls)
    assert rules.disturbs_from(a_kind(), there(at), SHANGHAI) == there(at)


@given(
    at=st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: NOON + minutes * MINUTE),
    zone=st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/St_Johns")]),
)
def test_the_morning_comes_within_ten_hours_or_eleven_when_the_clocks_go_back(at, zone):
    calls = rules.disturbs_from(a_kind(keeps_quiet=True), at, zone)

    assert timedelta() <= calls - at <= timedelta(hours=11)
    there = calls.astimezone(zone)
    assert rules.QUIET.until_min <= there.hour * 60 + there.minute < rules.QUIET.from_min


def test_a_night_does_not_count_as_being_left_alone():
    evening = datetime(2026, 11, 22, 22, 30, tzinfo=SHANGHAI)
    ajar = a_kind(keeps_quiet=True, escalate_after=30 * MINUTE)

    def late(hours, minutes):
        now = evening + timedelta(hours=hours, minutes=minutes)
        return rules.must_escalate(ajar, waiting_since=evening, zone=SHANGHAI, now=now)

    assert not late(9, 59)  # 8:29
    assert late(10, 0)
    assert not rules.must_escalate(a_kind(), waiting_since=evening, zone=SHANGHAI, now=evening + timedelta(days=9))


def test_of_a_storm_few_repeats_are_told():
    assert sum(rules.is_worth_telling(count) for count in range(1, 201)) == 8


@pytest.mark.parametrize(
    ("until", "fault"),
    [(0, "in_the_past"), (1, None), (30 * 24 * 60, None), (30 * 24 * 60 + 1, "too_long")],
)
def test_a_shelf_ends_in_the_future_and_within_a_month(until, fault):
    assert rules.shelf_fault(until=NOON + until * MINUTE, now=NOON) == fault


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_says_where_and_what_to_do_in_both_languages(name):
    kind = KINDS[name]

    def facts(text):
        return {fact for _, fact, _, _ in string.Formatter().parse(text) if fact}

    assert kind.zh.startswith("{place}：")
    assert kind.en.startswith("{place}: ")
    assert "请" in kind.zh
    assert "Please" in kind.en
    assert (kind.zh[-1], kind.en[-1]) == ("。", ".")
    assert facts(kind.zh) == facts(kind.en)
    assert kind.en.isascii()
    assert kind.clear_at >= kind.raise_at if kind.falls else kind.clear_at <= kind.raise_at
