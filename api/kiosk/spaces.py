"""Spaces at a kiosk: what is free when, and a guest's own bookings."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query, Response

from api.deps import Id, Paged
from api.explain_views import MyPolicy
from api.idempotency import Keyed, Repeatable
from api.kiosk.deps import BY_CARD, KIOSK, AtKiosk, BeforeKiosk
from api.member import bookings, explain
from api.member.spaces import MOST_DAYS, Guests, availability, span_of
from api.openapi import problems
from api.signpost import Doors
from api.space_views import Availability, BookingView, BookingWish, FreeSpaceView, SpaceView
from api.views import Instant, Items, behind, items
from gateway.bookings import queries
from gateway.spaces import queries as spaces

router = Doors("/kiosk", tags=["kiosk"])


@router.get("/spaces", responses=problems(*KIOSK, "not_found", "malformed"))
async def list_spaces_at_kiosk(at: AtKiosk, page: Paged) -> Items[SpaceView]:
    """Every space."""

    def look() -> Items[SpaceView]:
        with at.desk.sessions.read() as session:
            at.kiosk(session)
            rest = behind(spaces.spaces(session), page, name=lambda space: space.id)
            return items(rest, page, view=SpaceView.of, name=lambda space: space.id)

    return await at.desk.backroom.read(look)


@router.get("/spaces/availability", responses=problems(*KIOSK, "not_found", "malformed"))
async def find_free_spaces_at_kiosk(
    *,
    at: AtKiosk,
    page: Paged,
    since: Annotated[Instant, Query(alias="from")],
    until: Annotated[Instant, Query(alias="to", description=f"At most {MOST_DAYS} days after `from`.")],
) -> Items[FreeSpaceView]:
    """Every space of which something is free within the span, all at once, and when."""

    def look() -> Items[FreeSpaceView]:
        desk = at.desk
        with desk.sessions.read() as session:
            at.kiosk(session)
            found = queries.free_spaces(
                session,
                kind=None,
                within=span_of(since, until),
                at_least=timedelta(),
                policy=desk.centre.booking_policy,
                now=desk.clock.now(),
            )
            rest = behind(found, page, name=lambda one: one.space.id)
            return items(rest, page, view=FreeSpaceView.of, name=lambda one: one.space.id)

    return await at.desk.backroom.read(look)


@router.get("/spaces/{space_id}/availability", responses=problems(*KIOSK, "not_found", "malformed"))
async def read_availability_at_kiosk(
    space_id: Id,
    at: AtKiosk,
    since: Annotated[Instant, Query(alias="from")],
    until: Annotated[Instant, Query(alias="to", description=f"At most {MOST_DAYS} days after `from`.")],
    guests: Guests = 0,
) -> Availability:
    """Every bookable time of a space that lies whole within the span, free or not; never whose it is."""

    def look() -> Availability:
        with at.desk.sessions.read() as session:
            at.kiosk(session)
            return availability(session, at.desk, space_id, span_of(since, until), guests)

    return await at.desk.backroom.read(look)


@router.get("/policy", responses=problems(*BY_CARD))
async def read_policy_at_kiosk(who: BeforeKiosk) -> MyPolicy:
    """What holds for the guest, by card: how far ahead and how long they book, and when a booking opens its door."""
    return await explain.read_my_policy(who)


@router.get("/bookings", responses=problems(*BY_CARD, "not_found", "malformed"))
async def list_bookings_at_kiosk(who: BeforeKiosk, page: Paged) -> Items[BookingView]:
    """The guest's own, by card, the latest time first."""
    return await bookings.list_bookings(who, page)


@router.post(
    "/bookings",
    status_code=201,
    response_model=BookingView,
    responses=problems(
        *BY_CARD, *bookings.POLICY, "not_found", "malformed", "idempotency_key_missing", "idempotency_key_reused"
    ),
)
async def book_at_kiosk(wish: BookingWish, who: BeforeKiosk, attempt: Keyed) -> Response:
    """Book a space, by card. When it is taken the answer names up to three `alternatives` near by."""
    return await bookings.book(wish, who, attempt)


@router.delete("/bookings/{booking_id}", responses=problems(*BY_CARD, *bookings.CANCEL))
async def cancel_booking_at_kiosk(booking_id: Id, who: BeforeKiosk) -> BookingView:
    """Give the time back, by card."""
    return await bookings.cancel_booking(booking_id, who)


@router.post(
    "/bookings/{booking_id}/check-in",
    response_model=BookingView,
    responses=problems(*BY_CARD, *bookings.CHECK_IN),
)
async def check_in_at_kiosk(booking_id: Id, who: BeforeKiosk, attempt: Repeatable) -> Response:
    """Say that one is there. Send `{}`."""
    return await bookings.come(booking_id, who, attempt, is_at_kiosk=True)
