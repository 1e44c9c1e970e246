"""The floor plan for members: where things are, what is free there now, and the way."""

from typing import Annotated, Any

from fastapi import Header, Query, Response
from fastapi.responses import JSONResponse

from api.deps import SignedIn
from api.floor_plan_views import FloorPlanNow, FloorPlanView, WayView
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import AnyId, View
from gateway.floor_plan import now as floor_plan_now
from gateway.floor_plan import queries as floor_plans
from gateway.floor_plan.guide import guide

router = Doors("/floor-plan", tags=["floor plan"])

Known = Annotated[str | None, Header(alias="If-None-Match")]
From = Annotated[AnyId | None, Query(alias="from", description="An area or a spot; without: the nearest entrance.")]
To = Annotated[AnyId, Query(description="An area or a spot.")]
StepFree = Annotated[bool, Query(description="Never by stairs.")]

AS_IT_WAS: dict[int | str, dict[str, Any]] = {304: {"description": "It is as it was."}}


@router.get("", response_model=FloorPlanView, responses={**AS_IT_WAS, **problems(*SIGNED_IN, "malformed")})
async def read_floor_plan(who: SignedIn, known: Known = None) -> Response:
    """Every floor, area, spot and way. It changes seldom: ask with `If-None-Match`."""

    def look() -> FloorPlanView | int:
        with who.desk.sessions.read() as session:
            who.member(session)
            version = floor_plans.newest(session)
            return version if is_known(version, known) else FloorPlanView.of(floor_plans.current(session))

    return tagged(await who.desk.backroom.read(look))


@router.get("/now", responses=problems(*SIGNED_IN))
async def read_floor_plan_now(who: SignedIn) -> FloorPlanNow:
    """What is free now, by area; never whose anything is."""
    desk = who.desk

    def look() -> FloorPlanNow:
        with desk.sessions.read() as session:
            who.member(session)
            now, policy = desk.clock.now(), desk.centre.booking_policy
            plan = floor_plans.current(session).plan
            return FloorPlanNow.of(floor_plan_now.areas(session, plan=plan, policy=policy, now=now), now)

    return await desk.backroom.read(look)


@router.get("/way", responses=problems(*SIGNED_IN, "not_found", "no_way", "no_step_free_way", "malformed"))
async def read_way(who: SignedIn, to: To, start: From = None, step_free: StepFree = False) -> WayView:
    """The shortest way from one place to another, drawn and in sentences."""

    def look() -> WayView:
        with who.desk.sessions.read() as session:
            who.member(session)
            plan = floor_plans.current(session).plan
            return WayView.of(guide(plan, start=start, goal=to, step_free=step_free))

    return await who.desk.backroom.read(look)


def tag_of(version: int) -> str:
    """The `ETag` of a saving."""
    return f'"{version}"'


def is_known(version: int, known: str | None) -> bool:
    """Whether the reader has it."""
    return known is not None and tag_of(version) in known


def tagged(found: View | int) -> Response:
    """The plan with its tag; or, of a version that the reader has, that it is as it was."""
    if isinstance(found, int):
        return Response(status_code=304, headers={"ETag": tag_of(found)})
    body = found.model_dump(mode="json")
    return JSONResponse(body, headers={"ETag": tag_of(body["version"])})
