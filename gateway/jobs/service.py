"""Writing down how the jobs went. Nothing here commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gateway.jobs.model import Job


@dataclass(frozen=True)
class Run:
    """How a job stands in the running gateway. `ran_at`, `done_at` None: not yet since it started."""

    name: str
    every_min: int
    ran_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None
    fault: str = ""


def write_down(session: Session, *, runs: Collection[Run], since: datetime) -> None:
    """Keep how every job stands. What a gateway that ran before had written stays until the job runs again.

    `since`: when this gateway started. A job that there is no more is forgotten. Safe to repeat.
    """
    for run in runs:
        row = session.get(Job, run.name) or Job(name=run.name)
        row.every_min, row.watched_since, row.due_at = run.every_min, since, run.due_at
        if run.ran_at is not None:
            row.ran_at, row.fault = run.ran_at, run.fault
        if run.done_at is not None:
            row.done_at = run.done_at
        session.add(row)
    session.flush()
    session.execute(delete(Job).where(Job.name.not_in([run.name for run in runs])))
