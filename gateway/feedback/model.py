"""The table of what members say of the centre."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant


class Feedback(Base):
    """How a member found it, from 1, poor, to 5, and in their own words. Staff read it without a name.

    So it is not in the trail either, which staff can search by who acted. `space_id` None: of the whole centre.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        Index("ix_feedback_member", "member_id", "given_at"),
        Index("ix_feedback_given", "given_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    space_id: Mapped[str | None] = mapped_column(ForeignKey("spaces.id"))
    score: Mapped[int]
    words: Mapped[str] = mapped_column(Text)  # may be empty
    given_at: Mapped[datetime] = mapped_column(Instant)
