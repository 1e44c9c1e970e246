"""Tables of readings. They lie apart from the core's, and are written in the order in which things come.

No index stands on the samples but their own number: one by device and time would cost a card forty times the bytes,
since devices speak in any order and each would dirty a page of its own (docs/figures.md). Whoever looks for a time
finds by a mark where to begin.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, String, Table, UniqueConstraint

METADATA: Final = MetaData()

_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER

SOURCES: Final = Table(
    "reading_sources",
    METADATA,
    Column("device", String(32), primary_key=True),
    Column("store", String(16), nullable=False),
    Column("seq", BigInteger, nullable=False),  # the last message of that store that is kept here
)

SERIES: Final = Table(
    "reading_series",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("device", String(32), nullable=False),
    Column("sensor", String(32), nullable=False),
    Column("metric", String(64), nullable=False),
    Column("last_ms", BigInteger),  # the newest sample that has been rolled up
    Column("last_value", Double),
    UniqueConstraint("device", "sensor", "metric"),
)

SAMPLES: Final = Table(
    "reading_samples",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("series", Integer, nullable=False),
    Column("taken_ms", BigInteger, nullable=False),  # since 1970, UTC
    Column("value", Double),  # None: the device said that it did not know
    sqlite_autoincrement=True,  # a number is never used twice, even when the newest samples were pruned
)

COUNTERS: Final = Table(
    "reading_counters",  # what only ever counts up: where each stands, so that it is known by how much it rose
    METADATA,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("back_ms", BigInteger, nullable=False),  # when it was first heard, or heard again after a silence
)

RISES: Final = Table(
    "reading_rises",  # by how much a counter rose in each minute in which it did
    METADATA,
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("rise", Double, nullable=False),
    sqlite_with_rowid=False,  # in the order of time, so that what is new lies together
)

MARKS: Final = Table(
    "reading_marks",
    METADATA,
    Column("at_ms", BigInteger, primary_key=True),
    Column("sample", BigInteger, nullable=False),  # the newest at that time; all up to it are rolled up
)


def _rollup(name: str) -> Table:
    return Table(
        name,
        METADATA,
        Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
        Column("series", Integer, primary_key=True, autoincrement=False),
        Column("measured", Integer, nullable=False),
        Column("least", Double),  # None: nothing was measured here, an earlier value still held
        Column("most", Double),
        Column("total", Double, nullable=False),
        Column("last_ms", BigInteger),
        Column("last_value", Double),
        Column("held_ms", BigInteger, nullable=False),  # how long a value was known
        Column("held_total", Double, nullable=False),  # value x milliseconds
        sqlite_with_rowid=False,  # in the order of time, so that what is new lies together
    )


MINUTES: Final = _rollup("reading_minutes")
HOURS: Final = _rollup("reading_hours")
DAYS: Final = _rollup("reading_days")
