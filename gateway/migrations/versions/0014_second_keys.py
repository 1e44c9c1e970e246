"""How a device's key switch and fire contact stand.

In plain SQL: SQLite adds a column with its CHECK only so, and a table that others refer to is not remade.
"""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """From 0013. Nothing has told of any yet."""
    for column in ("key_switch", "fire_contact"):
        op.execute(
            f"ALTER TABLE devices ADD COLUMN {column} VARCHAR(32) DEFAULT 'none' NOT NULL"
            f" CONSTRAINT ck_devices_{column} CHECK ({column} IN ('none', 'off', 'on', 'fault'))"
        )
