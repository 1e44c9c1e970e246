"""What Home Assistant is told of a device, held against its discovery format and read back by our own reader of it."""

import json
import re

import paho.mqtt.client as paho
import pytest

from devices.wire.topics import MAX_BYTES
from gateway.home_assistant.documents import (
    PREFIX,
    Door,
    Measure,
    Room,
    Thing,
    documents,
    is_ours,
    own_topics,
    presence_topic,
    state_topic,
    zone_topic,
)
from gateway.vendors.known import Known
from gateway.vendors.lines import translate

BANK = Thing(
    id="bank-a",
    name="A 区储物柜",
    online=True,
    firmware="0.1.0",
    free=5,
    doors=[Door(1, "A01", True), Door(2, "A02", False), Door(3, "A03", None)],
)
AIR = Thing(
    id="air-1",
    name="air-1",
    online=True,
    measures=[
        Measure("hall", "temperature", 21.5),
        Measure("hall", "co2", None),
        Measure("kitchen", "water_leak", 0.0),
        Measure("meter", "energy", 12.25),
    ],
)
REQUIRED = {"dev", "o", "cmps"}
ROOT = REQUIRED | {"stat_t", "avty", "avty_mode", "qos"}


HALL = Room("hall", "大厅", is_counted=True, people=4, is_occupied=True)


def shown(*things, rooms=(), language="zh-CN"):
    return documents("demo", things, rooms, language=language, version="0.1.0")


def configs(wanted):
    return {topic: json.loads(payload) for topic, payload in wanted.items() if topic.startswith(f"{PREFIX}/device/")}


def entities(wanted):
    return {name: entity for document in configs(wanted).values() for name, entity in document["cmps"].items()}


def test_each_document_has_what_home_assistant_requires_and_nothing_it_does_not_know():
    for topic, document in configs(shown(BANK, AIR)).items():
        assert re.fullmatch(r"homeassistant/device/hearth-demo/[a-zA-Z0-9_-]+/config", topic)
        assert set(document) == ROOT
        assert document["dev"]["ids"]
        assert document["o"]["name"] == "Hearth"
        for entity in document["cmps"].values():
            assert entity["p"] in {"sensor", "binary_sensor"}
            assert entity["uniq_id"]


def test_no_two_entities_have_one_unique_id():
    documents = configs(shown(BANK, AIR)).values()
    named = [entity["uniq_id"] for document in documents for entity in document["cmps"].values()]
    assert len(named) == len(set(named)) == 2 + 1 + 3 + 4


def test_nothing_that_is_shown_can_be_pressed():
    text = b"".join(shown(BANK, AIR).values()).decode()
    assert "cmd_t" not in text
    assert "command_topic" not in text


def test_a_zone_tells_how_many_are_there_and_whether_anybody_is():
    wanted = shown(rooms=[HALL])
    [(topic, document)] = configs(wanted).items()
    assert topic == "homeassistant/device/hearth-demo/zone_hall-0/config"
    assert set(document) == ROOT - {"avty_mode"}
    assert document["dev"]["name"] == "大厅"
    assert document["stat_t"] == zone_topic("demo", "hall")
    assert document["avty"] == [{"t": presence_topic("demo")}]
    assert json.loads(wanted[document["stat_t"]]) == {"occupied": "ON", "people": 4}
    found = document["cmps"]
    assert {name: one["p"] for name, one in found.items()} == {"people": "sensor", "occupied": "binary_sensor"}
    assert (found["occupied"]["dev_cla"], found["people"]["stat_cla"]) == ("occupancy", "measurement")
    assert [entities(shown(rooms=[HALL], language="en"))[one]["name"] for one in found] == ["Occupied", "People"]


def test_of_a_zone_where_nobody_knows_that_is_said_and_where_nothing_counts_no_number():
    unknown = Room("hall", "大厅", is_counted=True, people=None, is_occupied=None)
    watched = Room("attic", "阁楼", is_counted=False, people=None, is_occupied=True)
    wanted = shown(rooms=[unknown, watched])
    assert json.loads(wanted[zone_topic("demo", "hall")]) == {"occupied": None, "people": None}
    assert json.loads(wanted[zone_topic("demo", "attic")]) == {"occupied": "ON"}
    attic = configs(wanted)["homeassistant/device/hearth-demo/zone_attic-0/config"]
    assert set(attic["cmps"]) == {"occupied"}


def test_no_zone_stands_where_another_zone_or_a_device_stands():
    names = ["a.b", "a-b", "a_b", "a__b", "a_db", "A.b", "hall"]
    rooms = [Room(name, name, is_counted=True, people=0, is_occupied=False) for name in names]
    devices = [Thing(id="zone-hall", name="x", online=True), Thing(id="hall", name="y", online=True)]
    found = configs(shown(*devices, rooms=rooms))
    assert len(found) == len(names) + len(devices)
    assert len({one["dev"]["ids"][0] for one in found.values()}) == len(found)
    assert all(re.fullmatch(r"homeassistant/device/hearth-demo/[a-zA-Z0-9_-]+/config", topic) for topic in found)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_entities_are_named_in_the_centres_language(language):
    names = {"zh-CN": ("在线", "空闲格口"), "en": ("Online", "Free compartments")}[language]
    found = entities(shown(BANK, language=language))
    assert (found["online"]["name"], found["free"]["name"], found["door-1"]["name"]) == (*names, "A01")


def test_units_and_classes_are_home_assistants():
    found = entities(shown(AIR))
    assert found["hall-temperature"]["unit_of_meas"] == "°C"
    assert found["hall-temperature"]["dev_cla"] == "temperature"
    assert (found["hall-co2"]["dev_cla"], found["hall-co2"]["unit_of_meas"]) == ("carbon_dioxide", "ppm")
    assert (found["meter-energy"]["stat_cla"], found["meter-energy"]["dev_cla"]) == ("total_increasing", "energy")
    assert found["kitchen-water_leak"]["p"] == "binary_sensor"
    assert found["kitchen-water_leak"]["dev_cla"] == "moisture"


def test_what_is_unknown_is_said_to_be_unknown():
    """Home Assistant takes a template that gives None for unknown; any other word would be open or shut."""
    bank = json.loads(shown(BANK)[state_topic("demo", "bank-a")])
    air = json.loads(shown(AIR)[state_topic("demo", "air-1")])
    assert bank["doors"] == {"1": "ON", "2": "OFF", "3": None}
    assert air["measures"]["hall-co2"] is None
    assert air["measures"]["kitchen-water_leak"] == "OFF"


def test_a_cabinet_of_many_doors_is_told_in_messages_that_the_broker_takes():
    doors = [Door(no, f"{'长名字的门' * 6}{no:03}", open=None) for no in range(1, 201)]
    wanted = shown(Thing(id="bank-a", name="A", online=True, free=200, doors=doors))
    assert max(map(len, wanted.values())) <= MAX_BYTES
    assert len(configs(wanted)) > 10
    assert {f"door-{no}" for no in range(1, 201)} < set(entities(wanted))
    assert len({json.dumps(document["dev"]) for document in configs(wanted).values()}) == 1


def test_whatever_a_sensor_is_called_it_ends_no_template():
    wanted = shown(Thing(id="x", name="x", online=True, measures=[Measure("a'] }}{{ evil", "temperature", 1.0)]))
    [key] = json.loads(wanted[state_topic("demo", "x")])["measures"]
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", key)
    assert entities(wanted)[key]["val_tpl"] == f"{{{{ value_json.measures['{key}'] }}}}"


def test_a_device_that_is_away_is_unavailable_and_says_itself_that_it_is():
    away = shown(Thing(id="bank-a", name="A", online=False, doors=[Door(1, "A01", True)]))
    [document] = configs(away).values()
    assert document["avty_mode"] == "all"
    assert [one["t"] for one in document["avty"]] == [presence_topic("demo"), state_topic("demo", "bank-a")]
    assert json.loads(away[state_topic("demo", "bank-a")])["presence"] == "offline"
    assert document["cmps"]["online"]["avty"] == [{"t": presence_topic("demo")}]


def test_every_topic_is_ours_and_no_other_sites():
    for topic in shown(BANK, AIR, rooms=[HALL]):
        assert is_ours("demo", topic)
        for other in ("dem", "demo-2", "emo"):
            assert not is_ours(other, topic)
    assert not is_ours("demo", "homeassistant/device/0x00158d/config")


def test_whatever_is_said_is_also_listened_to_so_that_it_can_be_cleared():
    for topic in (*shown(BANK, AIR, rooms=[HALL]), presence_topic("demo")):
        assert any(paho.topic_matches_sub(one, topic) for one in own_topics("demo")), topic


def test_our_own_reader_of_home_assistants_discovery_understands_it():
    known, told = Known(), {}
    for topic, payload in sorted(shown(BANK, AIR).items(), reverse=True):  # homeassistant/… before hearth/…
        line = json.dumps({"vendor": "home_assistant", "topic": topic, "payload": payload.decode()})
        told[topic] = json.loads(translate(known, line.encode()))
    readings = {one["metric"]: one["value"] for one in told[state_topic("demo", "air-1")]["readings"]}
    assert readings == {"temperature": 21.5, "co2": None, "water_leak": False, "energy": 12.25}
