"""Where calendar programs read bookings, and how often each booking was changed."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0024. No calendar has read any booking yet, so that all may begin to count at nothing."""
    op.add_column("bookings", sa.Column("changes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("bookings", sa.Column("changed_at", _INSTANT, nullable=True))
    op.execute("UPDATE bookings SET changed_at = COALESCE(cancelled_at, released_at, denied_at, checked_in_at)")
    op.create_table(
        "calendar_addresses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=True),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_calendar_addresses_member_id_members"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_calendar_addresses_space_id_spaces"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_addresses"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_addresses_token_hash"),
    )
    op.create_index("ix_calendar_addresses_member_id", "calendar_addresses", ["member_id"])
