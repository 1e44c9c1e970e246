"""The times in which new off-the-shelf devices may join."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0031: none was ever open."""
    op.create_table(
        "join_windows",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_join_windows"),
    )
    op.create_index("ix_join_windows_until_at", "join_windows", ["until_at"])
