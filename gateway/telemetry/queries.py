"""Questions about readings."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, func, select

from gateway.telemetry.model import COUNTERS, DAYS, HOURS, MARKS, MINUTES, RISES, SAMPLES, SERIES
from gateway.telemetry.rules import HOLDS_MS, Rollup, Sample


class Step(StrEnum):
    """How long a span each point of a chart stands for."""

    SAMPLE = "sample"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


_TABLES: Final = {Step.MINUTE: MINUTES, Step.HOUR: HOURS, Step.DAY: DAYS}


@dataclass(frozen=True)
class Series:
    """One metric of one sensor, and the newest that is known of it."""

    id: int
    device: str
    sensor: str
    metric: str
    last: Sample | None

    def value_at(self, now_ms: int) -> float | None:
        """The present value. None: unknown, since the device said so or nothing has come for too long."""
        fresh = self.last is not None and now_ms - self.last.taken_ms <= HOLDS_MS
        return self.last.value if self.last is not None and fresh else None


@dataclass(frozen=True)
class Point:
    """What a series said from `from_ms` on, for one step."""

    from_ms: int
    rollup: Rollup


def all_series(connection: Connection, *, device: str | None = None) -> list[Series]:
    """Every series, by its names, each with its newest sample."""
    wanted = select(SERIES).order_by(SERIES.c.device, SERIES.c.sensor, SERIES.c.metric)
    rows = connection.execute(wanted if device is None else wanted.where(SERIES.c.device == device)).all()
    newest = _not_rolled_up(connection)
    return [_series(row, newest.get(row.id)) for row in rows]


class Rise(NamedTuple):
    """By how much a counter rose in the minute that began then."""

    from_ms: int
    series: int
    rise: float


def rises(connection: Connection, *, from_ms: int, to_ms: int) -> list[Rise]:
    """Of every counter, in the minutes that began in `[from_ms, to_ms)`, in order."""
    found = connection.execute(
        select(RISES.c.from_ms, RISES.c.series, RISES.c.rise)
        .where(RISES.c.from_ms >= from_ms, RISES.c.from_ms < to_ms)
        .order_by(RISES.c.from_ms, RISES.c.series)
    )
    return [Rise._make(row) for row in found]


def heard_since(connection: Connection) -> dict[int, int]:
    """Since when each counter is heard without a silence, in milliseconds, by the number of its series."""
    return {row.series: row.back_ms for row in connection.execute(select(COUNTERS.c.series, COUNTERS.c.back_ms))}


def said(connection: Connection, series: Collection[int], *, from_ms: int, to_ms: int) -> dict[int, list[Sample]]:
    """What each said last in each minute of `[from_ms, to_ms)`, and all that is not rolled up yet, in order of time."""
    found: dict[int, list[Sample]] = {one: [] for one in series}
    kept = select(MINUTES.c.series, MINUTES.c.last_ms, MINUTES.c.last_value).where(
        MINUTES.c.from_ms >= from_ms,
        MINUTES.c.from_ms < to_ms,
        MINUTES.c.series.in_(series),
        MINUTES.c.last_ms.is_not(None),
    )
    start = connection.scalar(select(func.max(MARKS.c.sample))) or 0
    new = select(SAMPLES.c.series, SAMPLES.c.taken_ms, SAMPLES.c.value).where(
        SAMPLES.c.id > start, SAMPLES.c.series.in_(series), SAMPLES.c.taken_ms >= from_ms, SAMPLES.c.taken_ms < to_ms
    )
    for query in (kept, new.order_by(SAMPLES.c.id)):
        for one, taken_ms, value in connection.execute(query):
            found[one].append(Sample(taken_ms, value))
    return {one: sorted(samples, key=attrgetter("taken_ms")) for one, samples in found.items()}


def rolled_up_to(connection: Connection) -> int | None:
    """Up to when all that had come is rolled up, in milliseconds; None: nothing is."""
    at_ms: int | None = connection.scalar(select(func.max(MARKS.c.at_ms)))
    return at_ms


def kept_ever(connection: Connection) -> int:
    """How many samples were ever kept, also those that were let go since: their numbers are never used twice."""
    return connection.scalar(select(func.max(SAMPLES.c.id))) or 0


def one_series(connection: Connection, series_id: int) -> Series | None:
    """None: there is none of that number."""
    row = connection.execute(select(SERIES).where(SERIES.c.id == series_id)).first()
    return None if row is None else _series(row, _not_rolled_up(connection).get(row.id))


def points(connection: Connection, *, series_id: int, step: Step, from_ms: int, to_ms: int, limit: int) -> list[Point]:
    """What a series said in `[from_ms, to_ms)`, oldest first, at most `limit` of them."""
    if step is Step.SAMPLE:
        return _samples(connection, series_id, from_ms, to_ms, limit)
    table = _TABLES[step]
    found = connection.execute(
        select(table)
        .where(table.c.from_ms >= from_ms, table.c.from_ms < to_ms, table.c.series == series_id)
        .order_by(table.c.from_ms)
        .limit(limit)
    )
    return [Point(row.from_ms, _rollup(row)) for row in found]


def _samples(connection: Connection, series_id: int, from_ms: int, to_ms: int, limit: int) -> list[Point]:
    """Samples come in the order of time but for what was stored away, so look from the mark before on to the end."""
    start = connection.scalar(select(func.max(MARKS.c.sample)).where(MARKS.c.at_ms < from_ms)) or 0
    found = connection.execute(
        select(SAMPLES.c.taken_ms, SAMPLES.c.value)
        .where(
            SAMPLES.c.id > start,
            SAMPLES.c.series == series_id,
            SAMPLES.c.taken_ms >= from_ms,
            SAMPLES.c.taken_ms < to_ms,
        )
        .order_by(SAMPLES.c.taken_ms, SAMPLES.c.id)
        .limit(limit)
    )
    points = []
    for row in found:
        rollup = Rollup()
        rollup.take(Sample(row.taken_ms, row.value))
        points.append(Point(row.taken_ms, rollup))
    return points


def _not_rolled_up(connection: Connection) -> dict[int, Sample]:
    """The newest of each series among what has come since the last mark; of two of one time, what came later.

    The database looks for it: in a flood there are hundreds of thousands to look through, and whoever does that in
    Python keeps every other thread from its turn.
    """
    start = connection.scalar(select(func.max(MARKS.c.sample))) or 0
    is_new = SAMPLES.c.id > start
    newest = (
        select(SAMPLES.c.series, func.max(SAMPLES.c.taken_ms).label("taken_ms"))
        .where(is_new)
        .group_by(SAMPLES.c.series)
        .subquery()
    )
    found = (
        select(SAMPLES.c.series, SAMPLES.c.taken_ms, SAMPLES.c.value)
        .join(newest, (newest.c.series == SAMPLES.c.series) & (newest.c.taken_ms == SAMPLES.c.taken_ms))
        .where(is_new)
        .order_by(SAMPLES.c.id)
    )
    return {row.series: Sample(row.taken_ms, row.value) for row in connection.execute(found)}


def _series(row: Row[Any], newest: Sample | None) -> Series:
    rolled = None if row.last_ms is None else Sample(row.last_ms, row.last_value)
    last = newest if rolled is None or (newest is not None and newest.taken_ms >= rolled.taken_ms) else rolled
    return Series(row.id, row.device, row.sensor, row.metric, last)


def _rollup(row: Row[Any]) -> Rollup:
    return Rollup(
        row.measured,
        row.least,
        row.most,
        row.total,
        row.last_ms,
        row.last_value,
        row.held_ms,
        row.held_total,
    )
