"""Late rentals: what a bank says of them, what the member was told, and notices.

Columns are added in plain SQL: SQLite adds one with its CHECK only so, and a table that others refer to is not remade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0001. Rentals that run get their bank's usual terms."""
    _terms_of_banks()
    _what_members_were_told()
    _notices()


def _terms_of_banks() -> None:
    for name, minutes in (("remind_before_min", 60), ("grace_min", 60), ("clear_out_after_min", 10_080)):
        op.execute(f"ALTER TABLE banks ADD COLUMN {name} INTEGER DEFAULT '{minutes}' NOT NULL")


def _what_members_were_told() -> None:
    _add_word("rentals", "told_stage", "stage", "running", "ending", "grace", "overdue", "clear_out")


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
