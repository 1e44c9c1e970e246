"""How members stand. Read-only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.credit import rules
from gateway.credit.model import Appeal, CreditEntry
from gateway.credit.rules import Score, Thing
from gateway.kit.errors import NotFound
from gateway.members.model import Member
from gateway.policies import queries as policies
from gateway.policies.model import OF_CREDIT


def is_on(session: Session) -> bool:
    """Whether points are kept at all: where some rule is about them."""
    return policies.is_any_about(session, OF_CREDIT)


def entries_of(session: Session, *, member_id: str) -> Sequence[CreditEntry]:
    """All of a member's, the newest first."""
    mine = select(CreditEntry).where(CreditEntry.member_id == member_id)
    return session.scalars(mine.order_by(CreditEntry.at.desc(), CreditEntry.id.desc())).all()


def entry_of(session: Session, *, member_id: str, credit_id: str) -> CreditEntry:
    """The member's own. Raises NotFound("credit"), for other people's too."""
    found = session.scalar(select(CreditEntry).where(CreditEntry.id == credit_id, CreditEntry.member_id == member_id))
    if found is None:
        raise NotFound("credit")
    return found


def appeals(session: Session) -> Sequence[tuple[CreditEntry, Member]]:
    """Those that wait for an answer, the oldest first, and whose each is."""
    rows = session.execute(
        select(CreditEntry, Member)
        .join(Member, Member.id == CreditEntry.member_id)
        .where(CreditEntry.appeal == Appeal.ASKED)
        .order_by(CreditEntry.at, CreditEntry.id)
    )
    return [(entry, member) for entry, member in rows]


def score_of(session: Session, *, member_id: str, now: datetime) -> Score:
    """What a member has left."""
    found = entries_of(session, member_id=member_id)
    return rules.score((Thing(one.id, one.cause, one.at, one.appeal) for one in found), now)
