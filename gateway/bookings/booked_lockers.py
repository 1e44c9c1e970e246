"""Lockers that are booked ahead: a claim until their member comes, a rental like any other from then on.

So nobody's key to a compartment is a booking: whoever may open one has it, and it is nobody else's before it was given
back behind a door that is sensed shut (docs/decisions/0035-lockers-booked-ahead.md).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from gateway.bookings import claims, queries, rules, service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.kit.errors import Conflict, Malformed
from gateway.lockers import moves, offers
from gateway.lockers import queries as lockers
from gateway.lockers import rules as lockers_rules
from gateway.lockers import service as lockers_service
from gateway.lockers.model import Compartment, Condition, Mode, Rental, Stage, Use
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.notices.model import Notice
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim, ClaimKind, Space, SpaceKind
from gateway.spaces.rules import Span
from gateway.unlocking import queries as unlocking

FOR_EVER: Final = timedelta(days=100 * 365)
LOOK_BEFORE: Final = timedelta(minutes=15)  # before its start it is looked at whether its compartment will be there
_NOT_THERE: Final = "locker_not_there"


def offer_for_booking(
    session: Session,
    *,
    compartment_id: str,
    name_zh: str,
    name_en: str,
    opens_min: int,
    closes_min: int,
    slot_min: int,
    buffer_min: int,
    actor: str,
    now: datetime,
) -> Space:
    """Let a compartment be booked ahead from now on, under its own id; whoever just comes no longer gets it.

    Raises NotFound("compartment"); Conflict: `compartment_taken` while it is somebody's, `space_exists`.
    """
    compartment = _held(session, compartment_id)
    if lockers.compartment(session, compartment_id).rental is not None:
        raise Conflict("compartment_taken")
    space = spaces_service.make_space(
        session,
        space_id=compartment.id,
        kind=SpaceKind.LOCKER,
        name_zh=name_zh,
        name_en=name_en,
        opens_min=opens_min,
        closes_min=closes_min,
        slot_min=slot_min,
        buffer_min=buffer_min,
        lock_id=compartment.lock_id,
        actor=actor,
        now=now,
    )
    lockers_service.set_mode(session, compartment_id=compartment.id, mode=Mode.BOOKABLE, actor=actor, now=now)
    return space


def set_mode(session: Session, *, compartment_id: str, mode: Mode | None, actor: str, now: datetime) -> None:
    """Let one compartment come to its holders otherwise, also to or from being booked ahead.

    While it is not booked ahead its space is closed, which the database holds like every other claim.

    Raises NotFound("compartment"), Malformed("malformed") naming `mode` when it was never offered for booking;
    Conflict: `compartment_taken` while it is somebody's who did not book it, `compartment_booked` while somebody has
    booked it.
    """
    # The space comes before the compartment: whoever is given another locker takes them in that order, too.
    if space := session.get(Space, compartment_id):
        spaces_service.take_turns(session, space)
    compartment = _held(session, compartment_id)
    found = lockers.compartment(session, compartment_id)
    if mode is Mode.BOOKABLE and found.mode is not Mode.BOOKABLE:
        if space is None:
            raise Malformed("malformed", field="mode")
        if found.rental is not None:
            raise Conflict("compartment_taken")
        spaces_service.release(session, kind=ClaimKind.CLOSURE, source_id=compartment.id, now=now)
    if space is not None and found.mode is Mode.BOOKABLE and mode is not Mode.BOOKABLE:
        try:
            ever_after = Span(now, now + FOR_EVER)
            spaces_service.claim(
                session, space=space, span=ever_after, kind=ClaimKind.CLOSURE, source_id=compartment.id
            )
        except Conflict as booked:
            raise Conflict("compartment_booked") from booked
    lockers_service.set_mode(session, compartment_id=compartment_id, mode=mode, actor=actor, now=now)


def is_locker(session: Session, space_id: str) -> bool:
    """Whether what is booked is a compartment."""
    return spaces.space(session, space_id).kind is SpaceKind.LOCKER


def arrive(session: Session, *, booking: Booking, member: Member, policy: Policy, now: datetime) -> str:
    """The member is there and wants their locker opened: from now on they rent it, until their booking ends.

    Returns the lock to open. Once it has begun and what they booked cannot be had, because of things in it or a fault,
    they get another like it, if there is one. Harmless to repeat.

    Raises Conflict: what `service.key_refusal` says; `booking_too_early` also while it is booked by somebody before
    them; `rental_overdue` while their own things have been in it for too long; else why the compartment cannot be had.
    """
    service.take_turns(session, member)
    service.take_up(session, booking)
    if refusal := service.key_refusal(session, booking, policy, now):
        raise Conflict(refusal)
    if now < booking.starts_at and _is_anothers(session, booking, Span(now, booking.starts_at)):
        raise Conflict("booking_too_early")
    rental = queries.rental_under_way(session, booking) or _go_on(session, booking, member, now)
    if rental is None:
        rental = _begin(session, booking, member, now)
    return session.get_one(Compartment, rental.compartment_id).lock_id


def due(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of bookings that begin soon or have begun, and whose member has not come yet."""
    awaited = (
        select(Booking.id)
        .join(Space, Space.id == Booking.space_id)
        .where(
            Space.kind == SpaceKind.LOCKER,
            Booking.state == BookingState.CONFIRMED,
            Booking.rental_id.is_(None),
            Booking.starts_at <= now + LOOK_BEFORE,
            Booking.ends_at > now,
        )
    )
    return session.scalars(awaited.order_by(Booking.starts_at, Booking.id)).all()


def look_after(session: Session, *, booking_id: str, now: datetime) -> None:
    """See to it that a locker is there for who booked one, and tell them which, or that none is. Safe to repeat."""
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking.state is not BookingState.CONFIRMED or booking.rental_id is not None:
        return
    is_told = session.scalar(
        select(exists().where(Notice.about == booking.id, Notice.kind == _NOT_THERE, Notice.over_at.is_(None)))
    )
    if not cannot_be_had(session, booking, now):
        if is_told:
            notices.take_back(session, about=booking.id, kinds=[_NOT_THERE], now=now)
        return
    for space in _others(session, booking):
        offer = offers.of(session, space.id)
        if lockers_rules.arrival_refusal(offer, unlocking.unsettled_locks(session)) is None and _move_to(
            session, booking, space, now
        ):
            service.tell(session, booking, actor="gateway", act="booking_moved", now=now)
            return
    if not is_told:
        service.leave_notice(session, booking, "locker_not_there", now)


def cannot_be_had(session: Session, booking: Booking, now: datetime) -> bool:
    """Whether the compartment that was booked is not there for it: not given back in time, or out of order."""
    found = lockers.compartment(session, booking.space_id)
    is_late = found.rental is not None and (found.rental.until_at is None or found.rental.until_at <= now)
    return is_late or found.mode is not Mode.BOOKABLE or found.compartment.condition is not Condition.READY


def late(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of the rentals of booked lockers that ought to be over, and because of which nothing is closed yet."""
    closed = select(Claim.source_id).where(
        Claim.kind == ClaimKind.CLOSURE, Claim.released_at.is_(None), Claim.ends_at > now
    )
    over = (
        select(Rental.id)
        .join(Space, Space.id == Rental.compartment_id)
        .where(Rental.ended_at.is_(None), Rental.until_at <= now, Rental.id.not_in(closed))
    )
    return session.scalars(over).all()


def close_late(session: Session, *, rental_id: str, now: datetime) -> None:
    """Nobody books for the next day what was not given back in time. Who has booked it already is looked after."""
    rental = session.get_one(Rental, rental_id)
    if rental.ended_at is None:
        space = spaces.space(session, rental.compartment_id)
        ahead = Span(now, now + claims.LATE_CLOSES)
        spaces_service.claim_gaps(session, space=space, within=ahead, kind=ClaimKind.CLOSURE, source_id=rental.id)


def given_back(session: Session) -> Sequence[str]:
    """The ids of rentals that are over and because of which something is still closed."""
    over = (
        select(Rental.id)
        .join(Claim, Claim.source_id == Rental.id)
        .where(Claim.kind == ClaimKind.CLOSURE, Claim.released_at.is_(None), Rental.ended_at.is_not(None))
    )
    return session.scalars(over.distinct()).all()


def reopen(session: Session, *, rental_id: str, now: datetime) -> None:
    """It was given back: it can be booked again."""
    spaces_service.release(session, kind=ClaimKind.CLOSURE, source_id=rental_id, now=now)


def _held(session: Session, compartment_id: str) -> Compartment:
    """Until this transaction ends nobody begins to rent it or is let in there."""
    lockers.compartment(session, compartment_id)
    return session.get_one(Compartment, compartment_id, with_for_update=True, populate_existing=True)


def _is_anothers(session: Session, booking: Booking, span: Span) -> bool:
    """Whether somebody else has booked it then, or it is closed."""
    here = select(Claim.id).where(
        Claim.space_id == booking.space_id,
        Claim.released_at.is_(None),
        Claim.source_id != booking.id,
        Claim.starts_at < span.ends_at,
        Claim.ends_at > span.starts_at,
    )
    return session.scalar(here.limit(1)) is not None


def _go_on(session: Session, booking: Booking, member: Member, now: datetime) -> Rental | None:
    """Their booking before this one, not given back in between: their things are inside, so it goes on."""
    before = lockers.compartment(session, booking.space_id).rental
    if before is None or before.use is not Use.RENTED or before.member_id != member.id:
        return None
    stage = lockers.view(session, before).stage(now)
    if stage is not None and (refusal := lockers_rules.new_use_refusal(stage)):
        raise Conflict(refusal, rental_id=before.id)
    service.change(session, booking, now=now, rental_id=before.id)
    facts = {"until_at": booking.ends_at, "told_stage": Stage.RUNNING}
    return moves.move(session, before, actor=member.audit_id, act="extended", now=now, **facts)


def _begin(session: Session, booking: Booking, member: Member, now: datetime) -> Rental:
    own, refusals = spaces.space(session, booking.space_id), []
    for space in [own, *(_others(session, booking) if now >= booking.starts_at else [])]:
        offer = offers.of(session, space.id)
        refusal = lockers_rules.arrival_refusal(offer, unlocking.unsettled_locks(session))
        if refusal is None and _move_to(session, booking, space, now):
            rental = moves.take(
                session,
                offer,
                use=Use.RENTED,
                member_id=member.id,
                until=booking.ends_at,
                unsettled_locks=partial(unlocking.unsettled_locks, session),
                now=now,
            )
            if rental is not None:
                moves.let_in(session, rental, lock_id=offer.lock_id, member_id=member.id)
                service.change(session, booking, now=now, rental_id=rental.id)
                moves.tell(session, rental, actor=member.audit_id, act="rented", now=now, booking=booking.id)
                return rental
        refusals.append(refusal or "compartment_taken")
    raise Conflict(refusals[0])


def _others(session: Session, booking: Booking) -> Sequence[Space]:
    """Those like the one that was booked, in the same bank: booked ahead, of its size, and within reach if it is.

    Whoever asks has its turn at all of them.
    """
    own = session.get_one(Compartment, booking.space_id)
    alike = (
        select(Space)
        .join(Compartment, Compartment.id == Space.id)
        .where(
            Space.kind == SpaceKind.LOCKER,
            Space.id != own.id,
            Compartment.bank_id == own.bank_id,
            Compartment.size == own.size,
            Compartment.own_mode == Mode.BOOKABLE,
        )
    )
    if own.accessible:
        alike = alike.where(Compartment.accessible)
    others = session.scalars(alike.order_by(Compartment.label)).all()
    # Before any of them is tried: two that try the same ones in another order would wait for each other.
    spaces_service.take_turns_at(session, {own.id, *(one.id for one in others)})
    return others


def _move_to(session: Session, booking: Booking, space: Space, now: datetime) -> bool:
    """Whether it can be there, and then it is: claimed for as long as the booking, and its member is told."""
    if space.id == booking.space_id:
        return True
    try:
        spaces_service.move(
            session, space=space, span=rules.span_of(booking), kind=ClaimKind.BOOKING, source_id=booking.id, now=now
        )
    except Conflict:
        return False
    service.change(session, booking, now=now, space_id=space.id)
    notices.take_back(session, about=booking.id, kinds=["locker_moved", _NOT_THERE], now=now)
    service.leave_notice(session, booking, "locker_moved", now)
    return True
