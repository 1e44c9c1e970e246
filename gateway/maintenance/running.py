"""How long machines run, told by the power they draw. Nothing here commits.

Unlike every other use this one is kept, hour by hour: of readings only what is young is there to the minute.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.errors import Malformed
from gateway.maintenance import queries
from gateway.maintenance.model import Asset, HourRun, PowerSensor
from gateway.telemetry import queries as telemetry
from gateway.telemetry.queries import Series, Step
from gateway.telemetry.rules import HOLDS_MS, HOUR_MS, hour_of
from gateway.telemetry.store import now_ms

METRIC: Final = "power"  # in W
COUNTED_AGAIN: Final = timedelta(days=2)  # for what a device brings later, after it was away
NOT_COUNTED_YET: Final = timedelta(hours=2)  # the running hour, and the one that has just ended

_HOUR_S: Final = 3_600
_MINUTES_AT_MOST: Final = 4_000


class Run(NamedTuple):
    """Of one hour: for how many seconds it is known whether the machine ran, and for how many it did."""

    ran_s: int
    known_s: int


class Minute(NamedTuple):
    """A minute in which a sensor spoke: when it began, when it spoke last, and what it said then; None: unknown."""

    from_ms: int
    last_ms: int
    watts: float | None


Runs = Mapping[str, Mapping[datetime, Run]]  # by the asset's id, by the beginning of the hour


def runs(minutes: Sequence[Minute], *, runs_from_w: int, from_ms: int, to_ms: int) -> dict[int, Run]:
    """Hour by hour, as far as it is known, within `[from_ms, to_ms)`; those of which nothing is known are left out.

    A minute counts as what was said last in it, and so do those that follow in silence, as long as a value holds.
    """
    ran, known = dict[int, int](), dict[int, int]()
    for no, minute in enumerate(minutes):
        next_ms = minutes[no + 1].from_ms if no + 1 < len(minutes) else to_ms
        ends_ms = min(next_ms, minute.last_ms + HOLDS_MS, to_ms)
        if minute.watts is None:
            continue
        at_ms = max(minute.from_ms, from_ms)
        while at_ms < ends_ms:
            hour = hour_of(at_ms)
            until = min(hour + HOUR_MS, ends_ms)
            known[hour] = known.get(hour, 0) + until - at_ms
            ran[hour] = ran.get(hour, 0) + (until - at_ms if minute.watts >= runs_from_w else 0)
            at_ms = until
    return {hour: Run(ran[hour] // 1000, known[hour] // 1000) for hour in known if known[hour] >= 1000}


def set_power_sensor(
    session: Session, *, asset_id: str, series: Series, runs_from_w: int, actor: str, now: datetime
) -> PowerSensor:
    """Let a sensor tell when a machine runs: while it draws so many watts or more. From now on; what was counted stays.

    Raises NotFound("asset"), and Malformed for what measures no power.
    """
    asset = queries.asset(session, asset_id)
    if series.metric != METRIC:
        raise Malformed("malformed", field="sensor_id")
    told = power_sensor(session, asset) or PowerSensor(asset_id=asset.id)
    told.device, told.sensor, told.runs_from_w, told.since_at = series.device, series.sensor, runs_from_w, now
    session.add(told)
    session.flush()
    sensor = f"{series.device}/{series.sensor}"
    audit.append(
        session, actor=actor, act="power_sensor_set", thing=asset.id, now=now, sensor=sensor, runs_from_w=runs_from_w
    )
    return told


def forget_power_sensor(session: Session, *, asset_id: str, actor: str, now: datetime) -> None:
    """Nothing tells any more whether it runs. Harmless to repeat. Raises NotFound("asset")."""
    told = power_sensor(session, queries.asset(session, asset_id))
    if told is not None:
        session.delete(told)
        session.flush()
        audit.append(session, actor=actor, act="power_sensor_forgotten", thing=asset_id, now=now)


def power_sensor(session: Session, asset: Asset) -> PowerSensor | None:
    """None: nothing tells whether it runs."""
    return session.get(PowerSensor, asset.id)


def power_sensors(session: Session) -> Sequence[PowerSensor]:
    """Of everything in use."""
    in_use = select(PowerSensor).join(Asset, Asset.id == PowerSensor.asset_id).where(Asset.retired_at.is_(None))
    return session.scalars(in_use.order_by(PowerSensor.asset_id)).all()


def hours(connection: Connection, sensors: Collection[PowerSensor], *, now: datetime) -> dict[str, dict[datetime, Run]]:
    """What the sensors said of the last days, in whole hours that are rolled up; nothing from before each was named."""
    rolled_up_ms = telemetry.rolled_up_to(connection)
    numbers = {(one.device, one.sensor): one.id for one in telemetry.all_series(connection) if one.metric == METRIC}
    found: dict[str, dict[datetime, Run]] = {}
    for one in sensors:
        series_id = numbers.get((one.device, one.sensor))
        if series_id is None or rolled_up_ms is None:
            continue
        from_ms = now_ms(max(one.since_at, now - COUNTED_AGAIN))
        if from_ms > now_ms(one.since_at):  # of an hour all is counted again, or nothing
            from_ms = hour_of(from_ms) + HOUR_MS
        to_ms = hour_of(min(rolled_up_ms, now_ms(now)))
        minutes = _minutes(connection, series_id, from_ms=from_ms - HOLDS_MS, to_ms=to_ms)
        told = runs(minutes, runs_from_w=one.runs_from_w, from_ms=from_ms, to_ms=to_ms)
        found[one.asset_id] = {datetime.fromtimestamp(hour / 1000, UTC): run for hour, run in told.items()}
    return found


def keep(session: Session, *, found: Runs) -> None:
    """Write down how long each ran. Harmless to repeat."""
    for asset_id, told in found.items():
        these = select(HourRun).where(HourRun.asset_id == asset_id, HourRun.hour_at.in_(list(told)))
        known = {one.hour_at: one for one in session.scalars(these)}
        for hour_at, run in told.items():
            kept = known.get(hour_at)
            if kept is None:
                session.add(HourRun(asset_id=asset_id, hour_at=hour_at, ran_s=run.ran_s, known_s=run.known_s))
            elif (kept.ran_s, kept.known_s) != run:
                kept.ran_s, kept.known_s = run
    session.flush()


def ran_h(session: Session, asset: Asset, *, since: datetime, now: datetime) -> int | None:
    """For how many hours it ran since then, as far as anybody knows. None: nobody knows of any hour."""
    ran_s, known_s = _sums(session, asset, since, now)
    if known_s == 0:
        return 0 if now - since < NOT_COUNTED_YET else None
    return ran_s // _HOUR_S


def unknown_h(session: Session, asset: Asset, *, since: datetime, now: datetime) -> int:
    """Of how many hours since then nobody knows whether it ran; those not counted yet are not among them."""
    _, known_s = _sums(session, asset, since, now)
    return max(0, int((now - NOT_COUNTED_YET - since).total_seconds()) - known_s) // _HOUR_S


def _sums(session: Session, asset: Asset, since: datetime, now: datetime) -> tuple[int, int]:
    within = (HourRun.asset_id == asset.id, HourRun.hour_at >= since, HourRun.hour_at < now)
    ran_s, known_s = session.execute(select(func.sum(HourRun.ran_s), func.sum(HourRun.known_s)).where(*within)).one()
    return ran_s or 0, known_s or 0


def _minutes(connection: Connection, series_id: int, *, from_ms: int, to_ms: int) -> list[Minute]:
    found = telemetry.points(
        connection, series_id=series_id, step=Step.MINUTE, from_ms=from_ms, to_ms=to_ms, limit=_MINUTES_AT_MOST
    )
    return [Minute(one.from_ms, one.rollup.last_ms or one.from_ms, one.rollup.last_value) for one in found]
