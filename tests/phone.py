"""A member's phone that makes passes, written from the description alone: nothing of the house's own code is in it."""

import base64
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FIGURES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


@dataclass
class APhone:
    """Its key, and the id that the house gave it."""

    id: str = "0" * 16
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self):
        """As it is registered."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    def signature(self, made_at, *, domain=b"hearth pass 1\0", phone_id=None):
        """r and s."""
        told = bytes.fromhex(phone_id or self.id) + int(made_at.timestamp()).to_bytes(4, "big")
        return decode_dss_signature(self.key.sign(domain + told, ec.ECDSA(SHA256())))

    def code(self, made_at, *, signature=None, phone_id=None):
        """What it shows at that time."""
        r, s = signature or self.signature(made_at, phone_id=phone_id)
        seconds = int(made_at.timestamp()).to_bytes(4, "big")
        content = bytes.fromhex(phone_id or self.id) + seconds + r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return "H1" + in_figures(int.from_bytes(content, "big")).rjust(118, "0")

    def same_signature_otherwise(self, made_at):
        """The other signature that everybody can make of one: r and the order less s."""
        r, s = self.signature(made_at)
        return [(r, s), (r, ORDER - s)]


def in_figures(number):
    """In base 36."""
    figures = ""
    while number:
        number, figure = divmod(number, 36)
        figures = FIGURES[figure] + figures
    return figures
