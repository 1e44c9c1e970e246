"""`hearth vendor-read`: one line in, one line out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.vendors.known import Known
from gateway.vendors.lines import translate
from gateway.vendors.profile import profiles

ROOT = Path(__file__).parents[3]


def told(line, known=None):
    """What one line gives."""
    raw = line if isinstance(line, bytes) else json.dumps(line).encode()
    return json.loads(translate(known or Known(), raw))


def z2m(**said):
    return told({"vendor": "zigbee2mqtt", "topic": "zigbee2mqtt/door", **said})


def start(*words):
    """The command as a process of its own."""
    command = [sys.executable, "-m", "gateway", "vendor-read", *words]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUNBUFFERED": ""}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdin=pipe, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize("payload", ['{"contact": true}', {"contact": True}, {"base64": "eyJjb250YWN0IjogdHJ1ZX0="}])
def test_a_payload_may_be_text_json_or_base64(payload):
    said = z2m(payload=payload)
    assert (said["kind"], said["vendor"]) == ("telemetry", "zigbee2mqtt")
    assert said["readings"] == [{"metric": "open", "value": False}]


@pytest.mark.parametrize("payload", ["", None, {"base64": ""}])
def test_no_bytes_are_no_bytes(payload):
    assert z2m(payload=payload)["kind"] == "removal"


def test_bytes_that_are_no_text_can_be_given():
    assert "no UTF-8" in z2m(payload={"base64": "//4="})["reason"]


@pytest.mark.parametrize(("member", "value"), [("retained", True), ("retain", 1)])
def test_retained_may_be_said_as_mosquitto_says_it(member, value):
    assert z2m(payload={"action": "single"}, **{member: value})["kind"] == "ignore"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "an empty line"),
        (b"{", "no JSON"),
        (b"[]", "the line is an array"),
        (b"\xff", "the line is no UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        ({"payload": ""}, "topic: null"),
        ({"topic": 7, "payload": ""}, "topic: 7"),
        ({"topic": "zigbee2mqtt/a"}, "payload: not there"),
        ({"topic": "zigbee2mqtt/a", "payload": {"base64": "?"}}, "payload: base64"),
        ({"topic": "zigbee2mqtt/a", "payload": "", "retained": "yes"}, 'retained: "yes"'),
        ({"topic": "some/where", "payload": ""}, "vendor: this topic does not tell"),
        ({"vendor": ["a"], "topic": "a", "payload": ""}, "vendor: an array is not known"),
    ],
)
def test_a_line_that_cannot_be_read_names_what_was_wrong(line, why):
    said = told(line)
    assert (said["kind"], said["device"], said["readings"]) == ("malformed", None, [])
    assert said["reason"].startswith(why) or why in said["reason"]


def test_an_unknown_vendor_is_answered_with_the_known_ones():
    said = told({"vendor": "acme", "topic": "a", "payload": ""})
    assert '"acme" is not known' in said["reason"]
    assert all(name in said["reason"] for name in profiles())


@pytest.mark.parametrize("name", ["Zigbee2MQTT", "z2m", "zigbee-2-mqtt"])
def test_a_vendor_may_be_spelt_as_people_spell_it(name):
    assert told({"vendor": name, "topic": "z/door", "payload": {"contact": False}})["vendor"] == "zigbee2mqtt"


@pytest.mark.parametrize(
    ("topic", "vendor"),
    [
        ("zigbee2mqtt/door", "zigbee2mqtt"),
        ("hall/events/rpc", "shelly"),
        ("hall/status/switch:0", "shelly"),
        ("shellyplus1-ab/online", "shelly"),
        ("tele/plug/SENSOR", "tasmota"),
        ("plug/stat/POWER", "tasmota"),
        ("tasmota/discovery/AA/config", "tasmota"),
        ("hall/sensor/temperature/state", "esphome"),
        ("esphome/discover/hall", "esphome"),
        ("homeassistant/sensor/a/b/config", "homeassistant"),
        ("homie/5/box/$state", "homie"),
        ("homie/5/box/air/temperature", "homie"),
    ],
)
@pytest.mark.parametrize("said", [{}, {"vendor": "auto"}])
def test_a_topic_that_only_one_maker_uses_tells_the_vendor(topic, vendor, said):
    assert told({**said, "topic": topic, "payload": "x"})["vendor"] == vendor


def test_a_topic_that_was_described_tells_the_vendor_too():
    known = Known()
    config = {"stat_t": "made/up", "dev_cla": "humidity"}
    assert told({"topic": "made/up", "payload": "44"}, known)["kind"] == "malformed"
    told({"topic": "homeassistant/sensor/x/config", "payload": config}, known)
    assert told({"topic": "made/up", "payload": "44"}, known)["readings"][0]["value"] == 44


def test_of_several_things_understood_the_others_stand_beside_the_first():
    said = z2m(payload={"contact": True, "battery": "low-ish"})
    assert said["kind"] == "telemetry"
    assert [other["kind"] for other in said["also"]] == ["malformed"]


def test_half_a_surrogate_pair_cannot_break_the_output():
    assert z2m(payload='{"action": "\\ud800"}')["event"] == "?"


def test_the_command_answers_in_order_at_once_and_ends_with_0():
    with start() as running:
        for payload, value in [("false", True), ("true", False), ("oops", None)]:
            line = {"topic": "zigbee2mqtt/柜门", "payload": f'{{"contact": {payload}}}'}
            running.stdin.write(json.dumps(line).encode() + b"\n")
            running.stdin.flush()
            said = json.loads(running.stdout.readline())  # would wait for ever if it were kept back
            assert said["device"] == "柜门"
            assert [reading["value"] for reading in said["readings"]] == ([] if value is None else [value])
        running.stdin.close()
        assert running.stdout.read() == b""
        assert running.wait(30) == 0


def test_the_command_takes_a_vendor_for_lines_that_name_none():
    with start("--vendor", "homie") as running:
        out, _ = running.communicate(b'{"topic": "x/5/box/$state", "payload": "ready"}\n', timeout=30)
    assert json.loads(out)["available"] is True


def test_a_listener_who_has_enough_is_no_fault():
    with start() as running:
        running.stdin.write(b'{"topic": "zigbee2mqtt/a", "payload": "{}"}\n')
        running.stdin.flush()
        assert running.stdout.readline()
        running.stdout.close()
        running.stdin.write(b'{"topic": "zigbee2mqtt/a", "payload": "{}"}\n')
        running.stdin.close()
        assert (running.stderr.read(), running.wait(30)) == (b"", 0)


def test_a_vendor_nobody_knows_is_not_understood(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["vendor-read", "--vendor", "acme"])
    assert ended.value.code == 2
    assert "known are esphome, homeassistant, homie, shelly, tasmota, zigbee2mqtt" in capsys.readouterr().err


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["vendor-read", "--help"])
    assert ended.value.code == 0
    assert "mosquitto_sub -t '#' -F %j | hearth vendor-read" in capsys.readouterr().out
