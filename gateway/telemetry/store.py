"""Where readings are kept: written in batches, rolled up, and let go by age and by size.

One writer (the gateway's recorder); any number of readers. Every method is one transaction.
"""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from gateway.kit.right_of_way import GivingWay, RightOfWay
from gateway.telemetry import rules
from gateway.telemetry.model import (
    COUNTERS,
    DAYS,
    HOURS,
    MARKS,
    METADATA,
    MINUTES,
    RISES,
    SAMPLES,
    SERIES,
    SOURCES,
)
from gateway.telemetry.rules import Keeping, Rollup, Sample, Tally

_ROWS: Final = 500  # samples in one statement: what hands the letters over has its say in between
_SLICE: Final = 10_000  # samples let go in one transaction: a writer waits for no more than that
_PAGES: Final = 2_000  # given back to the disk at once
_LOG_BYTES: Final = 4 * 1024 * 1024  # beside the tables; one long transaction makes more of it only until the next ones
_ENOUGH: Final = 0.9  # of the most bytes, so that not every batch lets something go
_FIELDS: Final = ("measured", "least", "most", "total", "last_ms", "last_value", "held_ms", "held_total")


class StoreFullError(Exception):
    """Nothing was kept: the disk has no more room, or only what is left to the core."""


class NoReadingsError(Exception):
    """Nothing has ever been kept: the gateway makes the database at its first start."""


# These three are tuples, for each reading has one of each: a frozen dataclass takes several times as long to make.
class Value(NamedTuple):
    """What one sensor says of one metric."""

    sensor: str
    metric: str
    value: float | None


class Letter(NamedTuple):
    """One message of readings. `seq` counts within `store`, of which `oldest` is the lowest still with the device.

    `can_wait`: its device need not be told soon that it is kept.
    """

    device: str
    store: str
    seq: int
    oldest: int
    taken_ms: int
    values: Sequence[Value]
    can_wait: bool = False


class Kept(NamedTuple):
    """Up to where a device's store is kept here, after a batch."""

    device: str
    store: str
    seq: int


class ReadingStore:
    """Raises StoreFullError where something would be added and there is no room."""

    def __init__(self, url: str | URL, *, zone: ZoneInfo, keeping: Keeping = Keeping()) -> None:  # noqa: B008 - frozen
        self._engine = _open(make_url(url))
        self._zone = zone
        self._keeping = keeping
        self._sources: dict[str, Kept] = {}
        self._series: dict[tuple[str, str, str], int] = {}
        self._last: dict[int, Sample] = {}  # the newest of each series that was kept since this start
        self._tallies: dict[int, Tally] = {}  # of each counter that was heard since this start

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One look. Raises NoReadingsError while nothing has ever been kept here."""
        database = self._engine.url.database
        if self._is_sqlite and not Path(database or "").is_file():
            raise NoReadingsError(f"there is no database of readings at {database} yet")  # connecting would make one
        with self._engine.connect() as connection:
            if not inspect(connection).has_table(COUNTERS.name):
                raise NoReadingsError("the database of readings has no tables yet")
            yield connection

    def prepare(self) -> None:
        """Make the tables, unless they are there."""
        METADATA.create_all(self._engine)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    def keep(self, letters: Iterable[Letter]) -> list[Kept]:
        """Write a batch down, all of it or nothing, and say for each device to be told how far its store is kept now.

        That is one of which something cannot wait, or was passed over, for it is kept already or follows a gap: then
        the device does not know where its store stands here, and once it does, it sends what is missing again.
        """
        if self._is_tight():
            raise StoreFullError("the disk is nearly full")
        kept: dict[str, Kept] = {}
        to_be_told: set[str] = set()
        rows: list[dict[str, Any]] = []
        last: dict[int, Sample] = {}
        made: dict[tuple[str, str, str], int] = {}
        counting = _Counting(self._tallies)
        try:
            with self._engine.begin() as connection:
                for letter in letters:
                    before = kept.get(letter.device) or self._source(connection, letter)
                    kept[letter.device] = _next(before, letter)
                    is_passed_over = kept[letter.device] is before
                    if is_passed_over or not letter.can_wait:
                        to_be_told.add(letter.device)
                    if not is_passed_over:
                        rows += self._news(connection, letter, last, made)
                        self._count(connection, letter, counting, made)
                    if len(rows) >= _ROWS:
                        connection.execute(insert(SAMPLES), rows)
                        rows = []
                if rows:
                    connection.execute(insert(SAMPLES), rows)
                counting.write_down(connection)
                if kept:
                    _put(connection, SOURCES, ["device"], [source._asdict() for source in kept.values()])
        except OperationalError as error:
            raise _full_or(error) from error
        self._sources |= kept
        self._series |= made
        self._last |= last
        self._tallies |= counting.tallies
        return [source for source in kept.values() if source.device in to_be_told]

    def fresh(self, letters: Iterable[Letter]) -> list[Letter]:
        """Those of a batch that `keep` would take: what is kept already, or follows a gap, is not among them."""
        ahead: dict[str, Kept] = {}
        taken = []
        with self._engine.connect() as connection:
            for letter in letters:
                before = ahead.get(letter.device) or self._source(connection, letter)
                ahead[letter.device] = _next(before, letter)
                if ahead[letter.device] is not before:
                    taken.append(letter)
        return taken

    def roll_up(self, *, now_ms: int, right_of_way: RightOfWay | None = None) -> None:
        """Add what has come since the last time to its minutes, hours and days, each sample once.

        `right_of_way`: who goes first. None: nobody else is here.
        """
        giving_way = (right_of_way or RightOfWay()).giving_way
        try:
            with self._engine.begin() as connection:
                done = connection.scalar(select(func.max(MARKS.c.sample))) or 0
                newest = connection.scalar(select(func.max(SAMPLES.c.id))) or 0
                if newest > done:
                    self._add_up(connection, done, newest, giving_way)
                    _put(connection, MARKS, ["at_ms"], [{"at_ms": now_ms, "sample": newest}])
        except OperationalError as error:
            raise _full_or(error) from error

    def prune(self, *, now_ms: int) -> None:
        """Let go what is older than it is kept for, and then the oldest until the size is within its most.

        Raises StoreFullError where not even that can be written down.
        """
        try:
            self._let_go_by_age_and_size(now_ms)
        except OperationalError as error:
            raise _full_or(error) from error

    def _let_go_by_age_and_size(self, now_ms: int) -> None:
        ages = (
            (RISES, self._keeping.minutes),
            (MINUTES, self._keeping.minutes),
            (HOURS, self._keeping.hours),
            (DAYS, self._keeping.days),
        )
        for table, age in ages:
            with self._engine.begin() as connection:
                connection.execute(delete(table).where(table.c.from_ms < now_ms - age.total_seconds() * 1000))
        self._prune_samples(before_ms=now_ms - round(self._keeping.samples.total_seconds() * 1000))
        while self.used_bytes() > self._keeping.most_bytes * _ENOUGH and self._let_the_oldest_go():
            pass
        self._shrink()

    def used_bytes(self) -> int:
        """What the tables take up, without what is free to be used again."""
        with self._engine.connect() as connection:
            if self._is_sqlite:
                pages = connection.scalar(text("PRAGMA page_count")) - connection.scalar(text("PRAGMA freelist_count"))
                return int(pages * connection.scalar(text("PRAGMA page_size")))
            sizes = (func.pg_total_relation_size(table.name) for table in METADATA.tables.values())
            return sum(int(connection.scalar(select(size)) or 0) for size in sizes)

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _is_tight(self) -> bool:
        database = self._engine.url.database
        if not self._is_sqlite or not database:
            return False
        return shutil.disk_usage(Path(database).parent).free < self._keeping.spare_bytes

    # --- keeping

    def _source(self, connection: Connection, letter: Letter) -> Kept:
        if letter.device not in self._sources:
            row = connection.execute(select(SOURCES).where(SOURCES.c.device == letter.device)).first()
            if row is None:
                return Kept(letter.device, "", -1)
            return Kept(row.device, row.store, row.seq)
        return self._sources[letter.device]

    def _news(
        self,
        connection: Connection,
        letter: Letter,
        last: dict[int, Sample],
        made: dict[tuple[str, str, str], int],
    ) -> list[dict[str, Any]]:
        rows = []
        for value in letter.values:
            series = self._series_of(connection, (letter.device, value.sensor, value.metric), made)
            new = Sample(letter.taken_ms, value.value)
            if rules.is_news(value.metric, last.get(series) or self._last.get(series), new):
                if (newest := last.get(series) or self._last.get(series)) is None or rules.comes_after(newest, new):
                    last[series] = new
                rows.append({"series": series, "taken_ms": new.taken_ms, "value": new.value})
        return rows

    def _count(
        self, connection: Connection, letter: Letter, counting: "_Counting", made: dict[tuple[str, str, str], int]
    ) -> None:
        """Each message once, and at its own time: so late ones count where they belong, and none twice."""
        for one in letter.values:
            if one.metric in rules.COUNTED and one.value is not None:
                series = self._series_of(connection, (letter.device, one.sensor, one.metric), made)
                counting.take(connection, series, value=one.value, at_ms=letter.taken_ms)

    def _series_of(
        self, connection: Connection, name: tuple[str, str, str], made: dict[tuple[str, str, str], int]
    ) -> int:
        known = self._series.get(name) or made.get(name)
        if known is None:
            device, sensor, metric = name
            same = (SERIES.c.device == device, SERIES.c.sensor == sensor, SERIES.c.metric == metric)
            known = connection.scalar(select(SERIES.c.id).where(*same)) or connection.scalar(
                insert(SERIES).values(device=device, sensor=sensor, metric=metric).returning(SERIES.c.id)
            )
            made[name] = int(known)
        return int(known)

    # --- adding up

    def _add_up(self, connection: Connection, done: int, newest: int, giving_way: GivingWay) -> None:
        tails = {
            row.id: Sample(row.last_ms, row.last_value)
            for row in connection.execute(select(SERIES.c.id, SERIES.c.last_ms, SERIES.c.last_value))
            if row.last_ms is not None
        }
        new = select(SAMPLES.c.series, SAMPLES.c.taken_ms, SAMPLES.c.value)
        new = new.where(SAMPLES.c.id > done, SAMPLES.c.id <= newest).order_by(SAMPLES.c.series, SAMPLES.c.id)
        spans: dict[Table, dict[tuple[int, int], Rollup]] = {MINUTES: {}, HOURS: {}, DAYS: {}}
        moved = []
        for series, rows in groupby(giving_way(connection.execute(new)), key=itemgetter(0)):
            samples = (Sample(taken_ms, value) for _, taken_ms, value in rows)
            minutes, last = rules.roll_up(tails.get(series), samples)
            # A minute in which a value only held is in its hour and day; a row of its own would say nothing new.
            spans[MINUTES].update({(at, series): one for at, one in minutes.items() if one.last_ms is not None})
            spans[HOURS].update({(at, series): one for at, one in rules.gather(minutes, rules.hour_of).items()})
            by_day = rules.gather(minutes, lambda at: rules.day_of(at, self._zone))
            spans[DAYS].update({(at, series): one for at, one in by_day.items()})
            if last is not None and last is not tails.get(series):
                moved.append((series, last))
        for series, last in giving_way(moved):
            values = {"last_ms": last.taken_ms, "last_value": last.value}
            connection.execute(update(SERIES).where(SERIES.c.id == series).values(values))
        for table, rollups in spans.items():
            _add_to(connection, table, rollups, giving_way)

    # --- letting go

    def _prune_samples(self, *, before_ms: int) -> None:
        """Those that had come, and were rolled up, before then."""
        with self._engine.connect() as connection:
            upto = connection.scalar(select(func.max(MARKS.c.sample)).where(MARKS.c.at_ms < before_ms))
        if upto is not None:
            self._let_go(int(upto))

    def _let_the_oldest_go(self) -> bool:
        """Samples first, then minutes, then hours: what is left is the coarser truth. False: there is nothing left."""
        with self._engine.connect() as connection:
            oldest = connection.scalar(select(func.min(SAMPLES.c.id)))
            rolled = connection.scalar(select(func.max(MARKS.c.sample)))
        if oldest is not None and rolled is not None and oldest <= rolled:
            self._let_go(min(oldest + _SLICE, rolled))
            return True
        for table in (MINUTES, HOURS):
            with self._engine.begin() as connection:
                some = select(table.c.from_ms).order_by(table.c.from_ms).limit(_SLICE).subquery()
                last = connection.scalar(select(func.max(some.c.from_ms)))
                if last is not None:
                    connection.execute(delete(table).where(table.c.from_ms <= last))
                    return True
        return False

    def _let_go(self, upto: int) -> None:
        with self._engine.connect() as connection:
            at = connection.scalar(select(func.min(SAMPLES.c.id)))
        while at is not None and at <= upto:
            at = min(at + _SLICE, upto + 1)
            with self._engine.begin() as connection:
                connection.execute(delete(SAMPLES).where(SAMPLES.c.id < at))
                connection.execute(delete(MARKS).where(MARKS.c.sample < at))

    def _shrink(self) -> None:
        """Give the free pages back to the disk, a few at a time."""
        if not self._is_sqlite:
            return  # PostgreSQL's own vacuum does that
        with self._engine.connect() as connection:
            within = self._keeping.most_bytes * (1 - _ENOUGH) / connection.scalar(text("PRAGMA page_size"))
            while (free := _free_pages(connection)) > min(_PAGES, within):
                _vacuum(connection)
                if _free_pages(connection) >= free:
                    break  # a database made otherwise: what is free in it is at least used again


def _free_pages(connection: Connection) -> int:
    return connection.scalar(text("PRAGMA freelist_count")) or 0


def _vacuum(connection: Connection) -> None:
    """Some pages. As a script: the statement has a row a page and no columns, at the first of which a cursor stops."""
    cursor: Any = connection.connection.cursor()
    cursor.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
    connection.commit()


class _Counting:
    """What the counters of one batch come to."""

    def __init__(self, known: Mapping[int, Tally]) -> None:
        self._known = known
        self._rises: dict[tuple[int, int], float] = defaultdict(float)
        self.tallies: dict[int, Tally] = {}

    def take(self, connection: Connection, series: int, *, value: float, at_ms: int) -> None:
        last = self.tallies.get(series) or self._known.get(series) or _tally(connection, series)
        risen, self.tallies[series] = rules.rise(last, value=value, at_ms=at_ms)
        if risen > 0:
            self._rises[rules.minute_of(at_ms), series] += risen

    def write_down(self, connection: Connection) -> None:
        if not self.tallies:
            return
        _put(connection, COUNTERS, ["series"], [{"series": one, **vars(at)} for one, at in self.tallies.items()])
        if self._rises:
            statement = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(RISES)
            more = statement.on_conflict_do_update(
                index_elements=["from_ms", "series"], set_={"rise": RISES.c.rise + statement.excluded.rise}
            )
            rows = sorted(self._rises.items())
            connection.execute(more, [{"from_ms": at, "series": one, "rise": rise} for (at, one), rise in rows])


def _tally(connection: Connection, series: int) -> Tally | None:
    row = connection.execute(select(COUNTERS).where(COUNTERS.c.series == series)).first()
    return None if row is None else Tally(row.value, row.taken_ms, row.back_ms)


def _next(before: Kept, letter: Letter) -> Kept:
    """`before` itself when the message is not the one that comes next."""
    if letter.store != before.store:  # an empty store began anew: its device has nothing else left
        return Kept(letter.device, letter.store, letter.seq) if letter.seq == letter.oldest else before
    return Kept(letter.device, letter.store, letter.seq) if letter.seq == max(before.seq + 1, letter.oldest) else before


def _add_to(
    connection: Connection, table: Table, rollups: dict[tuple[int, int], Rollup], giving_way: GivingWay
) -> None:
    if not rollups:
        return
    starts = {at for at, _ in rollups}
    for row in giving_way(connection.execute(select(table).where(table.c.from_ms.in_(starts)))):
        if (mine := rollups.get((row.from_ms, row.series))) is not None:
            both = Rollup(**{name: getattr(row, name) for name in _FIELDS})
            both.add(mine)
            rollups[row.from_ms, row.series] = both
    rows: list[dict[str, Any]] = []
    for (at, series), one in giving_way(sorted(rollups.items())):
        rows.append({"from_ms": at, "series": series, **vars(one)})
        if len(rows) == _ROWS:
            _put(connection, table, ["from_ms", "series"], rows)
            rows = []
    if rows:
        _put(connection, table, ["from_ms", "series"], rows)


def _put(connection: Connection, table: Table, key: list[str], rows: list[dict[str, Any]]) -> None:
    """Insert, or replace what has the same key."""
    statement = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=others), rows)


def _full_or(error: OperationalError) -> Exception:
    """SQLite's FULL (13) and the file system's own refusal (10, an error of input or output)."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return StoreFullError(str(error.orig)) if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR) else error


def _open(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=2, max_overflow=4)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 10.0})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    log = f"journal_size_limit = {_LOG_BYTES}"
    for pragma in ("auto_vacuum = INCREMENTAL", "journal_mode = WAL", "synchronous = NORMAL", log):
        connection.execute(f"PRAGMA {pragma}")


def now_ms(now: datetime) -> int:
    """Milliseconds since 1970."""
    return round(now.timestamp() * 1000)
