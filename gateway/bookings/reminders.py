"""A word before a booking begins: so that nobody loses a room only because they forgot it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gateway.bookings import rules, service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.kit.db import announce
from gateway.notices import service as notices
from gateway.notices.model import Notice


def due(session: Session, *, policy: Policy, now: datetime) -> Sequence[str]:
    """The ids of the bookings whose member is to be reminded now, the soonest first."""
    soon = select(Booking.id).where(
        Booking.state == BookingState.CONFIRMED,
        Booking.checked_in_at.is_(None),
        Booking.starts_at > now,
        Booking.starts_at <= now + timedelta(minutes=policy.remind_before_min),
        Booking.id.not_in(_reminded()),
    )
    return session.scalars(soon.order_by(Booking.starts_at)).all()


def past(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of the bookings that are over and of which something still stands that was said while they were not."""
    said = select(Notice.about).where(Notice.kind.in_(service.NOTICES), Notice.over_at.is_(None))
    return session.scalars(select(Booking.id).where(Booking.ends_at <= now, Booking.id.in_(said))).all()


def remind(session: Session, *, booking_id: str, policy: Policy, now: datetime) -> bool:
    """Tell the member that their booking begins soon, once. True when they were. Safe to repeat."""
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if not rules.is_reminder_due(booking, policy, now) or session.scalar(_reminded(booking_id)) is not None:
        return False
    service.leave_notice(session, booking, "booking_soon", now)
    announce(session, "booking", id=booking.id, member_id=booking.member_id, state=booking.state)
    return True


def let_go(session: Session, *, booking_id: str, now: datetime) -> None:
    """It is over: nothing is left to be reminded of, or told. Safe to repeat."""
    notices.take_back(session, about=booking_id, kinds=service.NOTICES, now=now)


def _reminded(booking_id: str | None = None) -> Select[str]:
    """The bookings of which a reminder stands; of one, or of all."""
    standing = select(Notice.about).where(Notice.kind == service.SOON, Notice.over_at.is_(None))
    return standing if booking_id is None else standing.where(Notice.about == booking_id)
