"""Whether somebody has chosen what they read."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """From 0051: everybody goes on reading what they do; only who never chose a password has chosen nothing yet."""
    op.add_column("members", sa.Column("has_chosen_language", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE members SET has_chosen_language = TRUE WHERE password_ends_at IS NULL OR language <> 'zh-CN'")
