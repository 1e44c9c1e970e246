"""Where an alert is, as staff would say it, and whose time or things it touches. Read-only.

A door's alert keeps who had it when it was raised. A sensor hangs in a zone: there it is whoever had booked one of its
spaces when it last was so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.alerts.model import Alert, AlertLink
from gateway.bookings.model import Booking, BookingState
from gateway.kiosks.model import Kiosk
from gateway.lockers import queries as lockers
from gateway.lockers.model import Bank, Compartment, Rental
from gateway.maintenance import names
from gateway.maintenance.names import Name
from gateway.members.model import Member
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space
from gateway.zones import queries as zones
from gateway.zones.model import Zone

Links = Mapping[str, Sequence[AlertLink]]  # by the alert's id

_NEARER: Final = frozenset({"lock", "space", "bank", "booking", "rental"})  # than a zone: it is about that alone


class By(StrEnum):
    """By what something is somebody's."""

    BOOKING = "booking"
    RENTAL = "rental"


@dataclass(frozen=True)
class Had:
    """A booking or a rental that an alert touches. `name`: of the space or compartment; `holder` None: staff hold it.

    `until_at` None: without an end.
    """

    by: By
    id: str
    name: Name
    from_at: datetime
    until_at: datetime | None
    holder: Member | None


def names_of(session: Session, links: Iterable[AlertLink]) -> dict[tuple[str, str], Name]:
    """What is linked, by kind and id, as staff would say it; what has no name is left out."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for link in links:
        by_kind[link.what].add(link.ref)
    found = {
        "lock": names.of_locks(session, by_kind["lock"]),
        "device": names.of_devices(session, by_kind["device"]),
        "bank": names.named(session, Bank, by_kind["bank"]),
        "space": names.named(session, Space, by_kind["space"]),
        "zone": names.named(session, Zone, by_kind["zone"]),
        "kiosk": of_kiosks(session, by_kind["kiosk"]),
    }
    return {(kind, ref): name for kind, named in found.items() for ref, name in named.items()}


def had_by(session: Session, alerts: Sequence[Alert], links: Links) -> dict[str, list[Had]]:
    """What each alert touches, by its id, in order of time."""
    zoned = {one.id: zone for one in alerts if (zone := _only_zone(links[one.id])) is not None}
    in_zones = _spaces_in(session, set(zoned.values()))
    found: dict[str, list[Had]] = {}
    for one in alerts:
        linked = [_linked(session, link) for link in links[one.id]]
        there = _booked(session, in_zones[zoned[one.id]], one.last_at) if one.id in zoned else []
        found[one.id] = sorted([*filter(None, linked), *there], key=lambda had: had.from_at)
    return found


def _only_zone(links: Sequence[AlertLink]) -> str | None:
    if any(link.what in _NEARER for link in links):
        return None
    return next((link.ref for link in links if link.what == "zone"), None)


def _spaces_in(session: Session, zone_ids: Collection[str]) -> dict[str, set[str]]:
    """What can be booked in each of these zones: spaces that are there, and what they are part of."""
    found: dict[str, set[str]] = {zone_id: set() for zone_id in zone_ids}
    if not found:
        return found
    plan, where = spaces.plan(session), zones.whole_map(session)
    for space_id in plan.all:
        line = plan.line_up(space_id)
        zone_id = where.of_space(line)
        if zone_id in found:
            found[zone_id].update(line)
    return found


def _booked(session: Session, space_ids: Collection[str], at: datetime) -> list[Had]:
    under_way = select(Booking).where(
        Booking.space_id.in_(space_ids),
        Booking.state == BookingState.CONFIRMED,
        Booking.starts_at <= at,
        Booking.ends_at > at,
    )
    return [_of_booking(session, one) for one in session.scalars(under_way.order_by(Booking.id))]


def _linked(session: Session, link: AlertLink) -> Had | None:
    if link.what == By.BOOKING:
        booking = session.get(Booking, link.ref)
        return _of_booking(session, booking) if booking else None
    if link.what == By.RENTAL:
        rental = session.get(Rental, link.ref)
        return _of_rental(session, rental) if rental else None
    return None


def _of_booking(session: Session, booking: Booking) -> Had:
    name = names.named(session, Space, {booking.space_id})[booking.space_id]
    holder = session.get_one(Member, booking.member_id)
    return Had(By.BOOKING, booking.id, name, booking.starts_at, booking.ends_at, holder)


def _of_rental(session: Session, rental: Rental) -> Had:
    lock_id = session.get_one(Compartment, rental.compartment_id).lock_id
    people = lockers.people_of(session, rental)
    holder = session.get_one(Member, people[0]) if people else None
    name = names.of_locks(session, {lock_id})[lock_id]
    return Had(By.RENTAL, rental.id, name, rental.from_at, rental.ended_at or rental.until_at, holder)


def of_kiosks(session: Session, ids: Collection[str]) -> dict[str, Name]:
    """What they are called, by their ids."""
    return {one.id: one.names for one in session.scalars(select(Kiosk).where(Kiosk.id.in_(ids)))}
