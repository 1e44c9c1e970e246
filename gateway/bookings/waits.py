"""The table of those who wait for a time that somebody else has, and the moves a wait may make."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class WaitState(StrEnum):
    """Where somebody who waits stands."""

    WAITING = "WAITING"  # in the queue
    OFFERED = "OFFERED"  # the time is held for them until `offer_until`
    BOOKED = "BOOKED"  # they took it: the booking has this wait's id
    LEFT = "LEFT"  # they no longer want it
    LAPSED = "LAPSED"  # they let the offer pass
    CLOSED = "CLOSED"  # it begins, and nothing came free


IN_QUEUE: Final = (WaitState.WAITING, WaitState.OFFERED)

MOVES: Final = MappingProxyType(
    {
        WaitState.OFFERED: frozenset({WaitState.WAITING}),
        WaitState.BOOKED: frozenset({WaitState.OFFERED}),
        WaitState.LEFT: frozenset({WaitState.WAITING, WaitState.OFFERED}),
        WaitState.LAPSED: frozenset({WaitState.OFFERED}),
        WaitState.CLOSED: frozenset({WaitState.WAITING}),
    }
)


class Line(Base):
    """Those who stand in line before times open at `opens_at`, whatever they wait for; one for each such instant.

    `commitment` is the SHA-256 of the `seed`, told from the first moment on; the seed is told with the draw, in the
    `record` of all that it came from and came to, as JSON.
    """

    __tablename__ = "lines"
    __table_args__ = (
        CheckConstraint("(drawn_at IS NOT NULL) = (record <> '')", name="recorded"),
        Index("ix_lines_drawn_at", "drawn_at", "opens_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    opens_at: Mapped[datetime] = mapped_column(Instant, unique=True)
    seed: Mapped[str] = mapped_column(String(64))  # hex
    commitment: Mapped[str] = mapped_column(String(64))  # hex
    made_at: Mapped[datetime] = mapped_column(Instant)
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)
    record: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))


class Wait(Base):
    """A member waits for a space from `starts_at` until before `ends_at`, with all who come along or not at all.

    While it is offered, the time is claimed under this id; taken, the booking has this id too. So nobody can come in
    between, and nothing changes hands. Who came before the time opened stands in a line until its order is drawn: then
    all of it have come at that instant, and the smallest `lot` came first.
    """

    __tablename__ = "waits"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("(state = 'OFFERED') = (offer_until IS NOT NULL)", name="offered"),
        CheckConstraint("(state IN ('WAITING', 'OFFERED')) = (left_at IS NULL)", name="left"),
        Index("ix_waits_queue", "state", "starts_at"),
        Index("ix_waits_member", "member_id", "joined_at"),
        # Nobody stands in one queue twice: held by the database.
        Index(
            "uq_waits_standing",
            "member_id",
            "space_id",
            "starts_at",
            "ends_at",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    guests: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[WaitState] = mapped_column(word_column(WaitState))
    joined_at: Mapped[datetime] = mapped_column(Instant)
    offer_until: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)  # the queue, however
    line_id: Mapped[str | None] = mapped_column(ForeignKey("lines.id"), index=True)
    lot: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))  # hex; empty: none was drawn

    @property
    def is_undrawn(self) -> bool:
        """In a line whose order nobody knows yet."""
        return self.line_id is not None and not self.lot

    @property
    def people(self) -> int:
        """Its member and whoever comes along."""
        return 1 + self.guests
