"""The display at a space's door: for everybody who walks by, so it tells times alone."""

import io
import re
from typing import Final

from fastapi import Request, Response

from api.deps import AtDesk, Id
from api.door_views import DoorDisplay
from api.openapi import problems
from api.signpost import Doors
from gateway.bookings import door
from gateway.kit.errors import Malformed
from gateway.spaces import queries as spaces

router = Doors("/door", tags=["door"])

_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")


@router.get("/{space_id}", responses=problems("not_found"))
async def read_door(space_id: Id, desk: AtDesk) -> DoorDisplay:
    """Whether a space is free now, until when, and what comes next. Nobody needs to sign in."""

    def look() -> DoorDisplay:
        with desk.sessions.read() as session:
            space, policy, now = spaces.space(session, space_id), desk.centre.booking_policy, desk.clock.now()
            found = door.now_and_next(session, space=space, policy=policy, now=now)
            return DoorDisplay.of(space, found, as_of=now, zone=policy.zone.key)

    return await desk.backroom.read(look)


@router.get(
    "/{space_id}/qr.svg",
    response_class=Response,
    responses={
        200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}, "description": "To be scanned."},
        **problems("not_found", "malformed"),
    },
)
async def read_door_code(space_id: Id, request: Request, desk: AtDesk) -> Response:
    """The code that leads a phone to where the space is booked, at the address by which this was asked for."""

    def look() -> None:
        with desk.sessions.read() as session:
            spaces.space(session, space_id)

    await desk.backroom.read(look)
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise Malformed("malformed", field="host")
    scheme = "https" if desk.centre.settings.http.secure else "http"
    return Response(_code(f"{scheme}://{host}/app/#/book/{space_id}"), media_type="image/svg+xml")


def _code(address: str) -> bytes:
    """Black on white with its quiet zone, on any background; a seventh of it may be covered."""
    import segno  # noqa: PLC0415 - 1 MiB, for a house with displays at its doors

    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False, nl=False
    )
    return drawn.getvalue()
