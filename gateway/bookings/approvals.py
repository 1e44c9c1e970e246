"""A booking that staff must agree to: it holds its time, opens nothing, and ends in a yes or a no."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.bookings import queries, rules, service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.kit.errors import Conflict
from gateway.members.model import Member


def approve(session: Session, *, booking_id: str, staff: Member, policy: Policy, now: datetime) -> Booking:
    """Say yes: the booking is the member's, with its key, and they are told.

    Raises NotFound("booking"); Conflict: `booking_not_pending`, `booking_in_the_past`.
    """
    booking = _take_up(session, booking_id, now)
    service.change(session, booking, now=now, since=BookingState.PENDING, state=BookingState.CONFIRMED)
    service.give_key(session, booking, policy)
    service.leave_notice(session, booking, "booking_approved", now)
    service.tell(session, booking, actor=staff.audit_id, act="booking_approved", now=now)
    return booking


def deny(session: Session, *, booking_id: str, staff: Member, reason: str, policy: Policy, now: datetime) -> Booking:
    """Say no, and why: the time is everybody's again, and the member is told. Raises as `approve` does."""
    booking = _take_up(session, booking_id, now)
    _deny(session, booking, policy, now, denied_for=reason)
    service.leave_notice(session, booking, "booking_denied", now, reason=reason)
    service.tell(session, booking, actor=staff.audit_id, act="booking_denied", now=now)
    return booking


def deny_unanswered(session: Session, *, booking_id: str, policy: Policy, now: datetime) -> bool:
    """It has begun and nobody has answered: that is a no. True when it was. Safe to repeat."""
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if not rules.is_unanswered(booking, now):
        return False
    _deny(session, booking, policy, now)
    service.leave_notice(session, booking, "booking_unanswered", now)
    service.tell(session, booking, actor="gateway", act="booking_denied", now=now)
    return True


def _take_up(session: Session, booking_id: str, now: datetime) -> Booking:
    booking = queries.booking(session, booking_id)
    session.refresh(booking, with_for_update=True)
    if refusal := rules.answer_refusal(booking, now):
        raise Conflict(refusal)
    return booking


def _deny(session: Session, booking: Booking, policy: Policy, now: datetime, *, denied_for: str = "") -> None:
    service.change(
        session,
        booking,
        now=now,
        since=BookingState.PENDING,
        state=BookingState.DENIED,
        denied_at=now,
        denied_for=denied_for,
    )
    service.free(session, booking, rules.span_of(booking), policy=policy, now=now)
