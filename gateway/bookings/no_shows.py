"""A booked space that nobody came to goes back to everybody; whoever comes late has it again if it is still free."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts
from gateway.bookings import booked_lockers, claims, queries, rules, service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.bookings.standing import Standing
from gateway.credit import service as credit
from gateway.credit.model import Cause
from gateway.kit.errors import Conflict
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.policies.wishes import Act
from gateway.spaces import queries as spaces
from gateway.unlocking import queries as unlocking
from gateway.zones import queries as zones


def release(session: Session, *, booking_id: str, policy: Policy, now: datetime, peopled: Collection[str] = ()) -> bool:
    """Give a booking's time back if nobody came and nothing of ours kept them out. True when it was. Safe to repeat.

    `peopled`: the zones in which a sensor sees somebody; whoever is inside came in, whatever the door has told.
    """
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if not rules.is_no_show(booking, policy, now) or _may_have_been_kept_out(session, booking, policy, now):
        return False
    if queries.rental_under_way(session, booking):
        return False
    if peopled and _zone_of(session, booking.space_id) in peopled:
        return False
    service.change(session, booking, now=now, state=BookingState.RELEASED, released_at=now)
    notices.take_back(session, about=booking.id, kinds=service.NOTICES, now=now)
    service.free(session, booking, rules.span_of(booking), policy=policy, now=now)
    undo_until = (now + rules.RECLAIM_WITHIN).isoformat()
    service.leave_notice(session, booking, "booking_released", now, undo_until=undo_until)
    service.note_credit(session, booking, Cause.NO_SHOW, now)
    service.tell(session, booking, actor="gateway", act="booking_released", now=now)
    return True


def reclaim(session: Session, *, booking: Booking, member: Member, policy: Policy, now: datetime) -> Booking:
    """The member is there after all, minutes after their time was given back: it is theirs again, and they are in.

    Raises Conflict: `booking_not_released`, `booking_reclaim_late`, `booking_over`, `policy.…` when they booked so much
    else meanwhile that it would be too much, and `slot_taken` when somebody else has it by now, with up to three
    `alternatives` as for whoever books.
    """
    service.take_turns(session, member)
    session.refresh(booking, with_for_update=True)
    if refusal := rules.reclaim_refusal(booking, now):
        raise Conflict(refusal)
    space, span = spaces.space(session, booking.space_id), rules.span_of(booking)
    standing = Standing.of(session, member=member, space=space, span=span, policy=policy, now=now, in_turn=True)
    standing.judge(Act.RECLAIM, span).insist()
    people, judge = booking.people, partial(standing.judge, Act.BOOK, guests=booking.guests)
    try:
        claims.claim(session, space=space, span=span, source_id=booking.id, people=people, now=now)
    except Conflict as refused:
        raise service.with_alternatives(
            session, refused, space, span, judge, people=people, hours=standing.hours, now=now
        ) from refused
    service.change(
        session,
        booking,
        now=now,
        since=BookingState.RELEASED,
        state=BookingState.CONFIRMED,
        checked_in_at=now,
        released_at=None,
    )
    notices.take_back(session, about=booking.id, kinds=["booking_released"], now=now)
    credit.take_back(session, booking_id=booking.id, now=now)
    service.give_key(session, booking, policy)
    service.tell(session, booking, actor=member.audit_id, act="booking_reclaimed", now=now)
    return booking


def _zone_of(session: Session, space_id: str) -> str | None:
    """Where the space itself was placed. A zone of the whole it is part of tells of its neighbours as well."""
    return zones.whole_map(session).of_space([space_id])


def _may_have_been_kept_out(session: Session, booking: Booking, policy: Policy, now: datetime) -> bool:
    """The door cannot be reached, or they asked for it and it was not seen to open: then nobody can say why.

    Or the clock was wrong, and no key that depends on it opened anything.
    """
    if booked_lockers.is_locker(session, booking.space_id) and booked_lockers.cannot_be_had(session, booking, now):
        return True
    lock_id = spaces.lock_of(session, booking.space_id)
    if lock_id is None:
        return False
    if queries.is_door_away(session, lock_id):
        return True
    since = rules.key_span(policy, rules.span_of(booking)).starts_at
    if alerts.stood_since(session, kind="clock_wrong", since=since):
        return True
    return unlocking.was_asked_for(session, member_id=booking.member_id, lock_id=lock_id, since=since)
