"""The table of pulses: what came of each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class PulseEnd(StrEnum):
    """What the contact saw after a pulse."""

    NOTHING = "nothing"  # the door did not move, or has not moved yet
    OPENED = "opened"
    STOOD_OPEN = "stood_open"  # it was open before
    UNSEEN = "unseen"  # nobody could see the door


class Pulse(Base):
    """A strike was pulsed for one command. Its times are what wear shows in, long before a lock breaks."""

    __tablename__ = "pulses"
    __table_args__ = (
        Index("ix_pulses_lock", "lock_id", "pulsed_at"),
        Index(
            "ix_pulses_unjudged",
            "pulsed_at",
            sqlite_where=text("judged_at IS NULL"),
            postgresql_where=text("judged_at IS NULL"),
        ),
    )

    lock_id: Mapped[str] = mapped_column(ForeignKey("locks.id"), primary_key=True)
    cmd_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    pulsed_at: Mapped[datetime] = mapped_column(Instant)
    came_to: Mapped[PulseEnd] = mapped_column(word_column(PulseEnd))
    open_ms: Mapped[int | None]  # from the pulse to the opening edge; None: no such edge, or a restart in between
    judged_at: Mapped[datetime | None] = mapped_column(Instant)  # when the lock was last looked at with this in mind
