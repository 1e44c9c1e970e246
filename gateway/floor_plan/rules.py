"""What makes no sense in a floor plan, and what cannot be reached. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from gateway.floor_plan.drawing import BETWEEN_FLOORS, LINKED, Area, AreaKind, FloorPlan, Point, Spot, Way
from gateway.floor_plan.ways import reachable

MOST_FLOORS: Final = 8
MOST_FEATURES: Final = 800  # areas, spots and ways together
_FEWEST_CORNERS: Final = 3
_LEAST_M2: Final = 0.05

Things = Mapping[AreaKind, Collection[str]]  # the ids that there are, by what an area can be linked to


class Fault(StrEnum):
    """What is wrong with one thing of a plan."""

    SAME_ID = "same_id"  # two things bear one id
    UNKNOWN_FLOOR = "unknown_floor"
    OUTSIDE = "outside"  # of its floor
    NO_AREA = "no_area"  # fewer than three corners, or as thin as a line
    CROSSES_ITSELF = "crosses_itself"
    NOT_LINKED = "not_linked"  # what is a space, bank or zone must say which; a kiosk need not yet
    LINKED_FOR_NOTHING = "linked_for_nothing"  # an area of such a kind is no thing of the house
    UNKNOWN_THING = "unknown_thing"  # there is no such space, bank, kiosk or zone
    SECOND_AREA = "second_area"  # of the same space, bank or kiosk
    UNKNOWN_AREA = "unknown_area"
    AREA_ON_ANOTHER_FLOOR = "area_on_another_floor"  # than the spot that is said to be at it
    UNKNOWN_SPOT = "unknown_spot"  # a way that leads nowhere
    TO_ITSELF = "to_itself"  # a way that ends where it begins
    FLOORS_APART = "floors_apart"  # a level way between two floors


@dataclass(frozen=True)
class Found:
    """A fault and the id of the thing that has it."""

    thing: str
    why: Fault


def faults(plan: FloorPlan, things: Things) -> list[Found]:
    """All that is wrong with a plan, in the order of its things; empty: it can be used."""
    return list(_faults(plan, things))


def cut_off(plan: FloorPlan) -> list[str]:
    """Areas that somebody might look for and no way leads to from an entrance; by id.

    A zone is nowhere in particular. Empty too while no entrance is drawn: then nobody can say.
    """
    entrances = [spot for area in plan.areas_of(AreaKind.ENTRANCE) for spot in plan.spots_at(area.id)]
    if not entrances:
        return []
    within_reach = reachable(plan, entrances)
    return sorted(
        area.id
        for area in plan.areas
        if area.kind is not AreaKind.ZONE and not within_reach.intersection(plan.spots_at(area.id))
    )


def _faults(plan: FloorPlan, things: Things) -> Iterator[Found]:
    for floor in _twice([one.id for one in plan.floors]):
        yield Found(floor, Fault.SAME_ID)
    areas, spots, ways = ([one.id for one in plan.areas], [one.id for one in plan.spots], [one.id for one in plan.ways])
    for feature in _twice(areas + spots + ways):
        yield Found(feature, Fault.SAME_ID)
    for area in plan.areas:
        yield from (Found(area.id, why) for why in _area_faults(plan, area, things))
    yield from (Found(area.id, Fault.SECOND_AREA) for area in _second_areas(plan.areas))
    for spot in plan.spots:
        yield from (Found(spot.id, why) for why in _spot_faults(plan, spot))
    for way in plan.ways:
        yield from (Found(way.id, why) for why in _way_faults(plan, way))


def _area_faults(plan: FloorPlan, area: Area, things: Things) -> Iterator[Fault]:
    if area.floor not in plan.floor_of:
        yield Fault.UNKNOWN_FLOOR
    elif not all(_is_on(plan, area.floor, corner) for corner in area.outline):
        yield Fault.OUTSIDE
    if len(area.outline) < _FEWEST_CORNERS or _size_m2(area.outline) < _LEAST_M2:
        yield Fault.NO_AREA
    elif _crosses_itself(area.outline):
        yield Fault.CROSSES_ITSELF
    if area.ref is None:
        if area.kind in LINKED - {AreaKind.KIOSK}:
            yield Fault.NOT_LINKED
    elif area.kind not in LINKED:
        yield Fault.LINKED_FOR_NOTHING
    elif area.ref not in things[area.kind]:
        yield Fault.UNKNOWN_THING


def _second_areas(areas: Iterable[Area]) -> Iterator[Area]:
    """A zone may well have two."""
    seen: set[tuple[AreaKind, str]] = set()
    for area in areas:
        if area.ref is None or area.kind not in LINKED - {AreaKind.ZONE}:
            continue
        if (area.kind, area.ref) in seen:
            yield area
        seen.add((area.kind, area.ref))


def _spot_faults(plan: FloorPlan, spot: Spot) -> Iterator[Fault]:
    if spot.floor not in plan.floor_of:
        yield Fault.UNKNOWN_FLOOR
    elif not _is_on(plan, spot.floor, spot.at):
        yield Fault.OUTSIDE
    if spot.of is None:
        return
    if (area := plan.area_of.get(spot.of)) is None:
        yield Fault.UNKNOWN_AREA
    elif area.floor != spot.floor:
        yield Fault.AREA_ON_ANOTHER_FLOOR


def _way_faults(plan: FloorPlan, way: Way) -> Iterator[Fault]:
    a, b = plan.spot_of.get(way.a), plan.spot_of.get(way.b)
    if a is None or b is None:
        yield Fault.UNKNOWN_SPOT
    elif way.a == way.b:
        yield Fault.TO_ITSELF
    elif a.floor != b.floor and way.kind not in BETWEEN_FLOORS:
        yield Fault.FLOORS_APART


def _is_on(plan: FloorPlan, floor_id: str, point: Point) -> bool:
    floor = plan.floor_of[floor_id]
    return 0 <= point.x <= floor.width_m and 0 <= point.y <= floor.depth_m


def _twice(ids: Iterable[str]) -> list[str]:
    return [one for one, times in Counter(ids).items() if times > 1]


def _size_m2(outline: tuple[Point, ...]) -> float:
    around = zip(outline, (*outline[1:], outline[0]), strict=True)
    return abs(sum(a.x * b.y - b.x * a.y for a, b in around)) / 2


def _crosses_itself(outline: tuple[Point, ...]) -> bool:
    edges = list(zip(outline, (*outline[1:], outline[0]), strict=True))
    last = len(edges) - 1
    return any(
        _cross(*edges[i], *edges[j])
        for i, j in combinations(range(len(edges)), 2)
        if j - i > 1 and (i, j) != (0, last)  # neighbours share a corner
    )


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the two lines have a point in common, an end included."""
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _is_between(*end) for turn, end in zip(turns, ends, strict=True))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)


def _is_between(a: Point, b: Point, c: Point) -> bool:
    return min(a.x, b.x) <= c.x <= max(a.x, b.x) and min(a.y, b.y) <= c.y <= max(a.y, b.y)
