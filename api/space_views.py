"""Spaces and bookings, as JSON."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from api.calendar_views import DayView, Minute
from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, name_of, wrong
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.queries import FreeSpace, Slot
from gateway.spaces.model import Space, SpaceKind
from gateway.spaces.rules import Span

Guests = Annotated[StrictInt, Field(ge=0, le=1000)] | None
"""So many others come along."""

_LONGEST = timedelta(days=366)  # of a booking, a closure or a look at what is free: longer is a slip of the pen


class SpaceView(View):
    """Something that is booked. `places`: how many may have it at the same time.

    `capacity`: for how many people each of its places is, whoever books among them; null: nobody has said.
    """

    id: str
    kind: SpaceKind
    name: InBothLanguages
    part_of: str | None
    places: int
    opens_min: int
    closes_min: int
    slot_min: int
    buffer_min: int
    capacity: int | None

    @classmethod
    def of(cls, space: Space) -> Self:
        """As the row says."""
        return cls(
            id=space.id,
            kind=space.kind,
            name=name_of(space.name_zh, space.name_en),
            part_of=space.parent_id,
            places=space.places,
            opens_min=space.opens_min,
            closes_min=space.closes_min,
            slot_min=space.slot_min,
            buffer_min=space.buffer_min,
            capacity=space.capacity,
        )


class SlotView(View):
    """One bookable time.

    `reason` when it is not free for all who come: `slot_taken`, `in_ballot`, `in_maintenance`, `closed`, `in_the_past`
    or `too_many_people`. `places_free`: places that nobody has; of a space that is had whole 1 or 0.
    """

    starts_at: datetime
    ends_at: datetime
    free: bool
    reason: str | None
    places_free: int

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """As the query found it."""
        return cls(
            starts_at=slot.span.starts_at,
            ends_at=slot.span.ends_at,
            free=slot.reason is None,
            reason=slot.reason,
            places_free=slot.places_free,
        )


class Availability(View):
    """Every bookable time of a space within the span that was asked for, and how each day of it is there."""

    items: list[SlotView]
    days: list[DayView]


class StretchView(View):
    """A time that is free without a gap. `places_free`: as many in every slot of it, though not always the same."""

    starts_at: datetime
    ends_at: datetime
    places_free: int


class FreeSpaceView(View):
    """A space, and when it is free. Of several places another may be free in every slot."""

    space_id: str
    kind: SpaceKind
    free: list[StretchView]

    @classmethod
    def of(cls, found: FreeSpace) -> Self:
        """As the query found it."""
        free = [
            StretchView(starts_at=starts_at, ends_at=ends_at, places_free=places_free)
            for starts_at, ends_at, places_free in found.stretches
        ]
        return cls(space_id=found.space.id, kind=found.space.kind, free=free)


class TimeWish(Ask):
    """From when until when."""

    starts_at: Instant
    ends_at: Instant

    @property
    def span(self) -> Span:
        """Both ends."""
        return Span(self.starts_at, self.ends_at)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise wrong("ends_at", "ends_at must come after starts_at")
        if self.ends_at - self.starts_at > _LONGEST:
            raise wrong("ends_at", "that is longer than a year")
        return self


class BookingWish(TimeWish):
    """Which space, from when until when. `guests`: so many others come along; null is none.

    Where people have a place each, as in a row of seats, all of them have one or nobody has.

    `recurrence`: again and again, an RFC 5545 RRULE of FREQ (DAILY, WEEKLY, MONTHLY), INTERVAL, BYDAY and COUNT or
    UNTIL. What of it cannot be had is skipped, or with `all` nothing is booked then.
    """

    space_id: AnyId
    guests: Guests = None
    recurrence: Annotated[str, Field(min_length=1, max_length=200, examples=["FREQ=WEEKLY;COUNT=8"])] | None = None
    all: StrictBool | None = None


class BookingChange(TimeWish):
    """The same space at another time, or for so many. `guests`: so many others come along; null: as many as before."""

    guests: Guests = None


class BookingView(View):
    """A member's booking. `opens_door`: whether it is the key to a door, from a little before its start.

    `series_id`: of the series that it is a time of. `rental_id`: of a locker, what it became when they came for it.
    `bank_id`: of a locker, where it is.
    """

    id: str
    state: BookingState
    space_id: str
    space_kind: SpaceKind
    space_name: InBothLanguages
    starts_at: datetime
    ends_at: datetime
    guests: int
    opens_door: bool
    checked_in_at: datetime | None
    series_id: str | None
    rental_id: str | None
    bank_id: str | None

    @classmethod
    def of(
        cls, booking: Booking, space: Space, *, opens_door: bool, series_id: str | None, bank_id: str | None
    ) -> Self:
        """As the rows say."""
        return cls(
            id=booking.id,
            state=booking.state,
            space_id=booking.space_id,
            space_kind=space.kind,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            guests=booking.guests,
            opens_door=opens_door,
            checked_in_at=booking.checked_in_at,
            series_id=series_id,
            rental_id=booking.rental_id,
            bank_id=bank_id,
        )


class NewSpace(Ask):
    """A space to be. `part_of`: what it is a part of. `lock_id`: its door; without, that of what it is part of.

    `capacity`: for how many people each of its places is; null: nobody says.

    A locker goes by its compartment's `id`; it is no part of anything, and its door is its compartment's.
    """

    id: AnyId
    kind: SpaceKind
    name_zh: PlainText
    name_en: PlainText
    part_of: AnyId | None = None
    lock_id: AnyId | None = None
    places: Annotated[StrictInt, Field(ge=1, le=1000)] = 1
    opens_min: Minute = 8 * 60
    closes_min: Minute = 22 * 60
    slot_min: Annotated[StrictInt, Field(ge=5, le=1440)] = 60
    buffer_min: Annotated[StrictInt, Field(ge=0, le=240)] = 0
    capacity: Annotated[StrictInt, Field(ge=1, le=100_000)] | None = None

    @model_validator(mode="after")
    def _a_locker_is_one_compartment(self) -> Self:
        never = {"part_of": None, "lock_id": None, "places": 1, "capacity": None}
        if self.kind is SpaceKind.LOCKER:
            for name, value in never.items():
                if getattr(self, name) != value:
                    raise wrong(name, "a locker has no part_of, lock_id, places or capacity of its own")
        return self

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.closes_min <= self.opens_min:
            raise wrong("closes_min", "closes_min must come after opens_min")
        return self


class SpaceChange(Ask):
    """`capacity`: for how many people each place of a space is; 0: nobody can say."""

    capacity: Annotated[StrictInt, Field(ge=0, le=100_000)]


class NewClosure(TimeWish):
    """From when until when nobody can book, and why: everybody reads that at the door."""

    reason: PlainText


class ClosureView(View):
    """A time for which nobody can book a space. `reason` null: an activity has it, or a locker was not given back."""

    id: str
    space_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str | None
