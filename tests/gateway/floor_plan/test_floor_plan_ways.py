"""The way there: the shortest one, all of it connected, and without stairs for whoever cannot take them."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.floor_plan import floor_plan
from gateway.floor_plan import ways
from gateway.floor_plan.drawing import Area, AreaKind, Floor, FloorPlan, Point, Spot, Way, WayKind
from gateway.floor_plan.guide import guide
from gateway.kit.errors import Conflict, NotFound

FLOORS = (Floor("g", "一楼", "Ground floor", 0, 100, 100), Floor("f", "二楼", "First floor", 1, 100, 100))
SPOTS = "abcdef"
DEMO = floor_plan(kiosk_id="k")


@st.composite
def plans(draw):
    """Up to six spots on two floors, and ways between any of them, several between the same two as well."""
    metres = st.integers(0, 100)
    spots = [
        Spot(name, draw(st.sampled_from("gf")), Point(draw(metres), draw(metres)), None)
        for name in SPOTS[: draw(st.integers(2, 6))]
    ]
    names = st.sampled_from([spot.id for spot in spots])
    drawn = draw(st.lists(st.tuples(names, names, st.sampled_from(WayKind), st.none() | metres), max_size=12))
    return FloorPlan(
        floors=FLOORS,
        spots=tuple(spots),
        ways=tuple(
            Way(f"w{no}", a, b, kind, None if length is None else float(length))
            for no, (a, b, kind, length) in enumerate(drawn)
            if a != b
        ),
    )


def by_trying_all(plan, start, goal, *, step_free):
    """The length of the shortest of every possible order of spots; None: none of them is connected."""
    leads = {}
    for way in plan.ways:
        if not (step_free and way.kind is WayKind.STAIRS):
            for pair in ((way.a, way.b), (way.b, way.a)):
                leads[pair] = min(plan.length_of(way), leads.get(pair, float("inf")))
    between = [spot.id for spot in plan.spots if spot.id not in (start, goal)]
    lengths = [
        sum(leads[pair] for pair in pairwise([start, *order, goal]))
        for count in range(len(between) + 1)
        for order in permutations(between, count)
        if all(pair in leads for pair in pairwise([start, *order, goal]))
    ]
    return min(lengths, default=None)


@given(plan=plans(), step_free=st.booleans())
def test_no_other_way_is_shorter_and_what_is_found_is_there(plan, step_free):
    found = ways.shortest(plan, ["a"], ["b"], step_free=step_free)

    best = by_trying_all(plan, "a", "b", step_free=step_free)
    assert (found.length_m if found else None) == (None if best is None else pytest.approx(best))


@given(plan=plans(), step_free=st.booleans())
def test_a_way_that_is_found_is_connected_from_its_start_to_its_goal(plan, step_free):
    found = ways.shortest(plan, ["a"], ["b"], step_free=step_free)

    if found is not None:
        assert (found.spots[0].id, found.spots[-1].id) == ("a", "b")
        joined = [{way.a, way.b} for way in found.ways]
        assert joined == [{one.id, other.id} for one, other in pairwise(found.spots)]
        assert found.length_m == pytest.approx(sum(plan.length_of(way) for way in found.ways))


@given(plan=plans())
def test_step_free_never_goes_by_stairs(plan):
    found = ways.shortest(plan, ["a"], ["b"], step_free=True)

    assert found is None or all(way.kind is not WayKind.STAIRS for way in found.ways)


@given(plan=plans())
def test_what_is_within_reach_is_what_a_way_leads_to(plan):
    reachable = ways.reachable(plan, ["a"])

    for spot in plan.spots:
        there = ways.shortest(plan, ["a"], [spot.id], step_free=False)
        assert (spot.id in reachable) is (there is not None)


def test_of_several_doors_the_nearest_is_taken_at_both_ends():
    spots = [Spot(name, "g", Point(x, 0), None) for name, x in (("s1", 0), ("s2", 8), ("g1", 10), ("g2", 40))]
    links = [("s1", "s2"), ("s2", "g1"), ("g1", "g2")]
    plan = FloorPlan(FLOORS, (), tuple(spots), tuple(Way(a + b, a, b, WayKind.LEVEL, None) for a, b in links))

    found = ways.shortest(plan, ["s1", "s2"], ["g2", "g1"], step_free=False)

    assert [spot.id for spot in found.spots] == ["s2", "g1"]


def said(start, goal, *, step_free=False):
    return [(step.zh, step.en) for step in guide(DEMO, start=start, goal=goal, step_free=step_free).steps]


def test_the_way_is_said_turn_by_turn_in_both_languages():
    assert said("kiosk", "piano-room") == [
        ("背对自助机，直走 4 米。", "With your back to the kiosk, walk 4 m."),
        ("到前台旁边左转，走 8 米。", "At the desk, turn left and walk 8 m."),
        ("到楼梯旁边右转，走 2 米。", "At the stairs, turn right and walk 2 m."),
        ("走楼梯上到二楼。", "Take the stairs up to the first floor."),
        ("上来以后右转，走 5 米。", "At the top, turn right and walk 5 m."),
        ("到了：琴房，在右手边。", "You are there: the piano room on your right."),
    ]


def test_who_cannot_take_stairs_is_sent_to_the_lift():
    zh = [one for one, _ in said("meeting-room", "toilets", step_free=True)]

    assert zh[:3] == ["出门右转，走 8 米。", "乘电梯下到一楼。", "出电梯右转，走 6 米。"]
    assert not any("楼梯下" in one or "楼梯上" in one for one in zh)


def test_without_a_start_one_comes_in_by_the_entrance():
    assert said(None, "court-1")[0] == ("进门后直走 7 米。", "Once inside, walk 7 m.")


def test_who_is_there_already_is_told_so():
    assert said("bank-a", "bank-a") == [("您就在这里：大厅储物柜。", "You are here: Lobby lockers.")]


@pytest.mark.parametrize(
    ("then", "turned"),
    [
        (Point(0, 1), "直走"),
        (Point(-1, 0), "左转"),
        (Point(1, 0), "右转"),
        (Point(0, -1), "转身往回"),
        (Point(0.3, 1), "直走"),
        (Point(-1, 1), "左转"),
    ],
)
def test_left_and_right_are_those_of_whoever_walks(then, turned):
    """Walking up the drawing first: y goes upwards."""
    here = Point(50, 50)
    spots = (
        Spot("a", "g", Point(50, 20), "room"),
        Spot("b", "g", here, None),
        Spot("c", "g", Point(here.x + 20 * then.x, here.y + 20 * then.y), None),
    )
    room = Area("room", "g", AreaKind.OTHER, "房", "Room", None, (Point(45, 0), Point(55, 0), Point(50, 20)))
    links = (Way("ab", "a", "b", WayKind.LEVEL, None), Way("bc", "b", "c", WayKind.LEVEL, None))

    steps = guide(FloorPlan(FLOORS, (room,), spots, links), start="a", goal="c", step_free=False).steps

    assert any(turned in step.zh for step in steps[:2])
    assert len(steps) == (2 if turned == "直走" else 3)  # straight on is no sentence of its own


def test_what_cannot_be_reached_is_refused_in_its_own_words():
    only_stairs = FloorPlan(
        DEMO.floors, DEMO.areas, DEMO.spots, tuple(one for one in DEMO.ways if one.kind is not WayKind.LIFT)
    )
    no_climb = FloorPlan(
        DEMO.floors, DEMO.areas, DEMO.spots, tuple(one for one in DEMO.ways if one.kind is WayKind.LEVEL)
    )

    with pytest.raises(Conflict, match="no_step_free_way"):
        guide(only_stairs, start="kiosk", goal="bank-c", step_free=True)
    with pytest.raises(Conflict, match="no_way"):
        guide(no_climb, start="kiosk", goal="bank-c", step_free=True)
    with pytest.raises(Conflict, match="no_way"):
        guide(DEMO, start="kiosk", goal="lobby", step_free=False)  # nobody has said where one gets in
    with pytest.raises(NotFound):
        guide(DEMO, start="kiosk", goal="attic", step_free=False)
