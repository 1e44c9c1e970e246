"""The database's shape, step by step. Callable from code; there is no alembic.ini."""

from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from gateway.kit.db import Sessions

_MARK = "alembic_version"
_STEPS = Path(__file__).parent / "versions"  # NUMBER_what.py; Alembic knows each by its number
_ONE_AT_A_TIME = 7_318_401  # PostgreSQL advisory lock (SQLite's BEGIN IMMEDIATE is that already)


class Shape(StrEnum):
    """How a database compares with this release."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"  # a later release made it; this one must not touch it


def upgrade(engine: Engine) -> None:
    """Bring the database to this release's shape: all of it in one transaction, or nothing. Harmless to repeat."""
    # Only here: a program that runs, rather than migrates, keeps some 12 MB of memory by not loading it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "gateway:migrations")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def shape(engine: Engine) -> Shape:
    """How the database compares with this release."""
    with Sessions(engine).read() as session:
        is_marked = inspect(session.connection()).has_table(_MARK)
        found = session.scalar(text(f"SELECT version_num FROM {_MARK}")) if is_marked else None  # noqa: S608
    if found is None:
        return Shape.EMPTY
    steps = sorted(file.name.partition("_")[0] for file in _STEPS.glob("[0-9]*_*.py"))
    if found == steps[-1]:
        return Shape.CURRENT
    return Shape.OLDER if found in steps else Shape.NEWER
