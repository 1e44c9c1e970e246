"""Standing in line before times open at one instant."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0050: whoever waits stands in no line."""
    op.create_table(
        "lines",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("opens_at", _INSTANT, nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("drawn_at", _INSTANT, nullable=True),
        sa.Column("record", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("(drawn_at IS NOT NULL) = (record <> '')", name=op.f("ck_lines_recorded")),
        sa.PrimaryKeyConstraint("id", name="pk_lines"),
        sa.UniqueConstraint("opens_at", name="uq_lines_opens_at"),
    )
    op.create_index("ix_lines_drawn_at", "lines", ["drawn_at", "opens_at"])
    op.execute(
        "ALTER TABLE waits ADD COLUMN line_id VARCHAR(32) CONSTRAINT fk_waits_line_id_lines REFERENCES lines (id)"
    )
    op.execute("ALTER TABLE waits ADD COLUMN lot VARCHAR(64) DEFAULT '' NOT NULL")
    op.create_index("ix_waits_line_id", "waits", ["line_id"])
