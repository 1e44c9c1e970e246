"""What can be limited, where, and the table of rules."""

from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, word_column


class Limit(StrEnum):
    """What a rule is about. Its refusal is `policy.` and this word."""

    MAY_USE = "may_use"  # 1: may have it at all; 0: may not
    GUESTS = "guests"  # at most so many people named with a booking
    DAYS_AHEAD = "days_ahead"  # at most so many days of the centre's calendar before it
    OPENS_AT = "opens_at"  # minutes after midnight from which the last of those days can be booked
    WEEK_OPENS_AT = "week_opens_at"  # minutes after Monday 0:00 of the week before from which a week can be booked
    BALLOT_CLOSES_AT = "ballot_closes_at"  # the same; before that minute members hand in wishes, and then it is drawn
    MIN_MINUTES = "min_minutes"  # a booking is no shorter
    MAX_MINUTES = "max_minutes"  # and no longer
    MAX_DAYS = "max_days"  # a rental is no longer
    RENTALS_AT_ONCE = "rentals_at_once"
    MOST_AHEAD = "most_ahead"  # bookings that are not over
    BOOKINGS_PER_DAY = "bookings_per_day"
    MINUTES_PER_WEEK = "minutes_per_week"  # Monday to Sunday
    PEAK_MINUTES = "peak_minutes"  # a week, within the rule's peak hours
    BRANCH_PEAK_MINUTES = "branch_peak_minutes"  # the same, of all members of a branch together
    LOW_CREDIT_DAYS_AHEAD = "low_credit_days_ahead"  # as `days_ahead`, for whoever has few points
    LOW_CREDIT_MOST_AHEAD = "low_credit_most_ahead"  # as `most_ahead`, for whoever has few points
    CANCEL_BEFORE = "cancel_before"  # minutes before its start until which a booking can be cancelled or moved
    NEEDS_APPROVAL = "needs_approval"  # 1: staff say yes or no first; 0: they need not


AT_LEAST: Final = frozenset(
    {
        Limit.OPENS_AT,
        Limit.WEEK_OPENS_AT,
        Limit.BALLOT_CLOSES_AT,
        Limit.MIN_MINUTES,
        Limit.CANCEL_BEFORE,
        Limit.NEEDS_APPROVAL,
    }
)
"""Of these the greater value is the stricter one; of all others the smaller."""

IN_PEAK_HOURS: Final = frozenset({Limit.PEAK_MINUTES, Limit.BRANCH_PEAK_MINUTES})
OF_A_BRANCH: Final = frozenset({Limit.BRANCH_PEAK_MINUTES})
OF_RENTALS: Final = frozenset({Limit.MAX_DAYS, Limit.RENTALS_AT_ONCE})
IN_WEEK: Final = frozenset({Limit.WEEK_OPENS_AT, Limit.BALLOT_CLOSES_AT})
"""An instant of the week: minutes after its Monday 0:00."""

OF_CREDIT: Final = frozenset({Limit.LOW_CREDIT_DAYS_AHEAD, Limit.LOW_CREDIT_MOST_AHEAD})
"""While one of these is set, points are kept."""

OF_BOTH: Final = frozenset({Limit.MAY_USE})
YES_OR_NO: Final = frozenset({Limit.MAY_USE, Limit.NEEDS_APPROVAL})


class Layer(StrEnum):
    """How wide a rule reaches, the widest first."""

    CENTRE = "centre"
    SPACE_KIND = "space_kind"
    BANK = "bank"
    SPACE = "space"  # and everything that is part of it


class PolicyRule(Base):
    """One limit for one scope, for everybody or for one group.

    `lifts`: the group is granted so much where the scope says less to everybody; without it the rule only takes.
    """

    __tablename__ = "policy_rules"
    __table_args__ = (
        CheckConstraint("0 <= value", name="value"),
        CheckConstraint("NOT lifts OR group_id IS NOT NULL", name="lifts_a_group"),
        CheckConstraint(
            "(peak_days <> '') = (peak_from_min < peak_until_min) AND peak_until_min <= 1440", name="peak_hours"
        ),
        Index("ix_policy_rules_scope", "scope_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    limit: Mapped[Limit] = mapped_column("limited", word_column(Limit))
    layer: Mapped[Layer] = mapped_column(word_column(Layer))
    scope_id: Mapped[str] = mapped_column(String(32))  # of the space or bank, or the kind; empty for the centre
    group_id: Mapped[str | None] = mapped_column(ForeignKey("member_groups.id"))  # None: everybody
    lifts: Mapped[bool] = mapped_column(default=False, server_default=false())
    value: Mapped[int]
    peak_days: Mapped[str] = mapped_column(String(7), default="", server_default=text("''"))  # 1 Monday … 7 Sunday
    peak_from_min: Mapped[int] = mapped_column(default=0, server_default="0")  # wall-clock minutes after midnight
    peak_until_min: Mapped[int] = mapped_column(default=0, server_default="0")
