"""The table of access grants."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class GrantSource(StrEnum):
    """What a grant follows from."""

    RENTAL = "rental"
    BOOKING = "booking"
    SHARE = "share"
    CLEAR_OUT = "clear_out"
    STAFF = "staff"
    EMERGENCY = "emergency"


class AccessGrant(Base):
    """A member may open a lock from `from_at` until before `until_at`, unless it has been ended.

    `from_at` None: at once, and whatever the clock may say later; `until_at` None: no end is set. `once_after_seq`: for
    one opening, until the audit trail has one of theirs behind that entry; None: as often as they like.
    """

    __tablename__ = "access_grants"
    __table_args__ = (
        Index("ix_access_grants_live", "lock_id", "member_id"),
        Index("ix_access_grants_source", "source", "source_id"),
        Index("ix_access_grants_member", "member_id", "source"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    lock_id: Mapped[str] = mapped_column(ForeignKey("locks.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    source: Mapped[GrantSource] = mapped_column(word_column(GrantSource))
    source_id: Mapped[str] = mapped_column(String(32))
    from_at: Mapped[datetime | None] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    once_after_seq: Mapped[int | None]
