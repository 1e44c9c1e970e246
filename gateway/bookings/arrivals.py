"""Who says that they are there, and whose door was not seen to open, is not there: their check-in is annulled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.bookings import rules, service
from gateway.bookings.model import Booking, BookingState
from gateway.fleet import queries as fleet
from gateway.fleet.model import DoorLevel
from gateway.spaces import queries as spaces


def unproved(session: Session, *, now: datetime, since: datetime | None = None) -> Sequence[str]:
    """The ids of the bookings that are not over and whose check-in the door has not borne out in time.

    `since`: only of check-ins said from then on.
    """
    said = select(Booking).where(
        Booking.state == BookingState.CONFIRMED,
        Booking.checked_in_at <= now - rules.PROVED_WITHIN,
        Booking.ends_at > now,
    )
    if since is not None:
        said = said.where(Booking.checked_in_at >= since)
    return [one.id for one in session.scalars(said.order_by(Booking.checked_in_at)) if _is_unproved(session, one, now)]


def annul_unless_proved(session: Session, *, booking_id: str, now: datetime) -> bool:
    """Take a check-in back, and tell the member, if the door was not sensed open within 15 s. True when it was taken.

    Where there is no door, or nobody can tell how it stands, their word counts. Safe to repeat.
    """
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if not _is_unproved(session, booking, now):
        return False
    service.change(session, booking, now=now, checked_in_at=None)
    service.leave_notice(session, booking, "check_in_annulled", now)
    service.tell(session, booking, actor="gateway", act="check_in_annulled", now=now)
    return True


def _is_unproved(session: Session, booking: Booking, now: datetime) -> bool:
    said_at = booking.checked_in_at
    if booking.state is not BookingState.CONFIRMED or said_at is None or now < said_at + rules.PROVED_WITHIN:
        return False
    lock_id = spaces.lock_of(session, booking.space_id)
    if lock_id is None or fleet.door_level(session, lock_id) is not DoorLevel.SHUT:
        return False
    return not fleet.told_of_opening(session, lock_id, since=said_at - rules.PROVED_WITHIN)
