"""A recurrence rule (RFC 5545 RRULE): which parts of it a series of bookings may use, and the times that follow.

`FREQ` DAILY, WEEKLY or MONTHLY; `INTERVAL`; `BYDAY`; and an end, `COUNT` or `UNTIL`. A rule is expanded by wall-clock
time in the centre's zone: ten o'clock stays ten o'clock when the clocks change, and an hour by the clock stays one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, NoReturn, Self
from zoneinfo import ZoneInfo

from dateutil import rrule

from gateway.kit.errors import Malformed
from gateway.spaces.rules import Span

MOST_OCCURRENCES: Final = 60
LONGEST: Final = timedelta(days=366)  # from the first to the last

_MOST_INTERVAL: Final = 52
_FREQUENCIES: Final = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}
_WEEKDAYS: Final = {
    "MO": rrule.MO,
    "TU": rrule.TU,
    "WE": rrule.WE,
    "TH": rrule.TH,
    "FR": rrule.FR,
    "SA": rrule.SA,
    "SU": rrule.SU,
}
_BYDAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL: Final = re.compile(r"([12]\d{7})(?:T(\d{6})Z)?", re.ASCII)
_PARTS: Final = frozenset({"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"})


@dataclass(frozen=True)
class Rule:
    """A rule that was understood. `text`: as RFC 5545 writes it, without `RRULE:`; the rest as dateutil takes it."""

    text: str
    frequency: int
    interval: int
    weekdays: tuple[rrule.weekday, ...]
    count: int | None
    until: datetime | None  # UTC; None with `count`, and with a date alone
    until_day: date | None


def read(text: str) -> Rule:
    """Understand a rule. Raises Malformed("malformed") naming `recurrence`, with `why` in words."""
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    frequency = _FREQUENCIES.get(parts.get("FREQ", ""))
    if frequency is None:
        _refuse("FREQ must be DAILY, WEEKLY or MONTHLY")
    if ("COUNT" in parts) == ("UNTIL" in parts):
        _refuse("it must end: give COUNT or UNTIL, and not both")
    until, until_day = _until(parts["UNTIL"]) if "UNTIL" in parts else (None, None)
    return Rule(
        text=";".join(f"{name}={value}" for name, value in parts.items()),
        frequency=frequency,
        interval=_number(parts, "INTERVAL", 1, _MOST_INTERVAL),
        weekdays=_weekdays(parts["BYDAY"], parts["FREQ"]) if "BYDAY" in parts else (),
        count=_number(parts, "COUNT", 1, MOST_OCCURRENCES) if "COUNT" in parts else None,
        until=until,
        until_day=until_day,
    )


def expand(rule: Rule, first: Span, zone: ZoneInfo) -> list[tuple[date, Span]]:
    """Every time of a series whose first is given, with the day in the centre's zone that names it.

    Raises Malformed naming `recurrence` when the first is none of the rule's, or there are more than MOST_OCCURRENCES
    or the last comes later than LONGEST after the first.
    """
    starts, _ = _by_the_wall(first, zone)
    found = list(islice(_walls(rule, starts, zone), MOST_OCCURRENCES + 1))
    if not found or found[0] != starts:
        _refuse("the first booking must be on one of its days")
    if len(found) > MOST_OCCURRENCES or (rule.count is not None and len(found) < rule.count):
        _refuse_too_many()
    length = _length(first, zone)
    later = [(wall.date(), _span(wall, length, zone)) for wall in found[1:]]
    return [(starts.date(), first), *later]


@dataclass(frozen=True)
class Shift:
    """How the times of a series move: so many days on, to a time of the wall clock, as long by it."""

    days: int
    starts: time
    length: timedelta
    zone: ZoneInfo

    @classmethod
    def to(cls, span: Span, *, from_day: date, zone: ZoneInfo) -> Self:
        """What takes the occurrence of a day to a span. Raises Malformed naming `starts_at` when it is a year away."""
        starts, _ = _by_the_wall(span, zone)
        days = (starts.date() - from_day).days
        if abs(days) > LONGEST.days:
            raise Malformed("malformed", field="starts_at")
        return cls(days, starts.time(), _length(span, zone), zone)

    def of(self, day: date) -> Span:
        """When the occurrence of that day is then."""
        return _span(datetime.combine(day + timedelta(days=self.days), self.starts), self.length, self.zone)


def _walls(rule: Rule, starts: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Naive times as the centre's clocks show them."""
    most, until = starts + LONGEST, _until_wall(rule, zone)
    if until is not None and until > most:
        _refuse_too_many()
    weekdays = rule.weekdays or None
    found = rrule.rrule(rule.frequency, dtstart=starts, interval=rule.interval, byweekday=weekdays, until=until or most)
    return islice(found, rule.count)


def _until_wall(rule: Rule, zone: ZoneInfo) -> datetime | None:
    if rule.until is not None:
        return rule.until.astimezone(zone).replace(tzinfo=None)
    return None if rule.until_day is None else datetime.combine(rule.until_day, time.max)


def _length(span: Span, zone: ZoneInfo) -> timedelta:
    """By the wall clock; one that ends before it begins there, as the clocks go back, has the length it really has."""
    starts, ends = _by_the_wall(span, zone)
    return ends - starts if starts < ends else span.ends_at - span.starts_at


def _by_the_wall(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    starts, ends = (instant.astimezone(zone).replace(tzinfo=None) for instant in span)
    return starts, ends


def _span(wall: datetime, length: timedelta, zone: ZoneInfo) -> Span:
    starts_at, ends_at = _instant(wall, zone), _instant(wall + length, zone)
    if ends_at <= starts_at:  # by the clocks it is over before it has begun: they leap over its beginning
        ends_at = starts_at + length
    return Span(starts_at, ends_at)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall time that a change of clocks skips or repeats is the first instant that can bear its name."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in parts:
            _refuse("write it like FREQ=WEEKLY;BYDAY=TU;COUNT=8")
        if name not in _PARTS:
            _refuse(f"only {', '.join(sorted(_PARTS))} are understood")
        parts[name] = value
    return parts


def _number(parts: dict[str, str], name: str, default: int, most: int) -> int:
    text = parts.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= most):
        _refuse(f"{name} must be 1 to {most}")
    return int(text)


def _weekdays(text: str, frequency: str) -> tuple[rrule.weekday, ...]:
    found = []
    for word in text.split(","):
        day = _BYDAY.fullmatch(word)
        if day is None or (day[1] and frequency != "MONTHLY"):
            _refuse("BYDAY must be like MO,TH, or by the month like 1TU or -1FR")
        found.append(_WEEKDAYS[day[2]](int(day[1])) if day[1] else _WEEKDAYS[day[2]])
    return tuple(found)


def _until(text: str) -> tuple[datetime | None, date | None]:
    match = _UNTIL.fullmatch(text)
    if match is None:
        _refuse_until()
    try:
        day = datetime.strptime(match[1] + "+0000", "%Y%m%d%z")
        if match[2] is None:
            return None, day.date()
        return datetime.strptime(match[1] + match[2] + "+0000", "%Y%m%d%H%M%S%z"), None
    except ValueError:
        _refuse_until()


def _refuse_until() -> NoReturn:
    _refuse("UNTIL must be like 20261231 or 20261231T155959Z")


def _refuse_too_many() -> NoReturn:
    _refuse(f"at most {MOST_OCCURRENCES} times, within {LONGEST.days} days")


def _refuse(why: str) -> NoReturn:
    raise Malformed("malformed", field="recurrence", why=why)
