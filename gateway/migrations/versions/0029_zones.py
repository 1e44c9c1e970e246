"""The house's zones, and what stands in each."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_WHAT = ("device", "sensor", "space")


def upgrade() -> None:
    """From 0028: nothing was placed yet."""
    op.create_table(
        "zones",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_zones"),
    )
    op.create_table(
        "placements",
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=96), nullable=False),
        sa.Column("zone_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint(f"what IN ({', '.join(repr(one) for one in _WHAT)})", name=op.f("ck_placements_placed")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name="fk_placements_zone_id_zones"),
        sa.PrimaryKeyConstraint("what", "ref", name="pk_placements"),
    )
    op.create_index("ix_placements_zone_id", "placements", ["zone_id"])
