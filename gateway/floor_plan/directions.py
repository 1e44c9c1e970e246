"""A route in plain sentences: where to turn, how far, which floor, on which side it is. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise
from math import atan2, degrees
from typing import Final, NamedTuple

from gateway.floor_plan.drawing import Area, AreaKind, FloorPlan, Point, Spot, WayKind
from gateway.floor_plan.ways import Route

_STRAIGHT_DEG: Final = 30.0  # less is no turn that anybody would notice
_ABOUT_DEG: Final = 150.0
_NEAR_M: Final = 4.0  # so near a landmark must be to turn by it
_ROUGHLY_FROM_M: Final = 10.0

_LANDMARKS: Final = frozenset(AreaKind) - {AreaKind.SPACE, AreaKind.ZONE, AreaKind.OTHER}


class Turn(StrEnum):
    """How one goes on."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"


class StepKind(StrEnum):
    """What a sentence is about; a picture can stand beside it."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"
    UP = "up"
    DOWN = "down"
    ARRIVE = "arrive"


@dataclass(frozen=True)
class Step:
    """One sentence of the way. `at`: where it begins, on that floor. `metres`: how far one then walks; 0: nowhere."""

    kind: StepKind
    zh: str
    en: str
    floor: str
    at: Point
    metres: int


class _Said(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


_NOTHING: Final = _Said("", "")
_TURN: Final = {
    Turn.LEFT: _Said("左转", "turn left"),
    Turn.RIGHT: _Said("右转", "turn right"),
    Turn.BACK: _Said("转身往回", "turn round"),
}
_SIDE: Final = {
    Turn.STRAIGHT: _Said("就在前面", "straight ahead"),
    Turn.LEFT: _Said("在左手边", "on your left"),
    Turn.RIGHT: _Said("在右手边", "on your right"),
    Turn.BACK: _Said("就在身后", "behind you"),
}
_BACK_TO: Final = frozenset({AreaKind.KIOSK, AreaKind.BANK, AreaKind.DESK})  # one stands facing these


@dataclass(frozen=True)
class _Hop:
    """From one spot straight to the next."""

    a: Spot
    b: Spot
    kind: WayKind
    length_m: float

    @property
    def climbs(self) -> WayKind | None:
        """By what from floor to floor; None: it stays on one."""
        return None if self.a.floor == self.b.floor else self.kind

    @property
    def heading(self) -> Point | None:
        return _vector(self.a.at, self.b.at)


def steps(plan: FloorPlan, route: Route) -> list[Step]:
    """What to say to somebody who goes that way, in order. The last one says on which side it is."""
    found: list[Step] = []
    heading, by = _setting_out(plan, route.spots[0])
    for climbs, hops in groupby(_hops(plan, route), key=lambda hop: hop.climbs):
        if climbs is not None:
            climb = list(hops)
            found.append(_climb_step(plan, climb))
            heading, by = _stepping_out(plan, climb)
            continue
        for walk in _straightened(hops):
            found.append(_walk_step(plan, route, walk, heading=heading, by=by))
            heading, by = walk.heading or heading, _NOTHING
    return [*found, _arrival(plan, route.spots[-1], heading) if route.ways else _here(plan, route.spots[-1])]


def turn(before: Point, after: Point) -> Turn:
    """How one turns who went in the one direction and goes on in the other."""
    across = before.x * after.y - before.y * after.x
    along = before.x * after.x + before.y * after.y
    angle = degrees(atan2(across, along))  # to the left is more than 0, since y goes upwards
    if abs(angle) < _STRAIGHT_DEG:
        return Turn.STRAIGHT
    if abs(angle) > _ABOUT_DEG:
        return Turn.BACK
    return Turn.LEFT if angle > 0 else Turn.RIGHT


def _hops(plan: FloorPlan, route: Route) -> Iterator[_Hop]:
    for (a, b), way in zip(pairwise(route.spots), route.ways, strict=True):
        yield _Hop(a, b, way.kind, plan.length_of(way))


def _straightened(hops: Iterator[_Hop]) -> Iterator[_Hop]:
    """Those that go on in one direction are one."""
    whole: _Hop | None = None
    for hop in hops:
        if whole and whole.heading and hop.heading and turn(whole.heading, hop.heading) is Turn.STRAIGHT:
            whole = replace(whole, b=hop.b, length_m=whole.length_m + hop.length_m)
            continue
        if whole:
            yield whole
        whole = hop
    if whole:
        yield whole


def _setting_out(plan: FloorPlan, start: Spot) -> tuple[Point | None, _Said]:
    """Which way somebody faces who leaves the area they are at, and how that is said."""
    area = plan.area_of.get(start.of or "")
    if area is None or area.kind is AreaKind.ZONE:
        return None, _NOTHING
    heading = _vector(area.middle, start.at)
    if heading is None:
        return None, _NOTHING
    if area.kind is AreaKind.ENTRANCE:
        return heading, _Said("进门后", "Once inside, ")
    if area.kind in _BACK_TO:
        return heading, _Said(f"背对{area.name_zh}，", f"With your back to {_in_sentence(area.name_en)}, ")
    return heading, _Said("出门", f"Leaving {_in_sentence(area.name_en)}, ")


def _stepping_out(plan: FloorPlan, climb: list[_Hop]) -> tuple[Point | None, _Said]:
    end, area = climb[-1].b, plan.area_of.get(climb[-1].b.of or "")
    heading = _vector(area.middle, end.at) if area else None
    if climb[0].kind is WayKind.LIFT:
        return heading, _Said("出电梯", "Leaving the lift, ")
    if _rises(plan, climb):
        return heading, _Said("上来以后", "At the top, ")
    return heading, _Said("下来以后", "At the bottom, ")


def _climb_step(plan: FloorPlan, climb: list[_Hop]) -> Step:
    start, floor = climb[0].a, plan.floor_of[climb[-1].b.floor]
    up = _rises(plan, climb)
    how_zh = {WayKind.LIFT: "乘电梯", WayKind.STAIRS: "走楼梯", WayKind.RAMP: "沿坡道"}[climb[0].kind]
    how_en = {WayKind.LIFT: "Take the lift", WayKind.STAIRS: "Take the stairs", WayKind.RAMP: "Follow the ramp"}
    return Step(
        kind=StepKind.UP if up else StepKind.DOWN,
        zh=f"{how_zh}{'上' if up else '下'}到{floor.name_zh}。",
        en=f"{how_en[climb[0].kind]} {'up' if up else 'down'} to {_in_sentence(floor.name_en)}.",
        floor=start.floor,
        at=start.at,
        metres=0,
    )


def _walk_step(plan: FloorPlan, route: Route, walk: _Hop, *, heading: Point | None, by: _Said) -> Step:
    metres = _told_m(walk.length_m)
    ahead = walk.heading
    if heading is None or ahead is None:
        towards = _landmark(plan, route, walk.b) or plan.area_of.get(route.spots[-1].of or "")
        zh = f"往{towards.name_zh}方向走 {metres} 米。" if towards else f"往前走 {metres} 米。"
        en = f"walk {metres} m" + (f" towards {_in_sentence(towards.name_en)}." if towards else ".")
        return _walked(StepKind.STRAIGHT, walk, _Said(by.zh + zh, by.en + en), metres)
    way = turn(heading, ahead)
    near = None if by.zh else _landmark(plan, route, walk.a)
    if near is not None:
        by = _Said(f"到{near.name_zh}旁边", f"At {_in_sentence(near.name_en)}, ")
    if way is Turn.STRAIGHT:
        return _walked(StepKind.STRAIGHT, walk, _Said(f"{by.zh}直走 {metres} 米。", f"{by.en}walk {metres} m."), metres)
    said = _TURN[way]
    text = _Said(f"{by.zh}{said.zh}，走 {metres} 米。", f"{by.en}{said.en} and walk {metres} m.")
    return _walked(StepKind(way), walk, text, metres)


def _walked(kind: StepKind, walk: _Hop, text: _Said, metres: int) -> Step:
    capital = text.en[0].upper() + text.en[1:]
    return Step(kind=kind, zh=text.zh, en=capital, floor=walk.a.floor, at=walk.a.at, metres=metres)


def _arrival(plan: FloorPlan, goal: Spot, heading: Point | None) -> Step:
    area = plan.area_of.get(goal.of or "")
    zh, en = "到了。", "You are there."
    if area is not None:
        inwards = _vector(goal.at, area.middle)
        side = _SIDE[turn(heading, inwards) if heading and inwards else Turn.STRAIGHT]
        zh, en = f"到了：{area.name_zh}，{side.zh}。", f"You are there: {_in_sentence(area.name_en)} {side.en}."
    return Step(kind=StepKind.ARRIVE, zh=zh, en=en, floor=goal.floor, at=goal.at, metres=0)


def _here(plan: FloorPlan, goal: Spot) -> Step:
    """There is no way to go."""
    area = plan.area_of.get(goal.of or "")
    zh = f"您就在这里：{area.name_zh}。" if area else "您就在这里。"
    en = f"You are here: {area.name_en}." if area else "You are here."
    return Step(kind=StepKind.ARRIVE, zh=zh, en=en, floor=goal.floor, at=goal.at, metres=0)


def _landmark(plan: FloorPlan, route: Route, spot: Spot) -> Area | None:
    """What to turn by: the nearest thing there that everybody sees, but neither the beginning nor the end."""
    ends = {route.spots[0].of, route.spots[-1].of}
    near = [
        (away, one.id)
        for one in plan.areas
        if one.kind in _LANDMARKS
        and one.floor == spot.floor
        and one.id not in ends
        and (away := _away_m(one, spot.at)) <= _NEAR_M
    ]
    return plan.area_of[min(near)[1]] if near else None


def _away_m(area: Area, point: Point) -> float:
    """From its bounding box; 0 inside."""
    xs, ys = zip(*area.outline, strict=True)
    nearest = Point(min(max(point.x, min(xs)), max(xs)), min(max(point.y, min(ys)), max(ys)))
    return point.to(nearest)


def _rises(plan: FloorPlan, climb: list[_Hop]) -> bool:
    return plan.floor_of[climb[-1].b.floor].level > plan.floor_of[climb[0].a.floor].level


def _vector(a: Point, b: Point) -> Point | None:
    """None: they are in one place."""
    return None if a == b else Point(b.x - a.x, b.y - a.y)


def _told_m(length_m: float) -> int:
    """As one person tells another: nobody walks 23 metres."""
    return max(1, round(length_m)) if length_m < _ROUGHLY_FROM_M else 5 * round(length_m / 5)


def _in_sentence(name: str) -> str:
    """An English name inside a sentence: `the piano room`, but `Badminton court 1` and `B1`."""
    last = name.rsplit(maxsplit=1)[-1]
    is_its_own = len(last) == 1 or last[-1].isdigit() or not name[1:2].islower()
    return name if is_its_own else f"the {name[0].lower()}{name[1:]}"
