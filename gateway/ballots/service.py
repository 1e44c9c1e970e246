"""Opening a ballot, handing in, and calling it off. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.ballots import queries
from gateway.ballots.model import Ballot, BallotState, Entry, EntryState, EntryWish
from gateway.bookings.rules import Policy
from gateway.bookings.standing import Standing
from gateway.kit import audit, lots
from gateway.kit.clock import at_wall
from gateway.kit.db import announce
from gateway.kit.errors import Conflict, Malformed
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.policies.wishes import Act
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind, Space
from gateway.spaces.rules import Span

MOST_WISHES: Final = 3
LONGEST: Final = timedelta(days=31)  # of the time that one ballot gives away


def open_ballot(
    session: Session, *, space: Space, within: Span, closes_at: datetime, actor: str, now: datetime
) -> Ballot:
    """Give by lot whatever is free of a space within that time. From here on nobody can book it; the draw frees it.

    Raises Malformed naming `closes_at` or `ends_at` for times that do not go together, and Conflict("ballot_open") when
    some of it is given by another ballot already.
    """
    if not now < closes_at <= within.starts_at:
        raise Malformed("malformed", field="closes_at")
    if not timedelta() < within.ends_at - within.starts_at <= LONGEST:
        raise Malformed("malformed", field="ends_at")
    spaces_service.take_turns(session, space)
    starts_at, ends_at = within
    if queries.open_one(session, space_id=space.id, starts_at=starts_at, ends_at=ends_at) is not None:
        raise Conflict("ballot_open")
    seed = lots.new_seed()
    ballot = Ballot(
        id=new_id(),
        space_id=space.id,
        starts_at=starts_at,
        ends_at=ends_at,
        opened_at=now,
        closes_at=closes_at,
        state=BallotState.OPEN,
        seed=seed,
        commitment=lots.commitment_of(seed),
    )
    session.add(ballot)
    session.flush()
    spaces_service.claim_gaps(session, space=space, within=within, kind=ClaimKind.BALLOT, source_id=ballot.id)
    _tell(session, ballot, actor=actor, act="ballot_opened", now=now, commitment=ballot.commitment)
    return ballot


def open_next(session: Session, *, space_id: str, closes_min: int, policy: Policy, now: datetime) -> Ballot | None:
    """Open the ballot for next week, where one is held every week; it closes so many minutes into this one.

    None: that is over, or there has been one. Harmless to repeat.
    """
    space, today = spaces.space(session, space_id), now.astimezone(policy.zone).date()
    monday = today - timedelta(days=today.weekday())
    next_week = Span(*(at_wall(policy.zone, monday + timedelta(days=days), 0) for days in (7, 14)))
    closes_at = at_wall(policy.zone, monday + timedelta(days=closes_min // 1440), closes_min % 1440)
    spaces_service.take_turns(session, space)
    starts_at, ends_at = next_week
    if now >= closes_at or queries.is_there(session, space_id=space_id, starts_at=starts_at):
        return None
    if queries.open_one(session, space_id=space_id, starts_at=starts_at, ends_at=ends_at) is not None:
        return None
    return open_ballot(session, space=space, within=next_week, closes_at=closes_at, actor="gateway", now=now)


def hand_in(
    session: Session,
    *,
    ballot_id: str,
    member: Member,
    wishes: Sequence[tuple[str, Span]],
    guests: int,
    policy: Policy,
    now: datetime,
) -> Entry:
    """Take part: one lot, with up to three times that would do, the best-liked first.

    Raises NotFound("ballot"); Conflict: `ballot_closed`, `already_handed_in`, and what the rules would refuse now;
    Malformed naming `wishes` for what this ballot does not give.
    """
    ballot = _hold_open(session, ballot_id, now)
    _refuse_nonsense(session, ballot, wishes)
    for space_id, span in wishes:
        space = spaces.space(session, space_id)
        standing = Standing.of(session, member=member, space=space, span=span, policy=policy, now=now)
        standing.judge(Act.BALLOT, span, guests=guests).insist()
    entry = Entry(
        id=new_id(),
        ballot_id=ballot.id,
        member_id=member.id,
        guests=guests,
        handed_in_at=now,
        state=EntryState.HANDED_IN,
    )
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError as error:
        raise Conflict("already_handed_in") from error
    session.add_all(
        EntryWish(entry_id=entry.id, rank=rank, space_id=space_id, starts_at=span.starts_at, ends_at=span.ends_at)
        for rank, (space_id, span) in enumerate(wishes)
    )
    session.flush()
    announce(session, "ballot", id=ballot.id, member_id=member.id, state=ballot.state)
    audit.append(session, actor=member.audit_id, act="ballot_entered", thing=entry.id, now=now, ballot=ballot.id)
    return entry


def withdraw(session: Session, *, ballot_id: str, entry_id: str, member: Member, now: datetime) -> None:
    """Take part no longer; one may hand in anew. Raises NotFound("entry"), Conflict("ballot_closed")."""
    queries.entry_of(session, ballot_id=ballot_id, entry_id=entry_id, member_id=member.id)
    ballot = _hold_open(session, ballot_id, now)
    session.execute(delete(EntryWish).where(EntryWish.entry_id == entry_id))
    session.execute(delete(Entry).where(Entry.id == entry_id))
    announce(session, "ballot", id=ballot.id, member_id=member.id, state=ballot.state)
    audit.append(session, actor=member.audit_id, act="ballot_left", thing=entry_id, now=now, ballot=ballot.id)


def call_off(session: Session, *, ballot_id: str, reason: str, actor: str, now: datetime) -> Ballot:
    """Give nothing by lot: the times are booked like all others from now on. Who took part is told why.

    Raises NotFound("ballot"), Conflict("ballot_closed") once it was drawn or called off.
    """
    queries.ballot(session, ballot_id)
    ballot = hold(session, ballot_id)
    if ballot.state is not BallotState.OPEN:
        raise Conflict("ballot_closed")
    space = spaces.space(session, ballot.space_id)
    spaces_service.take_turns(session, space)
    spaces_service.release(session, kind=ClaimKind.BALLOT, source_id=ballot.id, now=now)
    ballot.state, ballot.called_off_at, ballot.called_off_for = BallotState.CALLED_OFF, now, reason
    session.flush()
    for entry in queries.entries(session, ballot.id):
        notices.leave(
            session,
            member_id=entry.member_id,
            kind="ballot_called_off",
            about=ballot.id,
            now=now,
            space={"zh-CN": space.name_zh, "en": space.name_en},
            reason=reason,
        )
    _tell(session, ballot, actor=actor, act="ballot_called_off", now=now, reason=reason)
    return ballot


def hold(session: Session, ballot_id: str) -> Ballot:
    """Have a ballot for oneself until the transaction ends, as it stands now. It comes before everything else."""
    return session.get_one(Ballot, ballot_id, with_for_update={"key_share": True}, populate_existing=True)


def _hold_open(session: Session, ballot_id: str, now: datetime) -> Ballot:
    """Many hand in at once; whoever draws waits for them, and who comes later finds it drawn."""
    queries.ballot(session, ballot_id)
    ballot = session.get_one(Ballot, ballot_id, with_for_update={"read": True}, populate_existing=True)
    if ballot.state is not BallotState.OPEN or now >= ballot.closes_at:
        raise Conflict("ballot_closed")
    return ballot


def _refuse_nonsense(session: Session, ballot: Ballot, wishes: Sequence[tuple[str, Span]]) -> None:
    given = {ballot.space_id, *spaces.parts_of(session, ballot.space_id)}
    if not 1 <= len(wishes) <= MOST_WISHES or len(set(wishes)) < len(wishes):
        raise Malformed("malformed", field="wishes")
    for space_id, span in wishes:
        if space_id not in given or span.starts_at < ballot.starts_at or ballot.ends_at < span.ends_at:
            raise Malformed("malformed", field="wishes")


def _tell(session: Session, ballot: Ballot, *, actor: str, act: str, now: datetime, **facts: str) -> None:
    announce(session, "ballot", id=ballot.id, member_id=None, state=ballot.state)
    audit.append(
        session,
        actor=actor,
        act=act,
        thing=ballot.id,
        now=now,
        space=ballot.space_id,
        starts_at=ballot.starts_at.isoformat(),
        ends_at=ballot.ends_at.isoformat(),
        **facts,
    )
