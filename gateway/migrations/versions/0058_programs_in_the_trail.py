"""An opening says which program asked for it, and a token that was ended keeps its name."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """From 0057: both are nobody's in what was before."""
    op.add_column("unlocks", sa.Column("program_id", sa.String(32), nullable=True))
    op.add_column("tokens", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
