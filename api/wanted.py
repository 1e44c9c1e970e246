"""What was asked for and refused is counted, so that staff see what there is too little of. Never who asked."""

from http import HTTPStatus
from typing import Final

from fastapi import Request

from api.deps import Desk, desk_of
from gateway.usage import service as usage

_API: Final = "/api/v1"
_KIOSK: Final = "/kiosk"  # whoever has no phone wants the same things there
_WISHES: Final = frozenset({"bookings", "series", "waitlist", "rentals", "drop-offs", "unlocks"})
_INTO: Final = {"ballots": "entries", "activities": "registrations"}  # one of them, and what is asked of it


def note_refusal(request: Request, *, code: str, status: int) -> None:
    """Write it down afterwards, if it was a wish that the house could not fulfil; nobody waits for that.

    What is malformed, or asked by somebody who is not signed in, says nothing about what the house lacks.
    """
    wish = _wish(request.url.path)
    if wish is not None and request.method == "POST" and status == HTTPStatus.CONFLICT:
        desk = desk_of(request)
        desk.backroom.later(lambda: _write(desk, wish, code))


def _wish(path: str) -> str | None:
    """What an address is asked for, in a word; None: nothing that the house may lack."""
    asked = path.removeprefix(_API).removeprefix(_KIOSK).split("/")
    match asked:
        case ["", wish] if wish in _WISHES:
            return wish
        case ["", wish, _, thing] if _INTO.get(wish) == thing:
            return wish
        case _:
            return None


def _write(desk: Desk, wish: str, code: str) -> None:
    with desk.sessions.begin() as session:
        usage.note_refusal(session, wish=wish, code=code, now=desk.clock.now())
