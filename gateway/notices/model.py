"""The table of notices."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant


class Notice(Base):
    """Something a member should know. The reader's language is chosen when it is read, so only the facts are kept."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_member", "member_id", "left_at"),
        Index("ix_notices_about", "about"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(String(48))  # what is said; stable, as a refusal's code is
    about: Mapped[str] = mapped_column(String(32))  # the id of a rental or a booking
    facts: Mapped[str] = mapped_column(Text)  # JSON, sorted keys
    left_at: Mapped[datetime] = mapped_column(Instant)
    over_at: Mapped[datetime | None] = mapped_column(Instant)  # since when it is no longer so
