"""Zones, and what stands in them, on both databases."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from gateway.alerts import queries as alerts
from gateway.alerts.model import AlertLink
from gateway.facility.watch import Watch
from gateway.fleet import service as fleet
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.spaces import queries as spaces
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import queries, service
from gateway.zones.model import Placed
from tests.centre_builder import NOON, a_device, a_hall
from tests.race import at_once


def a_zone(session, zone_id, name_zh="大厅", name_en="Hall"):
    return service.make_zone(session, zone_id=zone_id, name_zh=name_zh, name_en=name_en, actor="test", now=NOON)


def place(session, what, ref, zone_id):
    service.place(session, what=what, ref=ref, zone_id=zone_id, actor="test", now=NOON)


def where_is(session, device_id, sensor):
    zone = queries.zone_of_sensor(session, device_id=device_id, sensor=sensor)
    by_map = queries.whole_map(session).of_sensor(device_id, sensor)
    assert (zone and zone.id) == by_map  # asked alone and asked of all
    return by_map


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        for zone_id in ("cellar", "hall"):
            a_zone(session, zone_id)
        a_device(session, "node", doors=0)
        yield session


def test_a_sensor_hangs_where_its_device_is_unless_it_was_placed_itself(session):
    assert where_is(session, "node", "leak") is None

    place(session, Placed.DEVICE, "node", "hall")
    assert where_is(session, "node", "leak") == "hall"

    place(session, Placed.SENSOR, "node/leak", "cellar")
    assert (where_is(session, "node", "leak"), where_is(session, "node", "air")) == ("cellar", "hall")

    place(session, Placed.SENSOR, "node/leak", None)
    assert where_is(session, "node", "leak") == "hall"


def test_whatever_is_placed_again_stands_there_alone(session):
    place(session, Placed.DEVICE, "node", "hall")
    place(session, Placed.DEVICE, "node", "cellar")

    where = queries.whole_map(session)
    assert (where.refs(Placed.DEVICE, "hall"), where.refs(Placed.DEVICE, "cellar")) == ([], ["node"])
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (last.act, last.thing, last.detail) == ("device_placed", "node", '{"which": "node", "zone": "cellar"}')


def test_a_part_of_a_space_is_where_its_whole_is_unless_it_was_placed_itself(session):
    a_hall(session)
    place(session, Placed.SPACE, "hall", "hall")
    place(session, Placed.SPACE, "half-b", "cellar")

    assert spaces.in_zone(session, "hall") == ["court-1", "court-2", "half-a", "hall"]
    assert spaces.in_zone(session, "cellar") == ["court-3", "court-4", "half-b"]


def test_a_zone_goes_by_its_new_name_and_keeps_what_stands_there(session):
    place(session, Placed.DEVICE, "node", "hall")

    service.rename_zone(session, zone_id="hall", name_zh=None, name_en="Lobby", actor="test", now=NOON)

    zone = queries.zone_of_sensor(session, device_id="node", sensor="air")
    assert (zone.name_zh, zone.name_en) == ("大厅", "Lobby")


def test_a_zone_where_something_stands_is_not_retired_and_nothing_is_placed_in_a_retired_one(session):
    place(session, Placed.DEVICE, "node", "hall")
    with pytest.raises(Conflict, match="zone_in_use"):
        service.retire_zone(session, zone_id="hall", actor="test", now=NOON)

    place(session, Placed.DEVICE, "node", "cellar")
    assert service.retire_zone(session, zone_id="hall", actor="test", now=NOON).retired_at == NOON
    with pytest.raises(Conflict, match="zone_retired"):
        place(session, Placed.DEVICE, "node", "hall")
    assert where_is(session, "node", "air") == "cellar"


def test_a_retired_device_stands_nowhere_and_its_sensors_neither(session):
    a_device(session, "node-2", doors=0)
    for what, ref in ((Placed.DEVICE, "node"), (Placed.SENSOR, "node/leak"), (Placed.SENSOR, "node-2/leak")):
        place(session, what, ref, "cellar")

    fleet.retire(session, device_id="node", actor="test", now=NOON)

    where = queries.whole_map(session)
    assert where.refs(Placed.DEVICE, "cellar") == []
    assert where.refs(Placed.SENSOR, "cellar") == ["node-2/leak"]


@pytest.mark.parametrize("act", ["rename", "retire", "place"])
def test_a_zone_that_is_not_there(session, act):
    acts = {
        "rename": lambda: service.rename_zone(
            session, zone_id="attic", name_zh="阁楼", name_en=None, actor="test", now=NOON
        ),
        "retire": lambda: service.retire_zone(session, zone_id="attic", actor="test", now=NOON),
        "place": lambda: place(session, Placed.DEVICE, "node", "attic"),
    }
    with pytest.raises(NotFound):
        acts[act]()


def test_two_zones_have_two_names(session):
    with pytest.raises(Conflict, match="zone_exists"):
        a_zone(session, "hall")


def test_an_alert_says_in_which_zone_and_is_found_by_it(session):
    place(session, Placed.SENSOR, "node/leak", "cellar")
    service.rename_zone(session, zone_id="cellar", name_zh="地下室", name_en="Cellar", actor="test", now=NOON)

    Watch().note(session, [Letter("node", "0" * 16, 1, 1, now_ms(NOON), [Value("leak", "water_leak", 1.0)])], now=NOON)

    (leak,) = alerts.all_standing(session)
    assert '"place": {"en": "Cellar (node · leak)", "zh-CN": "地下室（node · leak）"}' in leak.facts
    assert session.get(AlertLink, (leak.id, "zone", "cellar"))


def test_of_placing_there_and_retiring_it_at_once_only_one_comes_to_pass(sessions):
    for turn in range(5):
        with sessions.begin() as session:
            a_zone(session, f"zone-{turn}")

        def put(name=f"zone-{turn}"):
            with sessions.begin() as session:
                place(session, Placed.DEVICE, name, name)

        def shut(name=f"zone-{turn}"):
            with sessions.begin() as session:
                service.retire_zone(session, zone_id=name, actor="test", now=NOON)

        assert sorted(at_once([put, shut]), key=str) in ([None, "zone_in_use"], [None, "zone_retired"])


def test_placed_in_two_zones_at_once_it_stands_in_one(sessions):
    with sessions.begin() as session:
        for zone_id in ("cellar", "hall"):
            a_zone(session, zone_id)

    def put(zone_id):
        with sessions.begin() as session:
            place(session, Placed.DEVICE, "node", zone_id)

    assert at_once([lambda: put("hall"), lambda: put("cellar")] * 2) == [None] * 4
    with sessions.read() as session:
        where = queries.whole_map(session)
        assert len(where.refs(Placed.DEVICE, "hall") + where.refs(Placed.DEVICE, "cellar")) == 1


def test_the_database_itself_lets_nothing_stand_twice_or_in_no_zone(session):
    row = "INSERT INTO placements (what, ref, zone_id) VALUES ('{}', 'node', '{}')"
    session.execute(text(row.format("device", "hall")))
    for again in (("device", "cellar"), ("whim", "hall"), ("space", "attic")):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(row.format(*again)))
