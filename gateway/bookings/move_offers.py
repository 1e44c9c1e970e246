"""Tables of what is offered to those whose booked space is out of order, and the moves such an offer may make."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class OfferState(StrEnum):
    """Where an offer to move stands."""

    OPEN = "OPEN"  # its options are held until `until_at`
    TAKEN = "TAKEN"  # the booking was moved
    DECLINED = "DECLINED"  # the house cancelled the booking
    LAPSED = "LAPSED"  # so it did, because nobody answered
    WITHDRAWN = "WITHDRAWN"  # the booking is no longer in the way, or its space is in order again


class MoveOffer(Base):
    """The house asks a member to have another time or space in place of a booking, which is theirs until they answer.

    Of one booking at most one is open: held by the database.
    """

    __tablename__ = "move_offers"
    __table_args__ = (
        CheckConstraint("(state = 'OPEN') = (settled_at IS NULL)", name="settled"),
        Index(
            "uq_move_offers_open",
            "booking_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    booking_id: Mapped[str] = mapped_column(ForeignKey("bookings.id"))
    outage_id: Mapped[str] = mapped_column(ForeignKey("outages.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    state: Mapped[OfferState] = mapped_column(word_column(OfferState))
    made_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)


class MoveOption(Base):
    """One of what is offered. While the offer is open the time is claimed under this id; taken, under the booking's."""

    __tablename__ = "move_options"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="span"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    offer_id: Mapped[str] = mapped_column(ForeignKey("move_offers.id"), index=True)
    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
