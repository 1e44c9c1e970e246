"""Tables of ballots and of what members hand in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class BallotState(StrEnum):
    """Where a ballot stands."""

    OPEN = "OPEN"  # wishes are handed in until it closes; closed, it is drawn
    DRAWN = "DRAWN"
    CALLED_OFF = "CALLED_OFF"  # by staff, before the draw: the times are booked like all others


class Ballot(Base):
    """Everything free of a space from `starts_at` until `ends_at` is given by lot; until then nobody can book it.

    `commitment` is the SHA-256 of the `seed`, told from the first moment on; the seed is told with the draw. `record`
    is all that the draw came from and came to, as JSON.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        CheckConstraint("opened_at < closes_at AND closes_at <= starts_at AND starts_at < ends_at", name="times"),
        CheckConstraint("(state = 'DRAWN') = (drawn_at IS NOT NULL)", name="drawn"),
        CheckConstraint("(state = 'DRAWN') = (record <> '')", name="recorded"),
        CheckConstraint("(state = 'CALLED_OFF') = (called_off_at IS NOT NULL)", name="called_off"),
        Index("ix_ballots_space", "space_id", "starts_at"),
        Index("ix_ballots_state", "state", "closes_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[BallotState] = mapped_column(word_column(BallotState))
    seed: Mapped[str] = mapped_column(String(64))  # hex
    commitment: Mapped[str] = mapped_column(String(64))  # hex
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)
    record: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    called_off_at: Mapped[datetime | None] = mapped_column(Instant)
    called_off_for: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))  # as staff put it


class EntryState(StrEnum):
    """What came of what a member handed in."""

    HANDED_IN = "HANDED_IN"
    WON = "WON"
    LOST = "LOST"


class Entry(Base):
    """What one member handed in, for themselves and whoever comes along.

    It is one lot, whatever the number of wishes or of people; at most one wish comes true, for all of them.

    `place`: the how-manieth it was in the draw, from 1.
    """

    __tablename__ = "ballot_entries"
    __table_args__ = (
        UniqueConstraint("ballot_id", "member_id", name="uq_ballot_entries_one_each"),
        CheckConstraint("(state = 'WON') = (booking_id IS NOT NULL)", name="won"),
        CheckConstraint("(state = 'HANDED_IN') = (place IS NULL)", name="placed"),
        Index("ix_ballot_entries_member", "member_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ballot_id: Mapped[str] = mapped_column(ForeignKey("ballots.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    guests: Mapped[int]
    handed_in_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[EntryState] = mapped_column(word_column(EntryState))
    place: Mapped[int | None]
    booking_id: Mapped[str | None] = mapped_column(ForeignKey("bookings.id"), unique=True)

    @property
    def people(self) -> int:
        """Its member and whoever comes along."""
        return 1 + self.guests


class EntryWish(Base):
    """One time that would do, all of it or nothing; `rank` 0 is what they would like best."""

    __tablename__ = "ballot_wishes"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="span"),)

    entry_id: Mapped[str] = mapped_column(ForeignKey("ballot_entries.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
