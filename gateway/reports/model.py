"""Tables of members' fault reports and of their photos."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class About(StrEnum):
    """What kind of thing is reported."""

    LOCKER = "locker"  # a compartment that the reporter has
    SPACE = "space"
    DOOR = "door"  # of a space: a lock
    KIOSK = "kiosk"
    ELSEWHERE = "elsewhere"  # a zone, or nothing that has a name


class Wrong(StrEnum):
    """What is wrong with it, in the fewest words."""

    WILL_NOT_OPEN = "will_not_open"
    WILL_NOT_SHUT = "will_not_shut"
    BROKEN = "broken"
    DIRTY = "dirty"
    NO_LIGHT = "no_light"
    WATER = "water"
    OTHER = "other"


class ReportState(StrEnum):
    """How far a report has come."""

    RECEIVED = "RECEIVED"
    LOOKED_AT = "LOOKED_AT"
    MENDED = "MENDED"
    CLOSED = "CLOSED"  # there was nothing to mend


OVER: Final = (ReportState.MENDED, ReportState.CLOSED)


class FaultReport(Base):
    """A member says that something is wrong. `answer`: what staff said last.

    `thing_id`: of a compartment, a space, a lock, a kiosk or a zone, as `about` says. None: of nothing with a name.
    """

    __tablename__ = "fault_reports"
    __table_args__ = (
        CheckConstraint("(state IN ('MENDED', 'CLOSED')) = (over_at IS NOT NULL)", name="over"),
        CheckConstraint("(state = 'RECEIVED') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("thing_id IS NOT NULL OR about = 'elsewhere'", name="thing"),
        Index("ix_fault_reports_member", "member_id", "reported_at"),
        Index("ix_fault_reports_thing", "about", "thing_id"),
        Index("ix_fault_reports_state", "state", "reported_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    about: Mapped[About] = mapped_column(word_column(About))
    thing_id: Mapped[str | None] = mapped_column(String(32))
    wrong: Mapped[Wrong] = mapped_column(word_column(Wrong))
    words: Mapped[str] = mapped_column(Text)  # the member's own; may be empty
    state: Mapped[ReportState] = mapped_column(word_column(ReportState))
    reported_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)  # the last time
    over_at: Mapped[datetime | None] = mapped_column(Instant)
    work_order_id: Mapped[str | None] = mapped_column(String(32))  # what was made of it


class ReportPhoto(Base):
    """What the member photographed: a JPEG of ours (`photo.redrawn`), in a table of its own that no list reads."""

    __tablename__ = "report_photos"

    report_id: Mapped[str] = mapped_column(ForeignKey("fault_reports.id"), primary_key=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
