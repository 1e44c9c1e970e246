"""Giving and ending access."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.access.model import AccessGrant, GrantSource
from gateway.kit.ids import new_id


def give(
    session: Session,
    *,
    lock_id: str,
    member_id: str,
    source: GrantSource,
    source_id: str,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    once_after_seq: int | None = None,
) -> AccessGrant:
    """Let a member open a lock. Without `from_at` at once, however the clock is set; without `until_at` until ended.

    With `once_after_seq`, an entry of the audit trail: once from there on.
    """
    grant = AccessGrant(
        id=new_id(),
        lock_id=lock_id,
        member_id=member_id,
        source=source,
        source_id=source_id,
        from_at=from_at,
        until_at=until_at,
        ended_at=None,
        once_after_seq=once_after_seq,
    )
    session.add(grant)
    session.flush()
    return grant


def end(session: Session, *, source: GrantSource, source_id: str, now: datetime, member_id: str | None = None) -> None:
    """Take back whatever followed from this; `member_id`: only theirs. Harmless to repeat: the first end stands."""
    ended = update(AccessGrant).where(
        AccessGrant.source == source, AccessGrant.source_id == source_id, AccessGrant.ended_at.is_(None)
    )
    if member_id is not None:
        ended = ended.where(AccessGrant.member_id == member_id)
    session.execute(ended.values(ended_at=now))


def end_one(session: Session, *, grant_id: str, now: datetime) -> bool:
    """Take one grant back. True for exactly one of those who do; False when it had been ended."""
    ended = session.execute(
        update(AccessGrant)
        .where(AccessGrant.id == grant_id, AccessGrant.ended_at.is_(None))
        .values(ended_at=now)
        .returning(AccessGrant.id)
    )
    return ended.first() is not None


def end_all_of(session: Session, *, member_id: str, now: datetime) -> None:
    """Take back whatever a member may open, wherever it came from."""
    standing = update(AccessGrant).where(AccessGrant.member_id == member_id, AccessGrant.ended_at.is_(None))
    session.execute(standing.values(ended_at=now))
