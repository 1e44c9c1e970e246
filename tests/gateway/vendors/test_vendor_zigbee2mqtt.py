"""Zigbee2MQTT's messages, and the traps in them."""

import pytest

from tests.gateway.vendors.teller import Teller


@pytest.fixture
def z2m():
    return Teller("zigbee2mqtt")


def test_values_come_in_canonical_metrics_and_units(z2m):
    said = z2m.one(
        "zigbee2mqtt/gym", {"temperature": 21.4, "humidity": 44, "pressure": 1013, "illuminance": 120, "co2": 900}
    )

    assert said["kind"] == "telemetry"
    assert said["device"] == "gym"
    assert said["readings"] == [
        {"metric": "temperature", "value": 21.4, "unit": "°C"},
        {"metric": "humidity", "value": 44, "unit": "%"},
        {"metric": "pressure", "value": 1013, "unit": "hPa"},
        {"metric": "illuminance", "value": 120, "unit": "lx"},
        {"metric": "co2", "value": 900, "unit": "ppm"},
    ]


@pytest.mark.parametrize(("contact", "is_open"), [(True, False), (False, True), (None, None)])
def test_contact_true_is_shut_there_and_null_is_unknown(z2m, contact, is_open):
    assert z2m.values("zigbee2mqtt/door", {"contact": contact}) == {"open": is_open}


@pytest.mark.parametrize("value", [[21, 22], [[21]], {"value": 21}, True, "warm"])
def test_a_surprise_in_place_of_a_number_is_a_dead_letter_and_not_a_guess(z2m, value):
    said = z2m.one("zigbee2mqtt/gym", {"temperature": value})
    assert (said["kind"], said["readings"]) == ("malformed", [])
    assert said["reason"].startswith("temperature: ")
    assert said["sample"]


def test_a_fresh_action_does_not_carry_an_old_lock_state(z2m):
    said = z2m.one(
        "zigbee2mqtt/vault", {"action": "keypad_unlock", "lock_state": "locked", "state": "LOCK", "battery": 61}
    )

    assert (said["kind"], said["event"]) == ("event", "keypad_unlock")
    assert said["readings"] == [{"metric": "battery", "value": 61, "unit": "%"}]


@pytest.mark.parametrize("empty", ["", None, "null"])
def test_an_emptied_legacy_action_is_no_event(z2m, empty):
    assert z2m.one("zigbee2mqtt/button", {"action": empty})["kind"] == "ignore"
    said = z2m.one("zigbee2mqtt/button", {"action": empty, "battery": 90})
    assert (said["kind"], "event" in said) == ("telemetry", False)


def test_a_retained_action_is_history_and_not_an_event(z2m):
    said = z2m.one("zigbee2mqtt/button", {"action": "single"}, retained=True)
    assert (said["kind"], "event" in said) == ("ignore", False)
    assert "history" in said["reason"]


def test_the_battery_beside_a_retained_action_is_still_a_value(z2m):
    said = z2m.one("zigbee2mqtt/button", {"action": "single", "battery": 90}, retained=True)
    assert (said["kind"], "event" in said, said["retained"]) == ("telemetry", False, True)
    assert said["readings"] == [{"metric": "battery", "value": 90, "unit": "%"}]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"voltage": 3015, "battery": 88}, {"battery_voltage": 3.015, "battery": 88}),
        ({"voltage": 2900}, {"battery_voltage": 2.9}),
        ({"voltage": 3.1, "battery": 88}, {"battery_voltage": 3.1, "battery": 88}),
        ({"voltage": 231.5, "power": 7, "current": 0.03}, {"voltage": 231.5, "power": 7, "current": 0.03}),
        ({"voltage": None}, {"voltage": None}),
    ],
)
def test_a_batterys_voltage_is_in_millivolts_and_a_plugs_in_volts(z2m, said, read):
    assert z2m.values("zigbee2mqtt/thing", said) == read


def test_the_devices_own_description_settles_its_units(z2m):
    exposes = [{"type": "light", "features": [{"property": "temperature", "unit": "°F"}]}]
    z2m.all(
        "zigbee2mqtt/bridge/devices",
        [{"friendly_name": "gym", "ieee_address": "0x1", "definition": {"exposes": exposes}}],
    )
    assert z2m.values("zigbee2mqtt/gym", {"temperature": 70.7}) == {"temperature": 21.5}


@pytest.mark.parametrize(("said", "percent"), [("80.00", 80), (80, 80), ("NaN", None), (None, None)])
def test_battery_may_come_as_text(z2m, said, percent):
    assert z2m.values("zigbee2mqtt/thing", {"battery": said}) == {"battery": percent}


def test_a_battery_with_words_in_it_is_malformed_and_not_0(z2m):
    said = z2m.one("zigbee2mqtt/thing", {"battery": "low-ish"})
    assert (said["kind"], said["readings"]) == ("malformed", [])
    assert 'battery: "low-ish" is not a number' in said["reason"]
    assert "low-ish" in said["sample"]


def test_what_can_be_read_is_read_beside_what_cannot(z2m):
    good, bad = z2m.all("zigbee2mqtt/thing", {"temperature": 20, "humidity": {"is": "odd"}})
    assert good["readings"] == [{"metric": "temperature", "value": 20, "unit": "°C"}]
    assert (bad["kind"], bad["reason"]) == ("malformed", "humidity: an object is not a number")


@pytest.mark.parametrize("payload", ["online", '{"state":"online"}'])
def test_availability_in_both_of_its_forms(z2m, payload):
    said = z2m.one("zigbee2mqtt/hall/plug/availability", payload)
    assert (said["kind"], said["device"], said["available"]) == ("availability", "hall/plug", True)


def test_availability_that_says_something_else_is_malformed(z2m):
    assert z2m.one("zigbee2mqtt/plug/availability", "unavailable")["kind"] == "malformed"


def test_zero_bytes_retire_a_name(z2m):
    assert z2m.one("zigbee2mqtt/old name") == {"kind": "removal", "device": "old name", "readings": []}
    assert z2m.one("zigbee2mqtt/old name/availability")["kind"] == "removal"


@pytest.mark.parametrize(
    "last_seen", ["2026-03-01T08:00:00+08:00", "2026-03-01T00:00:00.000Z", 1772323200000, 1772323200]
)
def test_last_seen_may_be_iso_or_an_epoch(z2m, last_seen):
    assert z2m.one("zigbee2mqtt/a", {"contact": True, "last_seen": last_seen})["ts"] == "2026-03-01T00:00:00Z"


@pytest.mark.parametrize("last_seen", [None, "2026-03-01T08:00:00", 0, "soon", -1, 1e300, True])
def test_no_time_is_invented(z2m, last_seen):
    assert "ts" not in z2m.one("zigbee2mqtt/a", {"contact": True, "last_seen": last_seen})


def test_update_notices_say_nothing(z2m):
    said = {"update_available": False, "update": {"state": "idle", "installed_version": 1}, "linkquality": 80}
    assert z2m.values("zigbee2mqtt/a", said) == {"link_quality": 80}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"state": "ON"}, {"on": True}),
        ({"state": "LOCK"}, {"lock": "locked"}),
        ({"state": "UNLOCK", "lock_state": "not_fully_locked"}, {"lock": "jammed"}),
        ({"lock_state": None}, {"lock": "unknown"}),
        ({"state": "OPEN"}, {"open": True}),
        ({"state": "STOP"}, {"open": None}),
        ({"state_l1": "ON", "state_l2": "OFF"}, {("l1", "on"): True, ("l2", "on"): False}),
        ({"occupancy": False, "battery_low": True, "tamper": True, "water_leak": False},
         {"occupancy": False, "battery_low": True, "tamper": True, "water_leak": False}),
        ({"brightness": 127}, {"brightness": 50}),
        ({"illuminance": 12000, "illuminance_lux": 15}, {"illuminance": 15}),
    ],
)  # fmt: skip
def test_words_and_scales(z2m, said, read):
    assert z2m.values("zigbee2mqtt/thing", said) == read


def test_a_lock_in_a_state_nobody_knows_is_malformed_and_never_locked(z2m):
    assert z2m.one("zigbee2mqtt/vault", {"lock_state": "fine"})["kind"] == "malformed"


def test_attributes_may_come_one_by_one(z2m):
    assert z2m.values("zigbee2mqtt/hall/door/contact", "true") == {"open": False}
    assert z2m.one("zigbee2mqtt/hall/door/contact", "true")["device"] == "hall/door"
    assert z2m.one("zigbee2mqtt/button/action", "double")["event"] == "double"
    assert z2m.one("zigbee2mqtt/button/action", "")["kind"] == "ignore"


@pytest.mark.parametrize("topic", ["zigbee2mqtt/a/set", "zigbee2mqtt/a/b/get", "zigbee2mqtt/a/set/state"])
def test_commands_are_not_state(z2m, topic):
    assert z2m.one(topic, {"state": "ON"})["kind"] == "ignore"


def test_the_bridge_speaks_of_itself(z2m):
    assert z2m.one("zigbee2mqtt/bridge/state", "offline") == {
        "kind": "bridge", "device": "zigbee2mqtt", "readings": [], "available": False,
    }  # fmt: skip
    info = {"version": "2.1.0", "permit_join": False, "config": {"advanced": {"network_key": [1, 2]}}}
    assert z2m.one("zigbee2mqtt/bridge/info", info)["info"] == {"firmware": "2.1.0", "joining": False}
    left = z2m.one("zigbee2mqtt/bridge/event", {"type": "device_leave", "data": {"friendly_name": "old"}})
    assert (left["kind"], left["info"]) == ("bridge", {"event": "device_leave", "device": "old"})
    assert z2m.one("zigbee2mqtt/bridge/logging", {"level": "info", "message": "x"})["kind"] == "ignore"


def test_an_answer_is_a_command_result(z2m):
    said = z2m.one(
        "zigbee2mqtt/bridge/response/device/rename", {"status": "ok", "transaction": 7, "data": {"to": "new"}}
    )
    assert (said["kind"], said["info"]) == ("command_result", {"status": "ok", "transaction": 7, "renamed_to": "new"})


def test_the_bridge_describes_its_devices_but_not_itself(z2m):
    coordinator = {"friendly_name": "Coordinator", "type": "Coordinator"}
    door = {
        "friendly_name": "door",
        "ieee_address": "0x01",
        "type": "EndDevice",
        "definition": {"model": "M1", "vendor": "V"},
    }
    new = {"friendly_name": "0x02", "ieee_address": "0x02", "definition": None}

    said = z2m.all("zigbee2mqtt/bridge/devices", [coordinator, door, new], retained=True)
    assert [(one["kind"], one["device"]) for one in said] == [("discovery", "door"), ("discovery", "0x02")]
    assert said[0]["info"] == {"id": "0x01", "model": "M1", "maker": "V"}


def test_a_base_topic_may_lie_deeper(z2m):
    assert z2m.one("house/zigbee2mqtt/door", {"contact": False})["device"] == "door"


def test_members_that_tell_of_one_metric_do_not_hide_each_other(z2m):
    said = z2m.values("zigbee2mqtt/x", {"smoke": True, "gas": False, "carbon_monoxide": False})
    assert said == {("smoke", "alarm"): True, ("gas", "alarm"): False, ("carbon_monoxide", "alarm"): False}
    assert z2m.one("zigbee2mqtt/x", {"smoke": True})["readings"] == [{"metric": "alarm", "value": True}]


def test_a_lock_that_does_not_know_says_nothing_of_a_switch(z2m):
    assert z2m.values("zigbee2mqtt/x", {"lock_state": None, "state": None}) == {"lock": "unknown"}
    assert z2m.values("zigbee2mqtt/x", {"state": None, "position": None}) == {"open": None}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"local_temperature": 19.5, "occupied_heating_setpoint": 21}, {"temperature": 19.5}),
        ({"battery_voltage": 2900}, {"battery_voltage": 2.9}),
        ({"battery_voltage": 2.9}, {"battery_voltage": 2.9}),
        ({"power": 1, "power_phase_b": 2}, {(None, "power"): 1, ("phase_b", "power"): 2}),
    ],
)
def test_more_members(z2m, said, read):
    readings = z2m.one("zigbee2mqtt/x", said)["readings"]
    several = len(readings) > 1
    assert {(r.get("sensor"), r["metric"]) if several else r["metric"]: r["value"] for r in readings} == read


def test_an_old_bridges_click_is_an_event(z2m):
    assert z2m.one("zigbee2mqtt/bell", {"click": "single"})["event"] == "single"
    assert len(z2m.all("zigbee2mqtt/bell", {"click": "single", "action": "single"})) == 1
