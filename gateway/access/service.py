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
) -> AccessGrant:
    """Let a member open a lock. Without `from_at` at once, however the clock is set; without `until_at` until ended."""
    grant = AccessGrant(
        id=new_id(),
        lock_id=lock_id,
        member_id=member_id,
        source=source,
        source_id=source_id,
        from_at=from_at,
        until_at=until_at,
        ended_at=None,
    )
    session.add(grant)
    session.flush()
    return grant


def end(session: Session, *, source: GrantSource, source_id: str, now: datetime) -> None:
    """Take back whatever followed from this. Harmless to repeat: the first end stands."""
    session.execute(
        update(AccessGrant)
        .where(AccessGrant.source == source, AccessGrant.source_id == source_id, AccessGrant.ended_at.is_(None))
        .values(ended_at=now)
    )
