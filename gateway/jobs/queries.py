"""How the jobs stand. Read-only."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.jobs.model import Job


def jobs(session: Session) -> Sequence[Job]:
    """All of them, by name; none where no gateway has run yet."""
    return session.scalars(select(Job).order_by(Job.name)).all()
