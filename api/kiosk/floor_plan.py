"""The floor plan at a kiosk, which knows where it stands. Nobody need have said who they are."""

from typing import Annotated

from fastapi import Query, Response

from api.floor_plan_views import FloorPlanNow, KioskFloorPlanView, WayView
from api.kiosk.deps import KIOSK, AtKiosk
from api.member.floor_plan import AS_IT_WAS, Known, StepFree, To, is_known, tagged
from api.openapi import problems
from api.signpost import Doors
from api.views import AnyId
from gateway.floor_plan import now as floor_plan_now
from gateway.floor_plan import queries as floor_plans
from gateway.floor_plan.guide import guide
from gateway.kit.errors import Conflict

router = Doors("/kiosk/floor-plan", tags=["kiosk"])

From = Annotated[AnyId | None, Query(alias="from", description="An area or a spot; without: where the kiosk stands.")]


@router.get("", response_model=KioskFloorPlanView, responses={**AS_IT_WAS, **problems(*KIOSK, "malformed")})
async def read_floor_plan_at_kiosk(at: AtKiosk, known: Known = None) -> Response:
    """Every floor, area, spot and way, and where the kiosk stands."""

    def look() -> KioskFloorPlanView | int:
        with at.desk.sessions.read() as session:
            kiosk, version = at.kiosk(session), floor_plans.newest(session)
            if is_known(version, known):
                return version
            saved = floor_plans.current(session)
            return KioskFloorPlanView.seen_from(saved, floor_plans.stands_at(saved.plan, kiosk))

    return tagged(await at.desk.backroom.read(look))


@router.get("/now", responses=problems(*KIOSK))
async def read_floor_plan_now_at_kiosk(at: AtKiosk) -> FloorPlanNow:
    """What is free now, by area; never whose anything is."""
    desk = at.desk

    def look() -> FloorPlanNow:
        with desk.sessions.read() as session:
            at.kiosk(session)
            now, policy = desk.clock.now(), desk.centre.booking_policy
            plan = floor_plans.current(session).plan
            return FloorPlanNow.of(floor_plan_now.areas(session, plan=plan, policy=policy, now=now), now)

    return await desk.backroom.read(look)


@router.get(
    "/way",
    responses=problems(*KIOSK, "not_found", "no_way", "no_step_free_way", "kiosk_not_on_floor_plan", "malformed"),
)
async def read_way_at_kiosk(at: AtKiosk, to: To, start: From = None, step_free: StepFree = False) -> WayView:
    """The shortest way from where the kiosk stands, drawn and in sentences."""

    def look() -> WayView:
        with at.desk.sessions.read() as session:
            kiosk, plan = at.kiosk(session), floor_plans.current(session).plan
            here = start or floor_plans.stands_at(plan, kiosk)
            if here is None:
                raise Conflict("kiosk_not_on_floor_plan")
            return WayView.of(guide(plan, start=here, goal=to, step_free=step_free))

    return await at.desk.backroom.read(look)
