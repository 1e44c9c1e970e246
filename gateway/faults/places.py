"""Where something is, as staff would say it, and what it belongs to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access import queries as access
from gateway.access.model import GrantSource
from gateway.fleet.model import Device, DevicePart, Lock
from gateway.lockers.model import Bank, Compartment, Rental
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space
from gateway.zones import queries as zones


@dataclass(frozen=True)
class Place:
    """The id of a lock or a device, its `name` by language, and its `links` as an alert keeps them."""

    thing: str
    name: dict[str, str]
    links: dict[str, str | None]


def of_lock(session: Session, lock: Lock, *, now: datetime) -> Place:
    """The compartment or the space behind a lock; with the rental or the booking that has it now."""
    zone_id = zones.zone_of_device(session, lock.device_id)
    links: dict[str, str | None] = {"lock": lock.id, "device": lock.device_id, "zone": zone_id}
    at_bank = session.execute(
        select(Bank, Compartment, Rental.id)
        .join(Compartment, Compartment.bank_id == Bank.id)
        .outerjoin(Rental, (Rental.compartment_id == Compartment.id) & Rental.ended_at.is_(None))
        .where(Compartment.lock_id == lock.id)
    ).first()
    if at_bank is not None:
        bank, compartment, rental_id = at_bank
        return Place(
            lock.id,
            {
                "zh-CN": f"{bank.name_zh} {compartment.label} 号柜",
                "en": f"Compartment {compartment.label} at {bank.name_en}",
            },
            links | {"bank": bank.id, "rental": rental_id},
        )
    space = session.scalars(select(Space).where(Space.lock_id == lock.id).order_by(Space.id)).first()
    if space is not None:
        name = {"zh-CN": f"{space.name_zh}的门", "en": f"The door of {space.name_en}"}
        links["zone"] = zone_id or zones.whole_map(session).of_space(spaces.plan(session).line_up(space.id))
        return Place(lock.id, name, links | {"space": space.id, "booking": _booking(session, lock, now)})
    name = {"zh-CN": f"设备 {lock.device_id} 的 {lock.door} 号门", "en": f"Door {lock.door} of {lock.device_id}"}
    return Place(lock.id, name, links)


def board(part: DevicePart) -> str:
    """What a board is called as the thing of an alert."""
    return f"{part.device_id}/{part.name}"


def of_device(session: Session, device: Device) -> Place:
    """The bank of a device, or the device itself."""
    bank = session.scalar(select(Bank).where(Bank.device_id == device.id))
    links: dict[str, str | None] = {"device": device.id, "zone": zones.zone_of_device(session, device.id)}
    if bank is None:
        return Place(device.id, {"zh-CN": f"设备 {device.id}", "en": f"Device {device.id}"}, links)
    return Place(device.id, {"zh-CN": bank.name_zh, "en": bank.name_en}, links | {"bank": bank.id})


def _booking(session: Session, lock: Lock, now: datetime) -> str | None:
    """Whose key to this door counts now; of several the one that ends first."""
    keys = access.grants_on(session, lock_id=lock.id, source=GrantSource.BOOKING, now=now)
    return keys[0].source_id if keys else None
