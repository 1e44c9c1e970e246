"""A member says how they found it, and staff read it. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from gateway.feedback.model import Feedback
from gateway.kit.db import take_turn
from gateway.kit.errors import NotFound, Refused
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.spaces import queries as spaces

MOST_A_DAY: Final = 5  # of one member
DAY: Final = timedelta(days=1)


def give(session: Session, *, member: Member, score: int, words: str, space_id: str | None, now: datetime) -> Feedback:
    """How it was. `score`: 1, poor, to 5. Raises NotFound("space"); Refused("too_much_feedback")."""
    if space_id is not None:
        spaces.space(session, space_id)
    take_turn(session, Member, member.id)  # so that two at once do not both count as the last
    _refuse_too_much(session, member, now)
    given = Feedback(id=new_id(), member_id=member.id, space_id=space_id, score=score, words=words, given_at=now)
    session.add(given)
    session.flush()
    return given


def of_member(session: Session, *, member_id: str, limit: int, after: str | None = None) -> Sequence[Feedback]:
    """The member's own, the newest first. `after` is the id of the last one already seen."""
    return _newest(session, select(Feedback).where(Feedback.member_id == member_id), limit, after)


def of_all(session: Session, *, limit: int, after: str | None = None) -> Sequence[Feedback]:
    """Everybody's, for staff: who reads it is not to tell whose it is."""
    return _newest(session, select(Feedback), limit, after)


def _newest(session: Session, which: Select[Feedback], limit: int, after: str | None) -> Sequence[Feedback]:
    if after is not None:
        last = session.scalar(which.where(Feedback.id == after))
        if last is None:
            raise NotFound("feedback")
        which = which.where(tuple_(Feedback.given_at, Feedback.id) < tuple_(last.given_at, last.id))
    return session.scalars(which.order_by(Feedback.given_at.desc(), Feedback.id.desc()).limit(limit)).all()


def _refuse_too_much(session: Session, member: Member, now: datetime) -> None:
    of_today = select(func.count(), func.min(Feedback.given_at)).where(
        Feedback.member_id == member.id, Feedback.given_at > now - DAY
    )
    count, earliest = session.execute(of_today).one()
    if count >= MOST_A_DAY:
        raise Refused("too_much_feedback", retry_after_s=int((earliest + DAY - now).total_seconds()) + 1)
