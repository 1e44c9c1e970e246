"""What the house is used for: figures with their meaning, a heat map, a forecast with its error."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Query
from sqlalchemy.orm import Session

from api.calendar_views import IsoDay
from api.deps import SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.assets import batteries_of
from api.staff.definition_views import definitions
from api.staff.usage_views import (
    BankUsageView,
    DayUsageView,
    ForecastView,
    HeatView,
    PeopleView,
    SpaceUsageView,
    TrendView,
    UnmetView,
    UsageView,
)
from api.staff.usage_words import FIGURES
from api.staff.wear_table import WearReport, wear_report
from api.views import AnyId
from gateway.crowd import days
from gateway.kit.errors import Malformed
from gateway.maintenance import foresight
from gateway.members.model import Member, Role
from gateway.spaces import queries as spaces
from gateway.usage import people
from gateway.usage import queries as usage
from gateway.usage.queries import Period

router = Doors("/staff/usage", tags=["staff"])

T = TypeVar("T")

_ROLES: Final = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_LONGEST_DAYS: Final = 366

First = Annotated[IsoDay, Query(alias="from", description="The first day, by the centre's calendar.")]
Last = Annotated[IsoDay, Query(alias="to", description="The last day.")]
OfSpace = Annotated[AnyId | None, Query(description="One space with all of its parts; else everywhere together.")]


class Basis(StrEnum):
    """What counts as use."""

    USED = "used"
    BOOKED = "booked"


@router.get("", responses=problems(*STAFF_ONLY, "malformed"))
async def read_usage(who: SignedIn, first: First, last: Last) -> UsageView:
    """How much spaces and lockers were used, and what was wanted in vain."""

    def look(session: Session, _staff: Member, period: Period) -> UsageView:
        return UsageView(
            first=first,
            last=last,
            spaces=[SpaceUsageView.of(one) for one in usage.of_spaces(session, period)],
            banks=[BankUsageView.of(one) for one in usage.of_banks(session, period)],
            unmet=UnmetView.of(usage.unmet(session, period), who.language),
            definitions=definitions(FIGURES, who.language),
        )

    return await look_at(who, first, last, look)


@router.get("/heat", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def read_heat(
    who: SignedIn, first: First, last: Last, space_id: OfSpace = None, basis: Basis = Basis.USED
) -> HeatView:
    """Hours used, or booked, by the hour of the week."""

    def look(session: Session, _staff: Member, period: Period) -> HeatView:
        hours = usage.heat(session, period, space_id=space_id, used_only=basis is Basis.USED)
        return HeatView(first=first, last=last, hours=hours)

    return await look_at(who, first, last, look)


@router.get("/trend", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def read_trend(who: SignedIn, first: First, last: Last, space_id: OfSpace = None) -> TrendView:
    """Hours booked and used, day by day."""

    def look(session: Session, _staff: Member, period: Period) -> TrendView:
        found = usage.trend(session, period, space_id=space_id)
        return TrendView(first=first, last=last, days=[DayUsageView.of(one) for one in found])

    return await look_at(who, first, last, look)


@router.get("/wear", responses=problems(*STAFF_ONLY))
async def read_wear(who: SignedIn) -> WearReport:
    """How much of its rated life each asset has used, and when it will fail by which sign of wear; as of today."""
    desk = who.desk

    def look() -> WearReport:
        now = desk.clock.now()
        days = batteries_of(desk, now)
        with desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            language = who.language
            zone = ZoneInfo(desk.centre.settings.zone)
            found = foresight.wear_of_all(session, days=days, now=now)
            return wear_report(session, found, language=language, zone=zone)

    return await desk.backroom.read(look)


@router.get("/people", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def read_people(who: SignedIn, zone: AnyId, first: First, last: Last) -> PeopleView:
    """How many people were in a zone by the hour of the week, on whole days, as the counters at its borders said."""
    desk = who.desk

    def look(_session: Session, _staff: Member, period: Period) -> Period:
        return period

    period = await look_at(who, first, last, look)

    def count() -> PeopleView:
        lived = days.look_at(
            desk.sessions,
            desk.readings,
            zone_id=zone,
            days=period.whole_days,
            zone=period.zone,
            now=period.until,
        )
        found = people.of_days(lived, period.zone)
        return PeopleView(zone=zone, first=first, last=last, **vars(found))

    return await desk.backroom.read(count)


@router.get("/forecast", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def read_forecast(who: SignedIn, day: IsoDay, space_id: OfSpace = None) -> ForecastView:
    """Hours to expect in each hour of a day, the band that days like it had, and how wrong such words have been."""

    def look(session: Session, _staff: Member, period: Period) -> ForecastView:
        if space_id is not None:
            spaces.space(session, space_id)
        return ForecastView.of(
            usage.forecast(session, day=day, space_id=space_id, zone=period.zone, now=who.desk.clock.now())
        )

    return await look_at(who, day, day, look)


async def look_at(who: SignedIn, first: date, last: date, look: Callable[[Session, Member, Period], T]) -> T:
    """Over whole days of the centre's calendar. Raises Malformed when they are none, or too many."""
    desk = who.desk
    if not timedelta(0) <= last - first < timedelta(days=_LONGEST_DAYS):
        raise Malformed("malformed", field="to")
    zone = ZoneInfo(desk.centre.settings.zone)

    def read() -> T:
        with desk.sessions.read() as session:
            staff = who.staff(session, *_ROLES)
            return look(session, staff, Period(first, last, zone, desk.clock.now()))

    return await desk.backroom.read(read)
