"""What was held to the kiosk's own reader just now, for its screen and nobody else's."""

import asyncio
from enum import StrEnum
from typing import Annotated, Final, Self

from fastapi import Query

from api.kiosk.deps import KIOSK, AtKiosk, KioskCaller
from api.openapi import problems
from api.signpost import Doors
from api.views import View
from gateway.kiosks import readers
from gateway.kiosks.model import Presentation

router = Doors("/kiosk", tags=["kiosk"])

_LOOK_EVERY_S: Final = 2.0  # while waiting: for what the live line did not bring

Wait = Annotated[float, Query(ge=0, le=30, description="Seconds to wait for something to be held there.")]
After = Annotated[str, Query(max_length=64, description="The handle that was told last: another is waited for.")]


class ShownBy(StrEnum):
    """What was held to the reader."""

    CARD = "card"  # which needs its PIN
    PASS = "pass"  # noqa: S105 - which needs none


class PresentedView(View):
    """What to sign somebody in with: `POST /kiosk/session` with {presented: handle}, and the PIN of a card.

    Both null: nothing was held there within the last five seconds. Which card it is nobody is told.
    """

    handle: str | None
    by: ShownBy | None

    @classmethod
    def of(cls, found: Presentation | None) -> Self:
        """As the row says."""
        if found is None:
            return cls(handle=None, by=None)
        return cls(handle=found.handle, by=ShownBy.PASS if found.code else ShownBy.CARD)


@router.get("/presented", responses=problems(*KIOSK, "malformed"))
async def read_presented(at: AtKiosk, wait: Wait = 0, after: After = "") -> PresentedView:
    """With `wait` it answers when something is held to this kiosk's reader, or when the wait is over."""
    hub, loop = at.desk.hub, asyncio.get_running_loop()
    give_up_at = loop.time() + wait
    # Listening begins before the first look: what comes in between is then heard, not missed.
    with hub.watch(await _which(at)) as told:
        while True:
            told.clear()
            found = await _look(at, after)
            left_s = give_up_at - loop.time()
            if found.handle is not None or left_s <= 0 or hub.is_closed:
                return found
            await _either(told, min(left_s, _LOOK_EVERY_S))


async def _which(at: KioskCaller) -> str:
    def look() -> str:
        with at.desk.sessions.read() as session:
            return at.kiosk(session).id

    return await at.desk.backroom.read(look)


async def _look(at: KioskCaller, after: str) -> PresentedView:
    def look() -> PresentedView:
        with at.desk.sessions.read() as session:
            found = readers.offered(session, kiosk_id=at.kiosk(session).id, now=at.desk.clock.now())
            return PresentedView.of(found if found is not None and found.handle != after else None)

    return await at.desk.backroom.read(look)


async def _either(told: asyncio.Event, seconds: float) -> None:
    """Wait until there is news, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await told.wait()
    except TimeoutError:
        return
