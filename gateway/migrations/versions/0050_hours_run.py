"""Hours that machines run: which power sensor tells it of each, and what it told, hour by hour."""

import sqlalchemy as sa
from alembic import op

from gateway.migrations import words

revision = "0050"
down_revision = "0049"

_INSTANT = sa.DateTime(timezone=True)
_BEFORE = ("cycles", "slams", "hours_booked", "hours_used", "people")
_AFTER = (*_BEFORE, "hours_run")


def upgrade() -> None:
    """From 0049: no machine has a power sensor."""
    words.widen_in_place("assets", "rated_by", "ck_assets_counter", before=_BEFORE, after=_AFTER)
    words.widen_in_place(
        "maintenance_plans", "counted_in", "ck_maintenance_plans_counter", before=_BEFORE, after=_AFTER
    )
    op.create_table(
        "power_sensors",
        sa.Column("asset_id", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("sensor", sa.String(length=32), nullable=False),
        sa.Column("runs_from_w", sa.Integer(), nullable=False),
        sa.Column("since_at", _INSTANT, nullable=False),
        sa.CheckConstraint("runs_from_w >= 1", name=op.f("ck_power_sensors_runs_from_w")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_power_sensors_asset_id_assets"),
        sa.PrimaryKeyConstraint("asset_id", name="pk_power_sensors"),
    )
    op.create_table(
        "hours_run",
        sa.Column("asset_id", sa.String(length=32), nullable=False),
        sa.Column("hour_at", _INSTANT, nullable=False),
        sa.Column("ran_s", sa.Integer(), nullable=False),
        sa.Column("known_s", sa.Integer(), nullable=False),
        sa.CheckConstraint("ran_s BETWEEN 0 AND known_s", name=op.f("ck_hours_run_ran_s")),
        sa.CheckConstraint("known_s BETWEEN 1 AND 3600", name=op.f("ck_hours_run_known_s")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_hours_run_asset_id_assets"),
        sa.PrimaryKeyConstraint("asset_id", "hour_at", name="pk_hours_run"),
    )
