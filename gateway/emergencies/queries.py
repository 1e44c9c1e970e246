"""Questions about emergencies. Read-only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from gateway.emergencies.model import WHOLE_CENTRE, Emergency, EmergencyKind, EmergencyState
from gateway.emergencies.rules import Cabinet
from gateway.fleet.model import Device, DeviceState, DoorLevel, Lock, Presence, SecondKey
from gateway.kit.errors import NotFound
from gateway.lockers import queries as lockers
from gateway.lockers.model import Bank


def emergency(session: Session, emergency_id: str) -> Emergency:
    """Raises NotFound("emergency")."""
    found = session.get(Emergency, emergency_id)
    if found is None:
        raise NotFound("emergency")
    return found


def emergencies(session: Session) -> Sequence[Emergency]:
    """All of them, the newest first."""
    return session.scalars(select(Emergency).order_by(Emergency.proposed_at.desc(), Emergency.id)).all()


def freezes(session: Session) -> Sequence[Emergency]:
    """Those that hold now, the oldest first."""
    return session.scalars(_active(EmergencyKind.FREEZE).order_by(Emergency.begun_at)).all()


def is_frozen(session: Session, *, device_id: str) -> bool:
    """Whether nothing of this device may be opened by command, as it stands in this transaction."""
    return bool(session.scalar(_IS_FROZEN, {"device_id": device_id}))


def not_closed(session: Session, *, kind: EmergencyKind, scope: str) -> Emergency | None:
    """The proposal or emergency there that has not come to its end; there is never a second."""
    return session.scalar(
        select(Emergency).where(Emergency.kind == kind, Emergency.scope == scope, Emergency.closed_at.is_(None))
    )


@dataclass(frozen=True)
class DoorCount:
    """How many doors stand how."""

    open: int
    shut: int
    unknown: int


def count_doors(session: Session, found: Emergency) -> DoorCount:
    """How the doors that it is about stand now."""
    rows = session.execute(
        _locks(found.bank_id).with_only_columns(Lock.level, func.count(Lock.id)).order_by(None).group_by(Lock.level)
    )
    by_level: dict[DoorLevel, int] = dict(iter(rows))
    return DoorCount(
        open=by_level.get(DoorLevel.OPEN, 0),
        shut=by_level.get(DoorLevel.SHUT, 0),
        unknown=by_level.get(DoorLevel.UNKNOWN, 0),
    )


def _active(kind: EmergencyKind) -> Select[Emergency]:
    return select(Emergency).where(Emergency.kind == kind, Emergency.state == EmergencyState.ACTIVE)


def _locks(bank_id: str | None) -> Select[Lock]:
    locks = select(Lock).join(Device, Device.id == Lock.device_id).where(Device.state == DeviceState.APPROVED)
    if bank_id is not None:
        locks = locks.join(Bank, Bank.device_id == Device.id).where(Bank.id == bank_id)
    return locks.order_by(Lock.device_id, Lock.door)


def openings(session: Session) -> Sequence[Emergency]:
    """Where every door is to open now, the oldest first."""
    return session.scalars(_OPENINGS).all()


def locks_of(session: Session, *, bank_id: str | None) -> Sequence[Lock]:
    """Of a bank, or (None) of everything that is approved; by device and door."""
    return session.scalars(_locks(bank_id)).all()


def cabinets(session: Session, *, bank_id: str | None) -> list[Cabinet]:
    """What would have to be opened, by device. Raises NotFound("bank")."""
    if bank_id is not None:
        lockers.bank(session, bank_id)
    counted = Counter(lock.device_id for lock in locks_of(session, bank_id=bank_id))
    return [_cabinet(session, session.get_one(Device, device_id), doors) for device_id, doors in counted.items()]


def _cabinet(session: Session, device: Device, doors: int) -> Cabinet:
    return Cabinet(
        device_id=device.id,
        doors=doors,
        second_key_is_on=SecondKey.ON in (device.key_switch, device.fire_contact),
        is_away=device.presence is not Presence.ONLINE,
        is_frozen=is_frozen(session, device_id=device.id),
    )


def _is_frozen() -> Select[bool]:
    here = select(Bank.id).where(Bank.device_id == bindparam("device_id")).scalar_subquery()
    freeze = _active(EmergencyKind.FREEZE).where(or_(Emergency.scope == WHOLE_CENTRE, Emergency.bank_id == here))
    return select(exists(freeze))


# Made once: every press asks the one three times, and the gateway the other four times a second.
_IS_FROZEN: Final = _is_frozen()
_OPENINGS: Final = _active(EmergencyKind.EMERGENCY_OPEN).order_by(Emergency.begun_at)
