"""What a database is asked: so that a test can count it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats


@dataclass(frozen=True)
class Statement:
    """One, and whether SQLAlchemy had it ready from an earlier time."""

    text: str
    was_ready: bool


@contextmanager
def heard(sessions) -> Iterator[list[Statement]]:
    """Every statement that is put together from our tables while this lasts; BEGIN and its like are none."""
    statements: list[Statement] = []

    def note(_connection, _cursor, text, _values, context, _many):
        if context.compiled is not None:
            statements.append(Statement(text, context.cache_hit is CacheStats.CACHE_HIT))

    event.listen(sessions.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(sessions.engine, "before_cursor_execute", note)
