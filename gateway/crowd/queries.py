"""How many people are where, from what the counters said. Read-only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from gateway.calendar import queries as calendar
from gateway.calendar.national import public_calendar
from gateway.calendar.queries import Almanac
from gateway.calendar.rules import Opening
from gateway.crowd import rules
from gateway.crowd.rules import Confidence, Crowd, Doubt, Frame, Passed
from gateway.facility.presence import zones_with_people
from gateway.kit.clock import at_wall
from gateway.spaces import queries as spaces
from gateway.telemetry import queries as telemetry
from gateway.telemetry.queries import Rise, Series
from gateway.telemetry.rules import COUNTED, Sample
from gateway.telemetry.store import now_ms
from gateway.zones import queries as zones
from gateway.zones.queries import Map

_ALL_DAY: Final = Opening(0, 1440)
_DAY: Final = timedelta(days=1)
_HEADS: Final = "people"  # the metric of a sensor that sees how many there are


@dataclass(frozen=True)
class Crowds:
    """Of every zone by its id, and of the whole house: who came in from the street and has not gone."""

    zones: Mapping[str, Crowd]
    house: Crowd


@dataclass(frozen=True)
class Readings:
    """What is needed of the database of readings. Empty where nothing was ever kept."""

    series: Sequence[Series] = ()
    rises: Sequence[Rise] = ()
    heard_since: Mapping[int, int] | None = None


def readings_since(connection: Connection, *, since: datetime, now: datetime) -> Readings:
    """Read at once, so that the core is not held meanwhile."""
    return Readings(
        telemetry.all_series(connection),
        telemetry.rises(connection, from_ms=now_ms(since), to_ms=now_ms(now) + 1),
        telemetry.heard_since(connection),
    )


def seen_since(
    connection: Connection, series: Iterable[Series], where: Map, *, zone: str, since: datetime, now: datetime
) -> list[list[Sample]]:
    """What each sensor in a zone that sees how many there are has said, in order of time."""
    heads = [one.id for one in series if one.metric == _HEADS and where.of_sensor(one.device, one.sensor) == zone]
    if not heads:
        return []
    return list(telemetry.said(connection, heads, from_ms=now_ms(since), to_ms=now_ms(now) + 1).values())


def openings(session: Session, *, zone: ZoneInfo, first: date, last: date) -> dict[date, Opening]:
    """When the house is open, by day; a day on which it is closed is missing."""
    almanac = of_house(session, zone=zone)
    days = [first + ahead * _DAY for ahead in range((last - first).days + 1)]
    return {day: opening for day in days if (opening := almanac.day(day).opening) is not None}


def of_house(session: Session, *, zone: ZoneInfo) -> Almanac:
    """How days are for the whole house.

    Where the centre has set no hours, its spaces' usual ones say it: from the first that opens to the last that closes.
    """
    every = spaces.spaces(session)
    usual = Opening(min(one.opens_min for one in every), max(one.closes_min for one in every)) if every else _ALL_DAY
    return calendar.all_said(session).at(line=[], parts=[], usual=usual, public=public_calendar(zone))


def frame(session: Session, *, zone: ZoneInfo, now: datetime) -> Frame:
    """The day that is lived now."""
    today = now.astimezone(zone).date()
    hours = openings(session, zone=zone, first=today - rules.DAYS_BACK * _DAY, last=today + _DAY)
    opened = {at_wall(zone, day, one.opens_min): at_wall(zone, day, one.closes_min) for day, one in hours.items()}
    return rules.frame(opened, midnight=at_wall(zone, today, 0), now=now)


def crowds(session: Session, readings: Readings, *, frame: Frame, now: datetime) -> Crowds:
    """How many are where now. `readings` must reach back to `frame.before_at`."""
    counting = Counting(session, readings, frame, now)
    found = {one.id: counting.of(one.id, one.capacity) for one in zones.zones(session) if one.retired_at is None}
    bordered = [one for one in found.values() if one.doubt is not Doubt.NO_COUNTER]
    whole = [one.capacity for one in bordered if one.capacity is not None]
    capacity = sum(whole) if bordered and len(whole) == len(bordered) else None
    return Crowds(found, counting.of(None, capacity))


@dataclass(frozen=True)
class Door:
    """A counter: who enters there comes from `outer` into `inner`; None: the street."""

    inner: str
    outer: str | None
    ways: Mapping[str, Series]


class Counting:
    """Everything read once, and asked of zone by zone; None is the street, and so the whole house."""

    def __init__(self, session: Session, readings: Readings, frame: Frame, now: datetime) -> None:
        where = zones.whole_map(session)
        self._frame, self._now_ms = frame, now_ms(now)
        self._heard_since = readings.heard_since or {}
        self._peopled = zones_with_people(session, readings.series, now_ms=self._now_ms)
        self._rises: dict[int, list[Rise]] = defaultdict(list)
        for rise in readings.rises:
            self._rises[rise.series].append(rise)
        ways: dict[tuple[str, str], dict[str, Series]] = defaultdict(dict)
        self._heads: dict[str, list[Series]] = defaultdict(list)
        for one in readings.series:
            zone = where.of_sensor(one.device, one.sensor)
            if zone is not None and one.metric in COUNTED:
                ways[one.device, one.sensor][one.metric] = one
            elif zone is not None and one.metric == _HEADS:
                self._heads[zone].append(one)
        self._doors = [
            Door(inner, where.outside_of(*name), found)
            for name, found in ways.items()
            if (inner := where.of_sensor(*name)) is not None
        ]

    def doors(self, zone: str | None) -> list[Door]:
        """Those at its borders."""
        return [door for door in self._doors if zone in {door.inner, door.outer}]

    def back_ms(self, doors: Iterable[Door]) -> int:
        """When the counter that was heard again last was heard again; 0: there is none."""
        counters = [one for door in doors for one in door.ways.values()]
        return max((self._heard_since.get(one.id, self._now_ms) for one in counters), default=0)

    def of(self, zone: str | None, capacity: int | None) -> Crowd:
        """How many are there now."""
        doors = self.doors(zone)
        if not doors and zone is not None and self._heads[zone]:
            return self._seen(self._heads[zone], capacity)
        closed_ms, opens_ms = now_ms(self._frame.closed_at), now_ms(self._frame.opens_at)
        passed = [one for door in doors for one in self.passed(door, into=zone)]
        today = rules.tallied((one for one in passed if one.at_ms >= closed_ms), opens_ms=opens_ms)
        before = rules.tallied((one for one in passed if one.at_ms < closed_ms), opens_ms=closed_ms)
        back_ms = self.back_ms(doors)
        why = rules.doubt(
            today,
            has_counters=bool(doors),
            is_silent=any(self._is_silent(door) for door in doors),
            back_ms=back_ms,
            opens_ms=opens_ms,
            sees_somebody=zone in self._peopled if zone is not None else bool(self._peopled),
        )
        sure = rules.confidence(why)
        return Crowd(
            people=None if sure is Confidence.UNKNOWN else today.people,
            confidence=sure,
            doubt=why,
            capacity=capacity,
            entered=today.entered,
            corrected=today.corrected,
            left_over=before.people if doors and back_ms < closed_ms else None,
            since=self._frame.closed_at,
        )

    def _seen(self, heads: Sequence[Series], capacity: int | None) -> Crowd:
        """Nothing is added up where a sensor sees how many there are."""
        counts = [one.value_at(self._now_ms) for one in heads]
        known = [one for one in counts if one is not None]
        people = round(sum(known)) if len(known) == len(counts) else None
        why = None if people is not None else Doubt.SILENT
        return Crowd(people, rules.confidence(why), why, capacity, None, 0, None, self._frame.closed_at)

    def _is_silent(self, door: Door) -> bool:
        heard: Collection[str] = [name for name, one in door.ways.items() if one.value_at(self._now_ms) is not None]
        return len(heard) < len(COUNTED)

    def passed(self, door: Door, *, into: str | None) -> Iterable[Passed]:
        """Who went through it. The house is what lies behind the doors to the street: there, entering is entering."""
        is_inwards = into is None or into == door.inner
        for metric, series in door.ways.items():
            for rise in self._rises[series.id]:
                enters = (metric == "entries") == is_inwards
                yield Passed(rise.from_ms, rise.rise if enters else 0.0, 0.0 if enters else rise.rise)
