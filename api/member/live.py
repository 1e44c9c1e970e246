"""What concerns a reader, as it happens (Server-Sent Events)."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends
from fastapi.sse import EventSourceResponse
from pydantic import TypeAdapter

from api.deps import SignedIn
from api.live import Reader
from api.news import News
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from gateway.kit.db import Change
from gateway.kit.errors import Refused
from gateway.lockers import queries as lockers

router = Doors("/live", tags=["live"])

_NEWS: Final = TypeAdapter[News](News)


@dataclass(frozen=True)
class Concern:
    """Whose stream it is, and what concerns them beyond their own unlocks and rentals.

    Staff answer for every door, and hear of alerts.
    """

    member_id: str
    is_staff: bool
    locks: frozenset[str]  # of what they rent or were assigned
    banks: frozenset[str]


async def concern(who: SignedIn) -> Concern:
    """As it stands now. Raises Refused("not_signed_in") once the session is over."""

    def look() -> Concern:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            banks = [found.bank.id for found in lockers.banks(session)]
            locks = lockers.locks_of(session, member_id=member.id)
            return Concern(member.id, who.hears_as_staff(member), locks, frozenset(banks))

    return await who.desk.backroom.read(look)


async def reader(who: SignedIn, first: Annotated[Concern, Depends(concern)]) -> AsyncIterator[Reader]:
    """Let the reader hear before the answer begins: whatever happens once the stream is open is in it."""
    with who.desk.hub.listen(Reader(member_id=first.member_id, session=who.session_name)) as listening:
        yield listening


@router.get("", response_class=EventSourceResponse, responses=problems(*SIGNED_IN))
async def live(
    who: SignedIn, concerned: Annotated[Concern, Depends(concern)], listening: Annotated[Reader, Depends(reader)]
) -> AsyncIterable[News]:
    """A stream of news. After each (re)opening look at everything afresh: nothing is repeated here."""
    loop = asyncio.get_running_loop()
    look_at = loop.time()
    while not listening.is_over:
        if loop.time() >= look_at:
            try:
                concerned = await concern(who)
            except Refused:
                return  # signed out meanwhile
            look_at = loop.time() + who.desk.look_again_s
        change = await listening.next(within_s=look_at - loop.time())
        if change is None:
            continue
        if change.kind == "rental":
            look_at = loop.time()  # another compartment may concern them now
        if news := news_of(change, concerned):
            yield news


def news_of(change: Change, concerned: Concern) -> News | None:
    """What a change says to one reader; None when it is no business of theirs."""
    if not _concerns(change, concerned):
        return None
    return _NEWS.validate_python({"kind": change.kind, **change.what})


def _concerns(change: Change, concerned: Concern) -> bool:
    match change.kind:
        case "unlock" | "rental" | "booking" | "wait":
            return change.what.get("member_id") == concerned.member_id
        case "report":
            return concerned.is_staff or change.what["reporter_id"] == concerned.member_id
        case "door":
            return concerned.is_staff or change.what["lock_id"] in concerned.locks
        case "device":
            return change.what["id"] in concerned.banks
        case "emergency" | "ballot":  # everybody's, unless it is about one who takes part
            return change.what.get("member_id") in {None, concerned.member_id}
    return change.kind == "alert" and concerned.is_staff
