"""Figures from plain values. What nobody knows is None, never 0."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import fmean, median, quantiles
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.spaces.rules import Span

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
HOURS_A_DAY: Final = 24

_SATURDAY: Final = 5

WEEKS_BACK: Final = 8  # that a forecast looks
FEWEST: Final = 3  # days alike, below which it says nothing
CLOSED: Final = "closed"
HOLIDAY: Final = "holiday"
WORKDAY: Final = "workday"  # a weekend day on which people work in exchange for a holiday
TRIED_DAYS: Final = 28  # of the past that it is tried on, to tell its error


def in_a_list(name: str) -> list[tuple[int, str]]:
    """By what people look a name up in a list: numbers count as numbers, capitals and small letters alike."""
    return [(int(number or 0), text) for number, text in re.findall(r"(\d{1,9})|(\D+)", name.casefold())]


class Rates(NamedTuple):
    """How much of what there was is used: each from 0 to 1. None: nobody knows.

    `frequency`: hours used of hours open. `occupancy`: people there of people that it holds, or places taken of places
    there, while it was used; above 1 when there were more than it is for. `utilisation`: both together (the three that
    the UK's higher education space management group tells apart, 2006).
    """

    frequency: float | None
    occupancy: float | None
    utilisation: float | None


def rates(*, open_h: float, used_h: float, taken_h: float, holds: int | None) -> Rates:
    """`used_h`: hours with anybody there; `taken_h`: hours x people there, or x places taken; `holds`: of either.

    None: nothing tells how full it is.
    """
    frequency = used_h / open_h if open_h > 0 else None
    occupancy = taken_h / (used_h * holds) if holds is not None and used_h > 0 else None
    both = None if frequency is None or occupancy is None else frequency * occupancy
    return Rates(frequency, occupancy, both)


def within(spans: Iterable[Span], frame: Span) -> Iterator[Span]:
    """What of these lies in a frame."""
    for span in spans:
        if span.overlaps(frame):
            yield Span(max(span.starts_at, frame.starts_at), min(span.ends_at, frame.ends_at))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same instants, each once, in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def less(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """What is left of `spans` without `holes`; both in order, and neither overlapping itself."""
    left: list[Span] = []
    for span in spans:
        start = span.starts_at
        for hole in holes:
            if hole.ends_at <= start or hole.starts_at >= span.ends_at:
                continue
            if hole.starts_at > start:
                left.append(Span(start, hole.starts_at))
            start = max(start, hole.ends_at)
        if start < span.ends_at:
            left.append(Span(start, span.ends_at))
    return left


def hours(spans: Iterable[Span]) -> float:
    """How long these are together; what overlaps counts as often as it does."""
    return sum(((span.ends_at - span.starts_at) / HOUR for span in spans), 0.0)


def recovered_h(given_back: Sequence[tuple[Span, datetime]], used: Sequence[tuple[Span, datetime]]) -> float:
    """How many hours were used that had been given back before: each hour of a place once.

    `given_back`: each with when; `used`: each with when it was booked.
    """
    anew = [(span, at) for span, at in used if any(span.overlaps(free) and since <= at for free, since in given_back)]
    edges = sorted({edge for span, _ in (*given_back, *anew) for edge in span})
    total = 0.0
    for moment in map(Span._make, pairwise(edges)):
        free = [since for span, since in given_back if span.overlaps(moment)]
        taken = [at for span, at in anew if span.overlaps(moment) and any(since <= at for since in free)]
        total += min(len(free), len(taken)) * ((moment.ends_at - moment.starts_at) / HOUR)
    return total


def by_hour(spans: Iterable[Span], zone: ZoneInfo) -> dict[tuple[date, int], float]:
    """How many hours fall into each hour of the centre's day: a span adds to every hour that it touches, what is in it.

    An hour that the clocks repeat can hold two.
    """
    found: dict[tuple[date, int], float] = {}
    for span in spans:
        start = span.starts_at
        while start < span.ends_at:
            wall = start.astimezone(zone)
            into_hour = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
            end = min(span.ends_at, start + HOUR - into_hour)
            cell = wall.date(), wall.hour
            found[cell] = found.get(cell, 0.0) + (end - start) / HOUR
            start = end
    return found


def by_day(spans: Iterable[Span], zone: ZoneInfo) -> dict[date, float]:
    """How many hours fall into each of the centre's days."""
    found: dict[date, float] = {}
    for (day, _), hours_there in by_hour(spans, zone).items():
        found[day] = found.get(day, 0.0) + hours_there
    return found


def week(
    cells: Mapping[tuple[date, int], float], days: Sequence[date], *, until: datetime | None = None
) -> list[list[float | None]]:
    """The mean of each hour of the week, Monday first, over `days`. None: there was no such hour among them.

    `until`: the centre's time now; an hour that is yet to come is left out, and not taken for one without anybody.
    """
    last = None if until is None else (until.date(), until.hour)
    grid: list[list[float | None]] = []
    for weekday in range(7):
        alike = [day for day in days if day.weekday() == weekday]
        had = [
            [cells.get((day, hour), 0.0) for day in alike if last is None or (day, hour) <= last]
            for hour in range(HOURS_A_DAY)
        ]
        grid.append([fmean(one) if one else None for one in had])
    return grid


class Middle(NamedTuple):
    """The value that half of them do not reach, and the one that nine in ten do not; None: there were none."""

    median: float | None
    p90: float | None
    of: int


def middle(values: Sequence[float]) -> Middle:
    """Of any values. One is its own."""
    if not values:
        return Middle(None, None, 0)
    ninth = quantiles(values, n=10, method="inclusive")[8] if len(values) > 1 else values[0]
    return Middle(median(values), ninth, len(values))


@dataclass(frozen=True)
class Expected:
    """What to expect of one hour: the mean of days like it, and the least and the most that those had."""

    hour: int
    mean: float
    least: float
    most: float


@dataclass(frozen=True)
class Error:
    """How wrong a forecast was on days that have passed: the mean of how far off an hour was, in its own unit.

    `naive`: of saying simply what was a week before. A forecast that is no better than that is of no use.
    """

    ours: float | None
    naive: float | None
    days: int


@dataclass(frozen=True)
class History:
    """What was, hour by hour. `kind` says what a day is like beside its weekday: a holiday is like no Monday."""

    cells: Mapping[tuple[date, int], float]
    kinds: Mapping[date, str]

    def expect(self, day: date) -> list[Expected] | None:
        """Hour by hour, from days before that are like it; None: there are too few of them. Closed: nobody is there."""
        if self.kinds.get(day) == CLOSED:
            return [Expected(hour, 0.0, 0.0, 0.0) for hour in range(HOURS_A_DAY)]
        alike = self._alike(day)
        if len(alike) < FEWEST:
            return None
        found = []
        for hour in range(HOURS_A_DAY):
            had = [self.cells.get((one, hour), 0.0) for one in alike]
            found.append(Expected(hour, fmean(had), min(had), max(had)))
        return found

    def error(self, until: date) -> Error:
        """Tried on the days before `until`, of each only what was known then."""
        ours, naive, days = [], [], 0
        for back in range(1, TRIED_DAYS + 1):
            day, week_before = until - back * DAY, until - (back + 7) * DAY
            expected = self.expect(day)
            if expected is None or day not in self.kinds or week_before not in self.kinds:
                continue
            days += 1
            for one in expected:
                was = self.cells.get((day, one.hour), 0.0)
                ours.append(abs(one.mean - was))
                naive.append(abs(self.cells.get((week_before, one.hour), 0.0) - was))
        return Error(fmean(ours) if ours else None, fmean(naive) if naive else None, days)

    def _alike(self, day: date) -> list[date]:
        """A holiday is like whatever holidays there were; a weekend day that is worked is like the working week."""
        kind = self.kinds.get(day, "")
        known = [(one, was) for one, was in self.kinds.items() if DAY <= day - one <= WEEKS_BACK * 7 * DAY]
        if kind == WORKDAY:
            return [one for one, was in known if was == WORKDAY or (was == "" and one.weekday() < _SATURDAY)]
        return [one for one, was in known if was == kind and (kind or one.weekday() == day.weekday())]


def looks_back_to(first: date, days: Iterable[date], *, today: date) -> date:
    """The oldest day that says anything about these, or about how wrong that is. `first`: of which anything is known.

    A house has years behind it, and everybody who looks how full it is asks this.
    """
    oldest = min(today, *(max(first, day) for day in days))
    return max(first, oldest - (TRIED_DAYS + WEEKS_BACK * 7) * DAY)


def days_between(first: date, last: date) -> list[date]:
    """From `first` to `last`, both of them."""
    return [first + back * DAY for back in range((last - first).days + 1)]


def month_of(year: int, month: int) -> tuple[date, date]:
    """Its first and its last day."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - DAY


def lead_h(booked_at: datetime, starts_at: datetime) -> float:
    """How long before its beginning something was asked for, in hours; never negative."""
    return max(0.0, (starts_at - booked_at) / HOUR)
