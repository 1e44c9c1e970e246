"""A member's bookings."""

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Id, Paged, SignedIn
from api.idempotency import Keyed, Repeatable
from api.openapi import SIGNED_IN, problems
from api.series_views import SeriesView, series_view
from api.signpost import Doors
from api.space_views import BookingChange, BookingView, BookingWish
from api.views import Items, items
from gateway.bookings import no_shows, series
from gateway.bookings import queries as bookings
from gateway.bookings import service as bookings_service
from gateway.bookings.model import Booking
from gateway.kiosks import queries as kiosks
from gateway.lockers import queries as lockers
from gateway.spaces import queries as spaces
from gateway.spaces.model import SpaceKind

router = Doors("/bookings", tags=["bookings"])

COUNTED = (
    "policy.most_ahead",
    "policy.low_credit_most_ahead",
    "policy.bookings_per_day",
    "policy.minutes_per_week",
    "policy.peak_minutes",
    "policy.branch_peak_minutes",
)
POLICY = (  # what may be refused, here and at a kiosk
    "slot_taken",
    "in_ballot",
    "in_line",
    "in_maintenance",
    "booking_in_the_past",
    "policy.opening_hours",
    "policy.closed_day",
    "policy.slots",
    "policy.may_use",
    "policy.guests",
    "too_many_people",
    "policy.days_ahead",
    "policy.opens_at",
    "policy.week_opens_at",
    "policy.ballot_closes_at",
    "policy.low_credit_days_ahead",
    "policy.min_minutes",
    "policy.max_minutes",
    *COUNTED,
)

CANCEL = (
    "not_found",
    "booking_cancelled",
    "booking_released",
    "booking_denied",
    "booking_over",
    "locker_in_use",
    "policy.cancel_before",
)
CHECK_IN = (
    "not_found",
    "clock_wrong",
    "booking_too_early",
    "booking_over",
    "booking_cancelled",
    "booking_released",
    "booking_denied",
    "booking_pending",
    "open_it_first",
    "check_in_at_kiosk",
    "malformed",
    "idempotency_key_reused",
)


@router.post(
    "",
    status_code=201,
    response_model=BookingView | SeriesView,
    responses=problems(
        *SIGNED_IN,
        *POLICY,
        "series_not_free",
        "not_found",
        "malformed",
        "idempotency_key_missing",
        "idempotency_key_reused",
    ),
)
async def book(wish: BookingWish, who: SignedIn, attempt: Keyed) -> Response:
    """Book a space, once or, with `recurrence`, again and again: the answer is then a series.

    When it is taken the answer names up to three `alternatives` near by.
    """
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            if wish.recurrence is not None:
                made, missed = series.book(
                    session,
                    member=member,
                    space_id=wish.space_id,
                    first=wish.span,
                    recurs=wish.recurrence,
                    guests=wish.guests or 0,
                    all_or_none=bool(wish.all),
                    policy=desk.centre.booking_policy,
                    now=now,
                )
                told_of = series_view(session, made, who.language, missed)
                return attempt.keep(session, member_id=member.id, status=201, view=told_of, now=now)
            booking = bookings_service.book(
                session,
                member=member,
                space_id=wish.space_id,
                span=wish.span,
                guests=wish.guests or 0,
                policy=desk.centre.booking_policy,
                now=now,
            )
            return attempt.keep(session, member_id=member.id, status=201, view=booking_view(session, booking), now=now)

    return await desk.backroom.write(act)


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_bookings(who: SignedIn, page: Paged) -> Items[BookingView]:
    """The member's own, the latest time first."""

    def look() -> Items[BookingView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = bookings.bookings_of(session, member_id=member.id, limit=page.limit + 1, after=page.after)
            return items(found, page, view=lambda one: booking_view(session, one), name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.get("/{booking_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_booking(booking_id: Id, who: SignedIn) -> BookingView:
    """One of the member's own."""

    def look() -> BookingView:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            return booking_view(session, bookings.booking_of(session, member_id=member.id, booking_id=booking_id))

    return await who.desk.backroom.read(look)


@router.patch(
    "/{booking_id}",
    responses=problems(
        *SIGNED_IN,
        *POLICY,
        "policy.cancel_before",
        "not_found",
        "malformed",
        "booking_cancelled",
        "booking_released",
        "booking_denied",
        "booking_begun",
        "booking_over",
        "locker_in_use",
    ),
)
async def move_booking(booking_id: Id, change: BookingChange, who: SignedIn) -> BookingView:
    """Have the same space at another time, or for so many. Where that cannot be, the booking stays as it was."""
    desk = who.desk

    def act() -> BookingView:
        with desk.sessions.begin() as session:
            member = who.member(session)
            booking = bookings.booking_of(session, member_id=member.id, booking_id=booking_id)
            moved = bookings_service.move(
                session,
                booking=booking,
                member=member,
                span=change.span,
                guests=change.guests,
                policy=desk.centre.booking_policy,
                now=desk.clock.now(),
            )
            return booking_view(session, moved)

    return await desk.backroom.write(act)


@router.delete(
    "/{booking_id}",
    responses=problems(*SIGNED_IN, *CANCEL),
)
async def cancel_booking(booking_id: Id, who: SignedIn) -> BookingView:
    """Give the time back. Answers with the booking as it ended."""
    desk = who.desk

    def act() -> BookingView:
        with desk.sessions.begin() as session:
            member = who.member(session)
            booking = bookings.booking_of(session, member_id=member.id, booking_id=booking_id)
            policy, now = desk.centre.booking_policy, desk.clock.now()
            return booking_view(
                session, bookings_service.cancel(session, booking=booking, member=member, policy=policy, now=now)
            )

    return await desk.backroom.write(act)


@router.post(
    "/{booking_id}/check-in",
    response_model=BookingView,
    responses=problems(*SIGNED_IN, *CHECK_IN),
)
async def check_in(booking_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Say that one is there. Opening the door says it too, and where there is none a kiosk proves it. Send `{}`."""
    return await come(booking_id, who, attempt, is_at_kiosk=False)


async def come(booking_id: Id, who: SignedIn, attempt: Repeatable, *, is_at_kiosk: bool) -> Response:
    """Check in, here or at a kiosk."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            booking = bookings.booking_of(session, member_id=member.id, booking_id=booking_id)
            bookings_service.check_in(
                session,
                booking=booking,
                policy=desk.centre.booking_policy,
                now=now,
                is_from_afar=not is_at_kiosk and kiosks.is_one_there(session, now=now),
            )
            return attempt.keep(session, member_id=member.id, status=200, view=booking_view(session, booking), now=now)

    return await desk.backroom.write(act)


@router.post(
    "/{booking_id}/reclaim",
    response_model=BookingView,
    responses=problems(
        *SIGNED_IN,
        "not_found",
        "booking_not_released",
        "booking_reclaim_late",
        "booking_over",
        *COUNTED,
        "slot_taken",
        "in_line",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def reclaim_booking(booking_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Come after all: within five minutes a booking that was given back is had again, if still free. Send `{}`."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            booking = bookings.booking_of(session, member_id=member.id, booking_id=booking_id)
            no_shows.reclaim(session, booking=booking, member=member, policy=desk.centre.booking_policy, now=now)
            return attempt.keep(session, member_id=member.id, status=200, view=booking_view(session, booking), now=now)

    return await desk.backroom.write(act)


def booking_view(session: Session, booking: Booking) -> BookingView:
    """As its member sees it."""
    opens_door = spaces.lock_of(session, booking.space_id) is not None
    series_id = bookings.series_with(session, booking.id)
    space = spaces.space(session, booking.space_id)
    bank_id = lockers.bank_of(session, space.id) if space.kind is SpaceKind.LOCKER else None
    return BookingView.of(booking, space, opens_door=opens_door, series_id=series_id, bank_id=bank_id)
