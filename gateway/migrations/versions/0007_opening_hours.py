"""Opening hours by weekday, and what staff say of a date."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SPAN = "0 <= opens_min AND opens_min < closes_min AND closes_min <= 1440"
_SPAN_FITS = f"(opens_min IS NULL) = (closes_min IS NULL) AND (opens_min IS NULL OR ({_SPAN}))"


def upgrade() -> None:
    """From 0006. Every space keeps the hours it had, on every day that is no public holiday."""
    op.create_table(
        "opening_hours",
        sa.Column("whose", sa.String(length=32), nullable=False),
        sa.Column("day", _words(*_DAYS, name="dayname"), nullable=False),
        sa.Column("opens_min", sa.Integer(), nullable=True),
        sa.Column("closes_min", sa.Integer(), nullable=True),
        sa.CheckConstraint(_SPAN_FITS, name=op.f("ck_opening_hours_span")),
        sa.PrimaryKeyConstraint("whose", "day", name="pk_opening_hours"),
    )
    op.create_table(
        "calendar_days",
        sa.Column("whose", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", _words("holiday", "workday", "closed", "special_hours", name="daykind"), nullable=False),
        sa.Column("opens_min", sa.Integer(), nullable=True),
        sa.Column("closes_min", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.CheckConstraint(_SPAN_FITS, name=op.f("ck_calendar_days_span")),
        sa.CheckConstraint("(kind = 'special_hours') = (opens_min IS NOT NULL)", name=op.f("ck_calendar_days_hours")),
        sa.PrimaryKeyConstraint("whose", "day", name="pk_calendar_days"),
    )


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday", "workday")
