"""Spaces out of order, and what is offered in place of a booking there, as JSON."""

from datetime import datetime
from typing import Self

from pydantic import model_validator
from sqlalchemy.orm import Session

from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, name_of, wrong
from gateway.bookings import moving
from gateway.bookings import queries as bookings
from gateway.bookings.move_offers import MoveOffer, MoveOption
from gateway.spaces import queries as spaces
from gateway.spaces.model import Outage


class NewOutage(Ask):
    """From when on, and why. `ends_at` null: until it is ended."""

    starts_at: Instant
    ends_at: Instant | None = None
    reason: PlainText

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise wrong("ends_at", "ends_at must come after starts_at")
        return self


class OutageView(View):
    """A space out of order. `bookings_in_the_way`: those whose members have not moved yet; each is offered others."""

    id: str
    space_id: str
    space_name: InBothLanguages
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    ended_at: datetime | None
    bookings_in_the_way: int

    @classmethod
    def of(cls, session: Session, outage: Outage, *, now: datetime) -> Self:
        """As the rows say."""
        space = spaces.space(session, outage.space_id)
        is_over = outage.ended_at is not None
        return cls(
            id=outage.id,
            space_id=space.id,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=outage.starts_at,
            ends_at=outage.ends_at,
            reason=outage.reason,
            ended_at=outage.ended_at,
            bookings_in_the_way=0 if is_over else len(moving.in_the_way(session, outage, now=now)),
        )


class OutageViews(View):
    """Those that are not over, the soonest first."""

    items: list[OutageView]


class MoveOptionView(View):
    """A time that is held for the member."""

    id: str
    space_id: str
    space_name: InBothLanguages
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, session: Session, option: MoveOption) -> Self:
        """As the row says."""
        space = spaces.space(session, option.space_id)
        return cls(
            id=option.id,
            space_id=space.id,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=option.starts_at,
            ends_at=option.ends_at,
        )


class MoveOfferView(View):
    """What is held in place of a booking until `until`, and why. Unanswered, the house then cancels the booking."""

    booking_id: str
    space_name: InBothLanguages
    starts_at: datetime
    ends_at: datetime
    reason: str
    until: datetime
    options: list[MoveOptionView]

    @classmethod
    def of(cls, session: Session, made: MoveOffer) -> Self:
        """As the rows say."""
        booking = bookings.booking(session, made.booking_id)
        space = spaces.space(session, booking.space_id)
        return cls(
            booking_id=booking.id,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            reason=session.get_one(Outage, made.outage_id).reason,
            until=made.until_at,
            options=[MoveOptionView.of(session, one) for one in moving.options_of(session, made.id)],
        )


class MoveOfferViews(View):
    """What the member is to answer, the most pressing first."""

    items: list[MoveOfferView]


class MoveChoice(Ask):
    """Which of them."""

    option_id: AnyId
