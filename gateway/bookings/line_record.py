"""What is published of the order of a line, and the order itself: it follows from the record alone."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from gateway.kit import lots

FORMAT: Final = "hearth-line/1"

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Hex = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})+$")]


class _Named(msgspec.Struct, frozen=True):
    format: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who stands in line, and for what. `id` is of their wait: it names them to themselves and to nobody else."""

    id: str
    space: str
    starts_at: _Instant
    ends_at: _Instant


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. `entries` by id; `order`: their ids, whose turn it was first in front."""

    format: str
    line: str
    opens_at: _Instant
    drawn_at: _Instant
    commitment: str
    seed: _Hex
    entries_hash: str
    entries: list[Entry]
    order: list[str]

    def written(self) -> str:
        """As it is kept and published."""
        return msgspec.json.encode(self).decode()


def is_one(text: str | bytes) -> bool:
    """Whether it says that it is the record of a line. Raises ValueError for what says nothing of the kind."""
    return msgspec.json.decode(text, type=_Named).format == FORMAT


def read(text: str | bytes) -> Record:
    """Raises ValueError for what is no record."""
    return msgspec.json.decode(text, type=Record)


def drawn(*, line: str, opens_at: datetime, drawn_at: datetime, seed: str, entries: list[Entry]) -> Record:
    """Draw: everything but what is given follows from it."""
    by_id = sorted(entries, key=lambda one: one.id)
    entries_hash = hash_of(by_id)
    return Record(
        format=FORMAT,
        line=line,
        opens_at=opens_at,
        drawn_at=drawn_at,
        commitment=lots.commitment_of(seed),
        seed=seed,
        entries_hash=entries_hash,
        entries=by_id,
        order=sorted((one.id for one in by_id), key=lambda name: lots.lot(seed, entries_hash, name)),
    )


def hash_of(entries: list[Entry]) -> str:
    """SHA-256, hex, over a line for each entry in the order of their ids: its id, and what it waits for."""
    told = (
        f"{one.id} {one.space}/{one.starts_at.isoformat()}/{one.ends_at.isoformat()}"
        for one in sorted(entries, key=lambda one: one.id)
    )
    return lots.hash_of(told)


def again(record: Record) -> Record:
    """Drawn again from nothing but the seed and the entries."""
    return drawn(
        line=record.line,
        opens_at=record.opens_at,
        drawn_at=record.drawn_at,
        seed=record.seed,
        entries=record.entries,
    )


def faults(record: Record, *, commitment: str | None = None) -> list[str]:
    """What is wrong with a published order, a sentence each. `commitment`: as it was noted before."""
    anew = again(record)
    found = []
    if anew.commitment != record.commitment:
        found.append("the seed is not the one whose hash was published beforehand")
    if commitment is not None and commitment != record.commitment:
        found.append("the published hash is not the one that was noted beforehand")
    if anew.entries_hash != record.entries_hash:
        found.append("the entries are not those that were drawn from")
    if anew.order != record.order:
        found.append("drawn again it comes to something else")
    return found
