"""A member's series of bookings."""

from typing import Annotated

from fastapi import Query, Response

from api.calendar_views import IsoDay
from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.member.bookings import POLICY, booking_view
from api.openapi import SIGNED_IN, problems
from api.series_views import SeriesChange, SeriesView, series_view
from api.signpost import Doors
from api.space_views import BookingView
from api.views import Items, items
from gateway.bookings import queries as bookings
from gateway.bookings import series as series_service

router = Doors("/series", tags=["bookings"])


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_series(who: SignedIn, page: Paged) -> Items[SeriesView]:
    """The member's own, the newest first."""

    def look() -> Items[SeriesView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = bookings.all_series_of(session, member_id=member.id, limit=page.limit + 1, after=page.after)
            return items(found, page, view=lambda one: series_view(session, one, who.language), name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.get("/{series_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_series(series_id: Id, who: SignedIn) -> SeriesView:
    """One of the member's own, with every time of it."""

    def look() -> SeriesView:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = bookings.series_of(session, member_id=member.id, series_id=series_id)
            return series_view(session, found, who.language)

    return await who.desk.backroom.read(look)


@router.patch("/{series_id}", responses=problems(*SIGNED_IN, "series_not_free", "not_found", "malformed"))
async def move_series(series_id: Id, change: SeriesChange, who: SignedIn) -> SeriesView:
    """Move the occurrence of a day, and every later one alike. What cannot be moved stays, and says why."""
    desk = who.desk

    def act() -> SeriesView:
        with desk.sessions.begin() as session:
            member = who.member(session)
            found = bookings.series_of(session, member_id=member.id, series_id=series_id)
            missed = series_service.move(
                session,
                series=found,
                from_day=change.from_day,
                to=change.span,
                all_or_none=bool(change.all),
                member=member,
                policy=desk.centre.booking_policy,
                now=desk.clock.now(),
            )
            return series_view(session, found, who.language, missed)

    return await desk.backroom.write(act)


@router.delete("/{series_id}", responses=problems(*SIGNED_IN, "not_found", "malformed", "series_ended"))
async def cancel_series(
    series_id: Id,
    who: SignedIn,
    from_day: Annotated[IsoDay | None, Query(description="What comes on that day and later; without, all.")] = None,
) -> SeriesView:
    """Give back what has not begun: all of it, or from a day on. What it is too late to cancel stays, and says why."""
    desk = who.desk

    def act() -> SeriesView:
        with desk.sessions.begin() as session:
            member = who.member(session)
            found = bookings.series_of(session, member_id=member.id, series_id=series_id)
            missed = series_service.cancel(
                session,
                series=found,
                from_day=from_day,
                member=member,
                policy=desk.centre.booking_policy,
                now=desk.clock.now(),
            )
            return series_view(session, found, who.language, missed)

    return await desk.backroom.write(act)


@router.post(
    "/{series_id}/occurrences/{day}",
    status_code=201,
    response_model=BookingView,
    responses=problems(
        *SIGNED_IN,
        *POLICY,
        "not_found",
        "series_ended",
        "occurrence_booked",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def add_occurrence(series_id: Id, day: IsoDay, who: SignedIn, attempt: Repeatable) -> Response:
    """Book a time of the series that was skipped or cancelled, now that it may be free. Send `{}`."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            found = bookings.series_of(session, member_id=member.id, series_id=series_id)
            booking = series_service.add_back(
                session, series=found, day=day, member=member, policy=desk.centre.booking_policy, now=now
            )
            view = booking_view(session, booking)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)
