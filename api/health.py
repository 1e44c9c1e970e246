"""Whether the program lives, and whether the centre can open doors."""

import asyncio
import logging
from dataclasses import dataclass, field

from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.deps import AtDesk, Desk, token_of
from api.health_views import Alive, Frozen, JobView, Note, NotReady, Readiness
from api.signpost import Doors
from gateway.calendar import queries as calendar
from gateway.emergencies import queries as emergencies
from gateway.jobs import queries as job_queries
from gateway.jobs.rules import JobHealth
from gateway.members.rules import is_staff

router = Doors("/health", tags=["health"])

log = logging.getLogger(__name__)

_DATABASE_S = 5.0  # longer than that is as good as not at all


@router.get("/live")
async def live_health() -> Alive:
    """200 while the program answers at all."""
    return Alive(alive=True)


@router.get("/ready", responses={503: {"model": Readiness, "description": "Something does not work."}})
async def ready_health(desk: AtDesk, request: Request, response: Response) -> Readiness:
    """200 when everything that opening a door needs is there; else 503, naming what is not.

    A freeze is no fault of the program: it stays ready, so that whoever asks for a door is told why it stays shut.
    """
    missing = _missing(desk)
    seen = await _database(desk, token_of(request, desk))
    if seen is None:
        missing.append(NotReady(part="database", why="the database does not answer"))
    response.status_code = 503 if missing else 200
    found = seen or _Seen()
    return Readiness(ready=not missing, not_ready=missing, frozen=found.frozen, notes=found.notes, jobs=found.jobs)


def _missing(desk: Desk) -> list[NotReady]:
    missing = []
    if not desk.line.is_up:
        missing.append(NotReady(part="broker", why="the broker is not reached"))
    if trouble := desk.hub.gateway_trouble(desk.clock.monotonic()):
        missing.append(NotReady(part="gateway", why=trouble))
    return missing


@dataclass(frozen=True)
class _Seen:
    frozen: list[Frozen] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    jobs: list[JobView] = field(default_factory=list)


async def _database(desk: Desk, token: str) -> _Seen | None:
    """What it has to say: to staff, where the doors were stopped and how the jobs do; and what is worth a note.

    In one look, so that an empty list always means that there is nothing. None: it is silent.
    """

    def look() -> _Seen:
        reader = desk.who_is(token) if token else None
        with desk.sessions.read() as session:
            session.execute(text("SELECT 1"))
            jobs = [JobView.of(job, desk.clock.now()) for job in job_queries.jobs(session)]
            notes = [*_calendar_notes(session, desk), *_job_notes(jobs)]
            if reader is None or not is_staff(reader.role):
                return _Seen(notes=notes)
            return _Seen(_frozen(session), notes, jobs)

    try:
        async with asyncio.timeout(_DATABASE_S):
            return await desk.backroom.read(look)
    except (TimeoutError, SQLAlchemyError) as error:
        log.warning("the database does not answer: %s", error or type(error).__name__)
        return None


def _frozen(session: Session) -> list[Frozen]:
    found = emergencies.freezes(session)
    return [Frozen(bank_id=one.bank_id, since=one.begun_at, reason=one.reason) for one in found]


def _calendar_notes(session: Session, desk: Desk) -> list[Note]:
    centre = desk.centre
    year = calendar.missing_year(session, public=centre.public_calendar, today=centre.today(desk.clock.now()))
    return [] if year is None else [Note(part="calendar", says=f"the public holidays of {year} are not known yet")]


def _job_notes(jobs: list[JobView]) -> list[Note]:
    """Everybody may read them: names alone, since a fault may say more."""
    late = [job.name for job in jobs if job.health is JobHealth.OVERDUE]
    failing = [job.name for job in jobs if job.health is JobHealth.FAILING]
    said = [("have not run for long", late), ("went wrong the last time", failing)]
    return [Note(part="jobs", says=f"these jobs {what}: {', '.join(names)}") for what, names in said if names]
