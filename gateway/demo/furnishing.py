"""The demo centre, put up. Doing it again changes nothing."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from devices.wire.signing import PublicKey
from gateway.bookings import booked_lockers
from gateway.centre import Centre, open_centre
from gateway.demo import people
from gateway.demo.device_files import device_files, wiring_of
from gateway.demo.house import (
    BANKS,
    DOORS,
    NODE,
    NODE_FILE,
    NODE_PARTS,
    READER,
    READER_PARTS,
    SPACES,
    ZONES,
    DemoBank,
)
from gateway.demo.people import DemoPeople
from gateway.fleet import queries as fleet_queries
from gateway.fleet import service as fleet
from gateway.fleet.model import Device
from gateway.fleet.rules import Presentation
from gateway.kit.ids import new_boot_id
from gateway.lockers import assignments
from gateway.lockers import queries as lockers_queries
from gateway.lockers import service as lockers
from gateway.lockers.model import Bank, Compartment, Mode, Size
from gateway.lockers.service import Box
from gateway.spaces import service as spaces
from gateway.spaces.model import Space
from gateway.zones import queries as zones_queries
from gateway.zones import service as zones
from gateway.zones.model import Placed, Zone


def furnish(
    centre_dir: Path,
    *,
    password: str | None,
    banks: Sequence[DemoBank] = BANKS,
    environ: Mapping[str, str] | None = None,
) -> DemoPeople:
    """Fill a founded centre with demo people and devices; afterwards only tell the people again.

    `password` is everybody's; None: one for all members and one for all staff, made up the first time and kept.
    """
    centre = open_centre(centre_dir, environ=os.environ if environ is None else environ)
    try:
        doors = {bank.device: len(bank.sizes) for bank in banks} | {
            DOORS: sum(space.door is not None for space in SPACES)
        }
        boards = {bank.device: bank.board for bank in banks}
        keys = {
            device: device_files(centre_dir, device, wiring_of(count, boards.get(device)), centre.settings)
            for device, count in doors.items()
        }
        _make_zones(centre)
        _install_banks(centre, banks, keys)
        _install_spaces(centre, doors[DOORS], keys[DOORS])
        _install_node(centre, device_files(centre_dir, NODE, NODE_PARTS, centre.settings, file=NODE_FILE))
        _install_reader(centre, device_files(centre_dir, READER, READER_PARTS, centre.settings, file="kiosk.toml"))
        settled = people.settle(centre, password=password)
        _assign(centre, banks)
        _offer_for_booking(centre, banks)
        return settled
    finally:
        centre.sessions.close()


def _make_zones(centre: Centre) -> None:
    """Once, each; whatever it is called afterwards it stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        for zone in ZONES:
            if session.get(Zone, zone.id) is None:
                names = {"zone_id": zone.id, "name_zh": zone.name_zh, "name_en": zone.name_en}
                zones.make_zone(session, **names, actor="gateway", now=now)
                zones.set_crowd(
                    session, zone_id=zone.id, capacity=zone.capacity, is_shown=True, actor="gateway", now=now
                )


def _install_banks(centre: Centre, banks: Sequence[DemoBank], keys: Mapping[str, PublicKey]) -> None:
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        for bank in banks:
            if session.get(Bank, bank.device) is None:
                _install(session, bank, keys[bank.device], now)


def _install(session: Session, bank: DemoBank, key: PublicKey, now: datetime) -> None:
    device = _approve(session, bank.device, len(bank.sizes), key, now)
    founded = lockers.found_bank(
        session,
        device=device,
        name_zh=bank.name_zh,
        name_en=bank.name_en,
        boxes=list(_boxes(bank)),
        actor="gateway",
        now=now,
    )
    lockers.set_terms(session, bank=founded, actor="gateway", now=now, mode=bank.mode, idle_after_days=180)
    zones.place(session, what=Placed.DEVICE, ref=device.id, zone_id=bank.zone, actor="gateway", now=now)


def _assign(centre: Centre, banks: Sequence[DemoBank]) -> None:
    """What the demo's staff have given to members, once; whatever is done with it afterwards stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        boxes = {box.label: box for box in session.scalars(select(Compartment))}
        for bank in banks:
            for door, member_nos in bank.assigned.items():
                box = boxes[_label(bank, door)]
                if box.own_mode is None:
                    lockers.set_mode(session, compartment_id=box.id, mode=Mode.FIXED, actor="gateway", now=now)
                    assignments.assign(
                        session,
                        compartment_id=box.id,
                        member_nos=member_nos,
                        until=None,
                        note="",
                        actor="gateway",
                        unsettled_locks=frozenset,  # it was made just now
                        now=now,
                    )


_SIZE_WORDS: Final = {Size.S: ("小柜", "small"), Size.M: ("中柜", "medium"), Size.L: ("大柜", "large")}


def _offer_for_booking(centre: Centre, banks: Sequence[DemoBank]) -> None:
    """The compartments that are booked ahead, once; whatever staff make of them afterwards stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        boxes = {box.label: box for box in session.scalars(select(Compartment))}
        for bank in banks:
            for label in (_label(bank, door) for door in sorted(bank.bookable)):
                box = boxes[label]
                is_new = box.own_mode is None and session.get(Space, box.id) is None
                if is_new and lockers_queries.compartment(session, box.id).rental is None:
                    booked_lockers.offer_for_booking(
                        session,
                        compartment_id=box.id,
                        name_zh=f"{bank.name_zh} {label}（{_SIZE_WORDS[box.size][0]}）",
                        name_en=f"{bank.name_en} {label} ({_SIZE_WORDS[box.size][1]})",
                        opens_min=8 * 60,
                        closes_min=22 * 60,
                        slot_min=30,
                        buffer_min=0,
                        actor="gateway",
                        now=now,
                    )


def _install_spaces(centre: Centre, doors: int, key: PublicKey) -> None:
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        if session.get(Space, SPACES[0].id) is not None:
            return
        _approve(session, DOORS, doors, key, now)
        for space in SPACES:
            lock = fleet_queries.lock_at(session, DOORS, space.door) if space.door else None
            spaces.make_space(
                session,
                space_id=space.id,
                kind=space.kind,
                name_zh=space.name_zh,
                name_en=space.name_en,
                parent_id=space.part_of,
                lock_id=lock.id if lock else None,
                opens_min=8 * 60,
                closes_min=22 * 60,
                slot_min=space.slot_min,
                buffer_min=space.buffer_min,
                capacity=space.capacity,
                actor="gateway",
                now=now,
            )


def _install_node(centre: Centre, key: PublicKey) -> None:
    """The facility node, once; wherever it or its sensors are put afterwards they stay."""
    now = centre.clock.now()
    first, *others = ZONES
    with centre.sessions.begin() as session:
        if session.get(Device, NODE) is not None:
            return
        _approve(session, NODE, 0, key, now, kind="facility")
        zones.place(session, what=Placed.DEVICE, ref=NODE, zone_id=first.id, actor="gateway", now=now)
        for zone in others:
            for sensor in (zone.door, *zone.sensors):
                zones.place(
                    session,
                    what=Placed.SENSOR,
                    ref=zones_queries.sensor_ref(NODE, sensor),
                    zone_id=zone.id,
                    outer_zone_id=first.id if sensor == zone.door else None,
                    actor="gateway",
                    now=now,
                )


def _install_reader(centre: Centre, key: PublicKey) -> None:
    """The kiosk's node, once; wherever it is put afterwards it stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        if session.get(Device, READER) is None:
            _approve(session, READER, 0, key, now, kind="kiosk")
            zones.place(session, what=Placed.DEVICE, ref=READER, zone_id=ZONES[0].id, actor="gateway", now=now)


def _approve(
    session: Session, device_id: str, doors: int, key: PublicKey, now: datetime, *, kind: str = "locker_bank"
) -> Device:
    """As if it had spoken up, somebody had compared its label, and it had been switched off."""
    there = Presentation(
        device_id=device_id,
        online=True,
        boot_id=new_boot_id(),
        kind=kind,
        public_key=key.text(),
        fingerprint=key.fingerprint(),
        doors=doors,
    )
    fleet.note_presence(session, there, now=now)
    fleet.note_presence(session, replace(there, online=False), now=now)
    return fleet.approve(session, device_id=device_id, fingerprint=key.fingerprint(), actor="gateway", now=now)


def _boxes(bank: DemoBank) -> Iterable[Box]:
    for door, size in enumerate(bank.sizes, start=1):
        yield Box(door=door, label=_label(bank, door), size=Size(size), accessible=door in bank.accessible)


def _label(bank: DemoBank, door: int) -> str:
    return f"{bank.device[-1].upper()}{door:02}"
