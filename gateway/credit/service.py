"""Taking points, giving them back, objecting and answering. Nothing here commits."""

from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.credit import queries, rules
from gateway.credit.model import Appeal, Cause, CreditEntry
from gateway.kit import audit
from gateway.kit.errors import Conflict, NotFound
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices

_NOTED: Final = ("credit_taken", "credit_forgiven")
_SAID: Final = MappingProxyType(
    {
        Cause.NO_SHOW: {"zh-CN": "预订后没有来", "en": "nobody came"},
        Cause.LATE_CANCEL: {"zh-CN": "临近开始才取消或改期", "en": "it was cancelled or moved late"},
    }
)


def note(session: Session, *, member_id: str, booking_id: str, cause: Cause, now: datetime, **facts: object) -> None:
    """It costs the member points, or is forgiven, and they are told so; nothing happens where none are kept.

    One booking counts once, for the worst that came of it.

    `facts` say in the notice what it was about.
    """
    if not queries.is_on(session):
        return
    known = session.scalar(select(CreditEntry).where(CreditEntry.booking_id == booking_id))
    if known is not None and rules.COSTS[known.cause] >= rules.COSTS[cause]:
        return
    take_back(session, booking_id=booking_id, now=now)
    before = queries.score_of(session, member_id=member_id, now=now).points
    entry = CreditEntry(
        id=new_id(), member_id=member_id, booking_id=booking_id, cause=cause, at=now, appeal=Appeal.NONE
    )
    session.add(entry)
    session.flush()
    points = queries.score_of(session, member_id=member_id, now=now).points
    notices.leave(
        session,
        member_id=member_id,
        kind="credit_taken" if points < before else "credit_forgiven",
        about=booking_id,
        now=now,
        cause=_SAID[cause],
        cost=before - points,
        points=points,
        **facts,
    )


def take_back(session: Session, *, booking_id: str, now: datetime) -> None:
    """It was not so after all: nothing of it stays. Harmless to repeat."""
    session.execute(delete(CreditEntry).where(CreditEntry.booking_id == booking_id))
    notices.take_back(session, about=booking_id, kinds=_NOTED, now=now)


def appeal(session: Session, *, credit_id: str, member: Member, reason: str, now: datetime) -> CreditEntry:
    """Object to it, once; it counts until staff have answered.

    Raises NotFound("credit"), Conflict("already_appealed").
    """
    queries.entry_of(session, member_id=member.id, credit_id=credit_id)
    entry = _hold(session, credit_id)
    if refusal := rules.appeal_refusal(entry.appeal):
        raise Conflict(refusal)
    entry.appeal, entry.asked_for = Appeal.ASKED, reason
    session.flush()
    audit.append(session, actor=member.audit_id, act="credit_appealed", thing=entry.id, now=now, reason=reason)
    return entry


def answer(session: Session, *, credit_id: str, accepted: bool, reason: str, actor: str, now: datetime) -> CreditEntry:
    """Say yes or no to an appeal, or let somebody off who did not ask; the member reads why, and it stays so.

    Raises NotFound("credit"), Conflict("appeal_answered").
    """
    if session.get(CreditEntry, credit_id) is None:
        raise NotFound("credit")
    entry = _hold(session, credit_id)
    if refusal := rules.answer_refusal(entry.appeal):
        raise Conflict(refusal)
    entry.appeal = Appeal.ACCEPTED if accepted else Appeal.REFUSED
    entry.answer, entry.answered_at = reason, now
    session.flush()
    points = queries.score_of(session, member_id=entry.member_id, now=now).points
    if accepted:
        notices.take_back(session, about=entry.booking_id, kinds=_NOTED, now=now)
    notices.leave(
        session,
        member_id=entry.member_id,
        kind="appeal_accepted" if accepted else "appeal_refused",
        about=entry.booking_id,
        now=now,
        reason=reason,
        points=points,
    )
    act = "credit_given_back" if accepted else "credit_appeal_refused"
    audit.append(session, actor=actor, act=act, thing=entry.id, now=now, reason=reason)
    return entry


def forget_old(session: Session, *, now: datetime) -> None:
    """What is a year old is nobody's business any more."""
    session.execute(delete(CreditEntry).where(CreditEntry.at < now - rules.KEPT_FOR))


def _hold(session: Session, credit_id: str) -> CreditEntry:
    return session.get_one(CreditEntry, credit_id, with_for_update=True, populate_existing=True)
