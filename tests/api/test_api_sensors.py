"""What sensors say, as staff read it."""

from datetime import timedelta

import pytest

from gateway.telemetry.store import Letter, Value, now_ms
from tests.centre_builder import NOON


@pytest.fixture
def readings(house):
    """The gateway's hand: what a device measured, minutes ago."""
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    seq = iter(range(1, 10_000))

    def measured(value, *, minutes_ago=0, metric="temperature", sensor="hall"):
        at = now_ms(house.clock.now() - timedelta(minutes=minutes_ago))
        store.keep([Letter("air-1", "0" * 16, next(seq), 1, at, [Value(sensor, metric, value)])])

    measured.store = store
    return measured


def history(browser, sensor, **query):
    asked = {"from": (NOON - timedelta(hours=5)).isoformat(), "to": (NOON + timedelta(hours=5)).isoformat(), **query}
    return browser.get(f"/staff/sensors/{sensor}/history", params=asked)


def test_before_any_reading_there_is_no_sensor(desk):
    assert desk.get("/staff/sensors").json() == {"items": [], "next": None}
    assert history(desk, "1").status_code == 404


def test_each_sensor_says_its_present_value(readings, desk):
    readings(21.0, minutes_ago=5)
    readings(22.5, minutes_ago=1)
    readings(1.0, metric="open", sensor="door")

    found = desk.get("/staff/sensors").json()["items"]

    assert [(one["sensor"], one["metric"], one["value"]) for one in found] == [
        ("door", "open", 1.0),
        ("hall", "temperature", 22.5),
    ]


def test_one_that_has_been_silent_is_unknown_and_says_since_when(readings, desk):
    readings(21.0, minutes_ago=60)

    (found,) = desk.get("/staff/sensors").json()["items"]
    assert found["value"] is None
    assert found["taken_at"] is not None


def test_its_history_comes_in_steps_and_in_parts(readings, desk, house):
    for minutes_ago in range(240, -1, -10):
        readings(20.0 + minutes_ago / 100, minutes_ago=minutes_ago)
    readings.store.roll_up(now_ms=now_ms(house.clock.now()))
    (sensor,) = desk.get("/staff/sensors").json()["items"]

    hours = history(desk, sensor["id"]).json()
    assert sum(point["measured"] for point in hours["items"]) == 25
    assert hours["next"] is None

    whole = history(desk, sensor["id"], step="sample").json()["items"]
    first = history(desk, sensor["id"], step="sample", limit=10).json()
    rest = history(desk, sensor["id"], step="sample", **{"from": first["next"]}).json()
    assert first["items"] + rest["items"] == whole
    assert len(whole) == 25


@pytest.mark.parametrize(
    "query",
    [{"step": "week"}, {"from": "yesterday"}, {"to": "2020-01-01T00:00:00Z"}, {"limit": 0}, {"limit": 10**9}],
)
def test_what_cannot_be_asked_is_named(readings, desk, query):
    readings(21.0)
    answer = history(desk, "1", **query)

    assert answer.status_code == 422
    assert answer.json()["field"] in query


@pytest.mark.parametrize("sensor", ["99", "nothing", "1.5"])
def test_a_sensor_that_is_not_there(readings, desk, sensor):
    readings(21.0)
    assert history(desk, sensor).status_code == 404


def test_members_read_none_of_it(house, readings):
    readings(21.0)
    member = house.signed_in("10001")

    assert member.get("/staff/sensors").status_code == 403
    assert history(member, "1").status_code == 403
