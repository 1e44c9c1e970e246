"""Bookings that staff must agree to: two more states, when it was a no, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """No booking waits for anybody yet."""
    op.add_column("bookings", sa.Column("denied_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("ALTER TABLE bookings ADD COLUMN denied_for VARCHAR(64) DEFAULT '' NOT NULL")
    if op.get_bind().dialect.name == "postgresql":
        _widen_checks()
    else:
        _remake_bookings()


def _widen_checks() -> None:
    op.execute("ALTER TABLE bookings DROP CONSTRAINT ck_bookings_bookingstate")
    op.execute(f"ALTER TABLE bookings ADD CONSTRAINT ck_bookings_bookingstate CHECK (state IN ({_STATES}))")
    op.execute(f"ALTER TABLE bookings ADD CONSTRAINT ck_bookings_denied CHECK ({_DENIED})")


def _remake_bookings() -> None:
    """SQLite changes a CHECK only in a new table. Who refers to a renamed one follows it, so all go aside together."""
    connection = op.get_bind()
    own = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'bookings'")).scalar_one()
    referring = connection.execute(
        sa.text(
            "SELECT DISTINCT t.name, t.sql FROM sqlite_master t, pragma_foreign_key_list(t.name) f"
            " WHERE t.type = 'table' AND f.\"table\" = 'bookings' ORDER BY t.name"
        )
    ).all()
    names = ["bookings", *(name for name, _ in referring)]
    indexes = [statement for name in names for statement in _without_indexes(connection, name)]
    for name in reversed(names):
        op.rename_table(name, f"{name}_before")
    for name, statement in (("bookings", _wider(own)), *referring):
        op.execute(statement)
        op.execute(f"INSERT INTO {name} SELECT * FROM {name}_before")  # noqa: S608 - names of our own tables
    for name in reversed(names):
        op.drop_table(f"{name}_before")
    for statement in indexes:
        op.execute(statement)


def _wider(statement: str) -> str:
    """How to make the table, with the states there are now."""
    before, span = f"state IN ({_STATES_BEFORE})", "CONSTRAINT ck_bookings_span"
    if before not in statement or span not in statement:
        raise RuntimeError(f"bookings are not as the steps before left them: {statement}")
    with_states = statement.replace(before, f"state IN ({_STATES})")
    return with_states.replace(span, f"CONSTRAINT ck_bookings_denied CHECK ({_DENIED}),\n\t{span}")


def _without_indexes(connection: sa.Connection, table: str) -> list[str]:
    """Take a table's indexes from it; how to make them again."""
    found = connection.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :t AND sql IS NOT NULL"),
        {"t": table},
    ).all()
    for name, _ in found:
        op.drop_index(name)
    return [statement for _, statement in found]


_STATES_BEFORE = "'CONFIRMED', 'CANCELLED', 'RELEASED'"
_STATES = "'PENDING', 'CONFIRMED', 'CANCELLED', 'RELEASED', 'DENIED'"
_DENIED = "(state = 'DENIED') = (denied_at IS NOT NULL)"
