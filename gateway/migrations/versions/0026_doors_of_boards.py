"""Which doors hang on a lock board, rather than its lowest and its highest."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """From 0024. Until a device speaks again its boards have every door in between."""
    op.add_column("device_parts", sa.Column("doors", sa.Text(), nullable=False, server_default="[]"))
    op.execute("UPDATE device_parts SET doors = '[[' || first_door || ', ' || last_door || ']]'")
    with op.batch_alter_table("device_parts") as parts:
        parts.drop_column("first_door")
        parts.drop_column("last_door")
        parts.alter_column("doors", server_default=None)
