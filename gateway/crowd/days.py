"""How many people were where through a day, from what counters said or sensors saw. Read-only."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gateway.calendar.rules import Opening
from gateway.crowd import queries, rules
from gateway.crowd.queries import Counting, Readings
from gateway.crowd.rules import Confidence, Doubt, Frame
from gateway.kit.clock import at_wall
from gateway.kit.db import Sessions
from gateway.kit.errors import Malformed
from gateway.telemetry.rules import HOLDS_MS, Sample
from gateway.telemetry.store import NoReadingsError, ReadingStore, now_ms
from gateway.zones import queries as zones

STEP: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class LivedDay:
    """Of one zone. Points are how many were there at that moment, as far as the day has come; none while unknown.

    `entered` and `corrected` since the opening, the former None where nothing counts who comes, or nobody knows;
    `left_over`: who was still counted in when it closed, None before that.
    """

    confidence: Confidence
    doubt: Doubt | None
    entered: int | None
    corrected: int
    left_over: int | None
    most: int | None
    most_at: datetime | None
    points: Sequence[tuple[datetime, int]]


@dataclass(frozen=True)
class _Bounds:
    """A day from the closing before it on. `ends_at`: midnight, or now; `closes_at` None: it has not closed (yet)."""

    frame: Frame
    begins_at: datetime
    closes_at: datetime | None
    ends_at: datetime


def look(
    sessions: Sessions, readings: ReadingStore, *, zone_id: str, day: date, zone: ZoneInfo, now: datetime
) -> LivedDay:
    """Blocks: call it in no transaction of your own. Raises NotFound("zone"), and Malformed for a day to come."""
    if day > now.astimezone(zone).date():
        raise Malformed("malformed", field="day")
    [(_, lived)] = look_at(sessions, readings, zone_id=zone_id, days=[day], zone=zone, now=now)
    return lived


def look_at(
    sessions: Sessions, readings: ReadingStore, *, zone_id: str, days: Sequence[date], zone: ZoneInfo, now: datetime
) -> list[tuple[date, LivedDay]]:
    """Several days, in order, none of them to come. Blocks, too. Raises NotFound("zone")."""
    return look_over(sessions, readings, zone_ids=[zone_id], days=days, zone=zone, now=now)[zone_id]


def look_over(
    sessions: Sessions,
    readings: ReadingStore,
    *,
    zone_ids: Sequence[str],
    days: Sequence[date],
    zone: ZoneInfo,
    now: datetime,
) -> dict[str, list[tuple[date, LivedDay]]]:
    """The same of several zones; what was said is read once. Blocks, too. Raises NotFound("zone")."""
    with sessions.read() as session:
        for zone_id in zone_ids:
            zones.zone(session, zone_id)
        where = zones.whole_map(session)
        bounds = _bounds(session, days=days, zone=zone, now=now)
    if not bounds:
        return {zone_id: [] for zone_id in zone_ids}
    said, seen = Readings(), dict[str, list[list[Sample]]]()
    since, until = bounds[0].frame.closed_at, bounds[-1].ends_at
    with suppress(NoReadingsError), readings.read() as connection:
        said = queries.readings_since(connection, since=since, now=until)
        for zone_id in zone_ids:
            heads = queries.seen_since(connection, said.series, where, zone=zone_id, since=since, now=until)
            seen[zone_id] = heads
    with sessions.read() as session:
        counting = Counting(session, said, bounds[-1].frame, now)
    return {
        zone_id: list(zip(days, _lived_days(counting, zone_id, bounds, seen.get(zone_id, [])), strict=True))
        for zone_id in zone_ids
    }


def _lived_days(
    counting: Counting, zone_id: str, bounds: Sequence[_Bounds], seen: Sequence[Sequence[Sample]]
) -> Iterator[LivedDay]:
    by_sight = bool(seen) and not counting.doors(zone_id)
    for one in bounds:
        yield _seen(seen, one) if by_sight else _lived(counting, zone_id, one)


def _bounds(session: Session, *, days: Sequence[date], zone: ZoneInfo, now: datetime) -> list[_Bounds]:
    if not days:
        return []
    hours = queries.openings(session, zone=zone, first=days[0] - rules.DAYS_BACK * _DAY, last=days[-1] + _DAY)
    return [_bounds_of(day, hours, zone, now) for day in days]


def _bounds_of(day: date, hours: Mapping[date, Opening], zone: ZoneInfo, now: datetime) -> _Bounds:
    begins_at, midnight = at_wall(zone, day, 0), at_wall(zone, day + _DAY, 0)
    ends_at = max(begins_at, min(midnight, now))
    opened = {at_wall(zone, one, open_.opens_min): at_wall(zone, one, open_.closes_min) for one, open_ in hours.items()}
    closings = [closed for closed in opened.values() if begins_at < closed <= ends_at]
    frame = rules.frame(opened, midnight=begins_at, now=begins_at)
    return _Bounds(frame, begins_at, max(closings, default=None), ends_at)


def _lived(counting: Counting, zone_id: str, bounds: _Bounds) -> LivedDay:
    frame, closes_at = bounds.frame, bounds.closes_at
    doors = counting.doors(zone_id)
    begins_ms, ends_ms = now_ms(frame.closed_at), now_ms(bounds.ends_at)
    every = (one for door in doors for one in counting.passed(door, into=zone_id))
    passed = [one for one in every if begins_ms <= one.at_ms <= ends_ms]
    before_closing = [one for one in passed if closes_at is None or one.at_ms < now_ms(closes_at)]
    tally = rules.tallied(before_closing, opens_ms=now_ms(frame.opens_at))
    back_ms = counting.back_ms(doors)
    why = rules.doubt(
        tally,
        has_counters=bool(doors),
        is_silent=not passed and back_ms >= ends_ms,  # it has not been heard before that day was over
        back_ms=back_ms,
        opens_ms=now_ms(frame.opens_at),
        sees_somebody=False,
    )
    sure = rules.confidence(why)
    marks = _marks(bounds) if sure is not Confidence.UNKNOWN else []
    closings_ms = [] if closes_at is None else [now_ms(closes_at)]
    course = rules.course(passed, closings_ms=closings_ms, marks_ms=[now_ms(mark) for mark in marks])
    return LivedDay(
        confidence=sure,
        doubt=why,
        entered=tally.entered if sure is not Confidence.UNKNOWN else None,
        corrected=tally.corrected,
        left_over=tally.people if closes_at is not None and sure is not Confidence.UNKNOWN else None,
        most=course.most if marks else None,
        most_at=None if course.most_at_ms is None else datetime.fromtimestamp(course.most_at_ms / 1000, UTC),
        points=list(zip(marks, course.people, strict=True)),
    )


def _seen(heads: Sequence[Sequence[Sample]], bounds: _Bounds) -> LivedDay:
    """Nothing is added up where sensors see how many there are; of a moment that they missed there is no point."""
    marks = _marks(bounds)
    people = rules.seen_at(heads, [now_ms(mark) for mark in marks], holds_ms=HOLDS_MS)
    points = [(mark, seen) for mark, seen in zip(marks, people, strict=True) if seen is not None]
    known = {mark for mark, _ in points}
    last = bounds.closes_at or bounds.ends_at
    missed = any(mark not in known for mark in marks if bounds.frame.opens_at <= mark <= last)
    why = Doubt.SILENT if not points else Doubt.AWAY if missed else None
    most = max((seen for _, seen in points), default=None)
    return LivedDay(
        confidence=rules.confidence(why),
        doubt=why,
        entered=None,
        corrected=0,
        left_over=None,
        most=most,
        most_at=next((at for at, seen in points if most and seen == most), None),
        points=points,
    )


def _marks(bounds: _Bounds) -> list[datetime]:
    steps = (bounds.ends_at - bounds.begins_at) // STEP
    return [bounds.begins_at + STEP * (no + 1) for no in range(steps)]
