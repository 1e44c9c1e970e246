"""Drawing lots so that anybody can draw them again: a seed whose hash is told first, and the hash of all who take part.

Who knows the seed can tell nothing before the last has come; who comes last knows no seed.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable


def new_seed() -> str:
    """256 random bits, hex."""
    return secrets.token_hex(32)


def commitment_of(seed: str) -> str:
    """What is told of a seed beforehand: SHA-256 over its bytes, hex."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def hash_of(lines: Iterable[str]) -> str:
    """Of all who take part, a line each, in an order that is not theirs to choose: SHA-256, hex."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def lot(seed: str, entries_hash: str, entry_id: str) -> str:
    """HMAC-SHA-256 of one entry's id under the seed and the hash of all entries, hex. The smallest comes first."""
    return hmac.new(bytes.fromhex(seed), f"{entries_hash} {entry_id}".encode(), hashlib.sha256).hexdigest()
