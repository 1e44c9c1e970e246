"""Health, as JSON."""

from datetime import datetime
from typing import Literal, Self

from api.views import View
from gateway.jobs.model import Job
from gateway.jobs.rules import JobHealth, health_of


class NotReady(View):
    """A part that does not work, and why."""

    part: Literal["gateway", "broker", "database"]
    why: str


class Frozen(View):
    """Staff have stopped every opening by command, at a bank or (null) in the whole centre."""

    bank_id: str | None
    since: datetime | None
    reason: str


class Note(View):
    """Something that staff should see to before it matters."""

    part: Literal["calendar", "jobs"]
    says: str


class JobView(View):
    """Something the gateway does every so many minutes. `done_at`: the last time nothing went wrong; `fault`: what did.

    It is `overdue` when it has not run for three times as long and five minutes; null times: never yet.
    """

    name: str
    health: JobHealth
    every_min: int
    ran_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None
    fault: str

    @classmethod
    def of(cls, job: Job, now: datetime) -> Self:
        """As it was written down."""
        return cls(
            name=job.name,
            health=health_of(job, now),
            every_min=job.every_min,
            ran_at=job.ran_at,
            done_at=job.done_at,
            due_at=job.due_at,
            fault=job.fault,
        )


class Readiness(View):
    """Whether everything works that opening a door needs.

    What stands in `notes` takes nothing away from being ready. `frozen`, where staff stopped it, and `jobs`, what the
    gateway does by the clock, are told to staff only.
    """

    ready: bool
    not_ready: list[NotReady]
    frozen: list[Frozen]
    notes: list[Note]
    jobs: list[JobView]


class Alive(View):
    """The program answers."""

    alive: Literal[True] = True
