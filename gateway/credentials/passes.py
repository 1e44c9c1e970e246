"""A pass: the code that a member's phone shows with no network, and what a kiosk reads in it.

`H1` and 118 of `0-9A-Z`: the phone's id (8 bytes), when it was made (seconds since 1970, 4 bytes) and the phone's
signature (ECDSA on P-256, r and s), as one number in base 36. Letters and figures alone, so that a scanner that types
cannot garble it on any keyboard; few enough for a QR code of 37 modules with a seventh of it spoilt (5-M).
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.kit.errors import Malformed

SHOWN_FOR: Final = timedelta(seconds=30)  # then the phone shows the next one
CLOCKS_DIFFER: Final = timedelta(seconds=60)  # by so much at most, after what the phone learned when it was online

_TEXT: Final = re.compile(r"H1([0-9A-Z]{118})", re.ASCII)
_BYTES: Final = 8 + 4 + 64
_SIGNED: Final = b"hearth pass 1\0"  # so that this signature is good for nothing else
_POINT: Final = 65  # bytes of an uncompressed point


@dataclass(frozen=True)
class PublicKey:
    """A phone's: what its passes are proved with. The other half never leaves the phone."""

    point: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """From base64url without padding. Raises Malformed("malformed") for what is no point of P-256."""
        try:
            point = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            if len(point) != _POINT:
                raise ValueError("not an uncompressed point")
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except (ValueError, binascii.Error) as error:
            raise Malformed("malformed", field="public_key") from error
        return cls(point)

    def __str__(self) -> str:
        """As it is read."""
        return base64.urlsafe_b64encode(self.point).decode().rstrip("=")


@dataclass(frozen=True)
class Pass:
    """What a code says, and nobody has proved yet."""

    phone_id: str  # 16 hex digits
    made_at: datetime  # by the phone's clock; to the second
    signature: bytes = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for any other code."""
        found = _TEXT.fullmatch(text.strip().upper())
        try:
            content = int(found[1], 36).to_bytes(_BYTES, "big") if found else b""
        except OverflowError:
            return None
        if not content:
            return None
        made_at = datetime.fromtimestamp(int.from_bytes(content[8:12], "big"), UTC)
        return cls(content[:8].hex(), made_at, content[12:])

    @property
    def text(self) -> str:
        """All that the code says, with its signature: two that differ in anything are two."""
        return f"{self.phone_id} {self.made_at} {self.signature.hex()}"

    def is_by(self, key: PublicKey) -> bool:
        """The phone with this key made it, then."""
        r, s = int.from_bytes(self.signature[:32], "big"), int.from_bytes(self.signature[32:], "big")
        made_at_s = int(self.made_at.timestamp())
        signed = _SIGNED + bytes.fromhex(self.phone_id) + made_at_s.to_bytes(4, "big")
        signer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.point)
        try:
            signer.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True

    def is_shown_now(self, now: datetime) -> bool:
        """It may be on the screen of the phone that made it, as far as two clocks agree."""
        return -CLOCKS_DIFFER <= now - self.made_at <= SHOWN_FOR + CLOCKS_DIFFER
