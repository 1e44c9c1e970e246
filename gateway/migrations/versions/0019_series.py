"""Bookings that come again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0018. Bookings that there are belong to no series."""
    op.create_table(
        "series",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_from", sa.Date(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_series_span")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_series_space_id_spaces"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_series_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
    )
    op.create_index("ix_series_member", "series", ["member_id", "made_at"])
    op.create_table(
        "series_occurrences",
        sa.Column("series_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("booking_id", sa.String(length=32), nullable=True),
        sa.Column("skipped_for", sa.String(length=48), nullable=True),
        sa.Column("skipped_facts", sa.Text(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_series_occurrences_span")),
        sa.CheckConstraint(
            "(booking_id IS NULL) = (skipped_for IS NOT NULL)", name=op.f("ck_series_occurrences_booked_or_skipped")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_series_occurrences_series_id_series"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_series_occurrences_booking_id_bookings"),
        sa.PrimaryKeyConstraint("series_id", "day", name="pk_series_occurrences"),
        sa.UniqueConstraint("booking_id", name="uq_series_occurrences_booking_id"),
    )
