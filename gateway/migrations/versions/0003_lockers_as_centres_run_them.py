"""Late rentals: what a bank says of them, what the member was told, notices, and clear-outs.

Columns are added in plain SQL: SQLite adds one with its CHECK only so, and a table that others refer to is not remade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0002. Rentals that run get their bank's usual terms."""
    _terms_of_banks()
    _what_members_were_told()
    _care_between_holders()
    _notices()
    _clear_outs()
    _more_reasons_to_open("rental", "booking", "share", "clear_out")
    op.add_column("members", sa.Column("prefers_accessible", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_audit_entries_thing", "audit_entries", ["thing", "seq"])


def _terms_of_banks() -> None:
    for name, minutes in (("remind_before_min", 60), ("grace_min", 60), ("clear_out_after_min", 10_080)):
        op.execute(f"ALTER TABLE banks ADD COLUMN {name} INTEGER DEFAULT '{minutes}' NOT NULL")


def _what_members_were_told() -> None:
    _add_word("rentals", "told_stage", "stage", "running", "ending", "grace", "overdue", "clear_out")


def _care_between_holders() -> None:
    _add_word("banks", "care_after", "careafter", "none", "cleaning", "inspection")
    _add_word("compartments", "condition", "condition", "ready", "cleaning", "inspection", "out_of_service")
    op.execute("ALTER TABLE compartments ADD COLUMN condition_reason VARCHAR(64) DEFAULT '' NOT NULL")
    op.add_column("compartments", sa.Column("condition_at", INSTANT, nullable=True))
    op.execute("UPDATE compartments SET condition = 'out_of_service' WHERE NOT in_service")
    op.drop_column("compartments", "in_service")


def _add_word(table: str, column: str, name: str, *words: str) -> None:
    """A column that holds one of these words, at first the first of them."""
    choice = ", ".join(f"'{word}'" for word in words)
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(32) DEFAULT '{words[0]}' NOT NULL"
        f" CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({choice}))"
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("left_at", INSTANT, nullable=False),
        sa.Column("over_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_notices_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_member", "notices", ["member_id", "left_at"])
    op.create_index("ix_notices_about", "notices", ["about"])


def _clear_outs() -> None:
    op.create_table(
        "clear_outs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("rental_id", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PROPOSED",
                "WITNESSED",
                "BAGGED",
                "HANDED_OVER",
                "CALLED_OFF",
                name="clearoutstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("bag_label", sa.String(length=64), nullable=False),
        sa.Column("first_witness_id", sa.String(length=32), nullable=False),
        sa.Column("second_witness_id", sa.String(length=32), nullable=True),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("witnessed_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("handed_over_at", INSTANT, nullable=True),
        sa.CheckConstraint("second_witness_id <> first_witness_id", name=op.f("ck_clear_outs_two_witnesses")),
        sa.CheckConstraint(
            "state IN ('PROPOSED', 'CALLED_OFF') OR second_witness_id IS NOT NULL",
            name=op.f("ck_clear_outs_no_step_without_the_second"),
        ),
        sa.CheckConstraint(
            "(state IN ('PROPOSED', 'WITNESSED')) = (closed_at IS NULL)", name=op.f("ck_clear_outs_closed")
        ),
        sa.ForeignKeyConstraint(["rental_id"], ["rentals.id"], name="fk_clear_outs_rental_id_rentals"),
        sa.ForeignKeyConstraint(["first_witness_id"], ["members.id"], name="fk_clear_outs_first_witness_id_members"),
        sa.ForeignKeyConstraint(["second_witness_id"], ["members.id"], name="fk_clear_outs_second_witness_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_clear_outs"),
    )
    op.create_index("ix_clear_outs_rental", "clear_outs", ["rental_id", "proposed_at"])
    op.create_index(
        "uq_clear_outs_open",
        "clear_outs",
        ["rental_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _more_reasons_to_open(*sources: str) -> None:
    """Widen the CHECK on what a grant follows from, and let one be for one opening.

    SQLite remakes the table for it; nothing refers to that one.
    """
    choice = ", ".join(f"'{source}'" for source in sources)
    check = "ck_access_grants_grantsource"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE access_grants DROP CONSTRAINT {check}")
        op.execute(f"ALTER TABLE access_grants ADD CONSTRAINT {check} CHECK (source IN ({choice}))")
        op.add_column("access_grants", sa.Column("once_after_seq", sa.Integer(), nullable=True))
        return
    for index in _GRANT_INDEXES:
        op.drop_index(index)
    op.rename_table("access_grants", "access_grants_before")
    op.create_table(
        "access_grants",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lock_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("from_at", INSTANT, nullable=True),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("once_after_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"source IN ({choice})", name=op.f(check)),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_access_grants_lock_id_locks"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_access_grants_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grants"),
    )
    op.execute("INSERT INTO access_grants SELECT *, NULL FROM access_grants_before")
    op.drop_table("access_grants_before")
    for index, columns in _GRANT_INDEXES.items():
        op.create_index(index, "access_grants", columns)


_GRANT_INDEXES = {"ix_access_grants_live": ["lock_id", "member_id"], "ix_access_grants_source": ["source", "source_id"]}
