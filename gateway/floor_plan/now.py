"""How every area of the plan is now. Read-only."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts
from gateway.alerts.model import Alert
from gateway.bookings import door
from gateway.bookings.door import AtDoor, Stretch
from gateway.bookings.rules import Policy
from gateway.channels.model import Severity
from gateway.facility.presence import PEOPLE
from gateway.fleet.model import DoorLevel, Lock, Presence
from gateway.floor_plan.drawing import Area, AreaKind, FloorPlan
from gateway.lockers import queries as lockers
from gateway.lockers.model import Compartment
from gateway.spaces import queries as spaces
from gateway.telemetry.queries import Series
from gateway.zones import queries as zones
from gateway.zones.queries import Map

AIR: Final = ("co2", "temperature", "humidity")

_GRAVEST: Final = [Severity.ALARM, Severity.WARNING, Severity.INFO]


class AreaState(StrEnum):
    """What somebody who thinks of going there needs to know."""

    FREE = "free"
    IN_USE = "in_use"  # somebody has it, or some part of it
    FULL = "full"  # of several places or parts none is left
    CLOSED = "closed"
    UNKNOWN = "unknown"  # nobody can tell just now


@dataclass(frozen=True)
class AreaNow:
    """A space or a bank now. `until`: then it is otherwise. `free` of `total`: compartments; None where unknown."""

    area: Area
    state: AreaState
    until: datetime | None = None
    free: int | None = None
    total: int | None = None


class People(StrEnum):
    """What sensors say of who is there."""

    SOMEBODY = "somebody"
    NOBODY_SEEN = "nobody_seen"  # which proves nothing: who sits still moves no motion sensor
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StaffAreaNow:
    """An area now, as staff need it. `zone`: whose sensors tell of its air and people; `air`: metrics that are known.

    `doors`: how many of its doors are so.
    """

    area: Area
    now: AreaNow | None
    zone: str | None
    people: People
    air: Mapping[str, float]
    doors: Mapping[DoorLevel, int]
    alerts: Sequence[Alert]


def areas(session: Session, *, plan: FloorPlan, policy: Policy, now: datetime) -> list[AreaNow]:
    """Every area of which there is something to say to anybody: spaces and banks."""
    of_spaces, banks = spaces.plan(session), {view.bank.id: view for view in lockers.banks(session)}
    found: list[AreaNow] = []
    for area in plan.areas:
        if area.kind is AreaKind.SPACE:
            space = of_spaces.all.get(area.ref or "")
            if space is None:
                found.append(AreaNow(area, AreaState.UNKNOWN))
                continue
            is_shared = space.places > 1 or space.id in of_spaces.parts
            found.append(_space_now(area, door.now_and_next(session, space=space, policy=policy, now=now), is_shared))
        elif area.kind is AreaKind.BANK:
            found.append(_bank_now(area, banks.get(area.ref or "")))
    return found


def for_staff(
    session: Session, *, plan: FloorPlan, policy: Policy, series: Iterable[Series], now: datetime, now_ms: int
) -> list[StaffAreaNow]:
    """Every area of the plan, with what sensors, doors and alerts say of it."""
    told = {one.area.id: one for one in areas(session, plan=plan, policy=policy, now=now)}
    house = _House(session)
    measured = _by_zone(series, house.where, now_ms)
    standing = _standing(session)
    found: list[StaffAreaNow] = []
    for area in plan.areas:
        zone, locks = house.zone_of(area), house.locks_of(area)
        values = measured.get(zone or "", [])
        found.append(
            StaffAreaNow(
                area=area,
                now=told.get(area.id),
                zone=zone,
                people=_people(values),
                air={metric: mean for metric in AIR if (mean := _mean(values, metric)) is not None},
                doors=Counter(lock.level for lock in locks),
                alerts=_about(standing, house.names_of(area)),
            )
        )
    return found


_AT_DOOR: Final = {
    AtDoor.FREE: AreaState.FREE,
    AtDoor.PARTLY: AreaState.IN_USE,
    AtDoor.TAKEN: AreaState.IN_USE,
    AtDoor.TURNOVER: AreaState.IN_USE,
    AtDoor.CLOSED: AreaState.CLOSED,
}
_NOT_FOR_ME: Final = frozenset({AtDoor.TAKEN, AtDoor.TURNOVER})


def _space_now(area: Area, stretches: Sequence[Stretch], is_shared: bool) -> AreaNow:
    here = stretches[0]
    is_full = here.state is AtDoor.TAKEN and is_shared
    return AreaNow(area, AreaState.FULL if is_full else _AT_DOOR[here.state], until=_until(stretches))


def _until(stretches: Sequence[Stretch]) -> datetime:
    """When it will be otherwise: two bookings one after the other are one time to whoever waits for it."""
    first = stretches[0]
    same = _NOT_FOR_ME if first.state in _NOT_FOR_ME else {first.state}
    end = first.span.ends_at
    for stretch in stretches[1:]:
        if stretch.state not in same:
            break
        end = stretch.span.ends_at
    return end


def _bank_now(area: Area, bank: lockers.BankView | None) -> AreaNow:
    """A bank that cannot be reached opens nothing, and nobody can tell how it will be later."""
    if bank is None or bank.presence is not Presence.ONLINE:
        return AreaNow(area, AreaState.UNKNOWN)
    free = sum(bank.free.values())
    return AreaNow(area, AreaState.FREE if free else AreaState.FULL, free=free, total=bank.total)


class _House:
    """What stands where, read once."""

    def __init__(self, session: Session) -> None:
        self.where: Map = zones.whole_map(session)
        self._spaces = spaces.plan(session)
        self._locks = {lock.id: lock for lock in session.scalars(select(Lock))}
        self._devices = {view.bank.id: view.bank.device_id for view in lockers.banks(session)}
        self._boxes: dict[str, list[Lock]] = defaultdict(list)
        for bank_id, lock_id in session.execute(select(Compartment.bank_id, Compartment.lock_id)):
            self._boxes[bank_id].append(self._locks[lock_id])

    def zone_of(self, area: Area) -> str | None:
        """Whose sensors tell of an area; None: nobody has said."""
        if area.kind is AreaKind.ZONE:
            return area.ref
        ref = area.ref or ""
        if area.kind is AreaKind.SPACE and ref in self._spaces.all:
            return self.where.of_space(self._spaces.line_up(ref))
        if area.kind is AreaKind.BANK and ref in self._devices:
            return self.where.of_device(self._devices[ref])
        return None

    def locks_of(self, area: Area) -> list[Lock]:
        """A space's own door, and all of a bank's."""
        if area.kind is AreaKind.BANK:
            return self._boxes.get(area.ref or "", [])
        space = self._spaces.all.get(area.ref or "") if area.kind is AreaKind.SPACE else None
        return [self._locks[space.lock_id]] if space and space.lock_id else []

    def names_of(self, area: Area) -> set[str]:
        """By what ids alerts may speak of it. A device with doors of several areas speaks for none of them."""
        if area.ref is None:
            return set()
        names = {area.ref, *(lock.id for lock in self.locks_of(area))}
        if area.kind is AreaKind.BANK and area.ref in self._devices:
            names.add(self._devices[area.ref])
        if area.kind is AreaKind.ZONE:
            names |= {ref.partition("/")[0] for (_, ref), at in self.where.placed.items() if at == area.ref}
        return names


def _standing(session: Session) -> list[tuple[Alert, set[str]]]:
    """Alerts that are not cleared, the gravest first, each with all that it is about."""
    found = alerts.all_standing(session)
    links = alerts.links(session, [one.id for one in found])
    gravest_first = sorted(found, key=lambda one: (_GRAVEST.index(one.severity), one.raised_at, one.id))
    return [(one, {one.thing, *(link.ref for link in links[one.id])}) for one in gravest_first]


def _about(standing: Iterable[tuple[Alert, set[str]]], names: set[str]) -> list[Alert]:
    return [alert for alert, about in standing if about & names]


def _by_zone(series: Iterable[Series], where: Map, now_ms: int) -> dict[str, list[tuple[str, float]]]:
    """What is known now of each zone: metric and value."""
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for one in series:
        zone, value = where.of_sensor(one.device, one.sensor), one.value_at(now_ms)
        if zone is not None and value is not None:
            found[zone].append((one.metric, value))
    return found


def _people(values: Iterable[tuple[str, float]]) -> People:
    told = [value for metric, value in values if metric in PEOPLE]
    if not told:
        return People.UNKNOWN
    return People.SOMEBODY if any(value > 0 for value in told) else People.NOBODY_SEEN


def _mean(values: Iterable[tuple[str, float]], metric: str) -> float | None:
    told = [value for name, value in values if name == metric]
    return sum(told) / len(told) if told else None
