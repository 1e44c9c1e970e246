"""What the things are called of which the audit trail speaks: it holds ids alone. Read-only."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.activities.model import Activity
from gateway.ballots.model import Ballot
from gateway.bookings.model import Booking
from gateway.kit.audit import AuditEntry
from gateway.lockers.model import Bank, Compartment, Rental
from gateway.maintenance import names
from gateway.maintenance.model import Asset, WorkOrder
from gateway.maintenance.names import Name
from gateway.members import queries as members
from gateway.members.model import Group
from gateway.spaces.model import Space
from gateway.staff.alerts import of_kiosks
from gateway.zones.model import Zone

_OF_ACTS: Final[Mapping[str, str]] = {
    "unlock_": "lock",
    "door_": "lock",
    "space_": "space",
    "day_": "space",
    "opening_hours_": "space",
    "zone_": "zone",
    "bank_": "bank",
    "freeze_": "bank",
    "emergency_open_": "bank",
    "group_": "group",
    "compartment_": "compartment",
    "seen_": "compartment",
    "asset_": "asset",
    "power_sensor_": "asset",
    "work_order_": "order",
    "order_photo_": "order",
    "book": "booking",
    "check": "booking",
    "ballot_": "ballot",
    "activity_": "activity",
    "attendance_": "activity",
    "signed_up": "activity",
    "waits_for_activity": "activity",
    "kiosk_re": "kiosk",
    "kiosk_stopped": "kiosk",
    "rent": "rental",
    "extended": "rental",
    "share": "rental",
    "move_offered": "rental",
    "pin_made": "rental",
    "pin_reset": "rental",
    "assign": "rental",
    "held": "rental",
    "hold_": "rental",
    "drop_off_": "rental",
    "clear_out_": "rental",
}
"""What an act is done to, by how it begins."""

_OF_FIELDS: Final[Mapping[str, str]] = {
    "space": "space",
    "zone": "zone",
    "comes_from": "zone",
    "bank": "bank",
    "compartment": "compartment",
    "lock": "lock",
    "locks": "lock",
    "kiosk": "kiosk",
    "asset": "asset",
    "rental": "rental",
    "group": "group",
    "groups": "group",
    "member": "member",
    "members": "member",
}
"""Of which kind are the ids in a field of the detail."""


@dataclass(frozen=True)
class Told:
    """What an entry's thing is called, and what is named in its detail, field by field. What is gone has no name."""

    thing: Name | None
    named: Mapping[str, Sequence[Name]]


def told(session: Session, entries: Sequence[AuditEntry]) -> dict[int, Told]:
    """By the entry's seq; each kind of thing is asked for once."""
    wanted: dict[str, set[str]] = defaultdict(set)
    details = {entry.seq: json.loads(entry.detail) for entry in entries}
    for entry in entries:
        wanted[kind_of(entry.act)].add(entry.thing)
        for _, kind, ids in _fields(details[entry.seq]):
            wanted[kind].update(ids)
    found = {kind: _names(session, kind, ids) for kind, ids in wanted.items()}
    return {
        entry.seq: Told(
            found[kind_of(entry.act)].get(entry.thing),
            {
                field: [found[kind].get(one) or {"zh-CN": one, "en": one} for one in ids]
                for field, kind, ids in _fields(details[entry.seq])
                if any(one in found[kind] for one in ids)
            },
        )
        for entry in entries
    }


def kind_of(act: str) -> str:
    """What it is done to; "" where that needs no name."""
    return next((kind for begins, kind in _OF_ACTS.items() if act.startswith(begins)), "")


def _fields(detail: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for field, kind in _OF_FIELDS.items():
        value = detail.get(field)
        ids = [value] if isinstance(value, str) else value
        if isinstance(ids, list):
            yield field, kind, ids


def _names(session: Session, kind: str, ids: Collection[str]) -> dict[str, Name]:
    if kind in _WITH_A_NAME:
        return names.named(session, _WITH_A_NAME[kind], ids)
    if kind in _FOR_ANOTHER:
        of, one, other = _FOR_ANOTHER[kind]
        behind = {row[0]: row[1] for row in session.execute(select(one, other).where(one.in_(ids)))}
        found = _names(session, of, set(behind.values()))
        return {each: found[its] for each, its in behind.items() if its in found}
    return _CALLED[kind](session, ids) if kind in _CALLED else {}


def _assets(session: Session, ids: Collection[str]) -> dict[str, Name]:
    return names.of_all(session, session.scalars(select(Asset).where(Asset.id.in_(ids))).all())


def _activities(session: Session, ids: Collection[str]) -> dict[str, Name]:
    rows = session.execute(select(Activity.id, Activity.title_zh, Activity.title_en).where(Activity.id.in_(ids)))
    return {one: {"zh-CN": title_zh, "en": title_en} for one, title_zh, title_en in rows}


def _members(session: Session, ids: Collection[str]) -> dict[str, Name]:
    numbers = members.numbers_of(session, audit_ids=ids)
    return {one: {"zh-CN": number, "en": number} for one, number in numbers.items()}


_WITH_A_NAME: Final[Mapping[str, type[Bank | Group | Space | Zone]]] = {
    "space": Space,
    "zone": Zone,
    "bank": Bank,
    "group": Group,
}
_FOR_ANOTHER: Final = {
    "compartment": ("lock", Compartment.id, Compartment.lock_id),
    "rental": ("compartment", Rental.id, Rental.compartment_id),
    "booking": ("space", Booking.id, Booking.space_id),
    "ballot": ("space", Ballot.id, Ballot.space_id),
    "order": ("asset", WorkOrder.id, WorkOrder.asset_id),
}
"""What has no name of its own, but that of what it is for: a rental that of its compartment."""
_CALLED: Final[Mapping[str, Callable[[Session, Collection[str]], dict[str, Name]]]] = {
    "lock": names.of_locks,
    "asset": _assets,
    "kiosk": of_kiosks,
    "activity": _activities,
    "member": _members,
}
