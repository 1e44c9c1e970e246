"""Whether somebody may, and which rule says so: asked beforehand, judged as if they did it. Nothing is changed."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from gateway.bookings import queries, recurrence, rules, waitlist
from gateway.bookings.model import Booking
from gateway.bookings.rules import Policy
from gateway.bookings.standing import Standing, cancelling, scopes_of
from gateway.members.model import Member
from gateway.policies import queries as policies
from gateway.policies.judged import Judged, Refusal
from gateway.policies.rules import Bound, bounds, with_defaults
from gateway.policies.wishes import Act, Held
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space
from gateway.spaces.rules import Span


def may_book(
    session: Session, *, member: Member, space_id: str, span: Span, policy: Policy, now: datetime, guests: int = 0
) -> Judged:
    """What `service.book` would say. Raises NotFound("space")."""
    space = spaces.space(session, space_id)
    standing = Standing.of(session, member=member, space=space, span=span, policy=policy, now=now)
    return _unless_taken(
        session, standing.judge(Act.BOOK, span, guests=guests), space, span, people=1 + guests, now=now
    )


def may_move(
    session: Session, *, booking: Booking, member: Member, span: Span, policy: Policy, now: datetime
) -> Judged:
    """What `service.move` would say; whether a time that overlaps the booking itself is free shows when it is moved."""
    space, given_up = spaces.space(session, booking.space_id), rules.span_of(booking)
    standing = Standing.of(
        session, member=member, space=space, span=span, policy=policy, now=now, apart_from=booking.id
    )
    judged = standing.judge(Act.MOVE, span, guests=booking.guests, gives_up=given_up)
    if refusal := rules.move_refusal(booking, now):
        return Judged(Refusal(refusal), judged.verdict)
    return (
        judged
        if span.overlaps(given_up)
        else _unless_taken(session, judged, space, span, people=booking.people, now=now)
    )


def may_cancel(session: Session, *, booking: Booking, now: datetime) -> Judged:
    """What `service.cancel` would say."""
    return cancelling(session, booking=booking, now=now)


def may_wait(
    session: Session, *, member: Member, space_id: str, span: Span, policy: Policy, now: datetime, guests: int = 0
) -> Judged:
    """What `waitlist.join` would say. Raises NotFound("space")."""
    space = spaces.space(session, space_id)
    judged, opens_at = waitlist.joining(
        session, member=member, space=space, span=span, guests=guests, policy=policy, now=now
    )
    if judged.code is not None or opens_at is not None:
        return judged
    taken = queries.why_taken(session, space=space, span=span, people=1 + guests, now=now)
    return judged if taken == "slot_taken" else Judged(Refusal(taken or "slot_free"), judged.verdict)


def may_book_series(
    session: Session,
    *,
    member: Member,
    space_id: str,
    first: Span,
    recurs: str,
    policy: Policy,
    now: datetime,
    guests: int = 0,
) -> list[tuple[date, Span, Judged]]:
    """What `series.book` would say of each time, the ones before it counted. Raises as that does, but no Conflict."""
    space = spaces.space(session, space_id)
    here, had, found = scopes_of(session, space.id), list[Held](), []
    for day, span in recurrence.expand(recurrence.read(recurs), first, policy.zone):
        standing = Standing.of(session, member=member, space=space, span=span, policy=policy, now=now).beside(had)
        judged = _unless_taken(
            session, standing.judge(Act.BOOK, span, guests=guests), space, span, people=1 + guests, now=now
        )
        if judged.code is None:
            had.append(Held(span.starts_at, span.ends_at, here))
        found.append((day, span, judged))
    return found


def limits_of(session: Session, *, member: Member, policy: Policy) -> list[tuple[Space, list[Bound]]]:
    """What holds for a member at every space."""
    all_rules = with_defaults([policies.plain(row) for row in policies.stored(session)], policy.defaults())
    groups = policies.groups_of(session, member_id=member.id)
    return [
        (space, bounds(all_rules, scopes=scopes_of(session, space.id), groups=groups))
        for space in spaces.spaces(session)
    ]


def _unless_taken(session: Session, judged: Judged, space: Space, span: Span, *, people: int, now: datetime) -> Judged:
    if judged.code is not None:
        return judged
    taken = queries.why_taken(session, space=space, span=span, people=people, now=now)
    return judged if taken is None else Judged(Refusal(taken), judged.verdict)
