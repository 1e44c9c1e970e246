"""In which language somebody is answered."""

from fastapi import Request

from api.deps import desk_of, token_of
from api.wished_language import wished
from gateway.members.model import Language


async def reader_language(request: Request) -> Language:
    """What the signed-in member has chosen, else what the browser asks for."""
    told: Language | None = getattr(request.state, "language", None)
    if told is not None:
        return told
    desk = desk_of(request)
    token = token_of(request, desk)
    member = await desk.backroom.read(lambda: desk.who_is(token)) if token else None
    chosen = member.chosen_language if member else None
    return chosen or wished(request)
