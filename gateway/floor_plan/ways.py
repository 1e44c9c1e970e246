"""The shortest way from one place to another (Dijkstra). Pure."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gateway.floor_plan.drawing import FloorPlan, Spot, Way, WayKind


@dataclass(frozen=True)
class Route:
    """The spots one after another, and the way that leads from each to the next: one fewer."""

    spots: tuple[Spot, ...]
    ways: tuple[Way, ...]
    length_m: float


def shortest(plan: FloorPlan, starts: Collection[str], goals: Collection[str], *, step_free: bool) -> Route | None:
    """From the nearest of the starts to the nearest of the goals; None: no way leads there.

    `step_free`: never by stairs. Of several that are equally long, always the same one.
    """
    leads = _leads(plan, step_free=step_free)
    before: dict[str, tuple[str, str]] = {}  # the spot one came from, and by which way; both empty at a start
    waiting = [(0.0, spot, "", "") for spot in sorted(set(starts))]
    while waiting:
        so_far, spot, *came = heapq.heappop(waiting)
        if spot in before:
            continue
        before[spot] = came[0], came[1]
        if spot in goals:
            return _route(plan, before, spot, so_far)
        for way, beyond in leads.get(spot, ()):
            if beyond not in before:
                heapq.heappush(waiting, (so_far + plan.length_of(way), beyond, spot, way.id))
    return None


def reachable(plan: FloorPlan, starts: Collection[str]) -> set[str]:
    """Every spot that some way leads to."""
    leads = _leads(plan, step_free=False)
    found, waiting = set(starts), list(starts)
    while waiting:
        for _, beyond in leads.get(waiting.pop(), ()):
            if beyond not in found:
                found.add(beyond)
                waiting.append(beyond)
    return found


def _leads(plan: FloorPlan, *, step_free: bool) -> Mapping[str, Sequence[tuple[Way, str]]]:
    """From each spot, the ways that begin there and where they end. A way that leads nowhere is none."""
    leads: dict[str, list[tuple[Way, str]]] = defaultdict(list)
    for way in plan.ways:
        if way.a in plan.spot_of and way.b in plan.spot_of and not (step_free and way.kind is WayKind.STAIRS):
            leads[way.a].append((way, way.b))
            leads[way.b].append((way, way.a))
    return leads


def _route(plan: FloorPlan, before: Mapping[str, tuple[str, str]], goal: str, length_m: float) -> Route:
    way_of = {one.id: one for one in plan.ways}
    spots, ways = [plan.spot_of[goal]], list[Way]()
    while (came := before[spots[-1].id]) != ("", ""):
        spots.append(plan.spot_of[came[0]])
        ways.append(way_of[came[1]])
    return Route(tuple(reversed(spots)), tuple(reversed(ways)), length_m)
