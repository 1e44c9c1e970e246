"""The lock boards of each device, as it says."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """From 0011. A device tells of its boards whenever it comes."""
    op.create_table(
        "device_parts",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=31), nullable=False),
        sa.Column(
            "health",
            sa.Enum("ok", "lost", name="parthealth", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("health_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_door", sa.Integer(), nullable=False),
        sa.Column("last_door", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_device_parts_device_id_devices"),
        sa.PrimaryKeyConstraint("device_id", "name", name="pk_device_parts"),
    )
