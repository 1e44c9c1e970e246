"""A day that a pretended node has lived through is what staff see, when what it kept has come."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from devices.runtime.config import BrokerConfig
from devices.runtime.facility_config import AirConfig, BeamsConfig, FacilityConfig, MeterConfig, SwitchConfig
from devices.wire.signing import SigningKey
from firmware_sim import day
from firmware_sim.memory_readings import MemoryReadings
from gateway.maintenance import running
from gateway.maintenance.model import PowerSensor
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON, a_device, a_space

ZONE = ZoneInfo("Asia/Shanghai")
KEY = SigningKey.generate()
CONFIG = FacilityConfig(
    site="demo",
    device="node",
    gateway_key=KEY.public().text(),
    broker=BrokerConfig(host="127.0.0.1", port=1883),
    beams=(
        BeamsConfig(name="door", outer_pin=17, inner_pin=27),
        BeamsConfig(name="pool-door", outer_pin=2, inner_pin=3),
    ),
    switch=(SwitchConfig(name="cellar", means="water_leak", pin=5),),
    air=(AirConfig(name="hall-air", chip="scd41"),),
    meter=(
        MeterConfig(name="mains", pin=24, pulses_per_kwh=100),
        MeterConfig(name="ventilator", pin=22, pulses_per_kwh=400),
    ),
)
BEGIN = NOON - day.LASTS
HAPPENS = day.between(BEGIN, NOON, ZONE, doors=2)


@pytest.fixture(scope="module")
def kept():
    """What the node has in its store, and how many are where."""
    readings = MemoryReadings()
    there = day.live(CONFIG, readings, key=KEY, begin=BEGIN, happens=HAPPENS, end=NOON)
    return readings.waiting(after=0, limit=100_000), there


def values(one):
    told = [(said.sensor, said.metric, said.value) for said in one.measurements]
    return [Value(sensor, metric, None if value is None else float(value)) for sensor, metric, value in told]


@pytest.fixture
def desk(house, kept):
    """Of a house to which all of it has come."""

    def make(session):
        a_device(session, "node", doors=0)
        a_space(session)
        for zone_id, name_zh, name_en in (("hall", "大厅", "Hall"), ("pool", "泳池", "Pool")):
            zones.make_zone(session, zone_id=zone_id, name_zh=name_zh, name_en=name_en, actor="test", now=NOON)
            zones.set_crowd(session, zone_id=zone_id, capacity=60, is_shown=True, actor="test", now=NOON)
        zones.place(session, what=Placed.DEVICE, ref="node", zone_id="hall", actor="test", now=NOON)
        at_its_door = {"what": Placed.SENSOR, "ref": "node/pool-door", "zone_id": "pool", "outer_zone_id": "hall"}
        zones.place(session, **at_its_door, actor="test", now=NOON)

    house.change(make)
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    store.keep(Letter("node", "0" * 16, one.seq, 1, one.clock_ms, values(one)) for one in kept[0])
    store.roll_up(now_ms=now_ms(NOON))
    return house.signed_in("s002")


def test_whoever_is_inside_at_its_end_is_counted_where_they_are(desk, kept):
    hall, pool = desk.get("/staff/zones").json()["items"]

    assert (hall["crowd"]["people"], pool["crowd"]["people"]) == (kept[1]["door"], kept[1]["pool-door"])
    assert min(kept[1].values()) > 0
    assert (hall["crowd"]["confidence"], hall["crowd"]["corrected"]) == ("known", 0)
    assert desk.get("/busy").json()["people"] == sum(kept[1].values())


def test_a_zone_fills_through_the_day_and_is_empty_at_closing(desk):
    """Yesterday: its evening lies within the day that was lived."""
    for zone in ("hall", "pool"):
        lived = desk.get(f"/staff/zones/{zone}/day", params={"day": "2026-11-21"}).json()
        by_hour = {one["at"][11:16]: one["people"] for one in lived["points"]}  # in UTC, eight hours back

        assert lived["most"] > 5
        assert max(by_hour.values()) > by_hour["13:00"] > by_hour["14:00"] == 0
        assert (lived["left_over"], lived["corrected"], lived["confidence"]) == (0, 0, "rough")  # heard since noon

    today = desk.get("/staff/zones/pool/day").json()
    assert (today["day"], today["confidence"], today["left_over"]) == ("2026-11-22", "known", None)
    assert today["points"][-1]["people"] == desk.get("/staff/zones").json()["items"][1]["crowd"]["people"]


def test_every_passage_of_the_day_is_counted_at_its_hour(desk):
    sensors = desk.get("/staff/sensors").json()["items"]
    entries = next(one for one in sensors if (one["sensor"], one["metric"]) == ("door", "entries"))
    asked = {"from": BEGIN.isoformat(), "to": NOON.isoformat(), "step": "hour"}
    hours = desk.get(f"/staff/sensors/{entries['id']}/history", params=asked).json()["items"]

    came = Counter(one.at.astimezone(ZONE).hour for one in HAPPENS if (one.what, one.door) == ("come", 0))
    assert hours[-1]["last"] == came.total()
    assert came[18] + came[19] > came[8] + came[12]


def test_the_air_grows_stale_with_the_people_and_is_fresh_at_night(desk):
    co2 = next(one for one in desk.get("/staff/sensors").json()["items"] if one["metric"] == "co2")
    night = {"from": (NOON - timedelta(hours=13)).isoformat(), "to": (NOON - timedelta(hours=6)).isoformat()}
    evening = {"from": (NOON - timedelta(hours=18)).isoformat(), "to": (NOON - timedelta(hours=15)).isoformat()}

    def most(span):
        points = desk.get(f"/staff/sensors/{co2['id']}/history", params=span | {"step": "hour"}).json()["items"]
        return max(one["most"] for one in points)

    assert most(night) == 420.0
    assert most(evening) > 550.0


def test_a_machine_with_a_meter_of_ours_ran_while_the_house_was_open_and_stood_still_at_night(desk):
    ventilator = PowerSensor(asset_id="fan", device="node", sensor="ventilator", runs_from_w=40, since_at=BEGIN)
    with desk.house.app.state.desk.readings.read() as connection:
        [told] = running.hours(connection, [ventilator], now=NOON).values()

    ran_h = {hour.astimezone(ZONE).hour: run.ran_s / 3600 for hour, run in told.items()}
    assert all(ran_h[hour] == pytest.approx(1, abs=0.1) for hour in (8, 13, 21))
    assert all(ran_h[hour] == 0 for hour in (0, 3, 5))
    assert sum(ran_h.values()) == pytest.approx(15, abs=0.5)
