"""The table of bookings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class BookingState(StrEnum):
    """Where a booking stands."""

    PENDING = "PENDING"  # asked for: it holds its time and opens nothing until staff have said yes
    CONFIRMED = "CONFIRMED"  # theirs; over when `ends_at` has passed
    CANCELLED = "CANCELLED"  # given back
    RELEASED = "RELEASED"  # nobody came: given back to everybody
    DENIED = "DENIED"  # staff said no, or nobody had answered when it began


LIVE: Final = (BookingState.PENDING, BookingState.CONFIRMED)
"""In these a booking holds its time, and counts."""


class Booking(Base):
    """A member has a space from `starts_at` until before `ends_at`."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("(state = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(state = 'RELEASED') = (released_at IS NOT NULL)", name="released"),
        CheckConstraint("(state = 'DENIED') = (denied_at IS NOT NULL)", name="denied"),
        Index("ix_bookings_member", "member_id", "starts_at"),
        Index("ix_bookings_space", "space_id", "starts_at"),
        Index("ix_bookings_checked_in_at", "checked_in_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    state: Mapped[BookingState] = mapped_column(word_column(BookingState))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    guests: Mapped[int] = mapped_column(default=0, server_default="0")  # so many people come along
    booked_at: Mapped[datetime] = mapped_column(Instant)
    changes: Mapped[int] = mapped_column(default=0, server_default="0")  # so often since; a calendar's SEQUENCE
    changed_at: Mapped[datetime | None] = mapped_column(Instant)  # when last
    checked_in_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    denied_at: Mapped[datetime | None] = mapped_column(Instant)
    denied_for: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))  # as staff put it
    rental_id: Mapped[str | None] = mapped_column(ForeignKey("rentals.id"), index=True)  # of a locker: since they came

    @property
    def people(self) -> int:
        """Its member and whoever comes along."""
        return 1 + self.guests


class Series(Base):
    """A member's wish to have a space again and again. Each time of it is an occurrence, and most are bookings.

    `starts_at` and `ends_at` are those of the first. From `ended_from` on there is nothing of it any more.
    """

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_series_member", "member_id", "made_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    rule: Mapped[str] = mapped_column(String(200))  # RFC 5545
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    guests: Mapped[int]  # so many others come along, each time
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_from: Mapped[date | None]


class Occurrence(Base):
    """One time of a series, named by the day on which the rule puts it: a booking, or why there is none.

    `starts_at` and `ends_at`: when it is to be, also while there is no booking. `skipped_for` is the code of the
    refusal, `skipped_facts` its facts as JSON.
    """

    __tablename__ = "series_occurrences"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("(booking_id IS NULL) = (skipped_for IS NOT NULL)", name="booked_or_skipped"),
    )

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    booking_id: Mapped[str | None] = mapped_column(ForeignKey("bookings.id"), unique=True)
    skipped_for: Mapped[str | None] = mapped_column(String(48))
    skipped_facts: Mapped[str] = mapped_column(Text, default="{}")


class CalendarAddress(Base):
    """Where a calendar program reads bookings: its member's own or, for staff, those of a space and of its parts.

    Only the SHA-256 of the token in it is kept.
    """

    __tablename__ = "calendar_addresses"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    space_id: Mapped[str | None] = mapped_column(ForeignKey("spaces.id"))  # None: the member's own bookings
    label: Mapped[str] = mapped_column(String(64))  # the member's word for it
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
