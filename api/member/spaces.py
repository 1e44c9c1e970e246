"""What can be booked, and when it is free."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from api.calendar_views import DayView
from api.deps import Desk, Id, Paged, SignedIn
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.space_views import Availability, FreeSpaceView, SlotView, SpaceView
from api.views import Instant, Items, behind, items
from gateway.bookings import queries as bookings
from gateway.kit.errors import Malformed
from gateway.spaces import queries as spaces
from gateway.spaces.model import SpaceKind
from gateway.spaces.rules import Span

router = Doors("/spaces", tags=["spaces"])

MOST_DAYS = 31  # of one look at what is free

Guests = Annotated[int, Query(ge=0, le=1000, description="Free for whoever asks and so many others, all together.")]


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_spaces(who: SignedIn, page: Paged) -> Items[SpaceView]:
    """Every space."""

    def look() -> Items[SpaceView]:
        with who.desk.sessions.read() as session:
            who.member(session)
            rest = behind(spaces.spaces(session), page, name=lambda space: space.id)
            return items(rest, page, view=SpaceView.of, name=lambda space: space.id)

    return await who.desk.backroom.read(look)


@router.get("/availability", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def find_free_spaces(
    *,
    who: SignedIn,
    page: Paged,
    since: Annotated[Instant, Query(alias="from")],
    until: Annotated[Instant, Query(alias="to", description=f"At most {MOST_DAYS} days after `from`.")],
    kind: Annotated[SpaceKind | None, Query(description="Only spaces of this kind.")] = None,
    minutes: Annotated[int, Query(ge=1, le=1440, description="Free for so long without a gap.")] = 1,
    guests: Guests = 0,
) -> Items[FreeSpaceView]:
    """Every space of which something is free within the span, all at once, and when."""

    def look() -> Items[FreeSpaceView]:
        with who.desk.sessions.read() as session:
            who.member(session)
            found = bookings.free_spaces(
                session,
                kind=kind,
                within=span_of(since, until),
                at_least=timedelta(minutes=minutes),
                people=1 + guests,
                policy=who.desk.centre.booking_policy,
                now=who.desk.clock.now(),
            )
            rest = behind(found, page, name=lambda one: one.space.id)
            return items(rest, page, view=FreeSpaceView.of, name=lambda one: one.space.id)

    return await who.desk.backroom.read(look)


@router.get("/{space_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_space(space_id: Id, who: SignedIn) -> SpaceView:
    """One of them."""

    def look() -> SpaceView:
        with who.desk.sessions.read() as session:
            who.member(session)
            return SpaceView.of(spaces.space(session, space_id))

    return await who.desk.backroom.read(look)


@router.get("/{space_id}/availability", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def read_availability(
    space_id: Id,
    who: SignedIn,
    since: Annotated[Instant, Query(alias="from")],
    until: Annotated[Instant, Query(alias="to", description=f"At most {MOST_DAYS} days after `from`.")],
    guests: Guests = 0,
) -> Availability:
    """Every bookable time of a space that lies whole within the span, free or not."""

    def look() -> Availability:
        with who.desk.sessions.read() as session:
            who.member(session)
            return availability(session, who.desk, space_id, span_of(since, until), guests)

    return await who.desk.backroom.read(look)


def span_of(since: datetime, until: datetime) -> Span:
    """Of one look. Raises Malformed for a span that is none, or too long."""
    if not 0 < (until - since).total_seconds() <= MOST_DAYS * 86_400:
        raise Malformed("malformed", field="to")
    return Span(since, until)


def availability(session: Session, desk: Desk, space_id: str, within: Span, guests: int) -> Availability:
    """What is free there for somebody and so many others, for whoever may look."""
    space, policy, now = spaces.space(session, space_id), desk.centre.booking_policy, desk.clock.now()
    found = bookings.availability(session, space=space, within=within, policy=policy, now=now, people=1 + guests)
    days = bookings.days(session, space=space, within=within, policy=policy)
    return Availability(items=[SlotView.of(slot) for slot in found], days=[DayView.of(day, how) for day, how in days])
