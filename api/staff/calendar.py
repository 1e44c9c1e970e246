"""Opening hours, and the days that are unlike others."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from sqlalchemy.orm import Session

from api.calendar_views import (
    FIRST_YEAR,
    LAST_YEAR,
    IsoDay,
    NamedDayView,
    NewDay,
    SetDayView,
    WeekAsk,
    WeekView,
    YearView,
)
from api.deps import Caller, Id, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import AnyId
from gateway.bookings import queries as bookings
from gateway.calendar import queries as calendar
from gateway.calendar import service as calendar_service
from gateway.calendar.model import HOUSE
from gateway.calendar.national import PublicCalendar
from gateway.calendar.rules import Said
from gateway.members.model import Role
from gateway.spaces import queries as spaces

router = Doors("/staff", tags=["staff"])

_SETTERS = (Role.DESK, Role.MANAGER)
_READERS = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)

Year = Annotated[int, Query(ge=FIRST_YEAR, le=LAST_YEAR)]
OfSpace = Annotated[AnyId | None, Query(alias="space_id", description="Of one space; without, of the whole centre.")]


@router.get("/calendar", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def read_calendar(who: SignedIn, year: Year, space_id: OfSpace = None) -> YearView:
    """The public holidays and make-up workdays of a year, and what staff say of its days."""
    desk = who.desk

    def look() -> YearView:
        with desk.sessions.read() as session:
            who.staff(session, *_READERS)
            said = calendar.days_said(session, whose=_whose(session, space_id), year=year)
            public = desk.centre.public_calendar
            return YearView(year=year, is_known=public.knows(date(year, 1, 1)), items=_days(year, said, public))

    return await desk.backroom.read(look)


@router.put("/calendar/{day}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def set_day(day: IsoDay, wanted: NewDay, who: SignedIn) -> SetDayView:
    """Say what a date is, in place of what was said before. Bookings stay: the answer counts those in the way."""
    desk = who.desk

    def act() -> SetDayView:
        with desk.sessions.begin() as session:
            member = who.staff(session, *_SETTERS)
            said = calendar_service.set_day(
                session,
                whose=_whose(session, wanted.space_id),
                day=day,
                kind=wanted.kind,
                reason=wanted.reason,
                opening=wanted.hours.opening if wanted.hours else None,
                actor=member.audit_id,
                now=desk.clock.now(),
            )
            outside = bookings.outside_hours(
                session, space_id=wanted.space_id, day=day, policy=desk.centre.booking_policy
            )
            told = NamedDayView.of(day, said, "staff")
            return SetDayView(**dict(told), bookings_outside=len(outside))

    return await desk.backroom.write(act)


@router.delete("/calendar/{day}", status_code=204, responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def clear_day(day: IsoDay, who: SignedIn, space_id: OfSpace = None) -> None:
    """Take back what staff said of a date."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            member = who.staff(session, *_SETTERS)
            whose = _whose(session, space_id)
            calendar_service.clear_day(session, whose=whose, day=day, actor=member.audit_id, now=desk.clock.now())

    await desk.backroom.write(act)


@router.get("/opening-hours", responses=problems(*STAFF_ONLY))
async def read_opening_hours(who: SignedIn) -> WeekView:
    """What holds for every space that has set nothing else, and is part of none that has."""
    return await _read_week(who, None)


@router.put("/opening-hours", responses=problems(*STAFF_ONLY, "malformed"))
async def set_opening_hours(wanted: WeekAsk, who: SignedIn) -> WeekView:
    """Set the hours of the whole centre, in place of those before. Bookings stay as they are."""
    return await _set_week(who, None, wanted)


@router.get("/spaces/{space_id}/opening-hours", responses=problems(*STAFF_ONLY, "not_found"))
async def read_opening_hours_of_space(space_id: Id, who: SignedIn) -> WeekView:
    """What a space has set for itself, and for what is part of it."""
    return await _read_week(who, space_id)


@router.put("/spaces/{space_id}/opening-hours", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def set_opening_hours_of_space(space_id: Id, wanted: WeekAsk, who: SignedIn) -> WeekView:
    """Set a space's hours, in place of those before. Bookings stay as they are."""
    return await _set_week(who, space_id, wanted)


async def _read_week(who: Caller, space_id: str | None) -> WeekView:
    def look() -> WeekView:
        with who.desk.sessions.read() as session:
            who.staff(session, *_READERS)
            whose = _whose(session, space_id)
            return WeekView.of(calendar.weeks_of(session, [whose])[whose])

    return await who.desk.backroom.read(look)


async def _set_week(who: Caller, space_id: str | None, wanted: WeekAsk) -> WeekView:
    def act() -> WeekView:
        with who.desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            whose, week = _whose(session, space_id), wanted.told()
            calendar_service.set_week(session, whose=whose, week=week, actor=manager.audit_id, now=who.desk.clock.now())
            return WeekView.of(week)

    return await who.desk.backroom.write(act)


def _whose(session: Session, space_id: str | None) -> str:
    return HOUSE if space_id is None else spaces.space(session, space_id).id


def _days(year: int, said: dict[date, Said], public: PublicCalendar) -> list[NamedDayView]:
    """What staff say goes before what is decreed."""
    decreed = public.of_year(year)
    by: dict[date, Literal["staff", "public"]] = {**dict.fromkeys(decreed, "public"), **dict.fromkeys(said, "staff")}
    return [NamedDayView.of(day, {**decreed, **said}[day], by[day]) for day in sorted(by)]
