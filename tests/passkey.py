"""A phone that makes passkeys and signs with them, as WebAuthn says and no better; each of its lies can be chosen."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.credentials import passkeys
from gateway.credentials.ceremony import Made, Site
from gateway.members.queries import member_by_no

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40
SITE, ORIGIN = "hearth.example", "http://hearth.example:8000"


def text(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class Authenticator:
    """One passkey's. `step`: by how much it counts up each time; 0: it does not count."""

    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0
    step: int = 1
    origin: str = ORIGIN
    site: str = SITE
    flags: int = PRESENT | VERIFIED

    def made(self, challenge, **lies):
        """What a browser brings when it was made."""
        return {
            "credential_id": text(self.credential_id),
            "challenge": challenge,
            "client_data": text(self._client_data("webauthn.create", lies.get("signed", challenge))),
            "attestation": text(
                cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._about(WITH_KEY) + self._credential()})
            ),
            "label": "手机",
        }

    def used(self, challenge, **lies):
        """What a browser brings when somebody signs in with it."""
        self.count += self.step
        client_data = self._client_data(lies.get("kind", "webauthn.get"), lies.get("signed", challenge))
        about = self._about(0)
        signed = about + hashlib.sha256(client_data).digest()
        return {
            "credential_id": text(self.credential_id),
            "challenge": challenge,
            "client_data": text(client_data),
            "authenticator_data": text(about),
            "signature": text(self.key.sign(signed, ec.ECDSA(SHA256()))),
        }

    def public_key(self):
        """As COSE has it."""
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def _client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _about(self, more):
        site = hashlib.sha256(self.site.encode()).digest()
        return site + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _credential(self):
        return bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self.public_key()


def a_passkey(session, member_no, *, now):
    """A member's; returns its id."""
    phone = Authenticator()
    made = Made(phone.credential_id, phone.public_key(), 0)
    member = member_by_no(session, member_no=member_no)
    return passkeys.add(session, member=member, site=Site(SITE, ORIGIN), made=made, label="x", now=now).id
