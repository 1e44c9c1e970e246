"""In which language somebody is answered."""

from fastapi import Request

from api.deps import desk_of, token_of
from gateway.members.model import Language


def preferred(accept_language: str) -> Language:
    """The best of what a browser's Accept-Language asks for that we have; Chinese when it asks for neither."""
    wishes = [_wish(part) for part in accept_language.split(",")]
    for _, tag in sorted(wishes, key=lambda wish: -wish[0]):
        for language in Language:
            if tag.split("-")[0] == language.split("-")[0]:
                return language
    return Language.ZH_CN


async def reader_language(request: Request) -> Language:
    """The signed-in member's own, else what the browser asks for."""
    told: Language | None = getattr(request.state, "language", None)
    if told is not None:
        return told
    desk = desk_of(request)
    token = token_of(request, desk)
    member = await desk.backroom.read(lambda: desk.who_is(token)) if token else None
    return member.language if member else preferred(request.headers.get("accept-language", ""))


def _wish(part: str) -> tuple[float, str]:
    """`en-GB;q=0.8` as (0.8, "en-gb"); what cannot be read weighs nothing."""
    tag, _, parameter = part.strip().lower().partition(";")
    _, _, quality = parameter.strip().partition("=")
    try:
        return (float(quality) if quality else 1.0), tag.strip()
    except ValueError:
        return 0.0, tag.strip()
