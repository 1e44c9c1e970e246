"""Tasmota: one object for all sensors, names of their own choosing, local time."""

import pytest

from tests.gateway.vendors.teller import Teller


@pytest.fixture
def tasmota():
    return Teller("tasmota")


@pytest.mark.parametrize(
    "topic", ["tele/plug/SENSOR", "plug/tele/SENSOR", "house/tele/plug/SENSOR", "a/b/plug/tele/SENSOR"]
)
def test_sensors_in_any_usual_layout_of_topics(tasmota, topic):
    said = tasmota.one(topic, {"Time": "2026-01-01T10:00:00", "AM2301": {"Temperature": 21.5, "Humidity": 40.1}})
    assert said["kind"] == "telemetry"
    assert said["device"].endswith("plug")
    assert said["readings"] == [
        {"metric": "temperature", "value": 21.5, "unit": "°C", "sensor": "AM2301"},
        {"metric": "humidity", "value": 40.1, "unit": "%", "sensor": "AM2301"},
    ]


def test_local_time_without_a_zone_is_never_told_as_an_instant(tasmota):
    assert "ts" not in tasmota.one("tele/a/SENSOR", {"Time": "2026-01-01T10:00:00", "BMP280": {"Temperature": 1}})
    zoned = tasmota.one("tele/a/SENSOR", {"Time": "2026-01-01T10:00:00+08:00", "BMP280": {"Temperature": 1}})
    assert zoned["ts"] == "2026-01-01T02:00:00Z"


def test_fahrenheit_and_millimetres_of_mercury_are_converted(tasmota):
    said = {"BME280": {"Temperature": 70.7, "DewPoint": 32, "Pressure": 760}, "TempUnit": "F", "PressureUnit": "mmHg"}
    read = tasmota.values("tele/a/SENSOR", said)
    assert read == {"temperature": 21.5, "dew_point": 0, "pressure": pytest.approx(1013.25, abs=0.01)}


def test_wifi_rssi_is_a_percentage_and_signal_is_in_dbm(tasmota):
    said = {"UptimeSec": 611, "POWER1": "OFF", "POWER2": "ON", "Wifi": {"RSSI": 76, "Signal": -62}, "Vcc": 3.4}
    assert tasmota.values("tele/a/STATE", said) == {
        "uptime": 611, "supply_voltage": 3.4, "signal_quality": 76, "rssi": -62,
        ("POWER1", "on"): False, ("POWER2", "on"): True,
    }  # fmt: skip


def test_energy_may_be_an_array_of_phases(tasmota):
    said = {"ENERGY": {"Total": 3.1, "Today": 0.5, "Yesterday": 0.7, "Power": [10, 20], "Voltage": 230, "Factor": 0.9}}
    assert tasmota.values("tele/a/SENSOR", said) == {
        ("ENERGY.1", "power"): 10, ("ENERGY.2", "power"): 20, "energy": 3.1, "energy_today": 0.5,
        "energy_yesterday": 0.7, "voltage": 230, "power_factor": 0.9,
    }  # fmt: skip


def test_a_unit_that_nobody_knows_is_a_dead_letter_and_not_a_guess(tasmota):
    said = tasmota.all("tele/a/SENSOR", {"BME280": {"Humidity": 40, "Pressure": 29.9}, "PressureUnit": "furlong"})

    assert [reading["metric"] for reading in said[0]["readings"]] == ["humidity"]
    assert (said[1]["kind"], said[1]["reason"]) == ("malformed", "Pressure: unit 'furlong' for pressure")


def test_sensors_of_a_kind_are_told_apart_by_their_name(tasmota):
    said = {
        "DS18B20-1": {"Id": "01", "Temperature": 4.5},
        "DS18B20-2": {"Id": "02", "Temperature": 5},
        "ANALOG": {"Temperature1": 7},
    }
    assert tasmota.values("tele/a/SENSOR", said) == {
        ("DS18B20-1", "temperature"): 4.5, ("DS18B20-2", "temperature"): 5, ("ANALOG.1", "temperature"): 7,
    }  # fmt: skip


def test_a_chips_own_temperature_is_not_the_rooms(tasmota):
    assert tasmota.values("tele/a/SENSOR", {"ESP32": {"Temperature": 53.3}}) == {"device_temperature": 53.3}


def test_null_is_unknown_and_not_0(tasmota):
    assert tasmota.values("tele/a/SENSOR", {"AM2301": {"Temperature": None}}) == {"temperature": None}


def test_online_and_offline_are_its_will(tasmota):
    assert tasmota.one("tele/a/LWT", "Online", retained=True)["available"] is True
    assert tasmota.one("tele/a/LWT", "Offline", retained=True)["available"] is False
    assert tasmota.one("tele/a/LWT", "Up")["kind"] == "malformed"


def test_a_device_may_announce_its_own_topics_and_words(tasmota):
    config = {
        "ip": "192.0.2.9", "dn": "Lamp", "mac": "AABBCC", "sw": "14.1", "ofln": "weg", "onln": "da", "t": "lamp",
        "ft": "haus/%prefix%/%topic%/", "tp": ["c", "s", "t"],
    }  # fmt: skip
    found = tasmota.one("tasmota/discovery/AABBCC/config", config, retained=True)
    assert (found["kind"], found["device"], found["info"]["id"]) == ("discovery", "lamp", "AABBCC")

    said = tasmota.one("haus/t/lamp/LWT", "da")
    assert (said["kind"], said["device"], said["available"]) == ("availability", "lamp", True)
    assert tasmota.one("haus/c/lamp/POWER", "ON")["kind"] == "ignore"
    assert tasmota.values("haus/s/lamp/POWER", "ON") == {"on": True}


def test_a_device_that_announced_its_own_words_for_on_and_off_is_understood(tasmota):
    config = {"t": "lamp", "ft": "%prefix%/%topic%/", "tp": ["cmnd", "stat", "tele"], "mac": "AABBCC"}
    assert tasmota.one("stat/lamp/POWER", "AN")["kind"] == "malformed"

    tasmota.one("tasmota/discovery/AABBCC/config", config | {"state": ["AUS", "AN", "UM", "HALT"]}, retained=True)

    assert tasmota.values("stat/lamp/POWER", "AN") == {"on": True}
    assert tasmota.values("stat/lamp/RESULT", {"POWER": "AUS"}) == {"on": False}
    assert tasmota.values("tele/lamp/STATE", {"POWER1": "AN"}) == {"on": True}
    assert tasmota.values("tele/lamp/SENSOR", {"Switch1": "AUS"}) == {"input": False}
    assert tasmota.one("stat/lamp/POWER", "VIELLEICHT")["kind"] == "malformed"
    tasmota.one("tasmota/discovery/AABBCC/config", config | {"state": [1, 2]}, retained=True)
    assert tasmota.one("stat/lamp/POWER", "AN")["kind"] == "malformed"


def test_a_cleared_announcement_is_a_removal(tasmota):
    assert tasmota.one("tasmota/discovery/AABBCC/config")["kind"] == "removal"


def test_a_zigbee_child_is_a_device_of_its_own_and_contact_1_is_open(tasmota):
    heard = {"0x662E": {"Device": "0x662E", "Name": "door", "Contact": 1, "LinkQuality": 157}}
    said = tasmota.one("tele/bridge/SENSOR", {"ZbReceived": heard})
    assert (said["device"], said["info"]) == ("door", {"via": "bridge"})
    assert {r["metric"]: r["value"] for r in said["readings"]} == {"link_quality": 157, "open": True}
    shut = {"ZbReceived": {"0x662E": {"Device": "0x662E", "Contact": 0}}}
    assert tasmota.values("tele/bridge/SENSOR", shut) == {"open": False}


@pytest.mark.parametrize("name", [None, " ", 7, {"a": 1}])
def test_a_child_without_a_proper_name_is_called_by_its_address(tasmota, name):
    heard = {"0x662E": {"Name": name, "Device": name, "Contact": 1}}
    assert tasmota.one("tele/bridge/SENSOR", {"ZbReceived": heard})["device"] == "0x662E"


def test_an_empty_command_at_connect_is_no_state(tasmota):
    assert tasmota.one("cmnd/a/POWER", "")["kind"] == "ignore"


def test_a_card_is_an_event_while_live_and_nothing_when_retained_or_asked_for(tasmota):
    said = {"Time": "2026-01-01T10:00:00", "PN532": {"UID": "E9F35959"}}
    live = tasmota.one("tele/desk/SENSOR", said)
    assert (live["kind"], live["event"], live["info"]["card"]) == ("event", "card", "E9F35959")
    assert tasmota.one("tele/desk/SENSOR", said, retained=True)["kind"] == "ignore"
    assert tasmota.one("stat/desk/STATUS8", {"StatusSNS": said})["kind"] == "ignore"


def test_a_planned_sleep_is_told_with_its_end(tasmota):
    said = tasmota.one("stat/a/DEEPSLEEP", {"DeepSleep": {"Time": "2026-01-01T10:00:00", "Epoch": 1767225600}})
    assert (said["kind"], said["available"], said["asleep"]) == ("availability", False, True)
    assert said["info"] == {"wakes_at": "2026-01-01T00:00:00Z"}


def test_a_result_is_a_command_result_and_tells_the_relay(tasmota):
    said = tasmota.one("stat/a/RESULT", {"POWER": "ON"})
    assert (said["kind"], said["info"]) == ("command_result", {"command": "POWER"})
    assert said["readings"] == [{"metric": "on", "value": True, "sensor": "POWER"}]


def test_a_bare_power_is_telemetry(tasmota):
    assert tasmota.one("stat/a/POWER2", "OFF")["readings"] == [{"metric": "on", "value": False, "sensor": "POWER2"}]


@pytest.mark.parametrize(
    ("topic", "payload", "part"),
    [
        ("stat/a/RESULT", {"Button1": {"Action": "SINGLE"}}, "Button1"),
        ("stat/a/BUTTON3", {"ACTION": "SINGLE"}, "BUTTON3"),
    ],
)
def test_a_button_is_an_event(tasmota, topic, payload, part):
    said = tasmota.one(topic, payload)
    assert (said["kind"], said["event"], said["info"]["part"]) == ("event", "SINGLE", part)
    assert tasmota.one(topic, payload, retained=True)["kind"] == "ignore"


def test_an_input_is_a_state(tasmota):
    assert tasmota.values("tele/a/SENSOR", {"Switch1": "ON"}) == {"input": True}
    assert tasmota.values("stat/a/RESULT", {"Switch1": {"Action": "OFF"}}) == {"input": False}


def test_status_8_reads_like_sensors(tasmota):
    said = {"StatusSNS": {"Time": "2026-01-01T10:00:00", "SI7021": {"Temperature": "17.7"}, "TempUnit": "C"}}
    assert tasmota.values("stat/a/STATUS8", said) == {"temperature": 17.7}


@pytest.mark.parametrize(
    ("topic", "payload", "info"),
    [
        (
            "tele/a/INFO1",
            {"Info1": {"Module": "Generic", "Version": "14.1.0"}},
            {"model": "Generic", "firmware": "14.1.0"},
        ),
        ("tele/a/INFO2", {"Hostname": "a-1", "IPAddress": "192.0.2.3"}, {"host": "a-1", "address": "192.0.2.3"}),
        ("stat/a/STATUS2", {"StatusFWR": {"Version": "14.1.0"}}, {"firmware": "14.1.0"}),
    ],
)
def test_firmware_and_address_are_device_info(tasmota, topic, payload, info):
    said = tasmota.one(topic, payload)
    assert said["kind"] == "device_info"
    assert said["info"] == info


def test_a_scale_that_is_no_text_is_a_dead_letter_and_not_a_guess(tasmota):
    said = tasmota.one("tele/x/SENSOR", {"AM2301": {"Temperature": 20}, "TempUnit": 5})
    assert said["kind"] == "malformed"


@pytest.mark.parametrize(("member", "on"), [("POWER12", True), ("POWER32", True)])
def test_a_box_may_have_as_many_relays_as_the_firmware_drives(tasmota, member, on):
    assert tasmota.values(f"stat/x/{member}", "ON") == {"on": on}


def test_what_a_radio_heard_is_an_event_and_history_once_retained(tasmota):
    heard = {"Time": "2026-01-01T00:00:00", "RfReceived": {"Data": "8D9E4", "RfKey": "None"}}
    said = tasmota.one("tele/rf/RESULT", heard)
    assert (said["kind"], said["event"], said["info"]) == ("event", "RfReceived", {"data": "8D9E4"})
    assert tasmota.one("tele/rf/RESULT", heard, retained=True)["kind"] == "ignore"


@pytest.mark.parametrize(("said", "event"), [({"click": "double"}, "double"), ({"Power": "toggle"}, "toggle")])
def test_a_childs_button_is_an_event(tasmota, said, event):
    told = tasmota.all("tele/zb/SENSOR", {"ZbReceived": {"0x1": {"Name": "bell", "LinkQuality": 70, **said}}})
    assert (told[0]["kind"], told[0]["device"], told[0]["event"]) == ("event", "bell", event)


def test_whoever_clears_its_announcement_or_will_is_called_as_it_called_itself(tasmota):
    tasmota.all(
        "tasmota/discovery/AABBCC/config", {"t": "desk", "ft": "%prefix%/%topic%/", "tp": ["cmnd", "stat", "tele"]}
    )
    for topic in ("tasmota/discovery/AABBCC/config", "tele/desk/LWT"):
        said = tasmota.one(topic, "")
        assert (said["kind"], said["device"]) == ("removal", "desk")


def test_status_0_and_the_chips_with_a_voltage_are_read(tasmota):
    answer = {"Status": {"Power": 1}, "StatusSNS": {"INA219": {"Voltage": 4.5, "Current": 0.02}}}
    assert tasmota.values("stat/x/STATUS0", answer) == {"voltage": 4.5, "current": 0.02}
    assert tasmota.one("stat/x/STATUS", {"Status": {"DeviceName": "Desk", "Power": 1}})["info"] == {"name": "Desk"}
