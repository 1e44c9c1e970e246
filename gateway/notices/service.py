"""Leaving a notice, and taking it back once it is no longer so."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.kit.errors import Conflict, NotFound
from gateway.kit.ids import new_id
from gateway.notices.model import Notice
from gateway.notices.rules import NEWS


def leave(
    session: Session,
    *,
    member_id: str,
    kind: str,
    about: str,
    now: datetime,
    **facts: object,  # JSON values
) -> Notice:
    """Let a member know. `kind` has its sentence in `api/notice_words.py`; the facts fill its gaps."""
    notice = Notice(
        id=new_id(),
        member_id=member_id,
        kind=kind,
        about=about,
        facts=json.dumps(facts, sort_keys=True, ensure_ascii=False),
        left_at=now,
        over_at=None,
    )
    session.add(notice)
    session.flush()
    return notice


def take_back(
    session: Session, *, about: str, kinds: Collection[str], now: datetime, member_id: str | None = None
) -> None:
    """These are no longer so; `member_id`: only what was said to them. Harmless to repeat: the first time stands."""
    over = update(Notice).where(Notice.about == about, Notice.kind.in_(kinds), Notice.over_at.is_(None))
    if member_id is not None:
        over = over.where(Notice.member_id == member_id)
    session.execute(over.values(over_at=now))


def put_away(session: Session, *, member_id: str, notice_id: str, now: datetime) -> None:
    """Its reader has read it. Raises NotFound("notice") for other people's too; Conflict("notice_still_so")."""
    notice = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.member_id == member_id))
    if notice is None or notice.over_at is not None:
        raise NotFound("notice")
    if notice.kind not in NEWS:
        raise Conflict("notice_still_so")
    notice.over_at = now
