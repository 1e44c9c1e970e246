"""The house keeps the latest time that is known to have come: a clock behind it is not believed."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    """From 0063: none is kept; the gateway writes the first a minute after its start."""
    op.create_table(
        "time_marks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mono_s", sa.Double(), nullable=False),
        sa.Column("host_boot", sa.String(length=36), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_time_marks_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_marks")),
    )
