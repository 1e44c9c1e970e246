"""Ballots, what is handed in, and times that are kept for one until it is drawn."""

import sqlalchemy as sa
from alembic import op

from gateway.migrations import words

revision = "0023"
down_revision = "0022"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0022: no space is given by ballot."""
    words.widen(
        "claims", "kind", "ck_claims_claimkind", before=("booking", "closure"), after=("booking", "ballot", "closure")
    )
    words.widen("policy_rules", "limited", "ck_policy_rules_limit", before=_LIMITS, after=_WITH_BALLOTS)
    _ballots()
    _entries()
    _wishes()


def _ballots() -> None:
    op.create_table(
        "ballots",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("closes_at", _INSTANT, nullable=False),
        sa.Column("state", _words("OPEN", "DRAWN", "CALLED_OFF", name="ballotstate"), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", _INSTANT, nullable=True),
        sa.Column("record", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("called_off_at", _INSTANT, nullable=True),
        sa.Column("called_off_for", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "opened_at < closes_at AND closes_at <= starts_at AND starts_at < ends_at", name=op.f("ck_ballots_times")
        ),
        sa.CheckConstraint("(state = 'DRAWN') = (drawn_at IS NOT NULL)", name=op.f("ck_ballots_drawn")),
        sa.CheckConstraint("(state = 'DRAWN') = (record <> '')", name=op.f("ck_ballots_recorded")),
        sa.CheckConstraint("(state = 'CALLED_OFF') = (called_off_at IS NOT NULL)", name=op.f("ck_ballots_called_off")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_ballots_space_id_spaces"),
        sa.PrimaryKeyConstraint("id", name="pk_ballots"),
    )
    op.create_index("ix_ballots_space", "ballots", ["space_id", "starts_at"])
    op.create_index("ix_ballots_state", "ballots", ["state", "closes_at"])


def _entries() -> None:
    op.create_table(
        "ballot_entries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ballot_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("handed_in_at", _INSTANT, nullable=False),
        sa.Column("state", _words("HANDED_IN", "WON", "LOST", name="entrystate"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(state = 'WON') = (booking_id IS NOT NULL)", name=op.f("ck_ballot_entries_won")),
        sa.CheckConstraint("(state = 'HANDED_IN') = (place IS NULL)", name=op.f("ck_ballot_entries_placed")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name="fk_ballot_entries_ballot_id_ballots"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_ballot_entries_member_id_members"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_ballot_entries_booking_id_bookings"),
        sa.PrimaryKeyConstraint("id", name="pk_ballot_entries"),
        sa.UniqueConstraint("ballot_id", "member_id", name="uq_ballot_entries_one_each"),
        sa.UniqueConstraint("booking_id", name="uq_ballot_entries_booking_id"),
    )
    op.create_index("ix_ballot_entries_member", "ballot_entries", ["member_id", "state"])


def _wishes() -> None:
    op.create_table(
        "ballot_wishes",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_ballot_wishes_span")),
        sa.ForeignKeyConstraint(["entry_id"], ["ballot_entries.id"], name="fk_ballot_wishes_entry_id_ballot_entries"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_ballot_wishes_space_id_spaces"),
        sa.PrimaryKeyConstraint("entry_id", "rank", name="pk_ballot_wishes"),
    )


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


_LIMITS = (
    "may_use",
    "guests",
    "days_ahead",
    "opens_at",
    "week_opens_at",
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
_WITH_BALLOTS = (*_LIMITS[:5], "ballot_closes_at", *_LIMITS[5:])
