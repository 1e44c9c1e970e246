"""The house's zones, as staff make them and read what is in them."""

from datetime import timedelta

import pytest

from gateway.telemetry.store import Letter, Value, now_ms
from tests.centre_builder import a_hall

HALL = {"id": "hall", "name_zh": "大厅", "name_en": "Hall"}


@pytest.fixture
def technician(house):
    browser = house.signed_in("s003")
    assert browser.post("/staff/zones", HALL, key="hall").status_code == 201
    return browser


@pytest.fixture
def measured(house):
    """The gateway's hand: what these sensors of bank-a measured a minute ago."""
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    at = now_ms(house.clock.now() - timedelta(minutes=1))
    values = [Value("air", "co2", 600.0), Value("air", "temperature", 21.0), Value("leak", "water_leak", 0.0)]
    store.keep([Letter("bank-a", "0" * 16, 1, 1, at, values)])


def put(browser, path, zone):
    return browser.ask("PUT", path, body={"zone": zone})


def sensors(browser, **query):
    return [
        (one["sensor"], one["metric"], one["zone"])
        for one in browser.get("/staff/sensors", params=query).json()["items"]
    ]


def test_a_zone_is_made_once_renamed_and_listed(house, technician):
    assert technician.post("/staff/zones", HALL, key="again").json()["code"] == "zone_exists"
    assert technician.patch("/staff/zones/hall", {"name_en": "Lobby"}).json()["name"] == {
        "zh-CN": "大厅",
        "en": "Lobby",
    }

    desk = house.signed_in("s002")
    assert [one["name"]["en"] for one in desk.get("/staff/zones").json()["items"]] == ["Lobby"]


def test_the_readings_of_a_zone_are_those_of_its_sensors(technician, measured):
    assert sensors(technician, zone="hall") == []

    put(technician, "/staff/devices/bank-a/zone", "hall")
    technician.post("/staff/zones", {"id": "cellar", "name_zh": "地下室", "name_en": "Cellar"}, key="cellar")
    leak = next(one["id"] for one in technician.get("/staff/sensors").json()["items"] if one["sensor"] == "leak")
    assert put(technician, f"/staff/sensors/{leak}/zone", "cellar").json()["zone"] == "cellar"

    assert sensors(technician, zone="hall") == [("air", "co2", "hall"), ("air", "temperature", "hall")]
    assert sensors(technician, zone="cellar") == [("leak", "water_leak", "cellar")]
    assert len(sensors(technician)) == 3


def test_a_zone_says_what_is_there(house, technician, measured):
    house.change(a_hall)
    put(technician, "/staff/devices/bank-a/zone", "hall")
    put(technician, "/staff/spaces/half-a/zone", "hall")
    put(technician, "/staff/sensors/1/zone", "hall")

    found = technician.get("/staff/zones/hall").json()

    assert (found["devices"], found["banks"]) == (["bank-a"], ["bank-a"])
    assert found["spaces"] == ["court-1", "court-2", "half-a"]
    assert found["sensors"] == [{"device": "bank-a", "sensor": "air"}]


def test_a_zone_is_retired_once_it_is_empty(technician):
    put(technician, "/staff/devices/bank-a/zone", "hall")
    assert technician.delete("/staff/zones/hall").json()["code"] == "zone_in_use"

    put(technician, "/staff/devices/bank-a/zone", None)
    assert technician.delete("/staff/zones/hall").json()["retired_at"]
    assert put(technician, "/staff/devices/bank-a/zone", "hall").json()["code"] == "zone_retired"


@pytest.mark.parametrize(
    "path",
    ["/staff/devices/nothing/zone", "/staff/spaces/nothing/zone", "/staff/sensors/9/zone", "/staff/sensors/x/zone"],
)
def test_only_what_is_there_is_placed(technician, measured, path):
    assert put(technician, path, "hall").status_code == 404
    assert put(technician, "/staff/devices/bank-a/zone", "attic").status_code == 404


def test_the_desk_reads_zones_and_members_do_not(house, technician):
    desk, member = house.signed_in("s002"), house.signed_in("10001")

    assert desk.get("/staff/zones/hall").status_code == 200
    assert put(desk, "/staff/devices/bank-a/zone", "hall").status_code == 403
    assert member.get("/staff/zones").status_code == 403
    assert member.get("/staff/zones/hall").status_code == 403
