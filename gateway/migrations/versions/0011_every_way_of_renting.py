"""Every way of renting: a bank's mode, times and zone; rentals without an end, and such as are no one member's.

On SQLite `rentals` is remade, which alone can let a column be empty; and so is whatever refers to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0010. Banks go on as they were: free choice, until a time."""
    _modes()
    if op.get_bind().dialect.name == "postgresql":
        _widen_rentals()
    else:
        _remake_rentals()
    _one_rented_compartment_a_member()
    op.create_index("ix_access_grants_member", "access_grants", ["member_id", "source"])


def _modes() -> None:
    for column in ("zone_zh", "zone_en"):
        op.execute(f"ALTER TABLE banks ADD COLUMN {column} VARCHAR(64) DEFAULT '' NOT NULL")
    op.execute(
        f"ALTER TABLE banks ADD COLUMN mode VARCHAR(32) DEFAULT 'free_choice' NOT NULL CONSTRAINT ck_banks_mode"
        f" CHECK (mode IN ({_MODES}))"
    )
    for column, usual in (("usual_min", 120), ("longest_min", 240), ("idle_after_days", 0)):
        op.execute(f"ALTER TABLE banks ADD COLUMN {column} INTEGER DEFAULT '{usual}' NOT NULL")
    op.execute(
        f"ALTER TABLE compartments ADD COLUMN own_mode VARCHAR(32) CONSTRAINT ck_compartments_mode"
        f" CHECK (own_mode IN ({_MODES}))"
    )


def _widen_rentals() -> None:
    op.execute(
        "ALTER TABLE rentals ADD COLUMN use VARCHAR(32) DEFAULT 'rented' NOT NULL"
        f" CONSTRAINT ck_rentals_use CHECK (use IN ({_USES}))"
    )
    op.execute("ALTER TABLE rentals ADD COLUMN note VARCHAR(64) DEFAULT '' NOT NULL")
    op.alter_column("rentals", "member_id", nullable=True)
    op.alter_column("rentals", "until_at", nullable=True)
    op.execute(f"ALTER TABLE rentals ADD CONSTRAINT ck_rentals_whose CHECK ({_WHOSE})")
    op.drop_index("uq_rentals_member")


def _remake_rentals() -> None:
    """Whoever refers to a renamed table follows it; so all of them go aside together, and then the new ones come."""
    connection = op.get_bind()
    referring = connection.execute(
        sa.text(
            "SELECT DISTINCT t.name, t.sql FROM sqlite_master t, pragma_foreign_key_list(t.name) f"
            " WHERE t.type = 'table' AND f.\"table\" = 'rentals' ORDER BY t.name"
        )
    ).all()
    names = ["rentals", *(name for name, _ in referring)]
    indexes = [statement for name in names for statement in _without_indexes(connection, name)]
    for name in reversed(names):
        op.rename_table(name, f"{name}_before")
    _rentals()
    op.execute(
        "INSERT INTO rentals (id, compartment_id, member_id, state, from_at, until_at, ended_at, told_stage)"
        " SELECT id, compartment_id, member_id, state, from_at, until_at, ended_at, told_stage FROM rentals_before"
    )
    for name, statement in referring:
        op.execute(statement)
        op.execute(f"INSERT INTO {name} SELECT * FROM {name}_before")  # noqa: S608 - names of our own tables
    for name in reversed(names):
        op.drop_table(f"{name}_before")
    for statement in indexes:
        op.execute(statement)
    op.drop_index("uq_rentals_member")


def _without_indexes(connection: sa.Connection, table: str) -> list[str]:
    """Take a table's indexes from it; how to make them again."""
    found = connection.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :t AND sql IS NOT NULL"),
        {"t": table},
    ).all()
    for name, _ in found:
        op.drop_index(name)
    return [statement for _, statement in found]


def _rentals() -> None:
    op.create_table(
        "rentals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("compartment_id", sa.String(length=32), nullable=False),
        sa.Column("use", sa.String(length=32), server_default="rented", nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("note", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("told_stage", sa.String(length=32), server_default="running", nullable=False),
        sa.CheckConstraint("state IN ('ACTIVE', 'ENDED')", name=op.f("ck_rentals_rentalstate")),
        sa.CheckConstraint(f"use IN ({_USES})", name=op.f("ck_rentals_use")),
        sa.CheckConstraint(
            "told_stage IN ('running', 'ending', 'grace', 'overdue', 'clear_out')", name=op.f("ck_rentals_stage")
        ),
        sa.CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name=op.f("ck_rentals_ended")),
        sa.CheckConstraint(_WHOSE, name=op.f("ck_rentals_whose")),
        sa.ForeignKeyConstraint(["compartment_id"], ["compartments.id"], name="fk_rentals_compartment_id_compartments"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_rentals_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_rentals"),
    )


def _one_rented_compartment_a_member() -> None:
    where = sa.text("ended_at IS NULL AND use = 'rented'")
    op.create_index(
        "uq_rentals_member", "rentals", ["member_id"], unique=True, sqlite_where=where, postgresql_where=where
    )


_MODES = "'free_choice', 'time_limited', 'kept_until_released', 'fixed'"
_USES = "'rented', 'assigned', 'drop_off', 'held'"
_WHOSE = "(use IN ('assigned', 'held')) = (member_id IS NULL)"
