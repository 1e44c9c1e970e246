"""What the gateway does by the clock, and when it last did."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0023: nothing was written down of any run."""
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("every_min", sa.Integer(), nullable=False),
        sa.Column("watched_since", _INSTANT, nullable=False),
        sa.Column("ran_at", _INSTANT, nullable=True),
        sa.Column("done_at", _INSTANT, nullable=True),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("fault", sa.String(length=120), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("every_min >= 1", name=op.f("ck_jobs_every")),
        sa.PrimaryKeyConstraint("name", name="pk_jobs"),
    )
