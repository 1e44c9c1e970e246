"""Whatever arrives is answered: with valid, canonical results, and never with an exception."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.vendors.known import Fact, Known
from gateway.vendors.lines import translate
from gateway.vendors.metrics import BOOLEANS, CANONICAL, LOCK_WORDS
from gateway.vendors.profile import named, profiles
from gateway.vendors.reading import read
from gateway.vendors.results import SAMPLE_BYTES, Kind, Message
from tests.gateway.vendors.teller import Teller

VENDORS = sorted(profiles())
DEV = {"ids": ["d"], "name": "D"}
# One good message of each shape, to be spoilt.
GOOD = [
    (
        "zigbee2mqtt",
        "zigbee2mqtt/a/b",
        {"contact": True, "voltage": 3000, "battery": "80", "action": "x", "state_l1": "ON"},
    ),
    (
        "zigbee2mqtt",
        "zigbee2mqtt/bridge/devices",
        [{"friendly_name": "a", "definition": {"exposes": [{"property": "p", "unit": "W", "features": []}]}}],
    ),
    ("zigbee2mqtt", "zigbee2mqtt/a/availability", {"state": "online"}),
    (
        "shelly",
        "s/events/rpc",
        {
            "src": "s",
            "method": "NotifyStatus",
            "params": {
                "ts": 1767225600.5,
                "switch:0": {"output": True, "aenergy": {"total": 1}},
                "flood:0": {"alarm": None, "errors": []},
                "devicepower:0": {"battery": {"percent": 0}, "external": {"present": True}},
                "bthomesensor:200": {"value": 1},
            },
        },
    ),
    (
        "shelly",
        "s/events/rpc",
        {"src": "s", "method": "NotifyEvent", "params": {"events": [{"component": "input:0", "event": "e"}]}},
    ),
    (
        "shelly",
        "u/rpc",
        {"id": 1, "src": "s", "result": {"id": 200, "obj_id": 45, "components": [{"key": "bthomesensor:1"}]}},
    ),
    (
        "tasmota",
        "tele/t/SENSOR",
        {
            "Time": "2026-01-01T00:00:00",
            "ENERGY": {"Power": [1, 2]},
            "DS18B20": {"Temperature": 1},
            "PN532": {"UID": "E9"},
            "ZbReceived": {"0x1": {"Name": "n", "Contact": 1}},
            "TempUnit": "F",
        },
    ),
    ("tasmota", "stat/t/RESULT", {"POWER": "ON", "Button1": {"Action": "SINGLE"}, "Switch1": {"Action": "ON"}}),
    ("tasmota", "stat/t/DEEPSLEEP", {"DeepSleep": {"Epoch": 1767225600}}),
    (
        "tasmota",
        "tasmota/discovery/M/config",
        {"t": "t", "ft": "%topic%/%prefix%/", "tp": ["c", "s", "t"], "onln": "on", "ofln": "off"},
    ),
    ("esphome", "n/sensor/x_temperature/state", 21.5),
    (
        "esphome",
        "homeassistant/sensor/n/x/config",
        {"stat_t": "n/sensor/x/state", "dev_cla": "power", "unit_of_meas": "kW", "dev": DEV},
    ),
    (
        "homeassistant",
        "homeassistant/device/d/config",
        {
            "dev": DEV,
            "o": {"name": "m"},
            "state_topic": "d/s",
            "~": "d",
            "cmps": {
                "a": {
                    "p": "sensor",
                    "device_class": "power",
                    "unit_of_measurement": "kW",
                    "value_template": "{{ value_json.p | float(0) * 2 }}",
                },
                "b": {"p": "lock", "unique_id": "b"},
                "c": {"p": "event", "unique_id": "c"},
                "d": {"p": "cover", "availability": [{"topic": "d/s", "payload_available": "x"}]},
            },
        },
    ),
    ("homeassistant", "d/s", {"p": "3.5"}),
    (
        "homie",
        "homie/5/h/$description",
        {
            "homie": "5.0",
            "children": ["c"],
            "nodes": {
                "n": {
                    "properties": {
                        "temperature": {"datatype": "float", "unit": "°F"},
                        "lock": {"datatype": "enum"},
                        "bell": {"datatype": "enum", "retained": False},
                    }
                }
            },
        },
    ),
    ("homie", "homie/5/h/n/temperature", 70.7),
    ("homie", "homie/5/h/$state", "lost"),
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            2**53 + 1,
            10**400,
            1e308,
            -1e308,
            "NaN",
            "Infinity",
            "-inf",
            "ON",
            "unavailable",
            "1e999",
            "\ud800",
            "٣",
            "1_000",
        ]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def check(result):
    """A result is JSON, of a known kind, and canonical."""
    json.dumps(result, allow_nan=False)
    assert result["kind"] in list(Kind)
    assert result["device"] is None or isinstance(result["device"], str)
    assert ("reason" in result) or result["kind"] not in {"ignore", "malformed"}
    assert len(result.get("sample", "").encode()) <= SAMPLE_BYTES * 3  # a byte that is no text is shown by three
    for reading in result["readings"]:
        metric, value = reading["metric"], reading["value"]
        assert reading.get("unit") == CANONICAL[metric]
        if metric == "lock":
            assert value in LOCK_WORDS
        elif metric in BOOLEANS:
            assert value is None or isinstance(value, bool)
        else:
            assert value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def spoilt(value, draw):
    """The same with one part replaced, dropped or doubled at random."""
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(value)))
        rest = {name: inner for name, inner in value.items() if name != key}
        return rest if not draw(st.integers(0, 4)) else {**rest, key: spoilt(value[key], draw)}
    if isinstance(value, list) and value and draw(st.booleans()):
        return [spoilt(value[0], draw), *value]
    return draw(values)


@st.composite
def mutations(draw):
    """A good message with its content or its bytes spoilt."""
    vendor, topic, content = draw(st.sampled_from(GOOD))
    if draw(st.booleans()):
        content = spoilt(content, draw)
    text = content if isinstance(content, str) else json.dumps(content)
    said = text.encode("utf-8", "surrogatepass")
    if not draw(st.integers(0, 3)):
        cut = draw(st.integers(0, len(said)))
        said = said[:cut] + draw(st.binary(max_size=3)) + said[cut + draw(st.integers(0, 3)) :]
    return vendor, topic, said, draw(st.booleans())


levels = st.sampled_from(
    [
        "homeassistant",
        "sensor",
        "config",
        "tele",
        "stat",
        "5",
        "$state",
        "bridge",
        "status",
        "state",
        "rpc",
        "events",
        "a",
        "",
        "é",
    ]
)
any_topic = st.one_of(st.text(max_size=40), st.lists(levels, max_size=6).map("/".join))


@given(
    st.sampled_from(VENDORS),
    any_topic,
    st.one_of(st.binary(max_size=80), values.map(lambda v: json.dumps(v).encode())),
    st.booleans(),
)
@settings(max_examples=500)
@example("zigbee2mqtt", "", b"", False)
@example("tasmota", "tele/a/SENSOR", b'{"A":' * 3000, False)
@example("tasmota", "tele/a/SENSOR", b"[" * 200_000, False)
@example("shelly", "a/status/switch:0", b'{"apower": 1e999, "voltage": ' + b"9" * 5000 + b"}", False)
def test_any_topic_and_any_bytes_are_answered(vendor, topic, payload, retained):
    found = read(Known(), Message(topic, payload, retained), named(vendor))
    assert found.results
    for result in found.results:
        check(result.as_object())


@given(st.lists(mutations(), min_size=1, max_size=8))
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_spoilt_messages_are_answered_whatever_was_learned_before(messages):
    tellers = {vendor: Teller(vendor) for vendor in VENDORS}
    for vendor, topic, content in GOOD:
        tellers[vendor].all(topic, content)
    for vendor, topic, said, retained in messages:
        results = tellers[vendor].all(topic, said, retained=retained)
        assert results
        for result in results:
            check(result)
            assert not (retained and result["kind"] == "event")


@given(
    st.one_of(
        st.binary(max_size=60),
        st.dictionaries(st.sampled_from(["vendor", "topic", "payload", "retained", "x"]), values),
    )
)
@settings(max_examples=300)
def test_any_line_gives_exactly_one_line_of_json(line):
    raw = line if isinstance(line, bytes) else json.dumps(line).encode()
    told = translate(Known(), raw)
    assert "\n" not in told
    told.encode()
    said = json.loads(told)
    for result in [said, *said.get("also", [])]:
        check(result)


@pytest.mark.parametrize(("vendor", "topic", "content"), GOOD)
def test_every_message_that_is_spoilt_here_was_good(vendor, topic, content):
    teller = Teller(vendor)
    for other, earlier, said in GOOD:
        if other == vendor:
            teller.all(earlier, said)
    assert teller.all(topic, content)[0]["kind"] not in {"ignore", "malformed"}


@pytest.mark.parametrize("vendor", VENDORS)
def test_reading_looks_at_what_is_known_and_never_changes_it(vendor):
    teller = Teller(vendor)
    for topic, content in [(topic, content) for name, topic, content in GOOD if name == vendor]:
        message = Message(topic, content.encode() if isinstance(content, str) else json.dumps(content).encode())
        before = teller.known.count
        first, again = (read(teller.known, message, teller.profile) for _ in range(2))
        assert first == again
        assert teller.known.count == before
        teller.known.learn(first.facts)


def test_of_more_facts_than_may_be_kept_the_oldest_is_forgotten():
    known = Known(most=2)
    known.learn([Fact(("a",), 1), Fact(("b",), 2), Fact(("a",), 3), Fact(("c",), 4)])
    assert (known.get("a"), known.get("b"), known.get("c")) == (3, None, 4)
    known.learn([Fact(("a",), None)])
    assert (known.get("a"), known.count) == (None, 1)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"\xff\xfe", "no UTF-8 at byte 0"),
        (b'{"temperature":', "no JSON"),
        (b"[1]", "an array where an object was expected"),
        (b"x" * (2**20 + 1), "more than 1048576 are not read"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_says_why_and_shows_its_beginning(payload, why):
    said = Teller("zigbee2mqtt").one("zigbee2mqtt/thing", payload)
    assert (said["kind"], said["device"]) == ("malformed", "thing")
    assert why in said["reason"]
    assert said["sample"].startswith(payload[:10].decode("utf-8", "replace"))
    assert len(said["sample"]) <= SAMPLE_BYTES


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "9" * 400, "NaN", "Infinity", '"1e999"', '"NaN"', "null", '"unavailable"']
)
def test_numbers_that_are_none_are_never_0(number):
    results = Teller("zigbee2mqtt").all("zigbee2mqtt/thing", f'{{"temperature": {number}}}')
    assert all(reading["value"] is None for result in results for reading in result["readings"])


@pytest.mark.parametrize("topic", ["", "a/+/b", "a/#", "a\0b", "x" * 65_536])
def test_what_is_no_topic_is_malformed(topic):
    assert Teller("zigbee2mqtt").one(topic, "{}")["kind"] == "malformed"
