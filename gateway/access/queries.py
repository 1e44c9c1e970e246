"""Who may open what, now. The one place that says so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from gateway.access.model import AccessGrant, GrantSource
from gateway.members.model import Member


def may_open(session: Session, *, member_id: str, lock_id: str, now: datetime) -> bool:
    """Whether the member, not disabled, holds a grant on the lock that has begun, not run out and not been ended."""
    return bool(session.scalar(select(exists(_live(member_id, lock_id, now)))))


def rights(session: Session, *, member_id: str, lock_id: str, source: GrantSource, now: datetime) -> Sequence[str]:
    """The ids of the things of that kind by which the member may open the lock now."""
    live = _live(member_id, lock_id, now).where(AccessGrant.source == source)
    return session.scalars(live.with_only_columns(AccessGrant.source_id)).all()


def _live(member_id: str, lock_id: str, now: datetime) -> Select[str]:
    return (
        select(AccessGrant.id)
        .join(Member, Member.id == AccessGrant.member_id)
        .where(
            AccessGrant.lock_id == lock_id,
            AccessGrant.member_id == member_id,
            or_(AccessGrant.from_at.is_(None), AccessGrant.from_at <= now),
            or_(AccessGrant.until_at.is_(None), AccessGrant.until_at > now),
            AccessGrant.ended_at.is_(None),
            Member.disabled_at.is_(None),
        )
    )
