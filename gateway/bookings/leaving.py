"""A member leaves the house, or is let in no longer: nothing of theirs is ahead any more."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.bookings import service, waitlist
from gateway.bookings.model import Booking, BookingState, Series
from gateway.bookings.rules import Policy
from gateway.bookings.waits import Wait
from gateway.members.model import Member
from gateway.spaces import service as spaces_service


def give_everything_back(session: Session, *, member: Member, actor: str, policy: Policy, now: datetime) -> int:
    """Cancel what is booked and not over, whatever the rules say of its member, and stand in no queue.

    `actor`: the member, or who closes their account. Whoever waits is offered it. Costs no points.
    Returns how many bookings there were.
    """
    service.take_turns(session, member)
    booked = select(Booking).where(
        Booking.member_id == member.id,
        Booking.state.in_((BookingState.PENDING, BookingState.CONFIRMED)),
        Booking.ends_at > now,
    )
    booked = booked.order_by(Booking.id).with_for_update().execution_options(populate_existing=True)
    standing = select(Wait).where(Wait.member_id == member.id, Wait.left_at.is_(None))
    bookings, waits = session.scalars(booked).all(), session.scalars(standing).all()
    # All of them before the trail is written in, which is waited for too.
    spaces_service.take_turns_at(session, {one.space_id for one in bookings} | {one.space_id for one in waits})
    for wait in waits:
        waitlist.leave(session, wait_id=wait.id, member=member, actor=actor, policy=policy, now=now)
    for booking in bookings:
        service.give_back(session, booking=booking, actor=actor, policy=policy, now=now)
    today = now.astimezone(policy.zone).date()
    session.execute(
        update(Series).where(Series.member_id == member.id, Series.ended_from.is_(None)).values(ended_from=today)
    )
    return len(bookings)
