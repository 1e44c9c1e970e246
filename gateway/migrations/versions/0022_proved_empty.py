"""What beams across compartments prove, and when staff saw a rented one empty.

In plain SQL: SQLite adds a column with its CHECK only so, and tables that others refer to are not remade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """From 0020. Nothing has been proved yet."""
    op.execute(
        "ALTER TABLE locks ADD COLUMN inside VARCHAR(32) DEFAULT 'unknown' NOT NULL"
        " CONSTRAINT ck_locks_inside CHECK (inside IN ('empty', 'occupied', 'unknown'))"
    )
    op.add_column("locks", sa.Column("inside_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rentals", sa.Column("seen_empty_at", sa.DateTime(timezone=True), nullable=True))
