"""Booking, moving, cancelling and checking in. Nothing here commits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.access import queries as access_queries
from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.bookings import claims, queries, rules, waitlist
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.bookings.standing import Standing, cancelling
from gateway.credit import rules as credit_rules
from gateway.credit import service as credit
from gateway.credit.model import Cause
from gateway.kit import audit
from gateway.kit.db import announce, take_turn
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.lockers import queries as lockers
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.policies import service as policies
from gateway.policies.judged import Judged
from gateway.policies.wishes import Act
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind, Space, SpaceKind
from gateway.spaces.rules import Hours, Span
from gateway.timekeeping import queries as timekeeping

SOON: Final = "booking_soon"
NOTICES: Final = (
    "booking_approved",
    "booked_for_you",
    "moved_for_you",
    "party_changed_for_you",
    "locker_moved",
    "locker_not_there",
    "check_in_annulled",
    SOON,
)
"""What a member was told of a booking that stands: no longer so once it does not."""


@dataclass(frozen=True)
class OnBehalf:
    """Staff do it for a member. `override`: why it shall be so whatever the rules say; None: it shall not.

    `reason`: why at all, where the member should read it.
    """

    staff: Member
    override: str | None = None
    reason: str = ""


def book(
    session: Session,
    *,
    member: Member,
    space_id: str,
    span: Span,
    policy: Policy,
    now: datetime,
    guests: int = 0,
    by: OnBehalf | None = None,
) -> Booking:
    """Give the member the space for that time, and the key to its door. `guests`: so many others come along.

    Where people have a place each all of them have one, or nobody has.

    Where a rule wants staff to agree first it is only asked for: it holds the time and opens nothing yet. Staff who
    book for a member with a reason to override need nobody's agreement; past a time that is taken they do not get.

    Raises NotFound("space"); Conflict: `booking_in_the_past`, `too_many_people` for its places, `policy.…` with its
    rule, limit and value, and `slot_taken` or `in_ballot` with up to three `alternatives` of the same length in which
    there is room for all.
    """
    take_turns(session, member)
    space = spaces.space(session, space_id)
    standing = Standing.of(session, member=member, space=space, span=span, policy=policy, now=now, in_turn=True)
    judge = partial(standing.judge, Act.BOOK, guests=guests)
    judged = judge(span)
    overridden = _overridden(judged, by)
    if not overridden:
        judged.insist()
    waits = judged.verdict.approval is not None and not overridden
    try:
        booking = seat(
            session, member=member, space=space, span=span, guests=guests, waits=waits, policy=policy, now=now
        )
    except Conflict as refused:
        raise with_alternatives(
            session, refused, space, span, judge, people=1 + guests, hours=standing.hours, now=now
        ) from refused
    if by is not None:
        leave_notice(session, booking, "booked_for_you", now)
        _note_overridden(session, booking, by, overridden, now)
    actor = by.staff.audit_id if by else member.audit_id
    tell(session, booking, actor=actor, act="booking_asked_for" if waits else "booked", now=now)
    return booking


def seat(
    session: Session,
    *,
    member: Member,
    space: Space,
    span: Span,
    guests: int,
    waits: bool,
    policy: Policy,
    now: datetime,
) -> Booking:
    """Claim a time that was judged and write the booking and its key down; the trail is the caller's, and comes last.

    `waits`: staff must agree first. Raises Conflict: `slot_taken`, `in_ballot`; nothing is changed then.
    """
    booking_id = new_id()
    claims.claim(session, space=space, span=span, source_id=booking_id, people=1 + guests, now=now)
    booking = Booking(
        id=booking_id,
        space_id=space.id,
        member_id=member.id,
        state=BookingState.PENDING if waits else BookingState.CONFIRMED,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        guests=guests,
        booked_at=now,
        checked_in_at=None,
        cancelled_at=None,
    )
    session.add(booking)
    session.flush()
    give_key(session, booking, policy)
    return booking


def move(
    session: Session,
    *,
    booking: Booking,
    member: Member,
    span: Span,
    policy: Policy,
    now: datetime,
    guests: int | None = None,
    by: OnBehalf | None = None,
) -> Booking:
    """Have the same space at another time, or for so many. What cannot be had leaves the booking as it was.

    `guests`: so many others come along from now on; None: as many as before.

    Staff who move it for its member need nobody's agreement when they override; the member is told what is new and why.

    Raises Conflict: `booking_cancelled`, `booking_released`, `booking_begun`, `booking_over`, `locker_in_use`, and what
    `book` raises.
    """
    take_turns(session, member)
    take_up(session, booking)
    if refusal := rules.move_refusal(booking, now):
        raise Conflict(refusal)
    _refuse_locker_in_use(session, booking)
    space, given_up = spaces.space(session, booking.space_id), rules.span_of(booking)
    standing = Standing.of(
        session, member=member, space=space, span=span, policy=policy, now=now, apart_from=booking.id, in_turn=True
    )
    guests = booking.guests if guests is None else guests
    people, had_people = 1 + guests, booking.people
    judge = partial(standing.judge, Act.MOVE, guests=guests, gives_up=given_up)
    judged = judge(span)
    overridden = _overridden(judged, by)
    if not overridden:
        judged.insist()
    waits = judged.verdict.approval is not None and not overridden
    try:
        claims.move(session, space=space, span=span, source_id=booking.id, people=people, now=now)
    except Conflict as refused:
        raise with_alternatives(
            session, refused, space, span, judge, people=people, hours=standing.hours, now=now
        ) from refused
    if by is None and booking.state is BookingState.CONFIRMED and span != given_up:
        note_if_late(session, booking, now)
    change(
        session,
        booking,
        now=now,
        since=booking.state,
        state=BookingState.PENDING if waits else BookingState.CONFIRMED,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        guests=guests,
        checked_in_at=None,
    )
    told = ["booking_approved", "moved_for_you", "party_changed_for_you", SOON]
    notices.take_back(session, about=booking.id, kinds=told, now=now)
    access.end(session, source=GrantSource.BOOKING, source_id=booking.id, now=now)
    give_key(session, booking, policy)
    waitlist.offer(session, space_id=space.id, span=given_up, policy=policy, now=now)
    if by is not None:
        if span != given_up:
            leave_notice(session, booking, "moved_for_you", now, reason=by.reason)
        if people != had_people:
            leave_notice(session, booking, "party_changed_for_you", now, reason=by.reason, people=people)
        _note_overridden(session, booking, by, overridden, now)
    tell(session, booking, actor=by.staff.audit_id if by else member.audit_id, act="booking_moved", now=now)
    return booking


def cancel(session: Session, *, booking: Booking, member: Member, policy: Policy, now: datetime) -> Booking:
    """Give the time back; the key ends with it, and whoever waits for that time is offered it.

    Raises Conflict: `booking_cancelled`, `booking_released`, `booking_over`, `policy.cancel_before`; `locker_in_use` of
    a locker that was not given back.
    """
    take_up(session, booking)
    cancelling(session, booking=booking, now=now).insist()
    _refuse_locker_in_use(session, booking)
    if booking.state is BookingState.CONFIRMED and booking.checked_in_at is None:
        note_if_late(session, booking, now)
    return give_back(session, booking=booking, actor=member.audit_id, policy=policy, now=now)


def cancel_for(
    session: Session, *, booking: Booking, reason: str, staff: Member, policy: Policy, now: datetime
) -> Booking:
    """Staff cancel somebody's booking, whatever the rules say of its member, who is told why.

    Raises Conflict: `booking_cancelled`, `booking_released`, `booking_denied`, `booking_over`, `locker_in_use`.
    """
    take_up(session, booking)
    if refusal := rules.change_refusal(booking, now):
        raise Conflict(refusal)
    _refuse_locker_in_use(session, booking)
    leave_notice(session, booking, "cancelled_for_you", now, reason=reason)
    return give_back(session, booking=booking, actor=staff.audit_id, policy=policy, now=now)


def give_back(session: Session, *, booking: Booking, actor: str, policy: Policy, now: datetime) -> Booking:
    """Cancel a booking that is taken up and stands, whoever wants it and whatever the rules say of its member."""
    change(session, booking, now=now, since=booking.state, state=BookingState.CANCELLED, cancelled_at=now)
    notices.take_back(session, about=booking.id, kinds=NOTICES, now=now)
    free(session, booking, rules.span_of(booking), policy=policy, now=now)
    tell(session, booking, actor=actor, act="booking_cancelled", now=now)
    return booking


def free(session: Session, booking: Booking, span: Span, *, policy: Policy, now: datetime) -> None:
    """A booking no longer has its time: neither claim nor key is left, and the queue is offered it."""
    spaces_service.release(session, kind=ClaimKind.BOOKING, source_id=booking.id, now=now)
    access.end(session, source=GrantSource.BOOKING, source_id=booking.id, now=now)
    waitlist.offer(session, space_id=booking.space_id, span=span, policy=policy, now=now)


def take_offer(session: Session, *, wait_id: str, member: Member, policy: Policy, now: datetime) -> Booking:
    """Have what was held for whoever waited. Raises what `waitlist.accept` does."""
    booking = waitlist.accept(session, wait_id=wait_id, member=member, policy=policy, now=now)
    give_key(session, booking, policy)
    asked_for = booking.state is BookingState.PENDING
    tell(session, booking, actor=member.audit_id, act="booking_asked_for" if asked_for else "booked", now=now)
    return booking


def check_in(
    session: Session, *, booking: Booking, policy: Policy, now: datetime, is_from_afar: bool = False
) -> Booking:
    """Somebody came, and says so. The first time counts, unless `arrivals` annuls it; harmless to repeat.

    `is_from_afar`: it was said where anybody can say it from anywhere, and there is a kiosk at which they could prove
    it. A door proves it as well.

    Raises Conflict: `booking_too_early`, `booking_cancelled`, `booking_released`, `booking_over`; `clock_wrong` while
    nobody can tell whose time it is; `open_it_first` of a locker, where opening it is the check-in; `check_in_at_kiosk`
    from afar, where there is no door.
    """
    if refusal := key_refusal(session, booking, policy, now):
        raise Conflict(refusal)
    if spaces.space(session, booking.space_id).kind is SpaceKind.LOCKER:
        raise Conflict("open_it_first")
    if is_from_afar and booking.checked_in_at is None and spaces.lock_of(session, booking.space_id) is None:
        raise Conflict("check_in_at_kiosk")
    _note_arrival(session, booking, now)
    return booking


def note_opening(session: Session, *, member_id: str, lock_id: str, now: datetime) -> None:
    """A member was sensed to have opened a door: the bookings that gave them the key are checked in."""
    for booking in queries.awaited_at_locker(session, member_id=member_id, lock_id=lock_id):
        _note_arrival(session, booking, now)
    for booking_id in access_queries.rights(
        session, member_id=member_id, lock_id=lock_id, source=GrantSource.BOOKING, now=now
    ):
        _note_arrival(session, session.get_one(Booking, booking_id), now)


def lock_of(session: Session, *, booking: Booking, policy: Policy, now: datetime) -> str:
    """The lock that this booking opens now.

    Raises Conflict: `no_door` for a space without one, `booking_too_early`, `booking_cancelled`, `booking_released`,
    `booking_over`, and `clock_wrong` in place of those two that are a matter of time, while nobody can tell.
    """
    lock_id = spaces.lock_of(session, booking.space_id)
    if lock_id is None:
        raise Conflict("no_door")
    if rules.key_refusal(booking, policy, now) and (refusal := key_refusal(session, booking, policy, now)):
        raise Conflict(refusal)
    return lock_id  # where it is a matter of the clock alone, whoever is asked to open it says so


def key_refusal(session: Session, booking: Booking, policy: Policy, now: datetime) -> str | None:
    """Like the rule of that name; `clock_wrong` where it is a matter of time, and the clock shows one that is over."""
    refusal = rules.key_refusal(booking, policy, now)
    is_matter_of_time = refusal in (None, "booking_too_early", "booking_over")
    return "clock_wrong" if is_matter_of_time and timekeeping.is_behind(session, now=now) else refusal


def _overridden(judged: Judged, by: OnBehalf | None) -> list[dict[str, object]]:
    """What staff set aside by their reason: every rule that says no or wants agreement; empty where none does.

    A time that is over is no rule of the house: nobody has it again.
    """
    if by is None or by.override is None:
        return []
    if judged.house is not None:
        return [{"rule": judged.house.code}] if judged.house.code.startswith("policy.") else []
    verdict = judged.verdict
    broken = [finding for finding in verdict.findings if finding.refuses or finding == verdict.approval]
    return [policies.told(finding) for finding in broken]


def _note_overridden(
    session: Session, booking: Booking, by: OnBehalf, overridden: list[dict[str, object]], now: datetime
) -> None:
    if overridden:
        audit.append(
            session,
            actor=by.staff.audit_id,
            act="policy_overridden",
            thing=booking.id,
            now=now,
            reason=by.override,
            rules=overridden,
        )


def leave_notice(session: Session, booking: Booking, kind: str, now: datetime, **more: object) -> None:
    """Let the booking's member know something of it. `more`: JSON values."""
    space = spaces.space(session, booking.space_id)
    notices.leave(
        session,
        member_id=booking.member_id,
        kind=kind,
        about=booking.id,
        now=now,
        space={"zh-CN": space.name_zh, "en": space.name_en},
        starts_at=booking.starts_at.isoformat(),
        ends_at=booking.ends_at.isoformat(),
        **more,
    )


def note_if_late(session: Session, booking: Booking, now: datetime) -> None:
    """Given back when hardly anybody else can still use it, it costs points where some are kept."""
    if credit_rules.is_late(starts_at=booking.starts_at, booked_at=booking.booked_at, now=now):
        note_credit(session, booking, Cause.LATE_CANCEL, now)


def note_credit(session: Session, booking: Booking, cause: Cause, now: datetime) -> None:
    """It costs its member points, where some are kept."""
    space = spaces.space(session, booking.space_id)
    credit.note(
        session,
        member_id=booking.member_id,
        booking_id=booking.id,
        cause=cause,
        now=now,
        space={"zh-CN": space.name_zh, "en": space.name_en},
        starts_at=booking.starts_at.isoformat(),
    )


def take_turns(session: Session, member: Member) -> None:
    """A member's wishes take turns on PostgreSQL, so that two at once do not both count as their last.

    Whoever only refers to the member does not wait. It comes before the booking is taken up, and before any claim.
    """
    take_turn(session, Member, member.id)


def with_alternatives(
    session: Session,
    refused: Conflict,
    space: Space,
    span: Span,
    judge: Callable[[Span], Judged],
    *,
    people: int,
    hours: Hours,
    now: datetime,
) -> Conflict:
    """The refusal of a time that others have, with up to three that may be had instead by this judgement."""
    found = queries.alternatives(
        session,
        space=space,
        wanted=span,
        people=people,
        hours=hours,
        now=now,
        is_allowed=lambda span: judge(span).code is None,
    )
    told = [{"starts_at": _text(one.starts_at), "ends_at": _text(one.ends_at)} for one in found]
    return Conflict(refused.code, alternatives=told)


def take_up(session: Session, booking: Booking) -> None:
    """Have a booking for oneself until the transaction ends, as it stands now; whoever changes it too waits here.

    It comes before any claim is touched: two that lock the same things in another order would wait for each other.
    """
    session.refresh(booking, with_for_update=True)


def change(
    session: Session,
    booking: Booking,
    *,
    now: datetime,
    since: BookingState = BookingState.CONFIRMED,
    **values: object,
) -> None:
    """Change a booking that still stands as it did, and count that; of two racing acts exactly one does.

    Raises Conflict("booking_cancelled").
    """
    counted = {"changes": Booking.changes + 1, "changed_at": now}
    changed = session.execute(
        update(Booking)
        .where(Booking.id == booking.id, Booking.state == since)
        .values(**values, **counted)
        .returning(Booking.id)
    ).scalar_one_or_none()
    if changed is None:
        raise Conflict("booking_cancelled")
    session.refresh(booking)


def _note_arrival(session: Session, booking: Booking, now: datetime) -> None:
    if booking.checked_in_at is None:
        change(session, booking, now=now, checked_in_at=now)
        notices.take_back(session, about=booking.id, kinds=[SOON, "check_in_annulled"], now=now)
        member = session.get_one(Member, booking.member_id)
        tell(session, booking, actor=member.audit_id, act="checked_in", now=now)


def give_key(session: Session, booking: Booking, policy: Policy) -> None:
    """Let the booking's member open its door, where there is one and the booking is theirs.

    No booking is the key to a compartment: who booked one rents it once they come (`booked_lockers.arrive`).
    """
    lock_id = spaces.lock_of(session, booking.space_id)
    if lock_id is not None and lockers.label_behind(session, lock_id) is not None:
        return
    if lock_id is None or booking.state is not BookingState.CONFIRMED:
        return
    key = rules.key_span(policy, rules.span_of(booking))
    access.give(
        session,
        lock_id=lock_id,
        member_id=booking.member_id,
        source=GrantSource.BOOKING,
        source_id=booking.id,
        from_at=key.starts_at,
        until_at=key.ends_at,
    )


def _refuse_locker_in_use(session: Session, booking: Booking) -> None:
    """Their things may be inside: it is given back first."""
    if rental := queries.rental_under_way(session, booking):
        raise Conflict("locker_in_use", rental_id=rental.id)


def tell(session: Session, booking: Booking, *, actor: str, act: str, now: datetime) -> None:
    """The trail and, after the commit, whoever watches. The trail comes last: on PostgreSQL it makes others wait."""
    announce(session, "booking", id=booking.id, member_id=booking.member_id, state=booking.state)
    audit.append(
        session,
        actor=actor,
        act=act,
        thing=booking.id,
        now=now,
        space=booking.space_id,
        starts_at=_text(booking.starts_at),
        ends_at=_text(booking.ends_at),
    )


def _text(instant: datetime) -> str:
    """RFC 3339, in UTC, as the API writes it."""
    return instant.isoformat().replace("+00:00", "Z")
