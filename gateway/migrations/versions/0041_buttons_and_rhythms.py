"""What a button of an off-the-shelf device means, and how often such a device usually speaks.

In plain SQL: SQLite adds a column with its CHECK only so, and a table that others refer to is not remade.
"""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """From 0040: no button meant anything, and nobody had listened for a rhythm."""
    op.execute(
        "ALTER TABLE devices ADD COLUMN button VARCHAR(32) DEFAULT 'nothing' NOT NULL"
        " CONSTRAINT ck_devices_button CHECK (button IN ('nothing', 'call_staff'))"
    )
    op.execute("ALTER TABLE devices ADD COLUMN usual_s INTEGER DEFAULT 0 NOT NULL")
