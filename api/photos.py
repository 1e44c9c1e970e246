"""Photos that come in JSON, and go out as JPEG."""

import base64
import binascii
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import Field

from api.backroom import BackRoom
from gateway.kit import photo
from gateway.kit.errors import Malformed

_MOST_LETTERS: Final = photo.MOST_BYTES * 4 // 3 + 4  # in base64

PhotoText = Annotated[str, Field(min_length=1, max_length=_MOST_LETTERS)]
"""A JPEG, PNG or WebP in base64."""

JPEG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/jpeg": {}}, "description": "The photo, drawn anew: no position in it."}
}
"""What is answered where a photo is read, for the OpenAPI document."""


Small = Annotated[bool, Query(description="As a list shows it: at most 480 pixels wide and high.")]


def as_asked(jpeg: bytes, *, small: bool) -> bytes:
    """A kept photo, whole or as a list shows it. Blocks for some milliseconds."""
    return photo.small(jpeg) if small else jpeg


async def drawn(backroom: BackRoom, text: str) -> bytes:
    """The JPEG of ours that is made of what came (`photo.redrawn`).

    Raises Malformed: `photo_unreadable`, `photo_too_large`; Refused("busy") while too many wait to be drawn.
    """
    try:
        file = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Malformed("photo_unreadable") from error
    return await backroom.draw(lambda: photo.redrawn(file))
