"""A rule by which all times of a week open at one instant."""

from gateway.migrations import words

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """From 0020. Rules that were set stay as they are."""
    words.widen("policy_rules", "limited", "ck_policy_rules_limit", before=_BEFORE, after=_AFTER)


_BEFORE = (
    "may_use",
    "guests",
    "days_ahead",
    "opens_at",
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
_AFTER = (*_BEFORE[:4], "week_opens_at", *_BEFORE[4:])
