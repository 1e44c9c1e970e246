"""Questions about devices. Read-only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from gateway.fleet import rules
from gateway.fleet.model import DeadLetter, Device, DeviceEvent, DevicePart, DeviceState, DoorLevel, Lock
from gateway.kit.errors import NotFound

# Made once: every event of a device asks these, and to put them together takes as long as to answer them.
_LOCK_AT: Final = select(Lock).where(Lock.device_id == bindparam("device_id"), Lock.door == bindparam("door"))
_APPROVED: Final = select(Device.id).where(Device.state == DeviceState.APPROVED, Device.maker == "")
_APPROVED_AMONG: Final = _APPROVED.where(Device.id.in_(bindparam("ids", expanding=True)))
_EVENTS_OF: Final = (
    select(DeviceEvent).where(DeviceEvent.cmd_id == bindparam("cmd_id")).order_by(DeviceEvent.log_no, DeviceEvent.seq)
)


def device(session: Session, device_id: str) -> Device:
    """Raises NotFound("device")."""
    found = session.get(Device, device_id)
    if found is None:
        raise NotFound("device")
    return found


def devices(session: Session) -> Sequence[Device]:
    """All of them, by name."""
    return session.scalars(select(Device).order_by(Device.id)).all()


def approved_ids(session: Session) -> Sequence[str]:
    """Of every device of our own that has been approved and is not suspended or retired."""
    return session.scalars(_APPROVED).all()


def approved_among(session: Session, device_ids: Collection[str]) -> Sequence[str]:
    """Those of them."""
    return session.scalars(_APPROVED_AMONG, {"ids": list(device_ids)}).all() if device_ids else ()


def retired_among(session: Session, device_ids: Collection[str]) -> Sequence[str]:
    """Those of our own that are gone for good."""
    gone = (Device.state == DeviceState.RETIRED) & (Device.maker == "")
    return session.scalars(select(Device.id).where(gone, Device.id.in_(device_ids))).all()


def alarm_lamps(session: Session) -> Sequence[str]:
    """Of the nodes that show alarms, by name."""
    return session.scalars(_APPROVED.where(Device.shows_alarms).order_by(Device.id)).all()


def outsiders(session: Session) -> Sequence[Device]:
    """The off-the-shelf devices, retired ones too."""
    return session.scalars(select(Device).where(Device.maker != "")).all()


def retired_outsiders(session: Session) -> Sequence[str]:
    """Off-the-shelf devices that are gone for good, by id."""
    gone = (Device.state == DeviceState.RETIRED) & (Device.maker != "")
    return session.scalars(select(Device.id).where(gone)).all()


def parts(session: Session, device_id: str) -> Sequence[DevicePart]:
    """What a device says of its lock boards, by name."""
    return session.scalars(select(DevicePart).where(DevicePart.device_id == device_id).order_by(DevicePart.name)).all()


def pinned_key(session: Session, device_id: str) -> str | None:
    """The key whose signatures count for this device; None unless it is approved."""
    ours = (Device.state == DeviceState.APPROVED) & (Device.maker == "")
    return session.scalar(select(Device.public_key).where(Device.id == device_id, ours))


def lock(session: Session, lock_id: str) -> Lock:
    """Raises NotFound("lock")."""
    found = session.get(Lock, lock_id)
    if found is None:
        raise NotFound("lock")
    return found


def locks(session: Session) -> Sequence[Lock]:
    """All of them, by device and door."""
    return session.scalars(select(Lock).order_by(Lock.device_id, Lock.door)).all()


def lock_at(session: Session, device_id: str, door: int) -> Lock | None:
    """The lock of one door of a device."""
    return session.scalar(_LOCK_AT, {"device_id": device_id, "door": door})


def door_level(session: Session, lock_id: str) -> DoorLevel:
    """What can be said of a lock's door now: UNKNOWN while its device is not there. Raises NotFound("lock")."""
    return lock(session, lock_id).level


def events_of(session: Session, cmd_id: str) -> Sequence[DeviceEvent]:
    """What a device reported of one command, in its order."""
    return session.scalars(_EVENTS_OF, {"cmd_id": cmd_id}).all()


def has_opened(session: Session, lock_id: str, *, since: datetime) -> bool:
    """Whether a lock's door was sensed open from then on, by whatever key. Raises NotFound("lock")."""
    return _was_sensed(session, lock_id, kinds=rules.OPENINGS, since=since)


def told_of_opening(session: Session, lock_id: str, *, since: datetime) -> bool:
    """Whether it was heard from then on that a lock's door opened, however long before. Raises NotFound("lock")."""
    there = lock(session, lock_id)
    told = select(DeviceEvent.seq).where(
        DeviceEvent.device_id == there.device_id,
        DeviceEvent.door == there.door,
        DeviceEvent.kind.in_(rules.OPENINGS),
        DeviceEvent.received_at >= since,
    )
    return bool(session.scalar(select(exists(told))))


def has_moved(session: Session, lock_id: str, *, since: datetime) -> bool:
    """Whether a lock's door was sensed to open or shut from then on. Raises NotFound("lock")."""
    return _was_sensed(session, lock_id, kinds=rules.MOVES, since=since)


def forced_since(session: Session, *, since: datetime) -> Mapping[str, Sequence[datetime]]:
    """When doors were opened that nobody had asked for, by lock; the newest last."""
    seen_at = func.coalesce(DeviceEvent.observed_at, DeviceEvent.received_at)
    rows = session.execute(
        select(Lock.id, seen_at)
        .join(Lock, (Lock.device_id == DeviceEvent.device_id) & (Lock.door == DeviceEvent.door))
        .where(DeviceEvent.kind == "forced", seen_at >= since)
        .order_by(seen_at)
    )
    found: dict[str, list[datetime]] = {}
    for lock_id, at in rows:
        found.setdefault(lock_id, []).append(at)
    return found


def dead_letters(session: Session) -> Sequence[DeadLetter]:
    """The newest first."""
    return session.scalars(select(DeadLetter).order_by(DeadLetter.last_at.desc())).all()


def _was_sensed(session: Session, lock_id: str, *, kinds: Collection[str], since: datetime) -> bool:
    there = lock(session, lock_id)
    seen_at = func.coalesce(DeviceEvent.observed_at, DeviceEvent.received_at)
    sensed = select(DeviceEvent.seq).where(
        DeviceEvent.device_id == there.device_id,
        DeviceEvent.door == there.door,
        DeviceEvent.kind.in_(kinds),
        seen_at >= since,
    )
    return bool(session.scalar(select(exists(sensed))))
