"""Reporting a fault, and answering. Nothing here commits."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.db import announce, take_turn
from gateway.kit.errors import Conflict, Refused
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.reports import queries, rules, things
from gateway.reports.model import OVER, About, FaultReport, ReportPhoto, ReportState, Wrong

_NOTICES = ("report_looked_at", "report_mended", "report_closed")


def report(
    session: Session,
    *,
    member: Member,
    about: About,
    thing_id: str | None,
    wrong: Wrong,
    words: str,
    jpeg: bytes | None,
    now: datetime,
) -> FaultReport:
    """A member says that something is wrong. `jpeg`: as `photo.redrawn` made it; None: they took none.

    Raises NotFound("thing"); Refused("too_many_reports") with `retry_after_s`.
    """
    take_turn(session, Member, member.id)
    refuse_too_many(session, member=member, now=now)
    things.thing_for(session, member_id=member.id, about=about, thing_id=thing_id)
    made = FaultReport(
        id=new_id(),
        member_id=member.id,
        about=about,
        thing_id=thing_id,
        wrong=wrong,
        words=words,
        state=ReportState.RECEIVED,
        reported_at=now,
        answer="",
        answered_at=None,
        over_at=None,
    )
    session.add(made)
    session.flush()
    if jpeg is not None:
        session.add(ReportPhoto(report_id=made.id, jpeg=jpeg))
        session.flush()
    _tell(session, made, actor=member.audit_id, act="fault_reported", now=now)
    return made


def refuse_too_many(session: Session, *, member: Member, now: datetime) -> None:
    """Raises Refused("too_many_reports"). Asked before a photo is drawn anew too, which takes a while."""
    times = queries.last_times(session, member_id=member.id, now=now)
    if len(times) >= rules.MOST_A_DAY:
        raise Refused("too_many_reports", retry_after_s=rules.wait_s(times[-1], now))


def answer(
    session: Session,
    *,
    report_id: str,
    to: ReportState,
    words: str,
    staff: Member,
    now: datetime,
    all_of_thing: bool = False,
    work_order_id: str | None = None,
) -> FaultReport:
    """Staff say how it stands, and each reporter reads it. `all_of_thing`: to every open report of the same thing.

    Raises NotFound("report"), Conflict("report_over").
    """
    asked = queries.report(session, report_id)
    if refusal := rules.answer_refusal(asked, to):
        raise Conflict(refusal)
    answered = queries.open_about_the_same(session, asked) if all_of_thing else [asked]
    for one in answered:
        _move(session, one, to=to, words=words, work_order_id=work_order_id, now=now)
    for one in answered:  # the trail comes last: on PostgreSQL it makes others wait
        _tell(session, one, actor=staff.audit_id, act="report_answered", now=now)
    return asked


def forget_old_photos(session: Session, *, now: datetime) -> None:
    """A photo may show people: so long after its report was over nobody needs it. Harmless to repeat."""
    old = select(FaultReport.id).where(FaultReport.over_at < now - rules.PHOTO_KEPT)
    session.execute(delete(ReportPhoto).where(ReportPhoto.report_id.in_(old)))


def _move(
    session: Session, report: FaultReport, *, to: ReportState, words: str, work_order_id: str | None, now: datetime
) -> None:
    """Of two answers that would end it exactly one does."""
    values = {"state": to, "answer": words, "answered_at": now, "over_at": now if to in OVER else None}
    if work_order_id is not None:
        values["work_order_id"] = work_order_id
    still_open = update(FaultReport).where(FaultReport.id == report.id, FaultReport.state.not_in(OVER))
    if session.execute(still_open.values(**values).returning(FaultReport.id)).scalar_one_or_none() is None:
        raise Conflict("report_over")
    session.refresh(report)
    notices.take_back(session, about=report.id, kinds=_NOTICES, now=now)
    notices.leave(
        session,
        member_id=report.member_id,
        kind=f"report_{to.lower()}",
        about=report.id,
        now=now,
        thing=things.name_of(session, report.about, report.thing_id),
        answer=words,
    )


def _tell(session: Session, report: FaultReport, *, actor: str, act: str, now: datetime) -> None:
    """The trail and, after the commit, its reporter and staff. What the member wrote stays out of the trail."""
    announce(session, "report", id=report.id, reporter_id=report.member_id, state=report.state)
    audit.append(
        session,
        actor=actor,
        act=act,
        thing=report.id,
        now=now,
        about=report.about,
        of=report.thing_id,
        state=report.state,
    )
