"""The database: one set of models on SQLite (embedded) and PostgreSQL (a city of centres)."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, DateTime, Engine, Enum, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import StaticPool

from gateway.kit.errors import NotFound, Refused

T = TypeVar("T")

_STEP_S = 0.0002  # between two tries to be the one who writes: less than lies between two acts of a busy program
BUSY_TIMEOUT_MS = 30_000  # SQLite is not fair: among many writers on a slow card one may have to wait for long

TRIES = 6  # of an act, where others come between
_BROKEN_OFF = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
_BELIED = frozenset({"23503", "23505", "23P01"})  # foreign_key_violation, unique_violation, exclusion_violation

_READ_ONLY = "hearth_read_only"  # execution option: this transaction will not write
_LOOK: dict[str, dict[str, Any]] = {
    "sqlite": {_READ_ONLY: True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class Base(DeclarativeBase):
    """Every table's base. Constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. Refuses naive ones; SQLite keeps it without its zone, PostgreSQL with."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs its zone: {value}")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """From SQLite's text in one go: whoever looks at a week has hundreds of them."""
        return _instant_of if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """From the database."""
        return _in_utc(value) if value is not None else None


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _instant_of(text: str | None) -> datetime | None:
    return _in_utc(datetime.fromisoformat(text)) if text is not None else None


def word_column(words: type[Any], *, check: str | None = None) -> Enum:
    """A column that holds one of an enum's values, as text with a CHECK, the same on both databases.

    `check` names that CHECK where a table has two columns of one enum; None: after the enum.
    """
    return Enum(
        words,
        name=check or words.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        values_callable=lambda e: [w.value for w in e],
        length=32,
    )


@dataclass(frozen=True)
class Change:
    """Something that others may want to know at once, after the commit. `what` holds JSON values."""

    kind: str
    what: dict[str, Any]


def announce(session: Session, kind: str, **what: Any) -> None:  # noqa: ANN401 - JSON values
    """Say so after the commit, if it comes; nothing is said of a transaction that was rolled back."""
    session.info.setdefault("changes", []).append(Change(kind, what))


class _Attentive(Session):
    """Of a transaction that may write: what it has loaded stays at hand until its end, and is not looked up again.

    SQLAlchemy's own forgets a row as soon as its caller does, and the next service asks the database once more.
    """


@event.listens_for(_Attentive, "loaded_as_persistent")
@event.listens_for(_Attentive, "pending_to_persistent")
def _keep_at_hand(session: Session, row: object) -> None:
    session.info.setdefault("at hand", []).append(row)


def may_write(session: Session) -> bool:
    """Whether this is a transaction of `Sessions.begin`, and no mere look."""
    return isinstance(session, _Attentive)


KEPT = "kept"  # in a session's `info`: what is kept from one transaction to the next, see `kit.edition`
SEEN = "seen"  # and the edition of it that this transaction has read


def take_turn(session: Session, table: type[Base], key: str) -> None:
    """Let others who take their turn at this row wait until the transaction ends; who only refers to it does not.

    On SQLite a transaction that may write has the whole database's turn already. Raises NotFound when the row was taken
    away while others had their turn.
    """
    if session.get_bind().dialect.name != "sqlite":
        if session.get(table, key, with_for_update={"key_share": True}) is None:
            raise NotFound(table.__tablename__)
        session.info.pop(SEEN, None)  # whoever had to wait looks again


def persevere(act: Callable[[], T]) -> T:
    """Run an act that is one transaction; on PostgreSQL once more, where another at the same instant came between.

    It was broken off so that others could go on, or what it had looked at was no longer so when it wrote: the next look
    shows how things stand now. Raises Refused("busy") where others come between each time.
    """
    for _ in range(TRIES - 1):
        try:
            return act()
        except DBAPIError as error:
            if _sqlstate(error) not in _BROKEN_OFF | _BELIED:
                raise
    try:
        return act()
    except DBAPIError as error:
        if _sqlstate(error) in _BROKEN_OFF:
            raise Refused("busy", retry_after_s=1) from error
        raise


def _sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's word for what was wrong; None: it is SQLite."""
    return getattr(error.orig, "sqlstate", None)


@dataclass
class Sessions:
    """Where transactions begin. `on_commit` is handed what was announced, once it is true."""

    engine: Engine
    on_commit: Callable[[list[Change]], None] = field(default=lambda changes: None)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction that may write: all of it, or none.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so what it has read cannot change under it.
        """
        info = {KEPT: self._kept}
        with self._in_turn(), _Attentive(self.engine, expire_on_commit=False, info=info) as session:
            with session.begin():
                yield session
            changes = session.info.pop("changes", [])
        if changes:
            self.on_commit(changes)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """On SQLite the threads of one program queue for the write lock, instead of sleeping and trying again.

        Whoever cannot have their turn in time goes on, and SQLite says that it is busy.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        has_turn = self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if has_turn:
                self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent look; never waits for a writer on SQLite. Writing in it fails."""
        connection = self.engine.connect().execution_options(**_LOOK[self.engine.dialect.name])
        with connection, Session(connection, expire_on_commit=False, info={KEPT: self._kept}) as session:
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_engine(url: str | URL) -> Engine:
    """Connect to `sqlite:///…` or `postgresql+psycopg://…`."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=8, max_overflow=8, isolation_level="READ COMMITTED")
    in_memory = parsed.database in (None, "", ":memory:")
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        **({"poolclass": StaticPool} if in_memory else {"pool_size": 8, "max_overflow": 8}),
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # We say BEGIN ourselves: sqlite3's own comes only with the first write, after a check has already read.
    connection.isolation_level = None
    _switch_to_wal(connection)
    for pragma in (
        "synchronous = FULL",  # a power cut loses nothing that was acknowledged
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """The file keeps the mode, so only its first openers switch; and switching alone ignores the busy timeout."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    raw = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    raw.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    if read_only:
        connection.exec_driver_sql("BEGIN DEFERRED")
    else:
        _take_write_lock(connection, raw)


def _take_write_lock(connection: Connection, raw: sqlite3.Connection) -> None:
    """BEGIN IMMEDIATE, tried in even steps while another program writes.

    SQLite's own steps grow to a tenth of a second. Beside a program that writes one thing after another they end, again
    and again, while the lock is taken: a press of a member's waited for seconds.
    """
    give_up_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while _another_writes(raw) and time.monotonic() < give_up_at:
            time.sleep(_STEP_S)
        if not raw.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # SQLAlchemy says what is wrong
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _another_writes(raw: sqlite3.Connection) -> bool:
    """Begin, unless another program writes just now."""
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False
