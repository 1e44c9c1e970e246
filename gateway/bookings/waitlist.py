"""Whoever waits is seated: what is given back is offered to the queue in the very transaction that gives it back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.bookings import claims, lines, rules
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.bookings.standing import Standing
from gateway.bookings.waits import IN_QUEUE, MOVES, Wait, WaitState
from gateway.kit import audit
from gateway.kit.db import announce, take_turn
from gateway.kit.errors import Conflict, NotFound
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.policies.judged import Judged, Refusal
from gateway.policies.wishes import Act
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind, Space
from gateway.spaces.rules import Span

MOST_WAITS: Final = 5  # queues in which one member stands at a time
_MOST_TRIED: Final = 50  # of those who wait for what came free: nobody's unlock waits for more than that
_OFFER_KINDS: Final = ("place_offered",)
_IN_TURN: Final = (Wait.joined_at, Wait.lot, Wait.id)
_IS_KNOWN: Final = or_(Wait.line_id.is_(None), Wait.lot != "")  # whose turn it is: not so before a line is drawn


def join(
    session: Session, *, member: Member, space_id: str, span: Span, policy: Policy, now: datetime, guests: int = 0
) -> Wait:
    """Stand in the queue for a time that cannot be had just now, or in line for one that opens within a day.

    Raises NotFound("space"); Conflict: what nobody or this member could not book anyway (`booking_in_the_past`,
    `too_many_people`, `policy.…`), `wait_closed` when it begins too soon, `slot_free` when nobody has it, `in_ballot`
    when it is drawn for first, `already_waiting` for it or in that line, `policy.most_waits`.
    """
    space = spaces.space(session, space_id)
    take_turn(session, Member, member.id)  # one member's wishes take turns
    coming = joining(session, member=member, space=space, span=span, guests=guests, policy=policy, now=now)
    coming.judged.insist()
    if coming.opens_at is not None:
        return _stand_in_line(session, member, space, span, guests, opens_at=coming.opens_at, now=now)
    if (why := _why_taken(session, space_id, span, people=1 + guests, now=now)) != "slot_taken":
        raise Conflict(why)
    wait = _put_in_queue(session, member=member, space_id=space.id, span=span, guests=guests, joined_at=now)
    if wait is None:
        raise Conflict("already_waiting")
    tell(session, wait, actor=member.audit_id, act="wait_joined", now=now)
    return wait


def _stand_in_line(
    session: Session, member: Member, space: Space, span: Span, guests: int, *, opens_at: datetime, now: datetime
) -> Wait:
    """In one line everybody stands once: more would be more lots."""
    line = lines.stand_in(session, opens_at=opens_at, now=now)
    if any(wait.line_id == line.id for wait in waits_of(session, member_id=member.id)):
        raise Conflict("already_waiting")
    wait = _put_in_queue(
        session, member=member, space_id=space.id, span=span, guests=guests, joined_at=now, line_id=line.id
    )
    if wait is None:
        raise Conflict("already_waiting")
    facts = {"line": line.id, "opens_at": opens_at.isoformat(), "commitment": line.commitment}
    tell(session, wait, actor=member.audit_id, act="line_joined", now=now, **facts)
    return wait


class Joining(NamedTuple):
    """What comes of wanting to wait. `opens_at`: it is in line for what opens then; None: in the queue."""

    judged: Judged
    opens_at: datetime | None


def joining(
    session: Session, *, member: Member, space: Space, span: Span, policy: Policy, now: datetime, guests: int = 0
) -> Joining:
    """What comes of wanting to wait for a time, if it is taken or opens soon. Changes nothing."""
    standing = Standing.of(session, member=member, space=space, span=span, policy=policy, now=now)
    judged, opens_at = standing.judge(Act.BOOK, span, guests=guests), None
    if judged.code is not None:
        opens_at = standing.opens_at(span, guests=guests)
        if opens_at is None:
            return Joining(judged, None)
        judged = replace(standing, now=opens_at).judge(Act.BOOK, span, guests=guests)
    if refusal := _joining_refusal(session, member, space, span, now):
        judged = Judged(refusal, judged.verdict)
    return Joining(judged, opens_at)


def _joining_refusal(session: Session, member: Member, space: Space, span: Span, now: datetime) -> Refusal | None:
    if not rules.may_join_queue(span, now):
        return Refusal("wait_closed")
    waiting = waits_of(session, member_id=member.id)
    if any(wait.space_id == space.id and span_of(wait) == span for wait in waiting):
        return Refusal("already_waiting")
    if len(waiting) >= MOST_WAITS:
        return Refusal("policy.most_waits", limit=MOST_WAITS)
    return None


def stand(
    session: Session,
    *,
    member: Member,
    space_id: str,
    span: Span,
    guests: int,
    policy: Policy,
    now: datetime,
    joined_at: datetime,
) -> Wait | None:
    """Be put in the queue by the house for what others were given; the trail is the caller's, and comes last.

    None: it begins too soon, they wait for enough already, or for this.
    """
    if not rules.may_join_queue(span, now) or rules.is_queue_over(span, policy, now):
        return None
    if member.disabled_at is not None or _count_of(session, member) >= MOST_WAITS:
        return None
    return _put_in_queue(session, member=member, space_id=space_id, span=span, guests=guests, joined_at=joined_at)


def leave(
    session: Session, *, wait_id: str, member: Member, policy: Policy, now: datetime, actor: str | None = None
) -> Wait:
    """Want it no longer. What was held for them is offered on. Raises NotFound("wait"), Conflict("wait_over").

    `actor`: who lets the member leave; None: they leave themselves.
    """
    found = wait_of(session, member_id=member.id, wait_id=wait_id)
    spaces_service.take_turns(session, spaces.space(session, found.space_id))
    wait = _hold(session, wait_id, member)
    was_offered = wait.state is WaitState.OFFERED
    if not _move(session, wait, WaitState.LEFT, now):
        raise Conflict("wait_over")
    if was_offered:
        _give_back(session, wait, policy, now)
    tell(session, wait, actor=actor or member.audit_id, act="wait_left", now=now)
    return wait


def accept(session: Session, *, wait_id: str, member: Member, policy: Policy, now: datetime) -> Booking:
    """Take what is offered. What was held becomes the booking, under the same id, and nothing is claimed anew.

    Where a rule wants staff to agree first it is asked for, like any other, and holds its time.

    Raises NotFound("wait"); Conflict: `wait_not_offered`, `offer_lapsed`, and `policy.…` when they have booked so much
    else meanwhile that it would be too much.
    """
    take_turn(session, Member, member.id)
    wait = _hold(session, wait_id, member)
    if wait.state is not WaitState.OFFERED or wait.offer_until is None:
        raise Conflict("wait_over" if wait.left_at else "wait_not_offered")
    if now >= wait.offer_until:
        raise Conflict("offer_lapsed")
    judged = _judge(session, wait, member, policy, now, in_turn=True)
    judged.insist()
    if not _move(session, wait, WaitState.BOOKED, now):
        raise Conflict("wait_over")
    booking = Booking(
        id=wait.id,
        space_id=wait.space_id,
        member_id=member.id,
        state=BookingState.PENDING if judged.verdict.approval else BookingState.CONFIRMED,
        starts_at=wait.starts_at,
        ends_at=wait.ends_at,
        guests=wait.guests,
        booked_at=now,
    )
    session.add(booking)
    session.flush()
    notices.take_back(session, about=wait.id, kinds=_OFFER_KINDS, now=now)
    return booking


def offer(session: Session, *, space_id: str, span: Span, policy: Policy, now: datetime) -> list[Wait]:
    """Something of a space came free: offer it to whoever waits, in the order in which they came.

    Each gets all of what they wait for, with all who come along, or nothing; for whom there is not room enough, or whom
    the rules do not allow it now, is passed over and stays where they stand. Call it in the transaction that gave the
    time back, after that.
    """
    # The space comes before anybody's wait: two who held a wait each would wait for the other's.
    spaces_service.take_turns(session, spaces.space(session, space_id))
    return offer_in_turn(session, _queue(session, space_id, span), policy=policy, now=now)


def draw_line(session: Session, *, line_id: str, policy: Policy, now: datetime) -> None:
    """The instant of a line has come: draw its order, and offer in it what is waited for. Safe to repeat."""
    waits = lines.draw(session, line_id=line_id, now=now)
    offer_in_turn(session, waits, policy=policy, now=now)
    if waits:
        audit.append(session, actor="gateway", act="line_drawn", thing=line_id, now=now, count=len(waits))


def offer_in_turn(session: Session, waits: Sequence[Wait], *, policy: Policy, now: datetime) -> list[Wait]:
    """Offer each what they wait for, if it can be had; whoever calls has the turn at what they wait for."""
    # Every claim comes before the first word in the trail: two in another order would wait for each other for ever.
    offered = [wait for wait in waits if _hold_for(session, wait, policy, now)]
    for wait in offered:
        tell(session, wait, actor="gateway", act="place_offered", now=now)
        until = wait.offer_until.isoformat() if wait.offer_until else ""
        _leave_notice(session, wait, "place_offered", now, offer_until=until)
    return offered


def look_after(session: Session, *, wait_id: str, policy: Policy, now: datetime) -> None:
    """What time asks of one wait: an offer that was let pass goes on, a queue ends before its time begins.

    Whoever could be seated by what came free in another way (a closure that ended) is. Harmless to repeat.
    """
    spaces_service.take_turns(session, spaces.space(session, session.get_one(Wait, wait_id).space_id))
    wait = session.get_one(Wait, wait_id, with_for_update=True, populate_existing=True)
    if wait.state is WaitState.OFFERED and wait.offer_until is not None and now >= wait.offer_until:
        if _move(session, wait, WaitState.LAPSED, now):
            _give_back(session, wait, policy, now)
            tell(session, wait, actor="gateway", act="offer_lapsed", now=now)
            _leave_notice(session, wait, "offer_lapsed", now)
    elif wait.state is WaitState.WAITING and rules.is_queue_over(span_of(wait), policy, now):
        if _move(session, wait, WaitState.CLOSED, now):
            tell(session, wait, actor="gateway", act="wait_closed", now=now)
            _leave_notice(session, wait, "wait_closed", now)
    elif wait.state is WaitState.WAITING:
        # In its turn: somebody who came before may be waiting for the same.
        offer(session, space_id=wait.space_id, span=span_of(wait), policy=policy, now=now)


# --- questions


def wait_of(session: Session, *, member_id: str, wait_id: str) -> Wait:
    """The member's own. Raises NotFound("wait"), for other people's too."""
    found = session.scalar(select(Wait).where(Wait.id == wait_id, Wait.member_id == member_id))
    if found is None:
        raise NotFound("wait")
    return found


def waits_of(session: Session, *, member_id: str) -> Sequence[Wait]:
    """Those of a member that are not over, the soonest first."""
    mine = select(Wait).where(Wait.member_id == member_id, Wait.state.in_(IN_QUEUE))
    return session.scalars(mine.order_by(Wait.starts_at, Wait.id)).all()


def position(session: Session, wait: Wait) -> int | None:
    """1 for whoever is next. None: not in the queue (any more), it is their turn now, or it is not drawn yet."""
    if wait.state is not WaitState.WAITING or wait.is_undrawn:
        return None
    came_before = tuple_(Wait.joined_at, Wait.lot, Wait.id) < tuple_(wait.joined_at, wait.lot, wait.id)
    before = select(func.count()).where(*_waits_for_any(session, wait.space_id, span_of(wait)), came_before)
    return 1 + (session.scalar(before) or 0)


def due(session: Session) -> Sequence[str]:
    """The ids of all that time may ask something of, in the order in which they came."""
    return session.scalars(select(Wait.id).where(Wait.state.in_(IN_QUEUE), _IS_KNOWN).order_by(*_IN_TURN)).all()


def span_of(wait: Wait) -> Span:
    """From when until when."""
    return Span(wait.starts_at, wait.ends_at)


# --- within


def _hold_for(session: Session, wait: Wait, policy: Policy, now: datetime) -> bool:
    span, member = span_of(wait), session.get_one(Member, wait.member_id)
    if rules.is_queue_over(span, policy, now) or member.disabled_at is not None:
        return False
    if _judge(session, wait, member, policy, now).code is not None:
        return False
    space = spaces.space(session, wait.space_id)
    try:
        claims.claim(session, space=space, span=span, source_id=wait.id, people=wait.people, now=now)
    except Conflict:  # not all of it, or not for all of them
        return False
    return _move(session, wait, WaitState.OFFERED, now, offer_until=rules.offer_until(span, now))


def _judge(
    session: Session, wait: Wait, member: Member, policy: Policy, now: datetime, *, in_turn: bool = False
) -> Judged:
    space, span = spaces.space(session, wait.space_id), span_of(wait)
    standing = Standing.of(session, member=member, space=space, span=span, policy=policy, now=now, in_turn=in_turn)
    # What somebody did not come to is offered once it has begun, when nobody could book it any more.
    act = Act.BOOK if now <= span.starts_at else Act.RECLAIM
    return standing.judge(act, span, guests=wait.guests)


def _give_back(session: Session, wait: Wait, policy: Policy, now: datetime) -> None:
    spaces_service.release(session, kind=ClaimKind.BOOKING, source_id=wait.id, now=now)
    notices.take_back(session, about=wait.id, kinds=_OFFER_KINDS, now=now)
    offer(session, space_id=wait.space_id, span=span_of(wait), policy=policy, now=now)


def _queue(session: Session, space_id: str, span: Span) -> Sequence[Wait]:
    """Who waits for any of it, in order. Whoever gives something back there meanwhile waits until this is done."""
    waiting = select(Wait).where(*_waits_for_any(session, space_id, span)).order_by(*_IN_TURN)
    held = session.scalars(
        waiting.limit(_MOST_TRIED).with_for_update(), execution_options={"populate_existing": True}
    ).all()
    return [wait for wait in held if wait.state is WaitState.WAITING]


def _waits_for_any(session: Session, space_id: str, span: Span) -> tuple[ColumnElement[bool], ...]:
    """Waiting for a space that shares a part with this one, at a time that touches this one."""
    family = [one.id for one in spaces.line_up(session, space_id)] + list(spaces.parts_of(session, space_id))
    return (
        Wait.state == WaitState.WAITING,
        _IS_KNOWN,
        Wait.space_id.in_({space_id, *family}),
        Wait.starts_at < span.ends_at,
        Wait.ends_at > span.starts_at,
    )


def _put_in_queue(
    session: Session,
    *,
    member: Member,
    space_id: str,
    span: Span,
    guests: int,
    joined_at: datetime,
    line_id: str | None = None,
) -> Wait | None:
    """None: there they stand already."""
    wait = Wait(
        id=new_id(),
        space_id=space_id,
        member_id=member.id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        guests=guests,
        state=WaitState.WAITING,
        joined_at=joined_at,
        line_id=line_id,
        lot="",
    )
    try:
        with session.begin_nested():
            session.add(wait)
    except IntegrityError:
        return None
    return wait


def _why_taken(session: Session, space_id: str, span: Span, *, people: int, now: datetime) -> str:
    """Why nobody could claim it now: tried, and undone. `slot_taken`, `in_ballot`; `slot_free` when somebody could."""
    space, attempt = spaces.space(session, space_id), session.begin_nested()
    try:
        claims.claim(session, space=space, span=span, source_id=new_id(), people=people, now=now)
    except Conflict as taken:
        return taken.code
    finally:
        attempt.rollback()
    return "slot_free"


def _count_of(session: Session, member: Member) -> int:
    standing = select(func.count()).where(Wait.member_id == member.id, Wait.state.in_(IN_QUEUE))
    return session.scalar(standing) or 0


def _hold(session: Session, wait_id: str, member: Member) -> Wait:
    wait_of(session, member_id=member.id, wait_id=wait_id)
    return session.get_one(Wait, wait_id, with_for_update=True, populate_existing=True)


def _move(session: Session, wait: Wait, to: WaitState, now: datetime, *, offer_until: datetime | None = None) -> bool:
    """Of two who move it exactly one does."""
    values = {"state": to, "offer_until": offer_until, "left_at": None if to in IN_QUEUE else now}
    moved = session.execute(
        update(Wait).where(Wait.id == wait.id, Wait.state.in_(MOVES[to])).values(**values).returning(Wait.id)
    ).scalar_one_or_none()
    session.refresh(wait)
    return moved is not None


def tell(session: Session, wait: Wait, *, actor: str, act: str, now: datetime, **facts: str) -> None:
    """The trail and, after the commit, whoever watches."""
    announce(session, "wait", id=wait.id, member_id=wait.member_id, state=wait.state)
    audit.append(
        session,
        actor=actor,
        act=act,
        thing=wait.id,
        now=now,
        space=wait.space_id,
        starts_at=wait.starts_at.isoformat(),
        ends_at=wait.ends_at.isoformat(),
        **facts,
    )


def _leave_notice(session: Session, wait: Wait, kind: str, now: datetime, **facts: str) -> None:
    space = spaces.space(session, wait.space_id)
    notices.leave(
        session,
        member_id=wait.member_id,
        kind=kind,
        about=wait.id,
        now=now,
        space={"zh-CN": space.name_zh, "en": space.name_en},
        starts_at=wait.starts_at.isoformat(),
        **facts,
    )
