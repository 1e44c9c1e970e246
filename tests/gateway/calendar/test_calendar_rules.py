"""How a day is at one place: a table of who says what, and what holds then."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.model import DayKind, DayName
from gateway.calendar.rules import Day, Opening, Said, Why, day_at

USUAL, SHORT, LONG = Opening(480, 1320), Opening(600, 960), Opening(360, 1380)
NATIONAL_DAY, SWAP, FIRE = Why("国庆节", "National Day"), Why("调休", "swap"), Why("消防演习", "fire drill")
SUNDAY, MONDAY, THURSDAY = date(2026, 11, 22), date(2026, 11, 23), date(2026, 10, 1)
HOLIDAY, WORKDAY = Said(DayKind.HOLIDAY, NATIONAL_DAY), Said(DayKind.WORKDAY, SWAP)
CLOSED, SPECIAL = Said(DayKind.CLOSED, FIRE), Said(DayKind.SPECIAL_HOURS, FIRE, SHORT)


def at(day, *, said=(), public=None, weeks=()):
    return day_at(day, said=said, public=public, weeks=weeks, usual=USUAL)


@pytest.mark.parametrize(
    ("day", "facts", "expected"),
    [
        (MONDAY, {}, Day(USUAL)),
        (MONDAY, {"weeks": [{DayName.MON: SHORT}]}, Day(SHORT)),
        (MONDAY, {"weeks": [{DayName.TUE: SHORT}]}, Day(USUAL)),
        (MONDAY, {"weeks": [{DayName.MON: None}]}, Day(None, Why("周一休息", "every Monday"))),
        # What is nearer goes first.
        (MONDAY, {"weeks": [{}, {DayName.MON: SHORT}, {DayName.MON: LONG}]}, Day(SHORT)),
        (MONDAY, {"weeks": [{DayName.MON: LONG}, {DayName.MON: None}]}, Day(LONG)),
        # A public holiday is closed unless somebody set hours for holidays.
        (THURSDAY, {"public": HOLIDAY}, Day(None, NATIONAL_DAY)),
        (THURSDAY, {"public": HOLIDAY, "weeks": [{DayName.THU: LONG}]}, Day(None, NATIONAL_DAY)),
        (THURSDAY, {"public": HOLIDAY, "weeks": [{}, {DayName.HOLIDAY: SHORT}]}, Day(SHORT, NATIONAL_DAY)),
        (THURSDAY, {"public": HOLIDAY, "weeks": [{DayName.HOLIDAY: None}]}, Day(None, NATIONAL_DAY)),
        # A Sunday that is worked is like the first open day of the working week.
        (SUNDAY, {"public": WORKDAY, "weeks": [{DayName.SUN: None, DayName.MON: LONG}]}, Day(LONG, SWAP)),
        (SUNDAY, {"public": WORKDAY, "weeks": [{DayName.MON: None, DayName.TUE: LONG}]}, Day(LONG, SWAP)),
        (SUNDAY, {"public": WORKDAY, "weeks": [{DayName.WORKDAY: SHORT, DayName.MON: LONG}]}, Day(SHORT, SWAP)),
        (SUNDAY, {"public": WORKDAY, "weeks": [{DayName.WORKDAY: None, DayName.MON: LONG}]}, Day(None, SWAP)),
        (SUNDAY, {"public": WORKDAY, "weeks": [{DayName.SUN: None}]}, Day(USUAL, SWAP)),
        # Staff correct the public calendar.
        (THURSDAY, {"public": HOLIDAY, "said": [WORKDAY], "weeks": [{DayName.THU: LONG}]}, Day(LONG, SWAP)),
        (SUNDAY, {"public": WORKDAY, "said": [HOLIDAY]}, Day(None, NATIONAL_DAY)),
        (THURSDAY, {"public": HOLIDAY, "said": [SPECIAL]}, Day(SHORT, FIRE)),
        (MONDAY, {"said": [CLOSED], "weeks": [{DayName.MON: LONG}]}, Day(None, FIRE)),
        # A room is not open in a house that is shut.
        (MONDAY, {"said": [SPECIAL, CLOSED]}, Day(None, FIRE)),
        (MONDAY, {"said": [SPECIAL, HOLIDAY]}, Day(SHORT, FIRE)),
    ],
)
def test_what_holds_on_a_day(day, facts, expected):
    assert at(day, **facts) == expected


OPENINGS = st.none() | st.sampled_from([USUAL, SHORT, LONG])
WEEKS = st.lists(st.dictionaries(st.sampled_from(list(DayName)), OPENINGS, max_size=9), max_size=4)
WORDS = st.lists(st.sampled_from([HOLIDAY, WORKDAY, CLOSED, SPECIAL]), max_size=4)


@given(
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    said=WORDS,
    public=st.none() | st.sampled_from([HOLIDAY, WORKDAY]),
    weeks=WEEKS,
)
def test_a_closed_day_always_says_why_and_a_word_that_closes_always_closes(day, said, public, weeks):
    found = at(day, said=said, public=public, weeks=weeks)

    assert found.opening is not None or found.why is not None
    if CLOSED in said:
        assert found == Day(None, FIRE)
