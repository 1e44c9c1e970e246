"""The table of what cost a member points."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class Cause(StrEnum):
    """Why points were taken."""

    NO_SHOW = "no_show"  # nobody came, and nothing of ours kept them out
    LATE_CANCEL = "late_cancel"  # given back when hardly anybody else could still use it


class Appeal(StrEnum):
    """Where an objection stands."""

    NONE = "none"
    ASKED = "asked"
    ACCEPTED = "accepted"  # it costs nothing, as if it had not been; staff may say so unasked
    REFUSED = "refused"


class CreditEntry(Base):
    """One thing that cost a member points; what it still costs is judged by the day (`rules`).

    `asked_for`: why not, in the member's own words. `answer`: staff's reason.
    """

    __tablename__ = "credit_entries"
    __table_args__ = (
        CheckConstraint("(appeal IN ('accepted', 'refused')) = (answered_at IS NOT NULL)", name="answered"),
        CheckConstraint("appeal <> 'asked' OR asked_for <> ''", name="asked"),
        Index("ix_credit_entries_member", "member_id", "at"),
        Index("ix_credit_entries_appeal", "appeal", "at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    booking_id: Mapped[str] = mapped_column(ForeignKey("bookings.id"), unique=True)
    cause: Mapped[Cause] = mapped_column(word_column(Cause))
    at: Mapped[datetime] = mapped_column(Instant)
    appeal: Mapped[Appeal] = mapped_column(word_column(Appeal))
    asked_for: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    answer: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
