"""A device's memory on its card: what `append` has returned from survives a power cut."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from devices.ports import DoorMemory, Draft
from devices.wire.codec import event_hash
from devices.wire.messages import Event, EventKind

MOST_WAITING: Final = 100_000  # some 30 MB: 24 doors used 20 times a day, for two months without a gateway
BEFORE_THE_FIRST: Final = "0" * 64

# What tells of an opening, or of an attempt at one. Everything else is dropped before any of these.
_OPENINGS: Final = frozenset(
    {
        EventKind.INTENT,
        EventKind.DONE,
        EventKind.INFERRED,
        EventKind.POSSIBLE,
        EventKind.DOOR_OPEN,
        EventKind.FORCED,
        EventKind.TAMPER,
        EventKind.KEY_ON,
        EventKind.EMERGENCY,
    }
)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS memory (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    last_seq INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    doors BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY, is_opening INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS droppable ON event (is_opening, seq);
"""

_doors = msgspec.json.Decoder(dict[int, DoorMemory])
_events = msgspec.json.Decoder(Event)


class LogError(Exception):
    """The file is no log of ours, or is damaged. It is left as it is: somebody may still read it."""


class SqliteLog:
    """An EventLog in one SQLite file, for one thread at a time. A change is one transaction, on the disk on return.

    At most `most_waiting` events wait for the gateway. Beyond that the oldest one is dropped which tells of no
    opening (a shut door, a start, a refusal), and an opening only when nothing else waits. Numbers and hashes go on
    over the gap, so the gateway can see that something is missing.
    """

    def __init__(self, path: Path, *, most_waiting: int = MOST_WAITING) -> None:
        """Open or make it. Raises LogError for a file that is damaged or something else."""
        self._most_waiting = most_waiting
        self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise LogError(f"{path} cannot be used as a log: {error}") from error

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def last_seq(self) -> int:
        """The newest event's number; 0 before the first."""
        return self._newest()[0]

    def append(self, draft: Draft, doors: Mapping[int, DoorMemory]) -> Event:
        """Number, chain and keep an event together with the doors' memory: both or neither.

        Raises sqlite3.Error when the disk refuses; nothing is changed then.
        """
        with self._transaction():
            seq, last_hash = self._newest()
            event = Event(seq=seq + 1, prev_hash=last_hash, **msgspec.structs.asdict(draft))
            self._db.execute(
                "INSERT INTO event (seq, is_opening, body) VALUES (?, ?, ?)",
                (event.seq, event.kind in _OPENINGS, msgspec.json.encode(event)),
            )
            self._db.execute(
                "UPDATE memory SET last_seq = ?, last_hash = ?, doors = ?",
                (event.seq, event_hash(event), msgspec.json.encode(dict(doors))),
            )
            self._drop_surplus(event.seq)
        return event

    def remember(self, doors: Mapping[int, DoorMemory]) -> None:
        """Keep the doors' memory alone."""
        with self._transaction():
            self._db.execute("UPDATE memory SET doors = ?", (msgspec.json.encode(dict(doors)),))

    def doors(self) -> dict[int, DoorMemory]:
        """The doors' memory as last kept; a door never seen is absent."""
        return _doors.decode(self._db.execute("SELECT doors FROM memory").fetchone()[0])

    def waiting(self, limit: int = 32) -> list[Event]:
        """The oldest events not yet forgotten, in order."""
        rows = self._db.execute("SELECT body FROM event ORDER BY seq LIMIT ?", (limit,))
        return [_events.decode(body) for (body,) in rows]

    def forget(self, seq: int) -> None:
        """Drop every event up to and with `seq`; numbering and chain go on."""
        with self._transaction():
            self._db.execute("DELETE FROM event WHERE seq <= ?", (seq,))

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if (found := self._db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        self._db.executescript(_SCHEMA)
        self._db.execute("INSERT OR IGNORE INTO memory VALUES (1, 0, ?, ?)", (BEFORE_THE_FIRST, b"{}"))

    def _newest(self) -> tuple[int, str]:
        seq, last_hash = self._db.execute("SELECT last_seq, last_hash FROM memory").fetchone()
        return seq, last_hash

    def _drop_surplus(self, last_seq: int) -> None:
        (oldest,) = self._db.execute("SELECT min(seq) FROM event").fetchone()
        if last_seq - oldest < self._most_waiting:  # numbers without gaps are their own count
            return
        (waiting,) = self._db.execute("SELECT count(*) FROM event").fetchone()
        self._db.execute(
            "DELETE FROM event WHERE seq IN (SELECT seq FROM event ORDER BY is_opening, seq LIMIT ?)",
            (max(0, waiting - self._most_waiting),),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
