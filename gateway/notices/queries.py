"""What somebody should know now."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gateway.kit.errors import NotFound
from gateway.notices.model import Notice


def notices_for(session: Session, *, member_id: str, limit: int, after: str | None = None) -> Sequence[Notice]:
    """A member's notices that still hold, newest first. `after` is the id of the last one already seen.

    Raises NotFound("notice") when `after` is none of theirs.
    """
    query = select(Notice).where(Notice.member_id == member_id, Notice.over_at.is_(None))
    if after is not None:
        last = session.scalar(select(Notice).where(Notice.id == after, Notice.member_id == member_id))
        if last is None:
            raise NotFound("notice")
        query = query.where(tuple_(Notice.left_at, Notice.id) < tuple_(last.left_at, last.id))
    return session.scalars(query.order_by(Notice.left_at.desc(), Notice.id.desc()).limit(limit)).all()
