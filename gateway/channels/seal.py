"""A seal for a channel's address: the web side can close it, and only the gateway can open it again.

HPKE (RFC 9180), X25519. So a copy of the database, or a web side that is broken into, tells nobody an address.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_RAW: Final = Encoding.Raw


class SealError(ValueError):
    """It was closed for another key, for another channel, or is no seal at all."""


@dataclass(frozen=True)
class Address:
    """Where a channel goes. `secret`: what its webhooks are signed with; empty: it is none."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Seal:
    """What closes. Raises ValueError for anything but 32 bytes."""

    key: bytes

    def close(self, address: Address, *, channel_id: str) -> str:
        """Text for the database; it opens for no other channel."""
        content = json.dumps({"url": address.url, "secret": address.secret}).encode()
        public = X25519PublicKey.from_public_bytes(self.key)
        return base64.b64encode(_SUITE.encrypt(content, public, info=channel_id.encode())).decode()


@dataclass(frozen=True)
class SealKey:
    """What opens: the gateway's own."""

    key: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A new one."""
        return cls(X25519PrivateKey.generate().private_bytes(_RAW, PrivateFormat.Raw, NoEncryption()))

    @property
    def seal(self) -> Seal:
        """What closes for it."""
        return Seal(self._private().public_key().public_bytes(_RAW, PublicFormat.Raw))

    def open(self, sealed: str, *, channel_id: str) -> Address:
        """Raises SealError."""
        try:
            content = _SUITE.decrypt(base64.b64decode(sealed), self._private(), info=channel_id.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError("this address was sealed for another key: set it again") from error
        return Address(**json.loads(content))

    def _private(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.key)
