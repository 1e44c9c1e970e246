"""The floor plan for staff: the centre now, and drawing it."""

import re
from typing import Annotated

from fastapi import Header, Response

from api.crowds import crowds_now
from api.deps import Desk, Id, Paged, SignedIn
from api.floor_plan_views import FloorPlanShape, FloorPlanView, WayView
from api.member.floor_plan import AS_IT_WAS, Known, is_known, tagged
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.floor_plan_views import (
    CheckedView,
    FaultView,
    FloorPlanCheck,
    StaffAreaNowView,
    StaffFloorPlanNow,
    VersionView,
    WayWish,
)
from api.views import Items, behind, items
from gateway.floor_plan import now as floor_plan_now
from gateway.floor_plan import queries as floor_plans
from gateway.floor_plan import rules
from gateway.floor_plan import service as floor_plan_service
from gateway.floor_plan.drawing import FloorPlan
from gateway.floor_plan.guide import guide
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.members.model import Role
from gateway.telemetry import queries as telemetry
from gateway.telemetry.queries import Series
from gateway.telemetry.store import NoReadingsError, now_ms

router = Doors("/staff/floor-plan", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_DRAWERS = (Role.TECHNICIAN, Role.MANAGER)
_TAG = re.compile(r'"(\d{1,9})"')

Changed = Annotated[str, Header(alias="If-Match", description="The `ETag` of the plan that was changed.")]


@router.get("", response_model=FloorPlanView, responses={**AS_IT_WAS, **problems(*STAFF_ONLY, "malformed")})
async def read_floor_plan_for_staff(who: SignedIn, known: Known = None) -> Response:
    """The plan that holds, with the `ETag` to change it by."""

    def look() -> FloorPlanView | int:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            version = floor_plans.newest(session)
            return version if is_known(version, known) else FloorPlanView.of(floor_plans.current(session))

    return tagged(await who.desk.backroom.read(look))


@router.put(
    "",
    response_model=FloorPlanView,
    responses=problems(*STAFF_ONLY, "floor_plan_faulty", "floor_plan_changed", "too_large", "malformed"),
)
async def save_floor_plan(drawn: FloorPlanShape, who: SignedIn, changed: Changed) -> Response:
    """Let this plan hold. It is refused when somebody else has saved one meanwhile, and nothing of theirs is lost."""
    desk, plan, based_on = who.desk, drawn.plan(), _version_of(changed)

    def act() -> FloorPlanView:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_DRAWERS).audit_id, desk.clock.now()
            floor_plan_service.save(session, plan=plan, based_on=based_on, actor=actor, now=now)
            return FloorPlanView.of(floor_plans.current(session))

    return tagged(await desk.backroom.write(act))


@router.post("/check", responses=problems(*STAFF_ONLY, "too_large", "malformed"))
async def check_floor_plan(wanted: FloorPlanCheck, who: SignedIn) -> CheckedView:
    """What is wrong with a plan that is being drawn, and how a way would go in it. Nothing is saved."""

    def look() -> CheckedView:
        plan = wanted.plan.plan()
        with who.desk.sessions.read() as session:
            who.staff(session, *_DRAWERS)
            faults = rules.faults(plan, floor_plans.things(session))
        return CheckedView(
            faults=[FaultView.of(one) for one in faults],
            cut_off=[] if faults else rules.cut_off(plan),
            way=None if faults or wanted.way is None else _tried(plan, wanted.way),
        )

    return await who.desk.backroom.read(look)


@router.get("/now", responses=problems(*STAFF_ONLY))
async def read_floor_plan_now_for_staff(who: SignedIn) -> StaffFloorPlanNow:
    """Every area with what bookings, doors, sensors and alerts say of it."""
    desk = who.desk

    def look() -> StaffFloorPlanNow:
        series, crowds = _series(desk), crowds_now(desk).zones
        with desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            now = desk.clock.now()
            found = floor_plan_now.for_staff(
                session,
                plan=floor_plans.current(session).plan,
                policy=desk.centre.booking_policy,
                series=series,
                now=now,
                now_ms=now_ms(now),
            )
            return StaffFloorPlanNow(as_of=now, areas=[StaffAreaNowView.of(one, crowds) for one in found])

    return await desk.backroom.read(look)


@router.get("/versions", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_floor_plans(who: SignedIn, page: Paged) -> Items[VersionView]:
    """The last savings, the newest first: what to go back to."""

    def look() -> Items[VersionView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_DRAWERS)
            rest = behind(floor_plans.versions(session), page, name=lambda kept: str(kept[0]))
            return items(
                rest,
                page,
                view=lambda kept: VersionView(version=kept[0], saved_at=kept[1]),
                name=lambda kept: str(kept[0]),
            )

    return await who.desk.backroom.read(look)


@router.get("/versions/{version}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_earlier_floor_plan(version: Id, who: SignedIn) -> FloorPlanView:
    """An earlier plan; save it anew to go back to it."""

    def look() -> FloorPlanView:
        with who.desk.sessions.read() as session:
            who.staff(session, *_DRAWERS)
            if not (version.isascii() and version.isdecimal() and len(version) < 10):
                raise NotFound("floor_plan")
            return FloorPlanView.of(floor_plans.saved(session, int(version)))

    return await who.desk.backroom.read(look)


def _version_of(tag: str) -> int:
    """Raises Malformed for what is no `ETag` of a floor plan."""
    found = _TAG.fullmatch(tag.strip())
    if found is None:
        raise Malformed("malformed", field="If-Match")
    return int(found[1])


def _tried(plan: FloorPlan, wish: WayWish) -> WayView | None:
    try:
        return WayView.of(guide(plan, start=wish.start, goal=wish.to, step_free=wish.step_free))
    except (Conflict, NotFound):
        return None


def _series(desk: Desk) -> list[Series]:
    try:
        with desk.readings.read() as connection:
            return telemetry.all_series(connection)
    except NoReadingsError:
        return []
