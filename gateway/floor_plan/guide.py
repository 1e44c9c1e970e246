"""The way there, for somebody who asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.floor_plan import directions, ways
from gateway.floor_plan.directions import Step
from gateway.floor_plan.drawing import AreaKind, FloorPlan
from gateway.floor_plan.ways import Route
from gateway.kit.errors import Conflict, NotFound


@dataclass(frozen=True)
class Guided:
    """A route, and how to say it."""

    route: Route
    steps: Sequence[Step]


def guide(plan: FloorPlan, *, start: str | None, goal: str, step_free: bool) -> Guided:
    """The shortest way between two areas or spots. `start` None: from the nearest entrance.

    Raises NotFound("place") for one that is not drawn, and Conflict: `no_way`, or `no_step_free_way` when there is a
    way but by stairs alone.
    """
    starts, goals = _starts(plan, start), _spots(plan, goal)
    route = ways.shortest(plan, starts, goals, step_free=step_free)
    if route is None:
        if step_free and ways.shortest(plan, starts, goals, step_free=False) is not None:
            raise Conflict("no_step_free_way")
        raise Conflict("no_way")
    return Guided(route, directions.steps(plan, route))


def _starts(plan: FloorPlan, start: str | None) -> list[str]:
    if start is not None:
        return _spots(plan, start)
    return [spot for area in plan.areas_of(AreaKind.ENTRANCE) for spot in plan.spots_at(area.id)]


def _spots(plan: FloorPlan, place: str) -> list[str]:
    """None at all: it is drawn, and nobody has said how one gets in."""
    if place not in plan.area_of and place not in plan.spot_of:
        raise NotFound("place")
    return plan.spots_at(place)
