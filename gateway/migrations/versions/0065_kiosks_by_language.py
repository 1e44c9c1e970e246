"""A kiosk has a name in each language."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    """From 0064: the one it had stands for both, until staff say another."""
    op.add_column("kiosks", sa.Column("name_en", sa.String(length=64), server_default=sa.text("''"), nullable=False))
    op.execute("UPDATE kiosks SET name_en = name")
