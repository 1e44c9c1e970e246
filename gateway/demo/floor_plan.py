"""The demo centre's floor plan: two floors, drawn once. Whatever staff draw afterwards stays."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from gateway.centre import Centre
from gateway.floor_plan import queries, service
from gateway.floor_plan.drawing import Area, AreaKind, Floor, FloorPlan, Point, Spot, Way, WayKind
from gateway.kiosks import queries as kiosks

_FLOORS: Final = (
    Floor("ground", "一楼", "Ground floor", 0, 40, 26),
    Floor("first", "二楼", "First floor", 1, 40, 26),
)

# Each a rectangle: from the left, from the bottom, to the right, to the top, in metres.
_AREAS: Final = (
    ("lobby", "ground", AreaKind.ZONE, "大厅", "Lobby", "hall", (0, 0, 15.8, 16)),
    ("entrance", "ground", AreaKind.ENTRANCE, "大门", "Entrance", None, (6, 0, 10, 1.5)),
    ("toilets", "ground", AreaKind.TOILETS, "卫生间", "Toilets", None, (0.4, 0.4, 5, 4.4)),
    ("desk", "ground", AreaKind.DESK, "前台", "Desk", None, (11, 3, 15, 5.5)),
    ("kiosk", "ground", AreaKind.KIOSK, "自助机", "Kiosk", None, (0.6, 5.9, 2.4, 7.7)),
    ("bank-a", "ground", AreaKind.BANK, "大厅储物柜", "Lobby lockers", "bank-a", (0.4, 8.6, 2.4, 15.4)),
    ("changing", "ground", AreaKind.OTHER, "更衣室", "Changing room", None, (0.4, 17, 7.6, 25.6)),
    ("bank-b", "ground", AreaKind.BANK, "更衣室储物柜", "Changing room lockers", "bank-b", (0.8, 17.6, 2.8, 23.4)),
    ("stairs", "ground", AreaKind.STAIRS, "楼梯", "Stairs", None, (8.4, 16.2, 11.6, 21)),
    ("lift", "ground", AreaKind.LIFT, "电梯", "Lift", None, (12.4, 16.2, 15.6, 19.4)),
    ("first-aid", "ground", AreaKind.FIRST_AID, "急救点", "First aid point", None, (16.6, 3, 21, 7.4)),
    ("hall", "ground", AreaKind.SPACE, "篮球馆", "Sports hall", "hall", (16, 8, 40, 26)),
    ("half-a", "ground", AreaKind.SPACE, "半场 A", "Half court A", "half-a", (17.3, 10, 27.8, 24)),
    ("half-b", "ground", AreaKind.SPACE, "半场 B", "Half court B", "half-b", (28.2, 10, 38.7, 24)),
    ("court-1", "ground", AreaKind.SPACE, "羽毛球场 1", "Badminton court 1", "court-1", (17.7, 16.5, 27.4, 22.2)),
    ("court-2", "ground", AreaKind.SPACE, "羽毛球场 2", "Badminton court 2", "court-2", (17.7, 10.4, 27.4, 16.1)),
    ("court-3", "ground", AreaKind.SPACE, "羽毛球场 3", "Badminton court 3", "court-3", (28.6, 16.5, 38.3, 22.2)),
    ("court-4", "ground", AreaKind.SPACE, "羽毛球场 4", "Badminton court 4", "court-4", (28.6, 10.4, 38.3, 16.1)),
    ("piano-room", "first", AreaKind.SPACE, "琴房", "Piano room", "piano-room", (2, 16.2, 8, 24)),
    ("stairs-up", "first", AreaKind.STAIRS, "楼梯", "Stairs", None, (8.4, 16.2, 11.6, 21)),
    ("lift-up", "first", AreaKind.LIFT, "电梯", "Lift", None, (12.4, 16.2, 15.6, 19.4)),
    ("meeting-room", "first", AreaKind.SPACE, "会议室", "Meeting room", "meeting-room", (17, 16.2, 27, 24)),
    ("club-room", "first", AreaKind.OTHER, "活动室", "Club room", None, (28, 16.2, 38.6, 24)),
    ("bank-c", "first", AreaKind.BANK, "活动室长期柜", "Club room lockers", "bank-c", (36, 17, 38, 22)),
    ("toilets-up", "first", AreaKind.TOILETS, "卫生间", "Toilets", None, (2, 7, 8, 13)),
)

_SPOTS: Final = (
    ("in", "ground", (8, 2), "entrance"),
    ("by-toilets", "ground", (8, 3), None),
    ("toilet-door", "ground", (5.8, 3), "toilets"),
    ("front", "ground", (8, 6.8), None),
    ("at-kiosk", "ground", (3.6, 6.8), "kiosk"),
    ("at-desk", "ground", (13, 6.8), "desk"),
    ("first-aid-door", "ground", (16.1, 6.8), "first-aid"),
    ("middle", "ground", (8, 9), None),
    ("lockers", "ground", (8, 12), None),
    ("at-bank-a", "ground", (3.6, 12), "bank-a"),
    ("back", "ground", (8, 15.2), None),
    ("changing-door", "ground", (5, 15.2), "changing"),
    ("at-bank-b", "ground", (5, 20.5), "bank-b"),
    ("stairs-foot", "ground", (10, 15.2), "stairs"),
    ("lift-door", "ground", (14, 15.2), "lift"),
    ("hall-door", "ground", (15.4, 9), "hall"),
    ("hall-west", "ground", (16.6, 9), None),
    ("court-1-side", "ground", (16.6, 19.3), "court-1"),
    ("half-a-side", "ground", (22.5, 9), "half-a"),
    ("court-2-side", "ground", (25, 9), "court-2"),
    ("half-b-side", "ground", (33.4, 9), "half-b"),
    ("court-4-side", "ground", (36, 9), "court-4"),
    ("hall-east", "ground", (39.4, 9), None),
    ("court-3-side", "ground", (39.4, 19.3), "court-3"),
    ("piano-door", "first", (5, 15.2), "piano-room"),
    ("toilet-door-up", "first", (5, 13.8), "toilets-up"),
    ("stairs-head", "first", (10, 15.2), "stairs-up"),
    ("lift-door-up", "first", (14, 15.2), "lift-up"),
    ("meeting-door", "first", (22, 15.2), "meeting-room"),
    ("club-door", "first", (32, 15.2), "club-room"),
    ("club-middle", "first", (32, 19.5), None),
    ("at-bank-c", "first", (35, 19.5), "bank-c"),
)

_WALKS: Final = (
    ("in", "by-toilets", "front", "middle", "lockers", "back"),
    ("by-toilets", "toilet-door"),
    ("at-kiosk", "front", "at-desk", "first-aid-door"),
    ("at-bank-a", "lockers"),
    ("at-bank-b", "changing-door", "back", "stairs-foot", "lift-door"),
    ("middle", "hall-door", "hall-west", "half-a-side", "court-2-side", "half-b-side", "court-4-side", "hall-east"),
    ("hall-west", "court-1-side"),
    ("hall-east", "court-3-side"),
    ("piano-door", "stairs-head", "lift-door-up", "meeting-door", "club-door", "club-middle", "at-bank-c"),
    ("piano-door", "toilet-door-up"),
)
_CLIMBS: Final = (("stairs-foot", "stairs-head", WayKind.STAIRS), ("lift-door", "lift-door-up", WayKind.LIFT))


def draw(centre: Centre, *, kiosk_code: str) -> None:
    """Save it as the first plan of a centre that has none; the kiosk with that code stands in its lobby."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        if queries.newest(session):
            return
        kiosk = kiosks.kiosk_with(session, token=kiosk_code)
        plan = floor_plan(kiosk_id=kiosk.id if kiosk else None)
        service.save(session, plan=plan, based_on=0, actor="gateway", now=now)


def floor_plan(*, kiosk_id: str | None) -> FloorPlan:
    """Of the demo building, with that kiosk in its lobby."""
    areas = (
        Area(name, floor, kind, zh, en, kiosk_id if kind is AreaKind.KIOSK else ref, _rectangle(*sides))
        for name, floor, kind, zh, en, ref, sides in _AREAS
    )
    spots = (Spot(name, floor, Point(*at), of) for name, floor, at, of in _SPOTS)
    return FloorPlan(floors=_FLOORS, areas=tuple(areas), spots=tuple(spots), ways=tuple(_ways()))


def _rectangle(left: float, bottom: float, right: float, top: float) -> tuple[Point, ...]:
    return Point(left, bottom), Point(right, bottom), Point(right, top), Point(left, top)


def _ways() -> Iterator[Way]:
    pairs = [pair for walk in _WALKS for pair in pairwise(walk)]
    for no, (a, b) in enumerate(pairs, start=1):
        yield Way(f"way-{no}", a, b, WayKind.LEVEL, None)
    for a, b, kind in _CLIMBS:
        yield Way(f"{kind}-1", a, b, kind, None)
