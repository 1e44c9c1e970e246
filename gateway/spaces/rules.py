"""Judgements about times and places: plain values in, an answer out."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.calendar.rules import Day
from gateway.kit.clock import at_wall


class Span(NamedTuple):
    """From `starts_at` until before `ends_at`: aware instants."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether there is an instant in both."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.ends_at - self.starts_at) / timedelta(minutes=1)


def overlap(one: Span, other: Span) -> Span | None:
    """The time that is in both, or None."""
    both = Span(max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at))
    return both if both.starts_at < both.ends_at else None


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When a space is open: how each day of the calendar in `zone` is there, cut into slots of `slot_min` minutes.

    Two with an equal `alike` that were read together have the same days; None: nobody compared.
    """

    zone: ZoneInfo
    slot_min: int
    day: Callable[[date], Day]
    alike: Hashable = None

    def day_of(self, instant: datetime) -> Day:
        """How the day is on which an instant falls."""
        return self.day(instant.astimezone(self.zone).date())


def open_span(hours: Hours, day: date) -> Span | None:
    """From opening to closing on one day of the centre's calendar; None: it is closed."""
    opening = hours.day(day).opening
    if opening is None:
        return None
    return Span(at_wall(hours.zone, day, opening.opens_min), at_wall(hours.zone, day, opening.closes_min))


def slots(hours: Hours, within: Span) -> Iterator[Span]:
    """Every slot that lies whole within a span, in order. Slots are equally long, whatever the clocks do meanwhile."""
    day = within.starts_at.astimezone(hours.zone).date()
    last = within.ends_at.astimezone(hours.zone).date()
    while day <= last:
        for slot in _slots_of(hours, day):
            if within.starts_at <= slot.starts_at and slot.ends_at <= within.ends_at:
                yield slot
        day += timedelta(days=1)


def span_fault(hours: Hours, span: Span) -> str | None:
    """Why nobody can have the space from then to then, or None.

    `policy.closed_day`, `policy.opening_hours` or `policy.slots`.
    """
    opened = open_span(hours, span.starts_at.astimezone(hours.zone).date())
    if opened is None:
        return "policy.closed_day"
    if span.starts_at < opened.starts_at or opened.ends_at < span.ends_at:
        return "policy.opening_hours"
    slot = timedelta(minutes=hours.slot_min)
    if (span.starts_at - opened.starts_at) % slot or (span.ends_at - span.starts_at) % slot:
        return "policy.slots"
    return None


def is_closed(hours: Hours, span: Span) -> bool:
    """Whether it is closed at some time of a span that lies on one day."""
    return span_fault(hours, span) in {"policy.closed_day", "policy.opening_hours"}


def gaps(within: Span, taken: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span by others that lie in order and do not overlap one another."""
    since = within.starts_at
    for one in taken:
        if since < one.starts_at:
            yield Span(since, min(one.starts_at, within.ends_at))
        since = max(since, one.ends_at)
    if since < within.ends_at:
        yield Span(since, within.ends_at)


def most_people(*, places: int, capacity: int | None) -> int | None:
    """For how many a space is at the same time, if each of its places is for so many; None: nobody has said.

    Of several places each is for one where nobody has said.
    """
    return places * (capacity or 1) if places > 1 else capacity


def places_needed(people: int, *, places: int, capacity: int | None) -> int:
    """How many of a space's places so many people take together; one that has a single place is had whole."""
    return ceil(people / (capacity or 1)) if places > 1 else 1


def places_for(
    wanted: Mapping[str, int], taken: Mapping[str, Collection[int]], *, whole: bool, count: int = 1
) -> list[tuple[str, int]]:
    """Which places to claim, as (space, place): the `count` lowest free ones of the only space.

    For a `whole` it is every place of every part. `wanted` holds the number of places by undivided space, `taken` those
    that are not free. Empty: it cannot be had.
    """
    if whole:
        if any(taken.values()):
            return []
        return [(space, place) for space, places in sorted(wanted.items()) for place in range(places)]
    [(space, places)] = wanted.items()
    free = [place for place in range(places) if place not in taken.get(space, ())]
    return [(space, place) for place in free[:count]] if count <= len(free) else []


def _slots_of(hours: Hours, day: date) -> Iterator[Span]:
    opened = open_span(hours, day)
    if opened is None:
        return
    slot = timedelta(minutes=hours.slot_min)
    starts_at = opened.starts_at
    while starts_at + slot <= opened.ends_at:
        yield Span(starts_at, starts_at + slot)
        starts_at += slot
