"""ESPHome: bare values under the device's name; meaning only in a description."""

import pytest

from tests.gateway.vendors.teller import Teller


@pytest.fixture
def esphome():
    return Teller("esphome")


def config(node, name="temperature", **said):
    """An entity's description as ESPHome publishes it, with Home Assistant's abbreviations."""
    return {
        "name": name, "stat_t": f"{node}/sensor/{name}/state", "avty_t": f"{node}/status",
        "uniq_id": f"ESPsensor{name}",
        "dev": {"ids": f"mac-of-{node}", "name": node, "sw": "2026.1.0", "mf": "espressif"}, **said,
    }  # fmt: skip


def test_before_its_description_a_name_must_do_and_that_is_said(esphome):
    said = esphome.one("hall/sensor/hall_temperature/state", "21.5")
    assert (said["kind"], said["device"]) == ("telemetry", "hall")
    assert said["readings"] == [{"metric": "temperature", "value": 21.5, "unit": "°C", "sensor": "hall_temperature"}]
    assert "no description" in said["note"]


def test_a_name_that_says_nothing_is_not_guessed_at(esphome):
    said = esphome.one("hall/sensor/hall_thing/state", "21.5")
    assert (said["kind"], said["readings"]) == ("ignore", [])


@pytest.mark.parametrize("name", ["temperature", "hall_thing"])
def test_after_its_description_unit_and_class_are_the_devices_own(esphome, name):
    described = config("hall", name, dev_cla="temperature", unit_of_meas="°F")
    found = esphome.one(f"homeassistant/sensor/hall/{name}/config", described, retained=True)
    assert (found["kind"], found["device"], found["info"]["id"]) == ("discovery", "hall", "mac-of-hall")

    said = esphome.one(f"hall/sensor/{name}/state", "70.7")
    assert said["readings"] == [{"metric": "temperature", "value": 21.5, "unit": "°C", "sensor": name}]
    assert "note" not in said


def test_the_same_unique_id_in_two_nodes_is_two_sensors(esphome):
    for node in ("hall", "gym"):
        described = config(node, dev_cla="temperature", unit_of_meas="°C")
        esphome.all(f"homeassistant/sensor/{node}/temperature/config", described)
    assert esphome.one("hall/sensor/temperature/state", "20")["device"] == "hall"
    assert esphome.one("gym/sensor/temperature/state", "25")["device"] == "gym"


@pytest.mark.parametrize("nan", ["nan", "NaN", "", "unknown"])
def test_nan_is_unknown_and_not_0(esphome, nan):
    esphome.all(
        "homeassistant/sensor/hall/temperature/config", config("hall", dev_cla="temperature", unit_of_meas="°C")
    )
    found = esphome.all("hall/sensor/temperature/state", nan)[0]
    assert not [reading for reading in found["readings"] if reading["value"] is not None]


@pytest.mark.parametrize(
    ("word", "lock"),
    [
        ("LOCKED", "locked"), ("UNLOCKED", "unlocked"), ("JAMMED", "jammed"),
        ("LOCKING", "unknown"), ("UNLOCKING", "unknown"), ("UNKNOWN", "unknown"),
    ],
)  # fmt: skip
def test_a_lock_on_its_way_is_not_yet_there(esphome, word, lock):
    assert esphome.values("hall/lock/front/state", word) == {"lock": lock}


def test_a_lock_that_says_something_else_is_malformed(esphome):
    assert esphome.one("hall/lock/front/state", "FINE")["kind"] == "malformed"


@pytest.mark.parametrize(
    ("topic", "payload", "read"),
    [
        ("hall/binary_sensor/front_door/state", "ON", {"open": True}),
        ("hall/binary_sensor/motion/state", "OFF", {"occupancy": False}),
        ("hall/binary_sensor/sink_leak/state", "ON", {"water_leak": True}),
        ("hall/switch/relay_1/state", "ON", {"on": True}),
        ("hall/cover/gate/state", "closed", {"open": False}),
        ("hall/cover/gate/state", "opening", {"open": None}),
        ("hall/light/lamp/state", {"state": "ON", "brightness": 255}, {"on": True, "brightness": 100}),
        ("hall/sensor/wifi_signal/state", "-61", {"rssi": -61}),
    ],
)
def test_components_and_their_words(esphome, topic, payload, read):
    assert esphome.values(topic, payload) == read


def test_a_retained_value_says_that_it_may_be_old(esphome):
    assert esphome.one("hall/sensor/temperature/state", "21.5", retained=True)["retained"] is True


def test_an_event_entity_is_an_event(esphome):
    said = esphome.one("hall/event/doorbell/state", {"event_type": "press"})
    assert (said["kind"], said["event"], said["info"]) == ("event", "press", {"part": "doorbell"})
    assert esphome.one("hall/event/doorbell/state", {"event_type": "press"}, retained=True)["kind"] == "ignore"


def test_status_is_availability(esphome):
    assert esphome.one("hall/status", "offline")["available"] is False


def test_the_log_with_its_colours_is_ignored(esphome):
    assert esphome.one("hall/debug", b"\x1b[0;32m[I][app:102]: ESPHome\x1b[0m")["kind"] == "ignore"


@pytest.mark.parametrize("topic", ["hall/switch/relay/command", "esphome/discover", "esphome/ping/hall"])
def test_questions_and_commands_are_not_state(esphome, topic):
    assert esphome.one(topic, "ON")["kind"] == "ignore"


def test_a_node_introduces_itself(esphome):
    node = {"ip": "192.0.2.4", "name": "hall", "friendly_name": "Hall", "version": "2026.1.0", "mac": "aabbcc"}
    said = esphome.one("esphome/discover/hall", node)
    assert (said["kind"], said["device"], said["info"]["address"]) == ("discovery", "hall", "192.0.2.4")
    assert esphome.one("esphome/discover/hall")["kind"] == "removal"


def test_a_cleared_will_is_a_removal(esphome):
    assert esphome.one("hall/status", "")["kind"] == "removal"


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("hall/cover/gate/position/state", "ignore"),
        ("hall/fan/f/speed_level/state", "ignore"),
        ("hall/climate/c/mode/command", "ignore"),
        ("hall/climate/c/current_temperature/state", "telemetry"),
    ],
)
def test_a_part_of_an_entity_is_said_by_its_device(esphome, topic, kind):
    said = esphome.one(topic, "21")
    assert (said["kind"], said["device"]) == (kind, "hall")


def test_a_sensor_described_in_a_unit_nobody_knows_is_not_told_in_the_usual_one(esphome):
    topic = "hall/sensor/hall_temperature/state"
    esphome.all(
        "homeassistant/sensor/hall/hall_temperature/config",
        {"stat_t": topic, "dev_cla": "temperature", "unit_of_meas": "furlong", "dev": {"ids": "aa"}},
    )
    assert esphome.one(topic, "21.5")["kind"] == "malformed"
