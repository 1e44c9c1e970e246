"""A node may show the centre's alarms on its lamp and buzzer."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """From 0060: none did."""
    op.add_column("devices", sa.Column("shows_alarms", sa.Boolean, server_default=sa.false(), nullable=False))
