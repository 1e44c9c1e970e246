"""The pepper: what a thief of the database does not have, and without which a million PINs cannot be tried."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

from gateway.credentials.model import PinOf

BYTES: Final = 32


@dataclass(frozen=True)
class Pepper:
    """Random bytes that lie in a file beside the database, never in it."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for anything but 32 bytes: half a file must not pass for a pepper."""
        if len(self.key) != BYTES:
            raise ValueError(f"a pepper has {BYTES} bytes, not {len(self.key)}")

    @classmethod
    def generate(cls) -> Self:
        """A new one."""
        return cls(secrets.token_bytes(BYTES))

    @property
    def name(self) -> str:
        """Tells one pepper from another and helps nobody guess it: 16 hex digits."""
        return self._keyed("name")[:16]

    def pin(self, digits: str, *, of: PinOf, of_id: str) -> str:
        """What Argon2id is handed in place of the digits; for no other rental or member is it the same."""
        return self._keyed("pin", of, of_id, digits)

    def card(self, number: str) -> str:
        """What is kept of a card's number."""
        return self._keyed("card", number)

    def visit(self, kiosk_id: str, code: str) -> str:
        """The token of the visit that a pass begins: a scanner that delivers it twice gets the same answer twice."""
        return self._keyed("visit", kiosk_id, code)

    def shown(self, kiosk_id: str, code: str) -> str:
        """What a kiosk's screen calls a pass that was held to its reader."""
        return self._keyed("shown", kiosk_id, code)

    def _keyed(self, *parts: str) -> str:
        message = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()
