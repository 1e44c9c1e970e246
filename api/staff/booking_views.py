"""Bookings as staff see and make them, as JSON."""

from datetime import datetime
from typing import Self

from pydantic import StrictBool

from api.space_views import BookingChange, BookingWish, ClosureView, SpaceView
from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of
from gateway.bookings.model import Booking, BookingState
from gateway.members.model import Member
from gateway.spaces.model import Space


class StaffBooking(View):
    """Somebody's booking. `denied_for`: why staff said no, in their words."""

    id: str
    state: BookingState
    member_no: str
    member_name: str
    space_id: str
    space_name: InBothLanguages
    starts_at: datetime
    ends_at: datetime
    guests: int
    booked_at: datetime
    denied_for: str

    @classmethod
    def of(cls, booking: Booking, member: Member, space: Space) -> Self:
        """As the rows say."""
        return cls(
            id=booking.id,
            state=booking.state,
            member_no=member.member_no,
            member_name=member.name,
            space_id=space.id,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            guests=booking.guests,
            booked_at=booking.booked_at,
            denied_for=booking.denied_for,
        )


class BookingForMember(BookingWish):
    """What staff book for a member. `override`: why it shall be so whatever the rules say; null: as the rules say."""

    member_no: AnyId
    override: PlainText | None = None


class MoveForMember(BookingChange):
    """Another time for somebody's booking, and why; the member reads it. `past_rules`: whatever the rules say."""

    reason: PlainText
    past_rules: StrictBool = False


class Cancelling(Ask):
    """Why somebody's booking cannot be; the member reads it."""

    reason: PlainText


class Board(View):
    """A time as the desk sees it: what can be booked, who has it, and what is closed. Closures: a row a part."""

    spaces: list[SpaceView]
    bookings: list[StaffBooking]
    closures: list[ClosureView]


class Denial(Ask):
    """Why not; the member reads it."""

    reason: PlainText
