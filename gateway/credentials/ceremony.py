"""Passkeys as WebAuthn has them: was this made by the right key, here, for this challenge, before a person?"""

import base64
import binascii
import ipaddress
from dataclasses import dataclass

from gateway.kit.errors import Malformed, Refused


@dataclass(frozen=True)
class Site:
    """Where a passkey is for: the name in the browser's address, and all that stands before the path."""

    name: str
    origin: str

    @classmethod
    def of(cls, host: str, *, secure: bool) -> "Site":
        """As the browser has it. Raises Refused("passkey_needs_name"): no passkey is for a number, says WebAuthn."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return cls(name.lower(), f"{'https' if secure else 'http'}://{host}")
        raise Refused("passkey_needs_name")


@dataclass(frozen=True)
class Made:
    """A new passkey's."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def is_copied(*, before: int, now: int) -> bool:
    """A count that does not rise says that there are two of this passkey; one that is always 0 says nothing."""
    return (before > 0 or now > 0) and now <= before


def bytes_of(text: str, field: str) -> bytes:
    """From base64url without padding. Raises Malformed("malformed")."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed("malformed", field=field) from error


def text_of(content: bytes) -> str:
    """As base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
