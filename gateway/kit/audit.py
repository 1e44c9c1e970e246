"""The audit trail: append-only, each entry holding the hash of the one before.

So nothing can be changed, or dropped from the middle, unnoticed. It holds random subject ids, never a name.
What a program did in its member's name says so in its detail, as `program`: the id of the program's token.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Index, String, Text, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.kit.db import Base, Instant

GENESIS = "0" * 64
_APPEND_LOCK = 7_318_402  # PostgreSQL advisory lock: one appender at a time (SQLite's BEGIN IMMEDIATE is that already)


class AuditEntry(Base):
    """One thing that somebody or something did."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_thing", "thing", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(64))  # a member's audit_id, `device:NAME`, or `gateway`
    act: Mapped[str] = mapped_column(String(48))
    thing: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text)  # JSON, sorted keys
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


_ENTRY: Final = insert(AuditEntry)
_ENTRY_COLUMNS: Final = tuple(AuditEntry.__table__.columns.keys())
_PROGRAM: Final = "program"  # in an entry's detail, and in the `info` of a session in which one acts
_HEAD: Final = select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)


@dataclass(frozen=True)
class Head:
    """The newest entry: what an anchor outside the database holds."""

    seq: int
    hash: str


def by_program(session: Session, *, actor: str, program: str | None) -> None:
    """What `actor` does in this transaction from here on is done by that program of theirs; None: by themselves."""
    session.info[_PROGRAM] = {actor: program}


def acting_program(session: Session, *, actor: str) -> str | None:
    """The program by which `actor` acts in this transaction; None: they act themselves."""
    by: dict[str, str | None] = session.info.get(_PROGRAM, {})
    return by.get(actor)


def program_of(entry: AuditEntry) -> str | None:
    """The program that did it in its member's name; None: none did."""
    program: str | None = json.loads(entry.detail).get(_PROGRAM)
    return program


def append(session: Session, *, actor: str, act: str, thing: str, now: datetime, **detail: Any) -> None:  # noqa: ANN401
    """Write down that `actor` did `act` to `thing`. Stands or falls with the caller's transaction.

    `program` in the detail: by which program they did it, else the one that acts in this transaction; None: by none.
    """
    if detail.setdefault(_PROGRAM, acting_program(session, actor=actor)) is None:
        del detail[_PROGRAM]
    take_turn(session)
    session.flush()
    entry = follow(head(session), actor=actor, act=act, thing=thing, now=now, detail=detail)
    # Nobody asks the session for it again, so it need not keep it: that costs as much as the insert.
    session.connection().execute(_ENTRY, {name: getattr(entry, name) for name in _ENTRY_COLUMNS})


def take_turn(session: Session) -> None:
    """Let others who write here wait until the transaction ends: for who must look before they write."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _APPEND_LOCK})


def follow(last: Head, *, actor: str, act: str, thing: str, now: datetime, detail: dict[str, Any]) -> AuditEntry:
    """The entry that comes after `last`."""
    entry = AuditEntry(
        seq=last.seq + 1,
        at=now.astimezone(UTC),
        actor=actor,
        act=act,
        thing=thing,
        detail=json.dumps(detail, sort_keys=True, ensure_ascii=False),
        prev_hash=last.hash,
    )
    entry.hash = hash_of(entry)
    return entry


def head(session: Session) -> Head:
    """The newest entry's place and hash; (0, GENESIS) while there is none."""
    row = session.connection().execute(_HEAD).first()
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)


@dataclass(frozen=True)
class Wanted:
    """Which entries: of one act, about or by `whom` (a subject id), about one thing; None: whatever it is.

    `is_by_program`: what programs did, or what they did not. `program`: what one of them did.
    """

    act: str | None = None
    whom: str | None = None
    about: str | None = None
    is_by_program: bool | None = None
    program: str | None = None


def entries(
    session: Session, *, after_seq: int | None, limit: int, wanted: Wanted = Wanted(), newest_first: bool = False
) -> Sequence[AuditEntry]:
    """The trail behind `after_seq`, in the order that is asked for; None: from that order's beginning."""
    query = select(AuditEntry).order_by(AuditEntry.seq.desc() if newest_first else AuditEntry.seq)
    if after_seq is not None:
        query = query.where(AuditEntry.seq < after_seq if newest_first else AuditEntry.seq > after_seq)
    if wanted.act is not None:
        query = query.where(AuditEntry.act == wanted.act)
    if wanted.whom is not None:
        query = query.where((AuditEntry.actor == wanted.whom) | (AuditEntry.thing == wanted.whom))
    if wanted.about is not None:
        query = query.where(AuditEntry.thing == wanted.about)
    if wanted.is_by_program is not None:
        query = query.where(_says_program("") if wanted.is_by_program else ~_says_program(""))
    if wanted.program is not None:
        query = query.where(_says_program(wanted.program + '"'))
    return session.scalars(query.limit(limit)).all()


def _says_program(begins: str) -> ColumnElement[bool]:
    """In JSON a quotation mark within a text has a backslash before it, so no text looks like this."""
    return AuditEntry.detail.contains(f'"{_PROGRAM}": "{begins}', autoescape=True)


def verify(session: Session, *, anchors: dict[int, str] | None = None) -> Iterator[str]:
    """Say what is wrong, a sentence each; nothing when the trail is whole.

    `anchors` are heads kept elsewhere, by seq: with them a trail cut off at the end is found as well.
    """
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500))
    try:
        yield from faults(entries, anchors or {})
    except ValueError as error:  # a time that is none, in a file that somebody else wrote to
        yield f"an entry cannot be read: {error}"


def faults(entries: Iterable[AuditEntry], anchors: Mapping[int, str]) -> Iterator[str]:
    """What `verify` says, of entries in the order of their seq."""
    expected_seq, prev_hash = 1, GENESIS
    for entry in entries:
        if entry.seq != expected_seq:
            yield f"entry {expected_seq} is missing: {entry.seq} follows"
        elif entry.prev_hash != prev_hash:
            yield f"entry {entry.seq} does not follow from the one before it"
        if entry.hash != hash_of(entry):
            yield f"entry {entry.seq} was changed"
        if anchors.get(entry.seq, entry.hash) != entry.hash:
            yield f"entry {entry.seq} is not the one that was anchored"
        expected_seq, prev_hash = entry.seq + 1, entry.hash
    for seq in sorted(anchors):
        if seq >= expected_seq:
            yield f"entry {seq} was anchored and is gone"


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 over everything an entry says and the hash of the one before it, hex."""
    fields = [
        entry.seq,
        entry.at.isoformat(),
        entry.actor,
        entry.act,
        entry.thing,
        entry.detail,
        entry.prev_hash,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
