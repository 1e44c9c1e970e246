"""What there is to show."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy.orm import Session

from gateway.fleet import queries as fleet
from gateway.fleet.model import Device, DeviceState, DoorLevel, Presence
from gateway.home_assistant.documents import Door, Language, Measure, Thing
from gateway.lockers import queries as lockers
from gateway.lockers.queries import BankView
from gateway.spaces import queries as spaces
from gateway.telemetry.queries import Series

_OPEN = {DoorLevel.OPEN: True, DoorLevel.SHUT: False, DoorLevel.UNKNOWN: None}


def things(session: Session, series: Iterable[Series], *, language: Language, now_ms: int) -> list[Thing]:
    """Every approved device, by its id, with the front desk's names for its doors. Never whose anything is."""
    is_chinese = language == "zh-CN"
    names = lockers.labels(session)
    for space in spaces.spaces(session):
        if space.lock_id is not None:
            names[space.lock_id] = space.name_zh if is_chinese else space.name_en
    banks = {view.bank.device_id: view for view in lockers.banks(session)}
    doors = defaultdict(list)
    for lock in fleet.locks(session):
        doors[lock.device_id].append(Door(lock.door, names.get(lock.id, str(lock.door)), _OPEN[lock.level]))
    measures = defaultdict(list)
    for one in series:
        measures[one.device].append(Measure(one.sensor, one.metric, one.value_at(now_ms)))
    return [
        Thing(
            id=device.id,
            name=_name(device, banks.get(device.id), is_chinese=is_chinese),
            online=device.presence is Presence.ONLINE,
            firmware=device.firmware,
            free=sum(banks[device.id].free.values()) if device.id in banks else None,
            doors=doors[device.id],
            measures=measures[device.id],
        )
        for device in fleet.devices(session)
        if device.state is DeviceState.APPROVED
    ]


def _name(device: Device, bank: BankView | None, *, is_chinese: bool) -> str:
    if bank is None:
        return device.id
    return bank.bank.name_zh if is_chinese else bank.bank.name_en
