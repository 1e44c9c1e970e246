"""Recurrence rules: what is understood, and when its times are, in zones with and without changes of the clocks."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bookings.recurrence import MOST_OCCURRENCES, Shift, expand, read
from gateway.kit.errors import Malformed
from gateway.spaces.rules import Span

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def at(text, zone=SHANGHAI, minutes=60):
    starts_at = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    return Span(starts_at, starts_at + timedelta(minutes=minutes))


def days(rule, first="2026-11-24T10:00", zone=SHANGHAI):
    return [day.isoformat() for day, _ in expand(read(rule), at(first, zone), zone)]


# 24 November 2026 is a Tuesday.
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["2026-11-24", "2026-11-25", "2026-11-26"]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", ["2026-11-24", "2026-12-04", "2026-12-14"]),
        ("FREQ=DAILY;BYDAY=TU,TH;COUNT=3", ["2026-11-24", "2026-11-26", "2026-12-01"]),
        ("FREQ=WEEKLY;COUNT=3", ["2026-11-24", "2026-12-01", "2026-12-08"]),
        ("rrule:freq=weekly;count=2", ["2026-11-24", "2026-12-01"]),
        ("FREQ=WEEKLY;BYDAY=TU,FR;COUNT=4", ["2026-11-24", "2026-11-27", "2026-12-01", "2026-12-04"]),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20261222", ["2026-11-24", "2026-12-08", "2026-12-22"]),
        ("FREQ=WEEKLY;UNTIL=20261201T020000Z", ["2026-11-24", "2026-12-01"]),
        ("FREQ=WEEKLY;UNTIL=20261201T015959Z", ["2026-11-24"]),
        ("FREQ=MONTHLY;COUNT=3", ["2026-11-24", "2026-12-24", "2027-01-24"]),
        ("FREQ=MONTHLY;BYDAY=4TU;COUNT=3", ["2026-11-24", "2026-12-22", "2027-01-26"]),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=2", ["2026-11-24", "2026-12-29"]),
    ],
)
def test_a_rule_gives_its_days_wherever_the_machine_is(machine_zone, rule, expected):
    assert days(rule) == expected


def test_a_month_without_the_day_is_left_out():
    assert days("FREQ=MONTHLY;COUNT=3", "2026-10-31T10:00") == ["2026-10-31", "2026-12-31", "2027-01-31"]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("", "write it like"),
        ("FREQ", "write it like"),
        ("FREQ=WEEKLY;FREQ=DAILY;COUNT=2", "write it like"),
        ("COUNT=2", "FREQ"),
        ("FREQ=YEARLY;COUNT=2", "FREQ"),
        ("FREQ=SECONDLY;COUNT=2", "FREQ"),
        ("FREQ=WEEKLY", "COUNT or UNTIL"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20261222", "COUNT or UNTIL"),
        ("FREQ=WEEKLY;COUNT=2;BYHOUR=3", "are understood"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT"),
        ("FREQ=WEEKLY;COUNT=61", "COUNT"),
        ("FREQ=WEEKLY;COUNT=２", "COUNT"),
        ("FREQ=WEEKLY;COUNT=2;INTERVAL=53", "INTERVAL"),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=1TU", "BYDAY"),
        ("FREQ=MONTHLY;COUNT=2;BYDAY=6TU", "BYDAY"),
        ("FREQ=WEEKLY;UNTIL=tomorrow", "UNTIL"),
        ("FREQ=WEEKLY;UNTIL=20261332", "UNTIL"),
        ("FREQ=WEEKLY;UNTIL=20261201T010203", "UNTIL"),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=WE", "the first booking"),
        ("FREQ=DAILY;UNTIL=20270123", "at most 60"),
        ("FREQ=MONTHLY;COUNT=14", "at most 60"),
        ("FREQ=WEEKLY;UNTIL=29991231", "at most 60"),
        ("FREQ=WEEKLY;UNTIL=20261123", "the first booking"),
    ],
)
def test_what_is_no_rule_of_ours_is_refused_in_words(rule, why):
    with pytest.raises(Malformed) as refused:
        days(rule)

    assert refused.value.facts["field"] == "recurrence"
    assert why in refused.value.facts["why"]


@pytest.mark.parametrize(("zone", "hours_utc"), [(BERLIN, [8, 9, 9]), (SHANGHAI, [2, 2, 2])])
def test_ten_oclock_stays_ten_oclock_when_the_clocks_change(machine_zone, zone, hours_utc):
    times = expand(read("FREQ=WEEKLY;COUNT=3"), at("2026-10-20T10:00", zone), zone)

    assert [span.starts_at.astimezone(zone).strftime("%H:%M") for _, span in times] == ["10:00"] * 3
    assert [span.starts_at.hour for _, span in times] == hours_utc


def test_an_hour_by_the_clock_is_one_on_the_night_the_clocks_change():
    over_the_change = expand(read("FREQ=DAILY;COUNT=3"), at("2026-10-24T01:00", BERLIN, 180), BERLIN)

    assert [span.minutes for _, span in over_the_change] == [180, 240, 180]
    assert [span.ends_at.astimezone(BERLIN).strftime("%H:%M") for _, span in over_the_change] == ["04:00"] * 3


def test_a_time_that_the_clocks_leap_over_is_still_a_span():
    times = expand(read("FREQ=DAILY;COUNT=2"), at("2027-03-27T02:30", BERLIN, 30), BERLIN)

    assert [span.minutes for _, span in times] == [30, 30]


RULES = st.builds(
    ";".join,
    st.tuples(
        st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY"]),
        st.integers(1, 4).map("INTERVAL={}".format),
        st.integers(1, 30).map("COUNT={}".format) | st.just("UNTIL=20270301"),
    ),
)


@given(
    rule=RULES,
    day=st.dates(date(2026, 9, 1), date(2027, 2, 1)),
    quarter=st.integers(0, 95),
    zone=st.sampled_from([SHANGHAI, BERLIN]),
)
def test_times_rise_keep_to_the_wall_clock_and_are_no_more_than_allowed(rule, day, quarter, zone):
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=15 * quarter)
    first = at(wall.isoformat(), zone)
    try:
        times = expand(read(rule), first, zone)
    except Malformed:
        return

    assert times[0] == (first.starts_at.astimezone(zone).date(), first)
    assert len(times) <= MOST_OCCURRENCES
    starts = [span.starts_at for _, span in times]
    assert starts == sorted(set(starts))
    assert all(span.starts_at < span.ends_at for _, span in times)
    leaps = {"02"} if zone is BERLIN else set()
    walls = {span.starts_at.astimezone(zone).strftime("%H:%M") for _, span in times}
    assert len(walls) == 1 or leaps & {wall[:2] for wall in walls}


@given(text=st.text(max_size=60) | st.text(alphabet="FREQ=DAILYWKNTHOU;BY123,-+:\n", max_size=60))
def test_no_text_whatever_does_more_than_be_refused(text):
    with suppress(Malformed):
        expand(read(text), at("2026-11-24T10:00"), SHANGHAI)


@pytest.mark.parametrize("season", ["2026-10-23", "2027-03-26"])
def test_a_shift_keeps_to_the_wall_clock_over_a_change_of_clocks(season):
    shift = Shift.to(
        at(f"{season}T15:30", BERLIN, 90), from_day=date.fromisoformat(season) - timedelta(days=1), zone=BERLIN
    )

    for ahead in range(5):
        day = date.fromisoformat(season) + timedelta(days=ahead)
        span = shift.of(day)
        assert span.starts_at.astimezone(BERLIN) == datetime.combine(
            day + timedelta(days=1), datetime.min.time().replace(hour=15, minute=30), BERLIN
        )
        assert span.minutes == 90
