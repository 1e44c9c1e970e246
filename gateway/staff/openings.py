"""Opening a door for staff: whoever holds what is behind it keeps it, and reads who opened, when and why."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.access import queries as access_queries
from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.bookings.model import Booking
from gateway.fleet import queries as fleet
from gateway.kit import audit
from gateway.kit.clock import Clock
from gateway.kit.errors import Refused
from gateway.lockers import moves
from gateway.lockers.history import ASKED_BY_STAFF
from gateway.lockers.model import Use
from gateway.lockers.queries import RentalView
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.spaces.model import Space
from gateway.staff import rules
from gateway.staff.alone import refuse_alone
from gateway.staff.rules import OPENING_WINDOW, Power
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock


def open_door(
    session: Session, *, lock_id: str, staff: Member, reason: str, clock: Clock, signed_in_at: datetime
) -> Unlock:
    """Ask for any door to be opened, once, by the way that every door is opened.

    `signed_in_at`: when they last gave their password. Raises NotFound("lock"); Refused("not_allowed") for whoever may
    not open what somebody else holds now, and of such a door also Refused: `password_again`, `second_person_needed`,
    `staff_openings_used_up`; Conflict: `bank_offline`, `device_suspended`, `frozen`, `unlock_under_way`.
    """
    fleet.lock(session, lock_id)
    now = clock.now()
    place = moves.hold_behind(session, lock_id)
    bookings = _bookings_now(session, lock_id, clock)
    is_somebodys = bookings or (place is not None and place.rental.use is not Use.HELD)
    if not rules.may(staff.role, Power.OPEN_HELD if is_somebodys else Power.OPEN):
        raise Refused("not_allowed")
    if is_somebodys:
        refuse_alone(session, lock_id=lock_id, staff=staff, signed_in_at=signed_in_at, now=now)
    grant = access.give(
        session,
        lock_id=lock_id,
        member_id=staff.id,
        source=GrantSource.STAFF,
        source_id="",
        from_at=now - OPENING_WINDOW,
        until_at=now + OPENING_WINDOW,
        once_after_seq=audit.head(session).seq,
    )
    unlock = unlocking.request_unlock(session, member=staff, lock_id=lock_id, clock=clock)
    grant.source_id = unlock.id
    _tell(session, place, bookings, reason=reason, clock=clock)
    audit.append(
        session,
        actor=staff.audit_id,
        act=ASKED_BY_STAFF,
        thing=lock_id,
        now=now,
        reason=reason,
        unlock=unlock.id,
        rental=place.rental.id if place else None,
        held=bool(is_somebodys),
        bookings=[booking.id for booking in bookings],
    )
    return unlock


def _bookings_now(session: Session, lock_id: str, clock: Clock) -> Sequence[Booking]:
    """Those that open this door just now."""
    keys = access_queries.grants_on(session, lock_id=lock_id, source=GrantSource.BOOKING, now=clock.now())
    return [session.get_one(Booking, key.source_id) for key in keys]


def _tell(
    session: Session, place: RentalView | None, bookings: Sequence[Booking], *, reason: str, clock: Clock
) -> None:
    now = clock.now()
    asked_at = now.isoformat()
    if place is not None:
        moves.leave_notice(session, place, "opened_by_staff", now, reason=reason, asked_at=asked_at)
    for booking in bookings:
        space = session.get_one(Space, booking.space_id)
        notices.leave(
            session,
            member_id=booking.member_id,
            kind="room_opened_by_staff",
            about=booking.id,
            now=now,
            space={"zh-CN": space.name_zh, "en": space.name_en},
            reason=reason,
            asked_at=asked_at,
        )
