"""The zones of the house, and what stands in each."""

from collections.abc import Callable, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.calendar_views import IsoDay
from api.crowds import crowds_now
from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.zone_views import InAZone, LivedZone, NewZone, PlaceView, ZoneDayView, ZoneDetail, ZoneNames, ZoneView
from api.views import Items, behind, items
from gateway.crowd import days
from gateway.fleet import queries as fleet
from gateway.lockers import queries as lockers
from gateway.members.model import Role
from gateway.spaces import queries as spaces
from gateway.zones import queries as zones
from gateway.zones import service as zones_service
from gateway.zones.model import Placed

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_MAKERS = (Role.TECHNICIAN, Role.MANAGER)


@router.get("/zones", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_zones(who: SignedIn, page: Paged) -> Items[LivedZone]:
    """Every room and area of the house, retired ones too, and how many people are in each now."""

    def look() -> Items[LivedZone]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
        crowds = crowds_now(who.desk).zones
        with who.desk.sessions.read() as session:
            rest = behind(zones.zones(session), page, name=lambda zone: zone.id)
            return items(rest, page, view=lambda zone: LivedZone.now(zone, crowds), name=lambda zone: zone.id)

    return await who.desk.backroom.read(look)


@router.post(
    "/zones",
    status_code=201,
    response_model=ZoneView,
    responses=problems(*STAFF_ONLY, "zone_exists", "malformed", "idempotency_key_reused"),
)
async def make_zone(wanted: NewZone, who: SignedIn, attempt: Repeatable) -> Response:
    """Add a zone with nothing in it."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_MAKERS), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            made = zones_service.make_zone(
                session,
                zone_id=wanted.id,
                name_zh=wanted.name_zh,
                name_en=wanted.name_en,
                actor=member.audit_id,
                now=now,
            )
            return attempt.keep(session, member_id=member.id, status=201, view=ZoneView.of(made), now=now)

    return await desk.backroom.write(act)


@router.get("/zones/{zone_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_zone(zone_id: Id, who: SignedIn) -> ZoneDetail:
    """A zone and what is there. What its sensors say now: `/staff/sensors?zone=`."""

    def look() -> ZoneDetail:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            zone, where = zones.zone(session, zone_id), zones.whole_map(session)
            return ZoneDetail.with_all(
                zone,
                where,
                spaces=spaces.in_zone(session, zone_id),
                banks=_banks_of(session, where.refs(Placed.DEVICE, zone_id)),
            )

    return await who.desk.backroom.read(look)


@router.get("/zones/{zone_id}/day", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def read_day_of_zone(
    zone_id: Id, who: SignedIn, day: Annotated[IsoDay | None, Query(description="Null: today.")] = None
) -> ZoneDayView:
    """How many people were there through a day of the centre's calendar, as the counters at its borders said."""
    desk = who.desk
    calendar, now = ZoneInfo(desk.centre.settings.zone), desk.clock.now()
    asked = day or now.astimezone(calendar).date()

    def look() -> ZoneDayView:
        with desk.sessions.read() as session:
            who.staff(session, *_ROLES)
        lived = days.look(desk.sessions, desk.readings, zone_id=zone_id, day=asked, zone=calendar, now=now)
        with desk.sessions.read() as session:
            return ZoneDayView.of(zones.zone(session, zone_id), asked, lived)

    return await desk.backroom.read(look)


@router.patch("/zones/{zone_id}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def rename_zone(zone_id: Id, names: ZoneNames, who: SignedIn) -> ZoneView:
    """Call a zone otherwise, or say for how many people it is and who may see how full it is. What is there stays."""
    desk = who.desk

    def act() -> ZoneView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_MAKERS).audit_id
            zone, now = zones.zone(session, zone_id), desk.clock.now()
            if names.name_zh is not None or names.name_en is not None:
                zones_service.rename_zone(
                    session, zone_id=zone_id, name_zh=names.name_zh, name_en=names.name_en, actor=actor, now=now
                )
            if names.capacity is not None or names.is_shown is not None:
                zones_service.set_crowd(
                    session,
                    zone_id=zone_id,
                    capacity=names.capacity,
                    is_shown=names.is_shown,
                    actor=actor,
                    now=now,
                )
            return ZoneView.of(zone)

    return await desk.backroom.write(act)


@router.delete("/zones/{zone_id}", responses=problems(*STAFF_ONLY, "not_found", "zone_in_use"))
async def retire_zone(zone_id: Id, who: SignedIn) -> ZoneView:
    """Let nothing be placed there any more. It is refused while anything stands there."""
    desk = who.desk

    def act() -> ZoneView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_MAKERS).audit_id
            retired = zones_service.retire_zone(session, zone_id=zone_id, actor=actor, now=desk.clock.now())
            return ZoneView.of(retired)

    return await desk.backroom.write(act)


@router.put("/devices/{device_id}/zone", responses=problems(*STAFF_ONLY, "not_found", "zone_retired", "malformed"))
async def place_device(device_id: Id, wanted: InAZone, who: SignedIn) -> PlaceView:
    """Say in which zone a device stands, with its sensors and its bank; null: nobody knows."""
    return await _place(who, Placed.DEVICE, device_id, wanted.zone, fleet.device)


@router.put("/spaces/{space_id}/zone", responses=problems(*STAFF_ONLY, "not_found", "zone_retired", "malformed"))
async def place_space(space_id: Id, wanted: InAZone, who: SignedIn) -> PlaceView:
    """Say in which zone a space is, with its parts; null: where its whole is."""
    return await _place(who, Placed.SPACE, space_id, wanted.zone, spaces.space)


async def _place(
    who: SignedIn, what: Placed, ref: str, zone_id: str | None, find: Callable[[Session, str], object]
) -> PlaceView:
    desk = who.desk

    def act() -> PlaceView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_MAKERS).audit_id
            find(session, ref)
            zones_service.place(session, what=what, ref=ref, zone_id=zone_id, actor=actor, now=desk.clock.now())
            return PlaceView(zone=zone_id)

    return await desk.backroom.write(act)


def _banks_of(session: Session, devices: Sequence[str]) -> list[str]:
    return [found.bank.id for found in lockers.banks(session) if found.bank.device_id in devices]
