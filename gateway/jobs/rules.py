"""Judgements about jobs: plain values in, an answer out."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.jobs.model import Job

_RUNS_MISSED: Final = 3
_WRITTEN_DOWN_AFTER: Final = timedelta(minutes=5)  # runs are written together; and a machine may just be starting


class JobHealth(StrEnum):
    """How a job does."""

    WELL = "well"
    FAILING = "failing"  # it runs, and something goes wrong
    OVERDUE = "overdue"  # it has not run for long


def health_of(job: Job, now: datetime) -> JobHealth:
    """From what was written down of it."""
    last_sign = max(job.ran_at or job.watched_since, job.watched_since)  # a machine that was off has missed nothing
    if now > last_sign + _RUNS_MISSED * timedelta(minutes=job.every_min) + _WRITTEN_DOWN_AFTER:
        return JobHealth.OVERDUE
    return JobHealth.FAILING if job.fault else JobHealth.WELL
