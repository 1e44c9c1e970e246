"""What assets are called, many at once. Read-only."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.fleet.model import Lock
from gateway.lockers.model import Bank, Compartment
from gateway.maintenance.model import Asset
from gateway.members.model import Group
from gateway.spaces.model import Space
from gateway.zones.model import Zone

Name = dict[str, str]  # by language


def of(session: Session, asset: Asset) -> Name:
    """Its own name, or that of the thing which it is."""
    return of_all(session, [asset])[asset.id]


def of_all(session: Session, assets: Sequence[Asset]) -> dict[str, Name]:
    """By the asset's id. As alerts say it: a door is called after what is behind it."""
    nameless = [one for one in assets if not one.name_zh]
    locks = of_locks(session, {one.lock_id for one in nameless if one.lock_id})
    spaces = named(session, Space, {one.space_id for one in nameless if one.space_id})
    zones = named(session, Zone, {one.zone_id for one in nameless if one.zone_id})
    devices = of_devices(session, {one.device_id for one in nameless if one.device_id})
    found: dict[str, Name] = {}
    for one in assets:
        if one.name_zh:
            found[one.id] = {"zh-CN": one.name_zh, "en": one.name_en}
        elif one.lock_id:
            found[one.id] = locks[one.lock_id]
        elif one.space_id:
            found[one.id] = spaces[one.space_id]
        elif one.device_id:
            found[one.id] = devices[one.device_id]
        else:
            found[one.id] = zones[one.zone_id or ""]
    return found


def of_locks(session: Session, ids: Collection[str]) -> dict[str, Name]:
    """Doors, by the ids of their locks: each after what is behind it. What is no lock is left out."""
    if not ids:
        return {}
    found = {
        lock.id: {"zh-CN": f"设备 {lock.device_id} 的 {lock.door} 号门", "en": f"Door {lock.door} of {lock.device_id}"}
        for lock in session.scalars(select(Lock).where(Lock.id.in_(ids)))
    }
    for space in session.scalars(select(Space).where(Space.lock_id.in_(ids)).order_by(Space.id.desc())):
        found[space.lock_id or ""] = {"zh-CN": f"{space.name_zh}的门", "en": f"The door of {space.name_en}"}
    at_bank = select(Bank, Compartment).join(Compartment).where(Compartment.lock_id.in_(ids))
    for bank, compartment in session.execute(at_bank):
        found[compartment.lock_id] = {
            "zh-CN": f"{bank.name_zh} {compartment.label} 号柜",
            "en": f"Compartment {compartment.label} at {bank.name_en}",
        }
    return found


def of_devices(session: Session, ids: Collection[str]) -> dict[str, Name]:
    """Devices, by their ids: one that drives a bank after that."""
    found = {one: {"zh-CN": f"设备 {one}", "en": f"Device {one}"} for one in ids}
    for bank in session.scalars(select(Bank).where(Bank.device_id.in_(ids))):
        found[bank.device_id] = {"zh-CN": bank.name_zh, "en": bank.name_en}
    return found


def named(session: Session, table: type[Bank | Group | Space | Zone], ids: Collection[str]) -> dict[str, Name]:
    """What bears a name of its own, by its id."""
    rows = session.execute(select(table.id, table.name_zh, table.name_en).where(table.id.in_(ids)))
    return {one: {"zh-CN": name_zh, "en": name_en} for one, name_zh, name_en in rows}
