"""Which spaces are out of order for the sake of which work order."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

_ID = sa.String(length=32)


def upgrade() -> None:
    """From 0042: a work order that says it blocks has only said so."""
    op.create_table(
        "work_order_outages",
        sa.Column("order_id", _ID, nullable=False),
        sa.Column("outage_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name="fk_work_order_outages_order_id_work_orders"),
        sa.ForeignKeyConstraint(["outage_id"], ["outages.id"], name="fk_work_order_outages_outage_id_outages"),
        sa.PrimaryKeyConstraint("order_id", "outage_id", name="pk_work_order_outages"),
    )
