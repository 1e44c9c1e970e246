"""What is foretold of assets from their records, and ordering a look at them in time. Nothing here commits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.orm import Session

from gateway.faults.model import Pulse, PulseEnd
from gateway.faults.rules import FIRST_OPENINGS, SEEN_BY
from gateway.fleet.model import Device, DeviceState
from gateway.maintenance import assets, counters, queries, service, wear, words
from gateway.maintenance.assets import Thing, What
from gateway.maintenance.model import Asset, AssetKind, OpenedBy, OrderKind, OrderState, WorkOrder
from gateway.maintenance.wear import Forecast, Outlook, Point
from gateway.telemetry import queries as telemetry
from gateway.telemetry.queries import Step

ORDERED_AHEAD: Final = timedelta(days=30)  # so long before it may be out of limits somebody should look

_OF_DOORS: Final = (AssetKind.COMPARTMENT_DOOR, AssetKind.ROOM_DOOR)
_DAYS_AT_MOST: Final = 400

Batteries = Mapping[str, Sequence[Point]]  # percent day by day, by the device's id


def batteries(connection: Connection, *, now: datetime) -> dict[str, list[Point]]:
    """What every device has said of its battery, day by day; of several that one which is lowest."""
    found: dict[str, list[Point]] = {}
    lowest: dict[str, float] = defaultdict(lambda: float("inf"))
    from_ms, to_ms = (int(at.timestamp() * 1000) for at in (now - wear.LOOKS_BACK, now))
    for one in telemetry.all_series(connection):
        if one.metric != "battery" or one.last is None or one.last.value is None:
            continue
        if one.last.value < lowest[one.device]:
            lowest[one.device] = one.last.value
            days = telemetry.points(
                connection, series_id=one.id, step=Step.DAY, from_ms=from_ms, to_ms=to_ms, limit=_DAYS_AT_MOST
            )
            found[one.device] = [
                Point(datetime.fromtimestamp(day.from_ms / 1000, UTC), day.rollup.least)
                for day in days
                if day.rollup.least is not None
            ]
    return found


def forecasts(session: Session, asset: Asset, *, days: Batteries, now: datetime) -> list[Forecast]:
    """What each sign of wear says that an asset can show; of a thing without any: nothing."""
    told = []
    if asset.kind in _OF_DOORS and asset.lock_id is not None:
        since = _looked_at(session, asset)
        told += [
            wear.of_openings(_openings(session, asset.lock_id, since, now), now=now),
            wear.of_pulses(_pulses(session, asset.lock_id, since, now), now=now),
        ]
    if asset.device_id is not None and asset.device_id in days:
        told.append(wear.of_battery(days[asset.device_id], now=now))
    return told


@dataclass(frozen=True)
class AssetWear:
    """How worn an asset is. `used`: in `rated_by` since it was put in; None: nobody counts that of it.

    `told`: what presses most; else that nothing will fail, or that nobody can tell. None: it shows no sign of wear.
    """

    asset: Asset
    used: int | None
    told: Forecast | None

    @property
    def part_used(self) -> float | None:
        """Of its rated life; more than 1 when it has outlived that. None: nobody knows how much it is made for."""
        return self.used / self.asset.rated_life if self.used is not None and self.asset.rated_life else None


def wear_of_all(session: Session, *, days: Batteries, now: datetime) -> list[AssetWear]:
    """Everything in use that has a rated life or can show wear: what will fail first, then the most used."""
    found = []
    for asset in queries.assets(session):
        told = forecasts(session, asset, days=days, now=now)
        if told or asset.rated_life:
            rated_by = asset.rated_by
            used = counters.count(session, asset, rated_by, since=asset.new_since, now=now) if rated_by else None
            found.append(AssetWear(asset, used, wear.most_telling(told)))
    return sorted(found, key=_how_soon)


def _how_soon(one: AssetWear) -> tuple[float, float]:
    fails_at = one.told.about.timestamp() if one.told and one.told.about else float("inf")
    return fails_at, -(one.part_used or 0.0)


def to_foresee(session: Session, *, days: Batteries) -> list[str]:
    """Assets of which something may be foretold: doors with many pulses, and devices with a battery."""
    enough = (
        select(Pulse.lock_id).group_by(Pulse.lock_id).having(func.count() >= wear.GROUPS_AT_LEAST * wear.PULSES_A_GROUP)
    )
    # A door that opens well is judged from fewer of its openings than of its pulses in vain.
    opened = (
        select(Pulse.lock_id)
        .where(Pulse.open_ms.is_not(None))
        .group_by(Pulse.lock_id)
        .having(func.count() >= wear.OPENINGS_AT_LEAST)
    )
    is_door = Asset.kind.in_(_OF_DOORS) & or_(Asset.lock_id.in_(enough), Asset.lock_id.in_(opened))
    wanted = is_door | Asset.device_id.in_(list(days))
    return list(session.scalars(select(Asset.id).where(Asset.retired_at.is_(None), wanted).order_by(Asset.id)))


def take_up_batteries(session: Session, *, days: Batteries, now: datetime) -> None:
    """Make an asset of every approved device that has a battery. Harmless to repeat."""
    approved = select(Device.id).where(Device.id.in_(list(days)), Device.state == DeviceState.APPROVED)
    for device_id in session.scalars(approved.order_by(Device.id)).all():
        assets.asset_of(session, Thing(What.DEVICE, device_id), now=now)


def foresee(session: Session, *, asset_id: str, days: Batteries, zone: ZoneInfo, now: datetime) -> WorkOrder | None:
    """Order a look at what is out of limits or may be soon, unless work on it is ordered already. Safe to repeat."""
    asset = queries.asset(session, asset_id)
    told = wear.most_pressing(forecasts(session, asset, days=days, now=now))
    if told is None or told.earliest is None or told.earliest > now + ORDERED_AHEAD:
        return None
    if queries.standing(session, asset_id=asset_id):
        return None
    return service.open_order(
        session,
        about=asset,
        kind=OrderKind.INSPECTION,
        reason=words.of_forecast(told, zone=zone),
        opened_by=OpenedBy.PREDICTION,
        due_at=told.about if told.outlook is Outlook.WORSENING else now,
        now=now,
    )


def _looked_at(session: Session, asset: Asset) -> datetime:
    """Since when it counts as new: replaced, or a person has worked on it or said that there is nothing to do."""
    said = (WorkOrder.state == OrderState.DONE) | (
        (WorkOrder.state == OrderState.CANCELLED) & (WorkOrder.opened_by == OpenedBy.PREDICTION)
    )
    closed_at = session.scalar(select(func.max(WorkOrder.closed_at)).where(WorkOrder.asset_id == asset.id, said))
    return max(filter(None, (asset.new_since, closed_at)))


def _openings(session: Session, lock_id: str, since: datetime, now: datetime) -> list[Point]:
    """Its first ones, and those of late: a busy door has a hundred thousand between."""
    query = select(Pulse.pulsed_at, Pulse.open_ms).where(
        Pulse.lock_id == lock_id, Pulse.open_ms.is_not(None), Pulse.pulsed_at >= since
    )
    first = session.execute(query.order_by(Pulse.pulsed_at).limit(FIRST_OPENINGS)).all()
    if not first:
        return []
    of_late = query.where(Pulse.pulsed_at > first[-1].pulsed_at, Pulse.pulsed_at >= now - wear.LOOKS_BACK)
    return [Point(at, float(ms or 0)) for at, ms in [*first, *session.execute(of_late.order_by(Pulse.pulsed_at))]]


def _pulses(session: Session, lock_id: str, since: datetime, now: datetime) -> list[Point]:
    """Those after which the door was seen to open or not to."""
    query = select(Pulse.pulsed_at, Pulse.came_to).where(
        Pulse.lock_id == lock_id,
        Pulse.came_to.in_([PulseEnd.NOTHING, PulseEnd.OPENED]),
        Pulse.pulsed_at >= max(since, now - wear.LOOKS_BACK),
        Pulse.pulsed_at <= now - SEEN_BY,
    )
    rows = session.execute(query.order_by(Pulse.pulsed_at))
    return [Point(at, float(came_to is PulseEnd.NOTHING)) for at, came_to in rows]
