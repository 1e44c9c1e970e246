"""Passkeys, as JSON. Bytes are base64url without padding, as WebAuthn's own JSON has them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.views import Ask, PlainText, View
from gateway.credentials.model import Passkey

Bytes = Annotated[str, StringConstraints(min_length=1, max_length=16_384, pattern=r"^[A-Za-z0-9_-]+$")]
Label = Annotated[PlainText, Field(min_length=1, max_length=64)]


class PasskeyQuestion(View):
    """What an authenticator is to sign, within five minutes and once. `site`: WebAuthn's RP id."""

    challenge: str
    site: str


class NewPasskeyQuestion(PasskeyQuestion):
    """For a passkey to be made. `user_id`: what it is to be kept under there. `known`: those the member has already."""

    user_id: str
    known: Sequence[str]


class PasskeyWish(Ask):
    """That a passkey is to be made. `password`: the member's, given just now."""

    password: Annotated[str, StringConstraints(max_length=1024)]


class MadePasskey(Ask):
    """A passkey as the browser brought it. `label`: what it is kept in."""

    credential_id: Bytes
    challenge: Bytes
    client_data: Bytes
    attestation: Bytes
    label: Label


class UsedPasskey(Ask):
    """What an authenticator signed to sign in."""

    credential_id: Bytes
    challenge: Bytes
    client_data: Bytes
    authenticator_data: Bytes
    signature: Bytes


class PasskeyName(Ask):
    """Another name for it."""

    label: Label


class PasskeyView(View):
    """A passkey of the member's. `site`: where it was made, and is good."""

    id: str
    label: str
    site: str
    made_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> Self:
        """As the row says."""
        return cls(
            id=passkey.id,
            label=passkey.label,
            site=passkey.site,
            made_at=passkey.made_at,
            used_at=passkey.used_at,
        )
