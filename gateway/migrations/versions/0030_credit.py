"""Points, and the rules that hold for whoever has few of them."""

import sqlalchemy as sa
from alembic import op

from gateway.migrations import words

revision = "0030"
down_revision = "0029"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0023. No rule is about points, so none are kept."""
    words.widen("policy_rules", "limited", "ck_policy_rules_limit", before=_LIMITS, after=_WITH_CREDIT)
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.Column("cause", _words("no_show", "late_cancel", name="cause"), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("appeal", _words("none", "asked", "accepted", "refused", name="appeal"), nullable=False),
        sa.Column("asked_for", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("answer", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "(appeal IN ('accepted', 'refused')) = (answered_at IS NOT NULL)", name=op.f("ck_credit_entries_answered")
        ),
        sa.CheckConstraint("appeal <> 'asked' OR asked_for <> ''", name=op.f("ck_credit_entries_asked")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_credit_entries_member_id_members"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_credit_entries_booking_id_bookings"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_entries"),
        sa.UniqueConstraint("booking_id", name="uq_credit_entries_booking_id"),
    )
    op.create_index("ix_credit_entries_member", "credit_entries", ["member_id", "at"])
    op.create_index("ix_credit_entries_appeal", "credit_entries", ["appeal", "at"])


def _words(*words_: str, name: str) -> sa.Enum:
    return sa.Enum(*words_, name=name, native_enum=False, create_constraint=True, length=32)


_LIMITS = (
    "may_use",
    "guests",
    "days_ahead",
    "opens_at",
    "week_opens_at",
    "ballot_closes_at",
    "min_minutes",
    "max_minutes",
    "max_days",
    "rentals_at_once",
    "most_ahead",
    "bookings_per_day",
    "minutes_per_week",
    "peak_minutes",
    "branch_peak_minutes",
    "cancel_before",
    "needs_approval",
)
_WITH_CREDIT = (*_LIMITS[:-2], "low_credit_days_ahead", "low_credit_most_ahead", *_LIMITS[-2:])
