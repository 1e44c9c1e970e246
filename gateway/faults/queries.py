"""Questions about what is wrong. Read-only."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts
from gateway.alerts.in_force import in_force
from gateway.alerts.model import Alert, AlertLink
from gateway.emergencies.model import Emergency, EmergencyKind, EmergencyState
from gateway.faults import rules
from gateway.faults.model import Pulse, PulseEnd
from gateway.faults.places import board
from gateway.faults.rules import Latch
from gateway.fleet.model import (
    Device,
    DeviceEvent,
    DevicePart,
    DeviceState,
    DoorLevel,
    Lock,
    PartHealth,
    Presence,
    SecondKey,
)
from gateway.fleet.rules import Part
from gateway.lockers.model import Bank, Compartment

PART_KINDS: Final = ("board_dead", "reader_dead")
OF_DOORS: Final = ("ajar", "jammed", "sensor_suspect")  # kinds that are so, or are not, of one lock

_SHORTEST_AJAR = timedelta(minutes=1)
_EVENTS_BACK = 60  # of a device's newest events: a flapping door has its ten edges among them


def newest_pulses(session: Session, lock_id: str, *, now: datetime) -> Sequence[Pulse]:
    """The last three, the newest first, since a person last said that the lock is right.

    A pulse after which nothing moved counts once every edge that it caused would be here.
    """
    has_come_to = (Pulse.came_to != PulseEnd.NOTHING) | (Pulse.pulsed_at <= now - rules.SEEN_BY)
    query = select(Pulse).where(Pulse.lock_id == lock_id, has_come_to)
    if cleared_at := alerts.cleared_by_hand_at(session, kind="jammed", thing=lock_id):
        query = query.where(Pulse.pulsed_at > cleared_at)
    return session.scalars(query.order_by(Pulse.pulsed_at.desc()).limit(rules.LOOKED_AT)).all()


def newest_edges(session: Session, lock: Lock) -> list[datetime]:
    """When a door moved, of late."""
    device = session.get_one(Device, lock.device_id)
    query = select(DeviceEvent.observed_at).where(
        DeviceEvent.device_id == device.id,
        DeviceEvent.log_no == device.log_no,
        DeviceEvent.seq > (device.last_seq or 0) - _EVENTS_BACK,
        DeviceEvent.door == lock.door,
        DeviceEvent.kind.in_(rules.EDGES),
    )
    return [at for at in session.scalars(query) if at is not None]


def was_put_right(session: Session, lock: Lock, *, since: datetime) -> bool:
    """Whether a person has said since then that its contact is right: what it said before no longer counts."""
    cleared_at = alerts.cleared_by_hand_at(session, kind="sensor_suspect", thing=lock.id)
    return cleared_at is not None and cleared_at > since


def ajar_after(session: Session, lock_id: str) -> timedelta:
    """How long a door may stand open: its own rule, else what its bank says, else what is usual here."""
    rules_now = in_force(session)
    if rules_now.has_own("ajar", lock_id):
        return rules_now.of("ajar", thing=lock_id).hold
    minutes = session.scalar(
        select(Bank.ajar_after_min)
        .join(Compartment, Compartment.bank_id == Bank.id)
        .where(Compartment.lock_id == lock_id)
    )
    return rules_now.of("ajar").hold if minutes is None else timedelta(minutes=minutes)


def is_opened_for_all(session: Session, lock: Lock) -> bool:
    """Everything here is opened on purpose: an emergency opening lasts, of this bank or of the whole centre.

    Or a second key of the cabinet is on.
    """
    device = session.get_one(Device, lock.device_id)
    if SecondKey.ON in (device.key_switch, device.fire_contact):
        return True
    here = select(Bank.id).where(Bank.device_id == lock.device_id).scalar_subquery()
    declared = select(Emergency.id).where(
        Emergency.kind == EmergencyKind.EMERGENCY_OPEN,
        Emergency.state == EmergencyState.ACTIVE,
        or_(Emergency.bank_id.is_(None), Emergency.bank_id == here),
    )
    return session.scalar(declared.limit(1)) is not None


def locks_to_look_at(session: Session, *, now: datetime) -> list[str]:
    """Locks with a pulse that can be judged now, a door open for a minute, or something that stands against them."""
    judgeable = select(Pulse.lock_id).where(Pulse.judged_at.is_(None), Pulse.pulsed_at <= now - rules.SEEN_BY)
    accused = select(Alert.thing).where(Alert.cleared_at.is_(None), Alert.kind.in_(OF_DOORS))
    stands_open = (Lock.level == DoorLevel.OPEN) & (Lock.open_since <= now - _SHORTEST_AJAR)
    query = select(Lock.id).where(or_(Lock.id.in_(judgeable), Lock.id.in_(accused), stands_open))
    return list(session.scalars(query.order_by(Lock.id)))


def devices_to_look_at(session: Session) -> list[str]:
    """Approved devices that are away, and those with an alert that says so."""
    accused = select(Alert.thing).where(Alert.cleared_at.is_(None), Alert.kind.in_(["device_silent", "sensor_silent"]))
    away = (Device.state == DeviceState.APPROVED) & (Device.presence == Presence.OFFLINE)
    return list(session.scalars(select(Device.id).where(away | Device.id.in_(accused)).order_by(Device.id)))


def devices_whose_parts_to_look_at(session: Session) -> list[str]:
    """Devices that are there and have a board or a reader that does not answer, or an alert that says so."""
    lost = select(DevicePart.device_id).where(DevicePart.health == PartHealth.LOST)
    accused = (
        select(AlertLink.ref)
        .join(Alert)
        .where(Alert.cleared_at.is_(None), Alert.kind.in_(PART_KINDS), AlertLink.what == "device")
    )
    concerned = (Device.state == DeviceState.APPROVED) & (Device.presence == Presence.ONLINE)
    query = select(Device.id).where(concerned, Device.id.in_(lost) | Device.id.in_(accused))
    return list(session.scalars(query.order_by(Device.id)))


def accused_parts(session: Session, device_id: str) -> dict[str, str]:
    """Boards and readers of a device against which an alert stands, and of which kind."""
    query = (
        select(Alert.thing, Alert.kind)
        .join(AlertLink)
        .where(
            Alert.cleared_at.is_(None),
            Alert.kind.in_(PART_KINDS),
            AlertLink.what == "device",
            AlertLink.ref == device_id,
        )
    )
    return {row.thing: row.kind for row in session.execute(query)}


def locks_with_many_openings(session: Session) -> list[str]:
    """Locks whose openings are enough to tell how their latch has changed."""
    enough = rules.FIRST_OPENINGS + rules.NEWEST_OPENINGS
    query = select(Pulse.lock_id).where(Pulse.open_ms.is_not(None)).group_by(Pulse.lock_id)
    return list(session.scalars(query.having(func.count() >= enough).order_by(Pulse.lock_id)))


def latch(session: Session, lock_id: str) -> Latch | None:
    """How a lock's latch has changed since it was new, or since a person said that it is in order again."""
    query = select(Pulse.open_ms).where(Pulse.lock_id == lock_id, Pulse.open_ms.is_not(None))
    if cleared_at := alerts.cleared_by_hand_at(session, kind="slow_latch", thing=lock_id):
        query = query.where(Pulse.pulsed_at > cleared_at)
    first = session.scalars(query.order_by(Pulse.pulsed_at).limit(rules.FIRST_OPENINGS)).all()
    newest = session.scalars(query.order_by(Pulse.pulsed_at.desc()).limit(rules.NEWEST_OPENINGS)).all()
    return rules.latch([ms for ms in first if ms is not None], [ms for ms in newest if ms is not None])


def by_lock(session: Session) -> dict[str, list[Alert]]:
    """What stands against each lock, its board or its device, by the lock's id; one in order is not there."""
    against: dict[str, list[Alert]] = {}
    for alert in alerts.all_standing(session):
        against.setdefault(alert.thing, []).append(alert)
    if not against:
        return {}
    boards = defaultdict(list)
    for part in session.scalars(select(DevicePart)):
        boards[part.device_id].append(part)
    found = {}
    for lock in session.scalars(select(Lock).order_by(Lock.device_id, Lock.door)):
        things = [lock.id, lock.device_id]
        things += [board(part) for part in boards[lock.device_id] if Part.of(part).has(lock.door)]
        if wrong := [alert for thing in things for alert in against.get(thing, ())]:
            found[lock.id] = wrong
    return found
