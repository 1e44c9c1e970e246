"""Questions about ballots. Read-only."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.ballots.model import Ballot, BallotState, Entry, EntryState, EntryWish
from gateway.kit.errors import NotFound
from gateway.spaces import queries as spaces

WINS_COUNT_FOR: Final = timedelta(days=28)


def ballot(session: Session, ballot_id: str) -> Ballot:
    """Raises NotFound("ballot")."""
    found = session.get(Ballot, ballot_id)
    if found is None:
        raise NotFound("ballot")
    return found


def ballots(session: Session, *, now: datetime, space_id: str | None = None) -> Sequence[Ballot]:
    """Those whose time is not over, of a space or of all, the first to close first; none that was called off."""
    query = select(Ballot).where(Ballot.ends_at > now, Ballot.state != BallotState.CALLED_OFF)
    if space_id is not None:
        query = query.where(Ballot.space_id.in_(family_of(session, space_id)))
    return session.scalars(query.order_by(Ballot.closes_at, Ballot.id)).all()


def all_since(session: Session, *, since: datetime) -> Sequence[Ballot]:
    """Those whose time was not over then, called off or not, the latest to close first."""
    query = select(Ballot).where(Ballot.ends_at > since)
    return session.scalars(query.order_by(Ballot.closes_at.desc(), Ballot.id)).all()


def due(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of those that have closed and are not drawn, the first to close first."""
    closed = select(Ballot.id).where(Ballot.state == BallotState.OPEN, Ballot.closes_at <= now)
    return session.scalars(closed.order_by(Ballot.closes_at, Ballot.id)).all()


def is_there(session: Session, *, space_id: str, starts_at: datetime) -> bool:
    """Whether there has been a ballot of that space for that time, however it ended."""
    found = select(Ballot.id).where(Ballot.space_id == space_id, Ballot.starts_at == starts_at)
    return session.scalar(found.limit(1)) is not None


def open_one(session: Session, *, space_id: str, starts_at: datetime, ends_at: datetime) -> str | None:
    """The id of a ballot that is not drawn yet, of a space that shares a part with this one, for some of that time."""
    found = select(Ballot.id).where(
        Ballot.state == BallotState.OPEN,
        Ballot.space_id.in_(family_of(session, space_id)),
        Ballot.starts_at < ends_at,
        Ballot.ends_at > starts_at,
    )
    return session.scalar(found.limit(1))


def family_of(session: Session, space_id: str) -> set[str]:
    """The space, all that it is part of, and all that is part of it."""
    return {one.id for one in spaces.line_up(session, space_id)} | set(spaces.parts_of(session, space_id))


def entries(session: Session, ballot_id: str) -> Sequence[Entry]:
    """All of a ballot's, by id."""
    return session.scalars(select(Entry).where(Entry.ballot_id == ballot_id).order_by(Entry.id)).all()


def count_of(session: Session, ballot_id: str) -> int:
    """How many have handed in."""
    return session.scalar(select(func.count()).where(Entry.ballot_id == ballot_id)) or 0


def entry_of(session: Session, *, ballot_id: str, entry_id: str, member_id: str) -> Entry:
    """The member's own. Raises NotFound("entry"), for other people's too."""
    mine = entry_in(session, ballot_id=ballot_id, member_id=member_id)
    if mine is None or mine.id != entry_id:
        raise NotFound("entry")
    return mine


def entry_in(session: Session, *, ballot_id: str, member_id: str) -> Entry | None:
    """What the member handed in there; None: nothing."""
    return session.scalar(select(Entry).where(Entry.ballot_id == ballot_id, Entry.member_id == member_id))


def wishes(session: Session, entry_ids: Collection[str]) -> dict[str, list[EntryWish]]:
    """The wishes of these entries, best first."""
    found: dict[str, list[EntryWish]] = {entry_id: [] for entry_id in entry_ids}
    rows = select(EntryWish).where(EntryWish.entry_id.in_(entry_ids)).order_by(EntryWish.entry_id, EntryWish.rank)
    for wish in session.scalars(rows):
        found[wish.entry_id].append(wish)
    return found


def wins(session: Session, *, member_ids: Collection[str], now: datetime) -> dict[str, int]:
    """How many draws of the last four weeks each of these members won, anywhere in the centre."""
    rows = session.execute(
        select(Entry.member_id, func.count())
        .join(Ballot, Ballot.id == Entry.ballot_id)
        .where(
            Entry.member_id.in_(member_ids),
            Entry.state == EntryState.WON,
            Ballot.drawn_at > now - WINS_COUNT_FOR,
        )
        .group_by(Entry.member_id)
    )
    return {member_id: count for member_id, count in rows}  # noqa: C416 - rows are no pairs to mypy
