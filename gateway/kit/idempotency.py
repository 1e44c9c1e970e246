"""One answer for one key: whoever repeats a request is told what the first one came to, and nothing is done twice."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.kit.db import Base, Instant
from gateway.kit.errors import Malformed

MAX_KEY_LENGTH: Final = 128


class IdempotentAnswer(Base):
    """What a member's key was answered. Kept for ever: a key that came back after a year would act again otherwise."""

    __tablename__ = "idempotent_answers"

    member_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(MAX_KEY_LENGTH), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)  # JSON
    kept_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class StoredAnswer:
    """An HTTP status and a JSON body, as the first request was answered."""

    status: int
    body: Any


def fingerprint(*, method: str, path: str, body: bytes) -> str:
    """What tells one request from another under the same key: SHA-256, hex."""
    parts = b"\0".join([method.upper().encode(), path.encode(), body])
    return hashlib.sha256(parts).hexdigest()


def recall(session: Session, *, member_id: str, key: str, fingerprint: str) -> StoredAnswer | None:
    """What this member's key was answered; None: act, then `keep` in the same transaction.

    A second request under the same key waits here until the first one's transaction is over.
    Raises Malformed("idempotency_key_reused") when the key came with another request before, and Malformed("malformed")
    for a key that is empty, longer than 128 characters or not plain ASCII.
    """
    if not (0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise Malformed("malformed", field="Idempotency-Key")
    _take_turns(session, member_id, key)
    row = session.get(IdempotentAnswer, (member_id, key))
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Malformed("idempotency_key_reused")
    return StoredAnswer(row.status, json.loads(row.body))


def keep(
    session: Session, *, member_id: str, key: str, fingerprint: str, status: int, body: object, now: datetime
) -> None:
    """Remember the answer. Stands or falls with the act it answers: the two share a transaction."""
    answer = json.dumps(body, ensure_ascii=False)
    session.add(
        IdempotentAnswer(member_id=member_id, key=key, fingerprint=fingerprint, status=status, body=answer, kept_at=now)
    )
    session.flush()


def _take_turns(session: Session, member_id: str, key: str) -> None:
    """On PostgreSQL hold this key until the transaction ends; on SQLite a writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256(f"{member_id} {key}".encode()).digest()
        turn = int.from_bytes(digest[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": turn})
