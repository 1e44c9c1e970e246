"""The count: what the software says against what the doors say, line by line, on the screen and on paper."""

from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Query, Response
from fastapi.responses import FileResponse, HTMLResponse

from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff import count_page
from api.staff.count_views import BankCountView, NewSighting, Reconciliation, SightingView
from api.views import AnyId
from gateway.counts import queries as counts
from gateway.counts import service as counts_service
from gateway.members.model import Language
from gateway.staff.rules import POWERS, Power

router = Doors("/staff", tags=["staff"])

OfBank = Annotated[AnyId | None, Query(description="One bank only.")]

_STYLE: Final = Path(__file__).with_name("count_page.css")


@router.get("/reconciliation", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def reconcile(who: SignedIn, bank_id: OfBank = None) -> Reconciliation:
    """Every compartment as the software, its door and whoever looked inside last have it; differences first."""
    zone = ZoneInfo(who.desk.centre.settings.zone)

    def look() -> Reconciliation:
        with who.desk.sessions.read() as session:
            who.staff(session, *POWERS[Power.COUNT])
            now = who.desk.clock.now()
            found = counts.count(session, now=now, bank_id=bank_id)
            return Reconciliation(at=now, banks=[BankCountView.of(one, who.language, zone) for one in found])

    return await who.desk.backroom.read(look)


@router.post(
    "/compartments/{compartment_id}/sightings",
    status_code=201,
    response_model=SightingView,
    responses=problems(*STAFF_ONLY, "not_found", "nothing_to_keep", "malformed", "idempotency_key_reused"),
)
async def note_sighting(compartment_id: Id, told: NewSighting, who: SignedIn, attempt: Repeatable) -> Response:
    """Say what is inside a compartment: the next shift sees who looked, when, and what they saw."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *POWERS[Power.COUNT]), desk.clock.now()
            if answered := attempt.recall(session, member_id=staff.id):
                return answered
            sighting = counts_service.note_sighting(
                session,
                compartment_id=compartment_id,
                staff=staff,
                seen=told.seen,
                note=told.note,
                keep=told.keep,
                now=now,
            )
            view = SightingView.of(sighting, staff)
            return attempt.keep(session, member_id=staff.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


# Pages and styles have no shape that the OpenAPI document could name.


@router.get("/reconciliation/print", include_in_schema=False)
async def print_count(who: SignedIn, bank_id: OfBank = None, language: Language | None = None) -> HTMLResponse:
    """The count as a list to carry along, with boxes to tick; in the reader's language or the one that is named."""
    desk = who.desk

    def look() -> str:
        with desk.sessions.read() as session:
            staff, now = who.staff(session, *POWERS[Power.COUNT]), desk.clock.now()
            return count_page.render(
                counts.count(session, now=now, bank_id=bank_id),
                language=language or who.language,
                zone=ZoneInfo(desk.centre.settings.zone),
                printed_by=staff.name,
                now=now,
            )

    return HTMLResponse(await desk.backroom.read(look))


@router.get("/reconciliation/print.css", include_in_schema=False)
async def count_style() -> FileResponse:
    """How the list looks on paper. It tells nothing of anybody."""
    return FileResponse(_STYLE, media_type="text/css")
