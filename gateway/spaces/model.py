"""Tables of spaces, and of who claims which part of them when."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class SpaceKind(StrEnum):
    """What a space is to people."""

    ROOM = "room"
    COURT = "court"
    SEAT = "seat"
    EQUIPMENT = "equipment"
    LOCKER = "locker"  # a compartment that is booked ahead; its lock says which


class ClaimKind(StrEnum):
    """Why a part of a space is not free."""

    BOOKING = "booking"
    BALLOT = "ballot"  # until it is drawn who has it; then it is free, or somebody's booking
    CLOSURE = "closure"  # by staff: cleaning, an event of the house
    MAINTENANCE = "maintenance"  # out of order: see `Outage`


SHUT: Final = (ClaimKind.CLOSURE, ClaimKind.MAINTENANCE)
"""What keeps everybody out."""


class Space(Base):
    """Something that is booked by the hour. It may be part of a bigger one: a court is a quarter of the hall.

    A space without parts has `places`: so many may claim it at the same time. One with parts is claimed by claiming
    all of them. `capacity`: for how many people each place of it is; None: nobody has said, and of several places each
    is for one. Those who come together take as many places as they need. `opens_min` and
    `closes_min` are its usual hours, for days of which the calendar says nothing: wall-clock minutes after midnight in
    the centre's zone. Slots follow one another every `slot_min` minutes from the day's opening on.
    """

    __tablename__ = "spaces"
    __table_args__ = (
        CheckConstraint("places >= 1", name="places"),
        CheckConstraint("slot_min >= 5", name="slot"),
        CheckConstraint("0 <= opens_min AND opens_min < closes_min AND closes_min <= 1440", name="hours"),
        CheckConstraint("0 <= buffer_min", name="buffer"),
        CheckConstraint("capacity >= 1", name="capacity"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("spaces.id"), index=True)
    kind: Mapped[SpaceKind] = mapped_column(word_column(SpaceKind))
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    lock_id: Mapped[str | None] = mapped_column(ForeignKey("locks.id"))  # its door; None: that of what it is part of
    places: Mapped[int] = mapped_column(default=1)
    opens_min: Mapped[int]
    closes_min: Mapped[int]
    slot_min: Mapped[int]
    buffer_min: Mapped[int] = mapped_column(default=0)  # kept free after every booking, to tidy and to change over
    capacity: Mapped[int | None]


class Claim(Base):
    """One place of one undivided space, from `starts_at` until before `ends_at`, unless it was released.

    The database refuses two that overlap (migration `spaces_and_bookings`), and a place that the space does not have
    (`places_there_are`), whoever writes them.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_claims_place", "space_id", "place", "starts_at"),
        Index("ix_claims_source", "kind", "source_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    place: Mapped[int]  # from 0
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[ClaimKind] = mapped_column(word_column(ClaimKind))
    source_id: Mapped[str] = mapped_column(String(32))  # of the booking, the closure, the ballot or the outage
    released_at: Mapped[datetime | None] = mapped_column(Instant)


class Closure(Base):
    """Staff closed a space, with all its parts, from `starts_at` until before `ends_at`, and said why.

    What keeps others out is its claims, not this row: an activity, or a locker that was not given back in time, closes
    a space without one.
    """

    __tablename__ = "closures"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("(reopened_at IS NULL) = (reopened_by IS NULL)", name="reopened"),
        Index("ix_closures_space", "space_id", "ends_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(64))  # everybody reads it at the door
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(64))  # as the trail names them
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)
    reopened_by: Mapped[str | None] = mapped_column(String(64))


class Outage(Base):
    """A space, with all its parts, is out of order from `starts_at` on. `ends_at` None: until somebody ends it.

    Whatever nobody has of that time is claimed for it at once, and what somebody has as soon as they give it back; so
    nothing of it is booked any more.
    """

    __tablename__ = "outages"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name="span"),
        Index("ix_outages_standing", "space_id", "ended_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)  # when staff said that it is over
