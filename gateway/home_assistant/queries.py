"""What there is to show."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from gateway.crowd import rules as crowd
from gateway.crowd.rules import Crowd, Doubt
from gateway.facility.presence import PEOPLE, zones_with_people
from gateway.fleet import queries as fleet
from gateway.fleet.model import Device, DeviceState, DoorLevel, Presence
from gateway.home_assistant.documents import Door, Language, Measure, Room, Thing
from gateway.lockers import queries as lockers
from gateway.lockers.queries import BankView
from gateway.spaces import queries as spaces
from gateway.telemetry.queries import Series
from gateway.zones import queries as zones

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


def rooms(
    session: Session, crowds: Mapping[str, Crowd], series: Iterable[Series], *, language: Language, now_ms: int
) -> list[Room]:
    """Every zone of which something tells whether anybody is there, by its id."""
    series = list(series)
    where = zones.whole_map(session)
    watched = {where.of_sensor(one.device, one.sensor) for one in series if one.metric in PEOPLE}
    peopled = zones_with_people(session, series, now_ms=now_ms)
    found = []
    for zone in zones.zones(session):
        here = crowds.get(zone.id)
        if here is None or (here.doubt is Doubt.NO_COUNTER and zone.id not in watched):
            continue
        found.append(
            Room(
                id=zone.id,
                name=zone.name_zh if language == "zh-CN" else zone.name_en,
                is_counted=here.doubt is not Doubt.NO_COUNTER,
                people=here.people,
                is_occupied=crowd.is_occupied(here, sees_somebody=zone.id in peopled),
            )
        )
    return found


def _name(device: Device, bank: BankView | None, *, is_chinese: bool) -> str:
    if bank is None:
        return device.id
    return bank.bank.name_zh if is_chinese else bank.bank.name_en
