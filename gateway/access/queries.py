"""Who may open what, now. The one place that says so."""

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from gateway.access.model import AccessGrant
from gateway.members.model import Member


def may_open(session: Session, *, member_id: str, lock_id: str, now: datetime) -> bool:
    """Whether the member, not disabled, holds a grant on the lock that has begun, not run out and not been ended."""
    live = (
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
    return bool(session.scalar(select(exists(live))))
