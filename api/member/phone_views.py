"""Phones that show passes, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.views import Ask, PlainText, View
from gateway.credentials.model import Phone


class PhoneWish(Ask):
    """The phone in hand, to show passes. `password`: the member's, given just now. `label`: what the phone is.

    `public_key`: an uncompressed point of P-256 (65 bytes), base64url without padding; its private half stays there.
    """

    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{87}$")]
    password: Annotated[str, StringConstraints(max_length=1024)]
    label: Annotated[PlainText, Field(min_length=1, max_length=64)]


class PhoneView(View):
    """A phone whose passes count. `is_this`: the one that asks. `last_pass_at`: when the last that counted was made."""

    id: str
    label: str
    registered_at: datetime
    last_pass_at: datetime | None
    is_this: bool

    @classmethod
    def of(cls, phone: Phone, session_hash: str) -> Self:
        """As the row says, to whoever is signed in by that session."""
        return cls(
            id=phone.id,
            label=phone.label,
            registered_at=phone.registered_at,
            last_pass_at=phone.last_pass_at,
            is_this=phone.session_hash == session_hash,
        )
