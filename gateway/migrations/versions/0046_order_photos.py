"""Photos of work orders."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

_ID = sa.String(length=32)


def upgrade() -> None:
    """From 0045: nobody has photographed anything yet."""
    op.create_table(
        "order_photos",
        sa.Column("id", _ID, nullable=False),
        sa.Column("order_id", _ID, nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "taken",
            sa.Enum("before", "after", name="taken", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size >= 1", name=op.f("ck_order_photos_size")),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name="fk_order_photos_order_id_work_orders"),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name="fk_order_photos_by_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_order_photos"),
    )
    op.create_index("ix_order_photos_order_id", "order_photos", ["order_id"])
