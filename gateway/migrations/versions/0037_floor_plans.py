"""The floor plan, as it was saved."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """From 0036: nothing was drawn yet."""
    op.create_table(
        "floor_plans",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_floor_plans_version")),
        sa.PrimaryKeyConstraint("version", name="pk_floor_plans"),
    )
