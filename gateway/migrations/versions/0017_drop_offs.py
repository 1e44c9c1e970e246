"""Things that one member leaves in a compartment for another."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0016. Nothing of what is there changes."""
    op.create_table(
        "drop_offs",
        sa.Column("rental_id", sa.String(length=32), nullable=False),
        sa.Column("recipient_id", sa.String(length=32), nullable=False),
        sa.Column("waiting_at", INSTANT, nullable=True),
        sa.Column("collected_at", INSTANT, nullable=True),
        sa.Column("taken_back_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["recipient_id"], ["members.id"], name="fk_drop_offs_recipient_id_members"),
        sa.ForeignKeyConstraint(["rental_id"], ["rentals.id"], name="fk_drop_offs_rental_id_rentals"),
        sa.PrimaryKeyConstraint("rental_id", name="pk_drop_offs"),
    )
    op.create_index("ix_drop_offs_recipient", "drop_offs", ["recipient_id"])
