"""Questions about fault reports. Read-only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, select, tuple_
from sqlalchemy.orm import Session

from gateway.kit.errors import NotFound
from gateway.members.model import Member
from gateway.reports import rules
from gateway.reports.model import OVER, FaultReport, ReportPhoto

_NEWEST_FIRST: Final = (FaultReport.reported_at.desc(), FaultReport.id.desc())


def report(session: Session, report_id: str) -> FaultReport:
    """Anybody's: for staff. Raises NotFound("report")."""
    found = session.get(FaultReport, report_id)
    if found is None:
        raise NotFound("report")
    return found


def report_of(session: Session, *, member_id: str, report_id: str) -> FaultReport:
    """The member's own. Raises NotFound("report"), for other people's too."""
    mine = select(FaultReport).where(FaultReport.id == report_id, FaultReport.member_id == member_id)
    found = session.scalar(mine)
    if found is None:
        raise NotFound("report")
    return found


def reports_of(session: Session, *, member_id: str, limit: int, after: str | None = None) -> Sequence[FaultReport]:
    """The member's own, the newest first. `after` is the id of the last one already seen."""
    query = select(FaultReport).where(FaultReport.member_id == member_id)
    if after is not None:
        query = query.where(_behind(report_of(session, member_id=member_id, report_id=after)))
    return session.scalars(query.order_by(*_NEWEST_FIRST).limit(limit)).all()


def reports(
    session: Session, *, is_over: bool, limit: int, after: str | None = None
) -> Sequence[tuple[FaultReport, Member]]:
    """Everybody's, with who reported, the newest first: those that are over, or those that are not."""
    over = FaultReport.state.in_(OVER)
    query = select(FaultReport, Member).join(Member, Member.id == FaultReport.member_id)
    query = query.where(over if is_over else ~over)
    if after is not None:
        query = query.where(_behind(report(session, after)))
    return [(one, member) for one, member in session.execute(query.order_by(*_NEWEST_FIRST).limit(limit))]


def open_about_the_same(session: Session, report: FaultReport) -> Sequence[FaultReport]:
    """Every report of the same thing that is not over, this one too while it is not; the oldest first.

    What has no name is never the same.
    """
    same: ColumnElement[bool] = FaultReport.id == report.id
    if report.thing_id is not None:
        same = and_(FaultReport.about == report.about, FaultReport.thing_id == report.thing_id)
    query = select(FaultReport).where(same, FaultReport.state.not_in(OVER))
    return session.scalars(query.order_by(FaultReport.reported_at, FaultReport.id)).all()


def photo(session: Session, report_id: str) -> bytes:
    """Raises NotFound("photo") where none came, or it was forgotten."""
    jpeg = session.scalar(select(ReportPhoto.jpeg).where(ReportPhoto.report_id == report_id))
    if jpeg is None:
        raise NotFound("photo")
    return jpeg


def has_photo(session: Session, report_id: str) -> bool:
    """Without reading it."""
    return session.scalar(select(ReportPhoto.report_id).where(ReportPhoto.report_id == report_id)) is not None


def last_times(session: Session, *, member_id: str, now: datetime) -> Sequence[datetime]:
    """When a member reported within the last day, the latest first, as many as they may."""
    recent = select(FaultReport.reported_at).where(
        FaultReport.member_id == member_id, FaultReport.reported_at > now - rules.DAY
    )
    return session.scalars(recent.order_by(FaultReport.reported_at.desc()).limit(rules.MOST_A_DAY)).all()


def _behind(last: FaultReport) -> ColumnElement[bool]:
    return tuple_(FaultReport.reported_at, FaultReport.id) < tuple_(last.reported_at, last.id)
