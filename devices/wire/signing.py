"""JWS compact (RFC 7515) with EdDSA over Ed25519 (RFC 8037), and nothing else.

The whole protected header is pinned: a message whose header differs in one byte from the one expected on its channel is
refused before anything in it is read, so no algorithm, key or type is ever taken from the message.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt import PyJWS
from jwt.exceptions import PyJWTError

from devices.wire.errors import Fault, WireError

_ALGORITHM = "EdDSA"
_jws = PyJWS(algorithms=[_ALGORITHM])


@dataclass(frozen=True)
class PublicKey:
    """Whose signatures to believe."""

    _key: Ed25519PublicKey

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """Read the 43 characters of `text()`. Raises ValueError for anything else."""
        raw = base64.urlsafe_b64decode(text + "=")
        return cls(Ed25519PublicKey.from_public_bytes(raw))

    def text(self) -> str:
        """The raw 32 bytes in base64url without padding, as in a JWK's `x` (RFC 8037)."""
        return base64.urlsafe_b64encode(self._key.public_bytes_raw()).rstrip(b"=").decode()

    def fingerprint(self) -> str:
        """What a person compares: 80 bits of SHA-256 in four groups of five, as on the device's label."""
        digest = base64.b32encode(hashlib.sha256(self._key.public_bytes_raw()).digest()[:13]).decode()[:20]
        return "-".join(digest[i : i + 5] for i in range(0, 20, 5))

    def verify(self, token: bytes, *, typ: str) -> bytes:
        """The signed payload. Raises WireError(Fault.SIGNATURE) unless this key signed it as `typ`."""
        if not token.startswith(_header(typ) + b"."):
            raise WireError(Fault.SIGNATURE, "another header")
        try:
            payload: bytes = _jws.decode(token, self._key, algorithms=[_ALGORITHM])
        except (PyJWTError, ValueError) as error:
            raise WireError(Fault.SIGNATURE, type(error).__name__) from error
        return payload


@dataclass(frozen=True)
class SigningKey:
    """One's own key. Never leaves the process but to its own file."""

    _key: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> "SigningKey":
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read a PKCS #8 PEM file. Raises ValueError when it holds anything but an Ed25519 key."""
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path} holds no Ed25519 key")  # noqa: TRY004 - the file is wrong, not a type
        return cls(key)

    def save(self, path: Path) -> None:
        """Write PKCS #8 PEM to a new file that only its owner can read."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(pem)

    def public(self) -> PublicKey:
        """The half that others may know."""
        return PublicKey(self._key.public_key())

    def secret(self) -> bytes:
        """The raw 32 bytes, from which a device derives what only it can know."""
        return self._key.private_bytes_raw()

    def sign(self, payload: bytes, *, typ: str) -> bytes:
        """A compact JWS over `payload`."""
        return _jws.encode(payload, self._key, algorithm=_ALGORITHM, headers={"typ": typ}).encode()


def _header(typ: str) -> bytes:
    """The one protected header taken on a channel, encoded as PyJWT writes it."""
    raw = f'{{"alg":"{_ALGORITHM}","typ":"{typ}"}}'.encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
