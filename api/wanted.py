"""What was asked for and refused is counted, so that staff see what there is too little of. Never who asked."""

from http import HTTPStatus
from typing import Final

from fastapi import Request

from api.deps import Desk, desk_of
from gateway.usage import service as usage

_WISHES: Final = {
    f"/api/v1/{wish}": wish for wish in ("bookings", "series", "waitlist", "rentals", "drop-offs", "unlocks")
}


def note_refusal(request: Request, *, code: str, status: int) -> None:
    """Write it down afterwards, if it was a wish that the house could not fulfil; nobody waits for that.

    What is malformed, or asked by somebody who is not signed in, says nothing about what the house lacks.
    """
    path = request.url.path
    wish = "ballots" if path.startswith("/api/v1/ballots/") else _WISHES.get(path)
    if wish is not None and request.method == "POST" and status == HTTPStatus.CONFLICT:
        desk = desk_of(request)
        desk.backroom.later(lambda: _write(desk, wish, code))


def _write(desk: Desk, wish: str, code: str) -> None:
    with desk.sessions.begin() as session:
        usage.note_refusal(session, wish=wish, code=code, now=desk.clock.now())
