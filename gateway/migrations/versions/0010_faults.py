"""What came of each pulse, since when a door is open and a device away, and how long a bank lets a door stand open."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0009. Of what was open or away already, the next word of its device says since when."""
    op.add_column("locks", sa.Column("open_since", INSTANT, nullable=True))
    op.add_column("devices", sa.Column("presence_at", INSTANT, nullable=True))
    op.execute("ALTER TABLE banks ADD COLUMN ajar_after_min INTEGER DEFAULT '5' NOT NULL")
    _pulses()


def _pulses() -> None:
    ends = ("nothing", "opened", "stood_open", "unseen")
    op.create_table(
        "pulses",
        sa.Column("lock_id", sa.String(length=32), nullable=False),
        sa.Column("cmd_id", sa.String(length=32), nullable=False),
        sa.Column("pulsed_at", INSTANT, nullable=False),
        sa.Column(
            "came_to",
            sa.Enum(*ends, name="pulseend", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("open_ms", sa.Integer(), nullable=True),
        sa.Column("judged_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_pulses_lock_id_locks"),
        sa.PrimaryKeyConstraint("lock_id", "cmd_id", name="pk_pulses"),
    )
    op.create_index("ix_pulses_lock", "pulses", ["lock_id", "pulsed_at"])
    op.create_index(
        "ix_pulses_unjudged",
        "pulses",
        ["pulsed_at"],
        sqlite_where=sa.text("judged_at IS NULL"),
        postgresql_where=sa.text("judged_at IS NULL"),
    )
