"""A registration keeps since when it has or had a place: whoever gave theirs back is told from who only waited."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    """From 0059: whoever has a place is taken to have had it from the first; of who left nobody knows."""
    op.add_column("activity_registrations", sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE activity_registrations SET placed_at = joined_at WHERE state = 'REGISTERED'")
