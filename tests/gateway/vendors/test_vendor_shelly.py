"""Shelly Gen2+: what its notifications say, and what they leave out."""

import pytest

from tests.gateway.vendors.teller import Teller

ID = "shellyplus1pm-a0b1c2d3e4f5"


@pytest.fixture
def shelly():
    return Teller("shelly")


def frame(method, **params):
    return {"src": ID, "dst": f"{ID}/events", "method": method, "params": {"ts": 1767225600.25, **params}}


def status(**components):
    return frame("NotifyStatus", **components)


def test_a_notification_gives_values_in_our_units_with_the_devices_time(shelly):
    said = shelly.one(
        f"{ID}/events/rpc", status(**{"switch:0": {"id": 0, "apower": 20.5, "aenergy": {"total": 1234.5}}})
    )

    assert said["kind"] == "telemetry"
    assert said["ts"] == "2026-01-01T00:00:00.250000Z"
    assert said["readings"] == [
        {"metric": "power", "value": 20.5, "unit": "W", "sensor": "switch:0"},
        {"metric": "energy", "value": 1.2345, "unit": "kWh", "sensor": "switch:0"},
    ]


def test_a_missing_key_is_unchanged_and_a_null_key_is_unknown(shelly):
    shelly.all(f"{ID}/events/rpc", frame("NotifyFullStatus", **{"switch:0": {"output": True, "apower": 3}}))
    assert shelly.values(f"{ID}/events/rpc", status(**{"switch:0": {"apower": 4}})) == {"power": 4}
    assert shelly.values(f"{ID}/events/rpc", status(**{"switch:0": {"output": None}})) == {"on": None}
    gone = shelly.values(f"{ID}/events/rpc", status(**{"switch:0": {"aenergy": None, "temperature": None}}))
    assert gone == {"energy": None, "device_temperature": None}


def test_of_a_component_that_is_null_all_that_it_measured_is_unknown(shelly):
    shelly.all(f"{ID}/events/rpc", status(**{"switch:0": {"output": True}}))
    shelly.all(f"{ID}/events/rpc", status(**{"switch:0": {"apower": 3}}))
    assert shelly.values(f"{ID}/events/rpc", status(**{"switch:0": None})) == {"on": None, "power": None}
    assert shelly.values(f"{ID}/status/temperature:100", "null") == {"temperature": None}
    assert shelly.values(f"{ID}/events/rpc", status(**{"flood:0": None})) == {"water_leak": None}
    assert shelly.one(f"{ID}/events/rpc", status(**{"bthomesensor:200": None}))["kind"] == "ignore"


def test_a_component_that_is_no_object_is_malformed(shelly):
    said = shelly.one(f"{ID}/events/rpc", status(**{"switch:0": 5}))
    assert (said["kind"], said["device"]) == ("malformed", ID)


def test_a_renamed_prefix_is_still_the_same_hardware(shelly):
    assert shelly.one("hall/lamp/online", "true")["device"] == "hall/lamp"
    shelly.all("hall/lamp/events/rpc", status(**{"switch:0": {"output": True}}))
    assert shelly.one("hall/lamp/online", "false")["device"] == ID
    assert shelly.one("hall/lamp/status/switch:0", {"id": 0, "output": False})["device"] == ID


@pytest.mark.parametrize(("word", "available"), [("true", True), ("false", False)])
def test_online_is_its_will(shelly, word, available):
    said = shelly.one(f"{ID}/online", word, retained=True)
    assert (said["kind"], said["available"]) == ("availability", available)


@pytest.mark.parametrize(
    ("flood", "leak"),
    [
        ({"alarm": True, "errors": []}, True),
        ({"alarm": False}, False),
        ({"alarm": None, "errors": ["cable_unplugged"]}, None),
        ({"alarm": False, "errors": ["cable_unplugged"]}, None),
    ],
)
def test_a_flood_sensor_without_its_cable_is_not_dry(shelly, flood, leak):
    assert shelly.values(f"{ID}/status/flood:0", {"id": 0, **flood}) == {"water_leak": leak}


def test_a_cable_pulled_later_takes_back_the_dry_word(shelly):
    shelly.all(f"{ID}/events/rpc", status(**{"flood:0": {"alarm": False}}))
    pulled = status(**{"flood:0": {"errors": ["cable_unplugged"]}})
    assert shelly.values(f"{ID}/events/rpc", pulled) == {"water_leak": None}
    assert shelly.values(f"{ID}/events/rpc", status(**{"flood:0": {"errors": []}})) == {"water_leak": False}


def test_a_full_status_replaces_what_was_known(shelly):
    shelly.all(f"{ID}/events/rpc", status(**{"flood:0": {"alarm": None, "errors": ["cable_unplugged"]}}))
    whole = frame("NotifyFullStatus", **{"flood:0": {"alarm": False}})
    assert shelly.values(f"{ID}/events/rpc", whole) == {"water_leak": False}


@pytest.mark.parametrize(
    ("battery", "present", "percent"), [(0, True, None), (0, False, 0), (65, True, 65), (65, False, 65)]
)
def test_no_battery_on_mains_is_not_an_empty_battery(shelly, battery, present, percent):
    said = {"id": 0, "battery": {"percent": battery}, "external": {"present": present}}
    assert shelly.values(f"{ID}/status/devicepower:0", said) == {"battery": percent}


def test_a_button_is_an_event_with_its_own_time(shelly):
    events = [{"component": "input:0", "id": 0, "event": "single_push", "ts": 1767225601.0}]
    said = shelly.one(f"{ID}/events/rpc", frame("NotifyEvent", events=events))
    assert (said["kind"], said["event"], said["ts"]) == ("event", "single_push", "2026-01-01T00:00:01Z")
    assert said["info"] == {"component": "input:0"}


def test_a_retained_button_is_history(shelly):
    events = [{"component": "input:0", "event": "single_push"}]
    assert shelly.one(f"{ID}/events/rpc", frame("NotifyEvent", events=events), retained=True)["kind"] == "ignore"


@pytest.mark.parametrize("name", ["config_changed", "ota_progress", "sleep"])
def test_the_devices_own_upkeep_is_no_event_for_people(shelly, name):
    said = shelly.one(f"{ID}/events/rpc", frame("NotifyEvent", events=[{"component": "sys", "event": name}]))
    assert said["kind"] == "device_info"


def test_of_several_events_each_is_told(shelly):
    events = [{"component": "sys", "event": "ota_begin"}, {"component": "input:1", "event": "long_push"}]
    said = shelly.all(f"{ID}/events/rpc", frame("NotifyEvent", events=events))
    assert [one["kind"] for one in said] == ["event", "device_info"]


def test_a_full_status_tells_sensors_and_the_device_itself(shelly):
    said = shelly.one(
        f"{ID}/events/rpc",
        frame(
            "NotifyFullStatus",
            **{
                "temperature:0": {"id": 0, "tC": 21.6, "tF": 70.9},
                "humidity:0": {"id": 0, "rh": 54.5},
                "wifi": {"sta_ip": "192.0.2.7", "rssi": -55},
                "sys": {"mac": "A0B1C2D3E4F5", "uptime": 12},
                "cloud": {"connected": False},
            },
        ),
    )
    assert {r["metric"]: r["value"] for r in said["readings"]} == {
        "temperature": 21.6, "humidity": 54.5, "rssi": -55, "uptime": 12,
    }  # fmt: skip
    assert said["info"] == {"id": "A0B1C2D3E4F5", "address": "192.0.2.7"}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"sys": {"mac": "A0B1C2D3E4F5", "uptime": 12}}, "device_info"),
        ({"sys": {"uptime": 12}, "wifi": {"rssi": -60}}, "device_info"),
        ({"sys": {"cfg_rev": 20}}, "ignore"),
        ({"sys": {"uptime": 12}, "switch:0": {"output": True}}, "telemetry"),
    ],
)
def test_only_about_itself_is_device_info(shelly, said, kind):
    assert shelly.one(f"{ID}/events/rpc", status(**said))["kind"] == kind


def test_a_radio_sensor_means_nothing_until_its_configuration_is_known(shelly):
    value = status(**{"bthomesensor:200": {"id": 200, "value": True}})
    assert shelly.one(f"{ID}/events/rpc", value)["kind"] == "ignore"
    answer = {"id": 1, "src": ID, "dst": "us", "result": {"id": 200, "addr": "b0:c7", "obj_id": 45, "idx": 0}}
    assert shelly.one("us/rpc", answer)["kind"] == "command_result"
    assert shelly.values(f"{ID}/events/rpc", value) == {"open": True}


def test_a_list_of_components_teaches_the_same(shelly):
    listed = [{"key": "bthomesensor:201", "status": {"id": 201, "value": 19.5}, "config": {"id": 201, "obj_id": 69}}]
    shelly.all("us/rpc", {"id": 1, "src": ID, "result": {"components": listed}})
    assert shelly.values(f"{ID}/events/rpc", status(**{"bthomesensor:201": {"value": 20}})) == {"temperature": 20}


def test_an_answer_is_a_command_result_with_its_status(shelly):
    said = shelly.one("us/rpc", {"id": 5, "src": ID, "dst": "us", "result": {"switch:0": {"output": False}}})
    assert (said["kind"], said["device"], said["info"]) == ("command_result", ID, {"id": 5, "ok": True})
    assert said["readings"] == [{"metric": "on", "value": False, "sensor": "switch:0"}]
    failed = shelly.one("us/rpc", {"id": 6, "src": ID, "error": {"code": -103, "message": "Invalid argument"}})
    assert (failed["kind"], failed["info"]["ok"]) == ("command_result", False)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (f"{ID}/rpc", {"id": 1, "src": "us", "method": "Switch.Set", "params": {"id": 0, "on": True}}),
        (f"{ID}/command/switch:0", "on"),
        (f"{ID}/command", "status_update"),
        ("shellies/shelly1-AB/relay/0", "on"),
    ],
)
def test_commands_and_the_first_generation_are_not_state(shelly, topic, payload):
    assert shelly.one(topic, payload)["kind"] == "ignore"


@pytest.mark.parametrize(("word", "is_open"), [("open", True), ("closed", False), ("opening", None), ("stopped", None)])
def test_a_cover_on_its_way_is_neither_open_nor_shut(shelly, word, is_open):
    assert shelly.values(f"{ID}/status/cover:0", {"id": 0, "state": word}) == {"open": is_open}


def test_a_clock_that_is_not_set_gives_no_time(shelly):
    said = {"src": ID, "method": "NotifyStatus", "params": {"ts": 12.5, "input:0": {"state": True}}}
    assert "ts" not in shelly.one(f"{ID}/events/rpc", said)


def test_the_phases_of_a_meter_are_told_apart(shelly):
    said = shelly.values(
        f"{ID}/status/em:0",
        {"a_voltage": 230.1, "b_voltage": 229, "c_voltage": None, "a_act_power": 5, "total_act_power": 9},
    )
    assert said == {
        ("em:0", "power"): 9, ("em:0.a", "power"): 5,
        ("em:0.a", "voltage"): 230.1, ("em:0.b", "voltage"): 229, ("em:0.c", "voltage"): None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("component", "said", "read"),
    [
        ("rgbw:0", {"output": True, "brightness": 40, "white": 0}, {"on": True, "brightness": 40}),
        ("cct:0", {"output": False, "ct": 3000}, {"on": False}),
        ("blutrv:200", {"current_C": 20.5, "target_C": 22, "battery": 90}, {"temperature": 20.5, "battery": 90}),
        ("thermostat:0", {"current_C": 20.5, "target_C": 22}, {"temperature": 20.5}),
        ("presencezone:200", {"state": True, "num_objects": 2}, {"occupancy": True}),
    ],
)
def test_components_of_the_newer_generations(shelly, component, said, read):
    assert shelly.values(f"{ID}/events/rpc", status(**{component: said})) == read


def test_an_event_without_a_time_of_its_own_has_the_notifications(shelly):
    said = shelly.one(
        f"{ID}/events/rpc", frame("NotifyEvent", events=[{"component": "input:0", "event": "single_push"}])
    )
    assert (said["event"], said["ts"]) == ("single_push", "2026-01-01T00:00:00.250000Z")


def test_a_cleared_will_is_a_removal(shelly):
    assert shelly.one("hall/lamp/online", "")["kind"] == "removal"
