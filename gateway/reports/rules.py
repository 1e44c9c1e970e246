"""Judgements about fault reports: plain values in, an answer out."""

from datetime import datetime, timedelta
from typing import Final

from gateway.reports.model import OVER, FaultReport, ReportState

MOST_A_DAY: Final = 10  # of one member
DAY: Final = timedelta(days=1)
PHOTO_KEPT: Final = timedelta(days=90)  # after the report is over


def wait_s(earliest: datetime, now: datetime) -> int:
    """How long until a member who reported enough may report again. `earliest`: of their last MOST_A_DAY."""
    return max(1, int((earliest + DAY - now).total_seconds()) + 1)


def answer_refusal(report: FaultReport, to: ReportState) -> str | None:
    """Why staff cannot move a report there, or None. What is over stays so: who sees it again reports it again."""
    if report.state in OVER:
        return "report_over"
    return "report_not_answered" if to is ReportState.RECEIVED else None
