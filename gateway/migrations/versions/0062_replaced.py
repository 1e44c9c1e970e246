"""An asset keeps when it was put in, beside when it was replaced: what failed before is a failure all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    """From 0061: of what was replaced before nobody knows any more when the first one was put in."""
    op.add_column("assets", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
