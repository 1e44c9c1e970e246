"""The doors of the API, and the signpost in front of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

ROOT: Final = "/api/v1"

_AUDIENCES: Final = frozenset({"kiosk", "staff"})  # whose doors are so many that their subject comes second


def name_of(door: APIRoute) -> str:
    """An operation bears its function's name."""
    return door.name


class Doors(APIRouter):
    """Those of one subject, each at its whole path.

    So they can stand before the Signpost as they are. FastAPI's `include_router` would make every door and all that it
    checks a second time, and look for one three times over.
    """

    def __init__(self, prefix: str = "", *, tags: Iterable[str] = ()) -> None:
        super().__init__(prefix=ROOT + prefix, tags=list(tags), generate_unique_id_function=name_of)


class Signpost(BaseRoute):
    """Shows a request to its door by what its path begins with: FastAPI would try hundreds, one after another.

    Of those that begin alike the first that fits has it, as everywhere.
    """

    def __init__(self, doors: Iterable[BaseRoute]) -> None:
        self.doors = [_whole(door) for door in doors]
        self._by_subject: dict[str, list[APIRoute]] = defaultdict(list)
        for door in self.doors:
            self._by_subject[_subject(door.path)].append(door)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether there is such a door; with the wrong verb, PARTIAL."""
        partial: Scope | None = None
        for door in self._by_subject.get(_subject(scope["path"]), ()):
            match, found = door.matches(scope)
            if match is Match.FULL:
                return match, found
            if match is Match.PARTIAL and partial is None:
                partial = found
        return (Match.NONE, {}) if partial is None else (Match.PARTIAL, partial)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go through the door that was found."""
        await scope["route"].handle(scope, receive, send)


def _whole(door: BaseRoute) -> APIRoute:
    if not isinstance(door, APIRoute) or not door.path.startswith(f"{ROOT}/"):
        raise TypeError(f"{door} would never be found: make its router with Doors")
    return door


def _subject(path: str) -> str:
    """`rentals` of /api/v1/rentals/…, `staff/rentals` of /api/v1/staff/rentals/…."""
    first, _, rest = path.removeprefix(f"{ROOT}/").partition("/")
    return f"{first}/{rest.partition('/')[0]}" if first in _AUDIENCES else first
