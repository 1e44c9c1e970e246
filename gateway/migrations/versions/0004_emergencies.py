"""Stopping every opening, and opening everything: emergencies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
CHECKS = {
    "two_persons": "second_id <> first_id",
    "not_opened_by_one_alone": "kind = 'freeze' OR begun_at IS NULL OR second_id IS NOT NULL OR by_key_switch",
    "two_clear": "clear_second_id <> clear_first_id",
    "not_cleared_by_one_alone": ("state <> 'CLEARED' OR (clear_first_id IS NOT NULL AND clear_second_id IS NOT NULL)"),
    "begun": "state NOT IN ('ACTIVE', 'CLEARED') OR begun_at IS NOT NULL",
    "closed": "(state IN ('CLEARED', 'CALLED_OFF')) = (closed_at IS NOT NULL)",
}


def upgrade() -> None:
    """From 0003. Nothing of what is there changes."""
    op.create_table(
        "emergencies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", _word("emergencykind", "freeze", "emergency_open"), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("bank_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("state", _word("emergencystate", "PROPOSED", "ACTIVE", "CLEARED", "CALLED_OFF"), nullable=False),
        sa.Column("first_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=True),
        sa.Column("by_key_switch", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=True),
        sa.Column("clear_first_id", sa.String(length=32), nullable=True),
        sa.Column("clear_asked_at", INSTANT, nullable=True),
        sa.Column("clear_second_id", sa.String(length=32), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_emergencies_{name}")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["bank_id"], ["banks.id"], name="fk_emergencies_bank_id_banks"),
        *(
            sa.ForeignKeyConstraint([who], ["members.id"], name=f"fk_emergencies_{who}_members")
            for who in ("first_id", "second_id", "clear_first_id", "clear_second_id")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_emergencies"),
    )
    op.create_index("ix_emergencies_proposed", "emergencies", ["proposed_at"])
    op.create_index(
        "uq_emergencies_open",
        "emergencies",
        ["kind", "scope"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
