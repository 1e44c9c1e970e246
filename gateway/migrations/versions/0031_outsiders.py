"""Off-the-shelf devices: who made one, what it is called there, and what stays its own when it is renamed.

In plain SQL: a table that others refer to is not remade for a column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """From 0030: every device there is runs our firmware."""
    for column, length in (("maker", 16), ("maker_name", 128), ("hardware_id", 64)):
        op.execute(f"ALTER TABLE devices ADD COLUMN {column} VARCHAR({length}) DEFAULT '' NOT NULL")
    op.create_index(
        "uq_devices_maker_name",
        "devices",
        ["maker", "maker_name"],
        unique=True,
        sqlite_where=sa.text("maker <> ''"),
        postgresql_where=sa.text("maker <> ''"),
    )
