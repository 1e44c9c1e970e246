"""Programs' tokens, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.views import Ask, Instant, PlainText, View
from gateway.credentials import tokens
from gateway.credentials.model import Token
from gateway.credentials.rights import Right


class TokenWish(Ask):
    """A token to be. `label`: which program it is for. `rights`: what it may do beyond reading.

    `ends_at`: within a year, with the right `staff` within 92 days. `password`: the member's, given just now.
    """

    label: Annotated[PlainText, Field(max_length=64)]
    rights: Annotated[tuple[Right, ...], Field(max_length=len(Right))] = ()
    ends_at: Instant
    password: Annotated[str, StringConstraints(max_length=1024)]


class TokenView(View):
    """What a program of the member's may do, and until when. `used_at`: to the hour; null: it never came."""

    id: str
    label: str
    rights: Sequence[Right]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        """As the row says."""
        return cls(
            id=token.id,
            label=token.label,
            rights=sorted(tokens.rights_of(token)),
            made_at=token.made_at,
            ends_at=token.ends_at,
            used_at=token.used_at,
        )


class NewTokenView(TokenView):
    """One that was just made. `token`: what the program shows, as `Authorization: Bearer`.

    It is told this once; null when this request was answered before.
    """

    token: str | None
