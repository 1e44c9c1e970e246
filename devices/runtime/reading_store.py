"""A device's readings on its card, until the gateway has them."""

import secrets
import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from devices.ports import KeptReadings
from devices.runtime.store import LogError

MOST_WAITING: Final = 200_000  # messages, some 60 MB: three weeks without a gateway at one in ten seconds

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS memory (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    store TEXT NOT NULL,
    last_seq INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS reading (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
"""

_decoder = msgspec.json.Decoder(KeptReadings)


class SqliteReadings:
    """A ReadingLog in one SQLite file, for one thread at a time. A change is one transaction, on the disk on return.

    It must be on the disk: a number that a power cut took back would be used again for something else, and the
    gateway would take that for what it has already. At most `most_waiting` messages wait; beyond that the oldest go.
    """

    def __init__(self, path: Path, *, most_waiting: int = MOST_WAITING) -> None:
        """Open or make it. Raises LogError for a file that is damaged or something else."""
        self._most_waiting = most_waiting
        self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
        try:
            self._prepare()
            self.store, self._last_seq = self._db.execute("SELECT store, last_seq FROM memory").fetchone()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise LogError(f"{path} cannot be used as a store of readings: {error}") from error

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def append(self, draft: KeptReadings) -> int:
        """Keep it under the next number, and return that. Raises sqlite3.Error when the disk refuses."""
        kept = msgspec.structs.replace(draft, seq=self._last_seq + 1)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT INTO reading (seq, body) VALUES (?, ?)", (kept.seq, msgspec.json.encode(kept)))
            self._db.execute("UPDATE memory SET last_seq = ?", (kept.seq,))
            self._db.execute("DELETE FROM reading WHERE seq <= ?", (kept.seq - self._most_waiting,))
        self._last_seq = kept.seq
        return kept.seq

    def oldest(self) -> int:
        """The lowest number still kept; one above the newest when there is none."""
        (oldest,) = self._db.execute("SELECT min(seq) FROM reading").fetchone()
        return self._last_seq + 1 if oldest is None else int(oldest)

    def waiting(self, *, after: int, limit: int) -> list[KeptReadings]:
        """Those with a number above `after`, in order."""
        rows = self._db.execute("SELECT body FROM reading WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
        return [_decoder.decode(body) for (body,) in rows]

    def forget(self, seq: int) -> None:
        """Drop every one up to and with `seq`; numbering goes on."""
        with self._db:
            self._db.execute("DELETE FROM reading WHERE seq <= ?", (seq,))

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if (found := self._db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        self._db.executescript(_SCHEMA)
        self._db.execute("INSERT OR IGNORE INTO memory VALUES (1, ?, 0)", (secrets.token_hex(8),))
