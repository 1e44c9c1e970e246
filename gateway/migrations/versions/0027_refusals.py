"""How often something was wanted in vain."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """From 0026: nothing has been counted yet."""
    op.create_table(
        "refusals",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wish", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "wish", "code", name=op.f("pk_refusals")),
    )


def downgrade() -> None:
    """To 0022: the counts are lost."""
    op.drop_table("refusals")
