"""What Home Assistant sees of a house of real processes: on a real broker, with the rights it has there."""

import json
import threading
from contextlib import contextmanager

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway import broker
from gateway.home_assistant.documents import PREFIX, STATUS, presence_topic, state_topic
from tests.processes.rig import DEVICE, Rig, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

PRESENCE = presence_topic("demo")
STATE = state_topic("demo", DEVICE)


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


def test_home_assistant_sees_doors_open_and_the_gateway_die_and_can_open_nothing(rig: Rig, rental: dict):
    door = rental["compartment"]["label"].removeprefix("B").lstrip("0")
    with showing(rig) as eyes:
        eventually(lambda: eyes.doors().get(door) == "OFF", "no door is shown", log=rig.programs)
        named = [json.loads(eyes.stands[topic])["dev"]["ids"] for topic in eyes.stands if topic.startswith(PREFIX)]
        assert [f"hearth-demo-{DEVICE}"] in named
        heard = [topic for topic in eyes.stands if topic.startswith("hearth/")]
        assert all(topic.startswith("hearth/1/demo/gateway/shown/") for topic in heard)  # though it asked for all

        assert rig.outcome(rig.press(rental).json()["id"])["state"] == "OPENED"
        eventually(lambda: eyes.doors().get(door) == "ON", "the open door is not shown")

        for topic in (f"hearth/1/demo/{DEVICE}/cmd", STATE, "hearth/1/demo/gateway/wake"):
            eyes.client.publish(topic, b"a stranger's", qos=1, retain=True).wait_for_publish(5)
        eyes.client.publish(STATUS, b"online", qos=1).wait_for_publish(5)
        eventually(lambda: STATUS in eyes.stands, "its own birth did not come back")
        assert eyes.doors().get(door) == "ON"  # what it said before its birth was thrown away

        rig.gateway.kill()
        eventually(lambda: eyes.stands[PRESENCE] == b"offline", "the gateway's death was not told")
        rig.gateway.start(HEARTH_HOME_ASSISTANT_SHOWN="true")
        eventually(lambda: eyes.stands[PRESENCE] == b"online", "the gateway's return was not told", log=rig.programs)
