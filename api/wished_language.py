"""Which language a browser asks for."""

from fastapi import Request

from gateway.members.model import Language


def wished(request: Request) -> Language:
    """By whoever asks, before anybody has chosen."""
    return preferred(request.headers.get("accept-language", ""))


def preferred(accept_language: str) -> Language:
    """The best of what a browser's Accept-Language asks for that we have; Chinese when it asks for neither."""
    wishes = [_wish(part) for part in accept_language.split(",")]
    for _, tag in sorted(wishes, key=lambda wish: -wish[0]):
        for language in Language:
            if tag.split("-")[0] == language.split("-")[0]:
                return language
    return Language.ZH_CN


def _wish(part: str) -> tuple[float, str]:
    """`en-GB;q=0.8` as (0.8, "en-gb"); what cannot be read weighs nothing."""
    tag, _, parameter = part.strip().lower().partition(";")
    _, _, quality = parameter.strip().partition("=")
    try:
        return (float(quality) if quality else 1.0), tag.strip()
    except ValueError:
        return 0.0, tag.strip()
