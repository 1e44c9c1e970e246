"""What staff saw inside, when they counted."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """From 0012. Nothing of what is there changes."""
    op.create_table(
        "sightings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("compartment_id", sa.String(length=32), nullable=False),
        sa.Column("rental_id", sa.String(length=32), nullable=True),
        sa.Column("seen", _word("seen", "empty", "things"), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.Column("door", _word("doorlevel", "open", "shut", "unknown"), nullable=False),
        sa.Column("seen_by_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["compartment_id"], ["compartments.id"], name="fk_sightings_compartment_id_compartments"
        ),
        sa.ForeignKeyConstraint(["rental_id"], ["rentals.id"], name="fk_sightings_rental_id_rentals"),
        sa.ForeignKeyConstraint(["seen_by_id"], ["members.id"], name="fk_sightings_seen_by_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
    )
    op.create_index("ix_sightings_compartment", "sightings", ["compartment_id", "seen_at"])


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
