"""Whether the program lives, and whether the centre can open doors."""

import asyncio
import logging

from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.deps import AtDesk, Desk, token_of
from api.views import Alive, Frozen, Note, NotReady, Readiness
from gateway.calendar import queries as calendar
from gateway.emergencies import queries as emergencies
from gateway.members.rules import is_staff

router = APIRouter(prefix="/health", tags=["health"])

log = logging.getLogger(__name__)

_DATABASE_S = 2.0  # longer than that is as good as not at all


@router.get("/live")
async def live_health() -> Alive:
    """200 while the program answers at all."""
    return Alive(alive=True)


@router.get("/ready", responses={503: {"model": Readiness, "description": "Something does not work."}})
async def ready_health(desk: AtDesk, request: Request, response: Response) -> Readiness:
    """200 when everything that opening a door needs is there; else 503, naming what is not.

    A freeze is no fault of the program: it stays ready, so that whoever asks for a door is told why it stays shut.
    """
    missing = await _missing(desk)
    response.status_code = 503 if missing else 200
    frozen = await _frozen(desk, token_of(request, desk))
    return Readiness(ready=not missing, not_ready=missing, frozen=frozen, notes=await _notes(desk))


async def _missing(desk: Desk) -> list[NotReady]:
    missing = []
    if not desk.line.is_up:
        missing.append(NotReady(part="broker", why="the broker is not reached"))
    if trouble := desk.hub.gateway_trouble(desk.clock.monotonic()):
        missing.append(NotReady(part="gateway", why=trouble))
    if not await _reads(desk):
        missing.append(NotReady(part="database", why="the database does not answer"))
    return missing


async def _frozen(desk: Desk, token: str) -> list[Frozen]:
    def look() -> list[Frozen]:
        reader = desk.who_is(token)
        if reader is None or not is_staff(reader.role):
            return []
        with desk.sessions.read() as session:
            found = emergencies.freezes(session)
            return [Frozen(bank_id=one.bank_id, since=one.begun_at, reason=one.reason) for one in found]

    try:
        async with asyncio.timeout(_DATABASE_S):
            return await desk.backroom.read(look) if token else []
    except (TimeoutError, SQLAlchemyError):
        return []  # that the database is away has been said


async def _notes(desk: Desk) -> list[Note]:
    def look() -> list[Note]:
        centre = desk.centre
        with desk.sessions.read() as session:
            today = centre.today(desk.clock.now())
            year = calendar.missing_year(session, public=centre.public_calendar, today=today)
        return [] if year is None else [Note(part="calendar", says=f"the public holidays of {year} are not known yet")]

    try:
        async with asyncio.timeout(_DATABASE_S):
            return await desk.backroom.read(look)
    except (TimeoutError, SQLAlchemyError):
        return []  # that the database is away has been said


async def _reads(desk: Desk) -> bool:
    def look() -> None:
        with desk.sessions.read() as session:
            session.execute(text("SELECT 1"))

    try:
        async with asyncio.timeout(_DATABASE_S):
            await desk.backroom.read(look)
    except (TimeoutError, SQLAlchemyError) as error:
        log.warning("the database does not answer: %s", error)
        return False
    return True
