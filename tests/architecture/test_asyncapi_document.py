"""docs/asyncapi.json is the wire as the code has it: what the broker allows, what the gateway hears, what is said."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from devices.wire.topics import MAX_BYTES, Channel
from gateway import broker, wiring
from gateway.home_assistant.documents import Door, Room, Thing, documents, presence_topic

HERE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document():
    return json.loads((HERE / "docs" / "asyncapi.json").read_text(encoding="utf-8"))


def addresses(document):
    return {name: channel["address"].replace("{site}", "demo") for name, channel in document["channels"].items()}


def fits(filter_or_topic, address):
    """Whether what the broker is told covers, or is, one of a channel's topics."""
    levels = [".+" if level == "#" else "[^/]+" for level in re.findall(r"\{[^}]+\}|#|\+", filter_or_topic)]
    pattern = re.sub(r"\\\{[^}]+\\\}|\\#|\\\+|#", lambda _: levels.pop(0), re.escape(filter_or_topic))
    sample = re.sub(r"\{[^}]+\}", "x", address)
    other = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(address))
    return bool(re.fullmatch(pattern, sample) or re.fullmatch(other, filter_or_topic))


def test_the_document_is_the_one_that_the_code_gives():
    told = subprocess.run(
        [sys.executable, "tools/asyncapi.py", "--check"], cwd=HERE, env={"PYTHONPATH": "."}, check=False
    )
    assert told.returncode == 0, "run `python tools/asyncapi.py`"


def test_every_reference_leads_somewhere(document):
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        found = document
        for step in reference.split("/"):
            found = found[step]


def test_whatever_the_broker_lets_anybody_say_or_hear_is_in_the_document(document):
    for rule in broker.rules("demo"):
        topic = rule.topic.replace("%u", "x")
        assert any(fits(topic, address) for address in addresses(document).values()), rule


def test_whatever_is_in_the_document_somebody_may_say(document):
    writes = {broker.Access.WRITE, broker.Access.READWRITE}
    may_be_said = [rule.topic.replace("%u", "x") for rule in broker.rules("demo") if rule.access in writes]
    for name, address in addresses(document).items():
        assert any(fits(topic, address) for topic in may_be_said), name


def test_the_gateway_hears_what_the_document_says_it_does(document):
    receives = {
        addresses(document)[operation["channel"]["$ref"].rpartition("/")[2]]: operation["bindings"]["mqtt"]["qos"]
        for name, operation in document["operations"].items()
        if name.startswith("gateway-receives-")
    }
    for topic, qos in wiring.subscriptions("demo") + wiring.reading_subscriptions("demo"):
        told = [most for address, most in receives.items() if fits(topic, address)]
        assert told, topic
        assert qos <= max(told), topic


def test_every_channel_of_the_code_is_a_channel_of_the_document(document):
    said = " ".join(addresses(document).values())
    assert all(f"/{channel}" in said for channel in Channel)


def test_what_home_assistant_is_shown_has_the_shape_that_is_written_there(document):
    thing = Thing(id="bank-a", name="A", online=True, free=1, doors=[Door(1, "A01", None), Door(2, "A02", True)])
    [shape] = [one["payload"] for one in document["channels"]["shown"]["messages"].values()]
    shown = documents("demo", [thing], language="en", version="1")
    state = next(json.loads(payload) for topic, payload in shown.items() if fits(topic, addresses(document)["shown"]))
    assert set(state) <= set(shape["properties"])
    assert set(shape["required"]) <= set(state)
    assert set(state["doors"].values()) <= set(shape["properties"]["doors"]["additionalProperties"]["enum"])
    assert presence_topic("demo") in addresses(document).values()
    assert str(MAX_BYTES) in document["info"]["description"]


def test_what_home_assistant_is_shown_of_a_zone_has_the_shape_that_is_written_there(document):
    [shape] = [one["payload"] for one in document["channels"]["zone"]["messages"].values()]
    room = Room("hall", "Hall", is_counted=True, people=4, is_occupied=None)
    shown = documents("demo", [], [room], language="en", version="1")
    state = next(json.loads(payload) for topic, payload in shown.items() if fits(topic, addresses(document)["zone"]))
    assert set(shape["required"]) <= set(state) <= set(shape["properties"])
    assert state["occupied"] in shape["properties"]["occupied"]["enum"]
