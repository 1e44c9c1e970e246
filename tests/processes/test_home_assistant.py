"""What Home Assistant sees of a house of real processes: on a real broker, with the rights it has there."""

import json
import threading
from contextlib import contextmanager

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from devices.wire import codec
from devices.wire.messages import Measurement, Readings
from gateway import broker
from gateway.demo.house import NODE
from gateway.home_assistant.documents import PREFIX, STATUS, own_documents, presence_topic, state_topic, zone_topic
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.processes.rig import DEVICE, Rig, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

PRESENCE = presence_topic("demo")
STATE = state_topic("demo", DEVICE)
HALL = zone_topic("demo", "hall")
HALLS_DOCUMENT = f"{own_documents('demo')}/zone_hall-0/config"


class HomeAssistant:
    """Connected under its own name; `stands` is what it would show."""

    def __init__(self, port: int, password: str):
        self.stands: dict[str, bytes] = {}
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id="home-assistant")
        self.client.username_pw_set(broker.HOME_ASSISTANT, password)
        self.client.on_message = self._hear
        subscribed = threading.Event()
        self.client.on_connect = lambda client, *_: client.subscribe([(f"{PREFIX}/#", 1), ("hearth/1/#", 1)])
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(10)

    def _hear(self, _client, _data, message):
        if message.payload:
            self.stands[message.topic] = message.payload
        else:
            self.stands.pop(message.topic, None)

    def doors(self) -> dict[str, str | None]:
        return json.loads(self.stands.get(STATE, b"{}")).get("doors", {})


@contextmanager
def showing(rig: Rig):
    """The gateway shows the house; afterwards it runs as before."""
    broker.add_user(rig.directory, broker.HOME_ASSISTANT)
    broker.reload(rig.directory)
    rig.gateway.stop()
    rig.gateway.start(HEARTH_HOME_ASSISTANT_SHOWN="true")
    rig.ready()
    eyes = HomeAssistant(*rig.broker_login(broker.HOME_ASSISTANT))
    try:
        yield eyes
        rig.gateway.stop()
        eventually(lambda: eyes.stands[PRESENCE] == b"offline", "a gateway that is stopped says no goodbye")
    finally:
        eyes.client.disconnect()
        eyes.client.loop_stop()
        rig.gateway.stop()
        rig.gateway.start()


def count_in(rig: Rig, *entries: int):
    """The node at the main door says how many have come in so far."""
    port, password = rig.broker_login(NODE)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=NODE)
    client.username_pw_set(NODE, password)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for seq, count in enumerate(entries, start=1):
        said = {"entries": float(count), "exits": 0.0}
        readings = [Measurement(sensor="main-door", metric=metric, value=value) for metric, value in said.items()]
        letter = Readings(store="0123456789abcdef", seq=seq, oldest=1, age_ms=0, readings=readings)
        client.publish(f"hearth/1/demo/{NODE}/reading", codec.encode_readings(letter), qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def place_node(rig: Rig, zone_id: str | None):
    """As if staff had said so."""
    centre = rig.centre()
    with centre.sessions.begin() as session:
        zones.place(session, what=Placed.DEVICE, ref=NODE, zone_id=zone_id, actor="test", now=centre.clock.now())
    centre.sessions.close()


def test_home_assistant_sees_doors_people_and_the_gateways_death_and_can_open_nothing(rig: Rig, rental: dict):
    door = rental["compartment"]["label"].removeprefix("B").lstrip("0")
    with showing(rig) as eyes:
        eventually(lambda: eyes.doors().get(door) == "OFF", "no door is shown", log=rig.programs)
        named = [json.loads(eyes.stands[topic])["dev"]["ids"] for topic in eyes.stands if topic.startswith(PREFIX)]
        assert [f"hearth-demo-{DEVICE}"] in named
        heard = [topic for topic in eyes.stands if topic.startswith("hearth/")]
        assert all(topic.startswith("hearth/1/demo/gateway/shown/") for topic in heard)  # though it asked for all

        told = rig.outcome(rig.press(rental).json()["id"])
        assert told["state"] == "OPENED", told
        eventually(lambda: eyes.doors().get(door) == "ON", "the open door is not shown")
        count_in(rig, 7, 9)

        for topic in (f"hearth/1/demo/{DEVICE}/cmd", STATE, "hearth/1/demo/gateway/wake"):
            eyes.client.publish(topic, b"a stranger's", qos=1, retain=True).wait_for_publish(5)
        eyes.client.publish(STATUS, b"online", qos=1).wait_for_publish(5)
        eventually(lambda: STATUS in eyes.stands, "its own birth did not come back")
        assert eyes.doors().get(door) == "ON"  # what it said before its birth was thrown away

        told = {"occupied": "ON", "people": 2}
        eventually(lambda: json.loads(eyes.stands.get(HALL, b"{}")) == told, lambda: str(eyes.stands), log=rig.programs)
        assert json.loads(eyes.stands[HALLS_DOCUMENT])["stat_t"] == HALL
        place_node(rig, None)
        shown = {HALL, HALLS_DOCUMENT}
        eventually(lambda: not shown & set(eyes.stands), "a zone that nothing counts stays", log=rig.programs)
        place_node(rig, "hall")

        rig.gateway.kill()
        eventually(lambda: eyes.stands[PRESENCE] == b"offline", "the gateway's death was not told")
        rig.gateway.start(HEARTH_HOME_ASSISTANT_SHOWN="true")
        eventually(lambda: eyes.stands[PRESENCE] == b"online", "the gateway's return was not told", log=rig.programs)
