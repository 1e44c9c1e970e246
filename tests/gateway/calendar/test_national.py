"""What the public calendar knows, and that it says so when it does not."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.calendar.model import DayKind
from gateway.calendar.national import PublicCalendar, public_calendar

CHINA = public_calendar(ZoneInfo("Asia/Shanghai"))


def kind_of(text):
    said = CHINA.of(date.fromisoformat(text))
    return said.kind if said else None


# State Council of the People's Republic of China, arrangement of the public holidays of 2026.
@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        ("2026-01-01", "2026-01-03", "元旦", "New Year's Day"),
        ("2026-02-15", "2026-02-23", "春节", "Spring Festival"),
        ("2026-04-04", "2026-04-06", "清明节", "Tomb-sweeping Day"),
        ("2026-05-01", "2026-05-05", "劳动节", "Labour Day"),
        ("2026-06-19", "2026-06-21", "端午节", "Dragon Boat Festival"),
        ("2026-09-25", "2026-09-27", "中秋节", "Mid-autumn Festival"),
        ("2026-10-01", "2026-10-07", "国庆节", "National Day"),
    ],
)
def test_every_day_off_of_2026_is_a_holiday_by_its_name_weekends_too(first, last, zh, en):
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        said = CHINA.of(day)
        assert (said.kind, tuple(said.why)) == (DayKind.HOLIDAY, (zh, en))
        day += timedelta(days=1)


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_every_make_up_workday_of_2026_is_one_though_it_is_a_weekend(day):
    assert date.fromisoformat(day).weekday() >= 5
    assert kind_of(day) is DayKind.WORKDAY
    assert CHINA.of(date.fromisoformat(day)).why.zh.endswith("调休上班")


@pytest.mark.parametrize("day", ["2026-03-04", "2026-03-07", "2026-10-08", "2026-11-22"])
def test_a_day_like_any_other_has_no_name(day):
    assert kind_of(day) is None


def test_nothing_is_guessed_of_a_year_that_is_not_decreed():
    beyond = CHINA.known_until + 1

    assert CHINA.of_year(beyond) == {}
    assert not CHINA.knows(date(beyond, 10, 1))
    assert CHINA.of(date(2003, 10, 1)) is None


@pytest.mark.parametrize(("today", "year"), [("2026-11-29", None), ("2026-12-01", 2027), ("2027-03-01", 2027)])
def test_a_year_that_comes_unknown_is_named_a_month_before(today, year):
    assert PublicCalendar(known_until=2026).unknown_year(date.fromisoformat(today)) == year


def test_elsewhere_nothing_is_known_and_nothing_is_missing():
    berlin = public_calendar(ZoneInfo("Europe/Berlin"))

    assert berlin.of(date(2026, 10, 1)) is None
    assert berlin.unknown_year(date(2026, 12, 31)) is None
