"""What makes no sense in a plan is named, and a plan is the same after it was written and read."""

from dataclasses import replace

import pytest

from gateway.demo.floor_plan import floor_plan
from gateway.floor_plan import geojson, rules
from gateway.floor_plan.drawing import AreaKind, Point, Spot, Way, WayKind
from gateway.floor_plan.rules import Fault, Found

DEMO = floor_plan(kiosk_id="k")
THINGS = {
    AreaKind.SPACE: {one.ref for one in DEMO.areas if one.kind is AreaKind.SPACE},
    AreaKind.BANK: {"bank-a", "bank-b", "bank-c"},
    AreaKind.KIOSK: {"k"},
    AreaKind.ZONE: {"hall"},
}


def with_area(name, **more):
    return replace(DEMO, areas=tuple(replace(one, **more) if one.id == name else one for one in DEMO.areas))


def with_spot(**more):
    return replace(DEMO, spots=(*DEMO.spots, replace(Spot("new", "ground", Point(1, 1), None), **more)))


def with_way(**more):
    return replace(DEMO, ways=(*DEMO.ways, replace(Way("new", "in", "lockers", WayKind.LEVEL, None), **more)))


def test_the_demo_plan_makes_sense_and_everything_in_it_can_be_reached():
    assert rules.faults(DEMO, THINGS) == []
    assert rules.cut_off(DEMO) == []


@pytest.mark.parametrize(
    ("plan", "thing", "why"),
    [
        (with_area("hall", ref="attic"), "hall", Fault.UNKNOWN_THING),
        (with_area("hall", ref=None), "hall", Fault.NOT_LINKED),
        (with_area("toilets", ref="hall"), "toilets", Fault.LINKED_FOR_NOTHING),
        (with_area("half-b", ref="half-a"), "half-b", Fault.SECOND_AREA),
        (with_area("lobby", floor="attic"), "lobby", Fault.UNKNOWN_FLOOR),
        (with_area("lobby", outline=(Point(0, 0), Point(41, 0), Point(5, 5))), "lobby", Fault.OUTSIDE),
        (with_area("lobby", outline=(Point(0, 0), Point(9, 9))), "lobby", Fault.NO_AREA),
        (with_area("lobby", outline=(Point(0, 0), Point(5, 5), Point(9, 9))), "lobby", Fault.NO_AREA),
        (
            with_area("lobby", outline=(Point(0, 0), Point(9, 9), Point(9, 0), Point(0, 5))),
            "lobby",
            Fault.CROSSES_ITSELF,
        ),
        (with_spot(id="in"), "in", Fault.SAME_ID),
        (with_spot(floor="attic"), "new", Fault.UNKNOWN_FLOOR),
        (with_spot(at=Point(1, 27)), "new", Fault.OUTSIDE),
        (with_spot(of="attic"), "new", Fault.UNKNOWN_AREA),
        (with_spot(of="piano-room"), "new", Fault.AREA_ON_ANOTHER_FLOOR),
        (with_way(b="nowhere"), "new", Fault.UNKNOWN_SPOT),
        (with_way(b="in"), "new", Fault.TO_ITSELF),
        (with_way(b="piano-door"), "new", Fault.FLOORS_APART),
    ],
)
def test_what_is_wrong_is_named_with_its_thing(plan, thing, why):
    assert rules.faults(plan, THINGS) == [Found(thing, why)]


def test_every_fault_there_is_can_be_found():
    """Whoever adds one adds a plan that has it."""
    (mark,) = test_what_is_wrong_is_named_with_its_thing.pytestmark

    assert {why for *_, why in mark.args[1]} == set(Fault)


def test_a_zone_may_have_two_areas_and_a_kiosk_need_not_be_linked_yet():
    two = replace(DEMO, areas=(*DEMO.areas, replace(DEMO.area_of["lobby"], id="lobby-2")))

    assert rules.faults(two, THINGS) == []
    assert rules.faults(floor_plan(kiosk_id=None), THINGS) == []


def test_what_no_way_leads_to_is_named():
    by_level = replace(DEMO, ways=tuple(one for one in DEMO.ways if one.kind is WayKind.LEVEL))

    assert rules.cut_off(by_level) == sorted(one.id for one in DEMO.areas if one.floor == "first")


def test_a_plan_written_and_read_is_the_same():
    assert geojson.read(geojson.written(DEMO)) == DEMO


def test_what_is_written_is_geojson():
    document = geojson.written(DEMO)

    assert document["type"] == "FeatureCollection"
    for feature in document["features"]:
        assert feature["type"] == "Feature"
        geometry = feature["geometry"]
        assert geometry is None or geometry["type"] in {"Polygon", "Point", "LineString"}
        if geometry and geometry["type"] == "Polygon":
            (ring,) = geometry["coordinates"]
            assert ring[0] == ring[-1]
    between = [one for one in document["features"] if one["geometry"] is None]
    assert [one["properties"]["kind"] for one in between] == ["stairs", "lift"]
