"""Whose booked space goes out of order is offered another near by, which is held for them until they answer.

The booking is theirs until then. Moved it keeps its id; declined, or let pass, the house cancels it: no points are
taken, nobody is counted as not having come, and the member reads why.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.bookings import claims, queries, rules, service, waitlist
from gateway.bookings.elsewhere import Elsewhere
from gateway.bookings.model import LIVE, Booking
from gateway.bookings.move_offers import MoveOffer, MoveOption, OfferState
from gateway.bookings.rules import Policy
from gateway.kit.errors import Conflict, NotFound
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind, Outage
from gateway.spaces.rules import Span


def offer(session: Session, *, booking_id: str, policy: Policy, now: datetime) -> MoveOffer | None:
    """Offer a booking's member up to three others near by; where there are none the house cancels it at once.

    None: it was cancelled, or nothing stands in its way. Safe to repeat.
    """
    booking = queries.booking(session, booking_id)
    member = session.get_one(Member, booking.member_id)
    service.take_turns(session, member)
    session.refresh(booking, with_for_update=True)
    outage = _outage_in_the_way(session, booking)
    if outage is None or rules.move_refusal(booking, now) or open_offer(session, booking_id) is not None:
        return None
    until = rules.move_offer_until(rules.span_of(booking), now)
    made = MoveOffer(
        id=new_id(),
        booking_id=booking.id,
        outage_id=outage.id,
        member_id=member.id,
        state=OfferState.OPEN,
        made_at=now,
        until_at=until,
        settled_at=None,
    )
    session.add(made)
    session.flush()
    elsewhere = Elsewhere(session=session, booking=booking, member=member, policy=policy, now=now)
    if not _hold(session, made, elsewhere):
        _settle(session, made, OfferState.LAPSED, now)
        _cancel(session, booking, outage, policy=policy, now=now)
        return None
    service.leave_notice(session, booking, "move_offered", now, reason=outage.reason, until=until.isoformat())
    service.tell(session, booking, actor="gateway", act="move_offered", now=now)
    return made


def accept(
    session: Session, *, booking_id: str, option_id: str, member: Member, policy: Policy, now: datetime
) -> Booking:
    """Have one of what is offered in place of the booking, with its key, in one act.

    Raises NotFound: `booking`, `option`; Conflict: `move_not_offered`, `offer_lapsed`, `booking_…` where it is no
    longer to be moved.
    """
    service.take_turns(session, member)
    booking, made = _take_up(session, booking_id, member, now)
    options = options_of(session, made.id)
    chosen = next((one for one in options if one.id == option_id), None)
    if chosen is None:
        raise NotFound("option")
    given_up, left_space = rules.span_of(booking), booking.space_id
    spaces_service.take_turns_at(session, {left_space, *(one.space_id for one in options)})
    spaces_service.release(session, kind=ClaimKind.BOOKING, source_id=booking.id, now=now)
    spaces_service.hand_over(session, kind=ClaimKind.BOOKING, source_id=chosen.id, to=booking.id)
    _settle(session, made, OfferState.TAKEN, now)
    service.change(
        session,
        booking,
        now=now,
        since=booking.state,
        space_id=chosen.space_id,
        starts_at=chosen.starts_at,
        ends_at=chosen.ends_at,
        checked_in_at=None,
    )
    notices.take_back(session, about=booking.id, kinds=service.NOTICES, now=now)
    access.end(session, source=GrantSource.BOOKING, source_id=booking.id, now=now)
    service.give_key(session, booking, policy)
    waitlist.offer(session, space_id=left_space, span=given_up, policy=policy, now=now)
    _offer_on(session, [one for one in options if one is not chosen], policy, now)
    service.tell(session, booking, actor=member.audit_id, act="booking_moved", now=now)
    return booking


def decline(session: Session, *, booking_id: str, member: Member, policy: Policy, now: datetime) -> Booking:
    """Want none of it: the house cancels the booking. Raises as `accept` does."""
    service.take_turns(session, member)
    booking, made = _take_up(session, booking_id, member, now)
    _end(session, made, OfferState.DECLINED, policy=policy, now=now)
    return booking


def look_after(session: Session, *, offer_id: str, policy: Policy, now: datetime) -> None:
    """What time asks of an open offer: it lapses, or is withdrawn once nothing stands in the booking's way any more.

    Harmless to repeat.
    """
    made = session.get_one(MoveOffer, offer_id)
    booking = queries.booking(session, made.booking_id)
    service.take_turns(session, session.get_one(Member, booking.member_id))
    session.refresh(made, with_for_update=True)
    session.refresh(booking, with_for_update=True)
    if made.state is not OfferState.OPEN:
        return
    outage = _outage_in_the_way(session, booking)
    if outage is None:
        options = options_of(session, made.id)
        spaces_service.take_turns_at(session, {one.space_id for one in options})
        _settle(session, made, OfferState.WITHDRAWN, now)
        _offer_on(session, options, policy, now)
        return
    made.outage_id = outage.id  # of two that stood in the way one may have ended
    if now >= made.until_at:
        _end(session, made, OfferState.LAPSED, policy=policy, now=now)


# --- questions


def open_offer(session: Session, booking_id: str) -> MoveOffer | None:
    """What is offered in place of a booking just now."""
    return session.scalar(
        select(MoveOffer).where(MoveOffer.booking_id == booking_id, MoveOffer.state == OfferState.OPEN)
    )


def offers_of(session: Session, *, member_id: str) -> Sequence[MoveOffer]:
    """What a member is to answer, the most pressing first."""
    mine = select(MoveOffer).where(MoveOffer.member_id == member_id, MoveOffer.state == OfferState.OPEN)
    return session.scalars(mine.order_by(MoveOffer.until_at, MoveOffer.id)).all()


def options_of(session: Session, offer_id: str) -> Sequence[MoveOption]:
    """In the order of their times."""
    held = select(MoveOption).where(MoveOption.offer_id == offer_id)
    return session.scalars(held.order_by(MoveOption.starts_at, MoveOption.space_id)).all()


def in_the_way(session: Session, outage: Outage, *, now: datetime) -> Sequence[Booking]:
    """The bookings still to begin that an outage stands in the way of, the soonest first."""
    span = spaces.span_of_outage(outage)
    found = select(Booking).where(
        Booking.state.in_(LIVE),
        Booking.space_id.in_(spaces.family(session, outage.space_id)),
        Booking.starts_at > now,
        Booking.starts_at < span.ends_at,
        Booking.ends_at > span.starts_at,
    )
    return session.scalars(found.order_by(Booking.starts_at, Booking.id)).all()


def unoffered(session: Session, *, now: datetime) -> list[str]:
    """The ids of the bookings that an outage stands in the way of and whose members were not offered anything."""
    standing = spaces.outages(session, Span(now, spaces.FOR_EVER))
    found = dict.fromkeys(one.id for outage in standing for one in in_the_way(session, outage, now=now))
    offered = set(session.scalars(select(MoveOffer.booking_id).where(MoveOffer.state == OfferState.OPEN)))
    return [one for one in found if one not in offered]


def due(session: Session) -> Sequence[str]:
    """The ids of all offers that are open."""
    return session.scalars(select(MoveOffer.id).where(MoveOffer.state == OfferState.OPEN)).all()


# --- within


def _outage_in_the_way(session: Session, booking: Booking) -> Outage | None:
    """The first of those that stand in the way of a booking that holds its time."""
    if booking.state not in LIVE:
        return None
    span = rules.span_of(booking)
    found = spaces.outages(session, span)
    return next((one for one in found if booking.space_id in spaces.family(session, one.space_id)), None)


def _hold(session: Session, made: MoveOffer, elsewhere: Elsewhere) -> list[MoveOption]:
    """Claim up to three of what could be had."""
    spaces_service.take_turns_at(session, {one.id for one in (elsewhere.here, *elsewhere.sisters())})
    held: list[MoveOption] = []
    for space, span in elsewhere.near():
        if span.starts_at < made.until_at:
            continue  # it might have begun before they answer
        option = MoveOption(
            id=new_id(), offer_id=made.id, space_id=space.id, starts_at=span.starts_at, ends_at=span.ends_at
        )
        try:
            people = elsewhere.booking.people
            claims.claim(session, space=space, span=span, source_id=option.id, people=people, now=made.made_at)
        except Conflict:
            continue
        session.add(option)
        held.append(option)
        if len(held) == rules.MOST_ALTERNATIVES:
            break
    session.flush()
    return held


def _take_up(session: Session, booking_id: str, member: Member, now: datetime) -> tuple[Booking, MoveOffer]:
    booking = queries.booking_of(session, member_id=member.id, booking_id=booking_id)
    made = open_offer(session, booking_id)
    if made is None:
        raise Conflict("move_not_offered")
    session.refresh(made, with_for_update=True)
    session.refresh(booking, with_for_update=True)
    if made.state is not OfferState.OPEN:
        raise Conflict("move_not_offered")
    if now >= made.until_at:
        raise Conflict("offer_lapsed")
    if refusal := rules.move_refusal(booking, now):
        raise Conflict(refusal)
    return booking, made


def _end(session: Session, made: MoveOffer, to: OfferState, *, policy: Policy, now: datetime) -> None:
    booking = queries.booking(session, made.booking_id)
    options = options_of(session, made.id)
    spaces_service.take_turns_at(session, {booking.space_id, *(one.space_id for one in options)})
    _settle(session, made, to, now)
    _offer_on(session, options, policy, now)
    _cancel(session, booking, session.get_one(Outage, made.outage_id), policy=policy, now=now)


def _cancel(session: Session, booking: Booking, outage: Outage, *, policy: Policy, now: datetime) -> None:
    service.leave_notice(session, booking, "cancelled_for_maintenance", now, reason=outage.reason)
    service.give_back(session, booking=booking, actor="gateway", policy=policy, now=now)


def _offer_on(session: Session, options: Sequence[MoveOption], policy: Policy, now: datetime) -> None:
    """What was held for them is everybody's again, and first of all the queue's."""
    for one in options:
        spaces_service.release(session, kind=ClaimKind.BOOKING, source_id=one.id, now=now)
    for one in options:
        span = Span(one.starts_at, one.ends_at)
        waitlist.offer(session, space_id=one.space_id, span=span, policy=policy, now=now)


def _settle(session: Session, made: MoveOffer, to: OfferState, now: datetime) -> None:
    """The row is this transaction's own: nobody else settles it meanwhile."""
    made.state, made.settled_at = to, now
    session.flush()
    notices.take_back(session, about=made.booking_id, kinds=["move_offered"], now=now)
