"""Giving a column of words one more: in place on PostgreSQL; SQLite changes a CHECK only in a new table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def widen(table: str, column: str, check: str, *, before: Sequence[str], after: Sequence[str]) -> None:
    """Let `column` hold the words of `after`, all of those of `before` among them; the CHECK keeps its name.

    For tables that no other refers to: on SQLite those would follow the old one. Indexes and triggers are kept.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({_one_of(column, after)})")
    else:
        _make_anew(table, _one_of(column, before), _one_of(column, after))


def widen_in_place(table: str, column: str, check: str, *, before: Sequence[str], after: Sequence[str]) -> None:
    """The same for a table that others refer to.

    On SQLite its own words are changed where it keeps them, which it allows for what is not about the rows themselves:
    https://www.sqlite.org/lang_altertable.html#otheralter
    """
    if op.get_bind().dialect.name == "postgresql":
        widen(table, column, check, before=before, after=after)
        return
    connection = op.get_bind()
    own = connection.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :t"), {"t": table}
    ).scalar_one()
    if _one_of(column, before) not in own:
        raise RuntimeError(f"{table} is not as the steps before left it: {own}")
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :t"),
        {"t": table, "sql": own.replace(_one_of(column, before), _one_of(column, after))},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")  # off again, and read what it says now


def _make_anew(table: str, before: str, after: str) -> None:
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :t AND sql IS NOT NULL"), {"t": table}
    ).all()
    [own] = [statement for kind, _, statement in found if kind == "table"]
    if before not in own:
        raise RuntimeError(f"{table} is not as the steps before left it: {own}")
    beside = [(kind, name, statement) for kind, name, statement in found if kind in {"index", "trigger"}]
    for kind, name, _ in beside:
        op.execute(f"DROP {kind} {name}")
    op.rename_table(table, f"{table}_before")
    op.execute(own.replace(before, after))
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")  # noqa: S608 - names of our own tables
    op.drop_table(f"{table}_before")
    for _, _, statement in beside:
        op.execute(statement)


def _one_of(column: str, words: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
