"""A facility node as a process of its own, over a real broker: killed at any moment, it loses nothing."""

import queue
import threading

import pytest

from devices.runtime.mqtt import Connection
from devices.wire import codec
from devices.wire.messages import Rack
from tests.asker import GATEWAY_KEY
from tests.devices.test_main import PATIENCE_S, Firmware

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

BASE = "hearth/1/demo/hall"


def node_toml(broker):
    return f"""
site = "demo"
device = "hall"
gateway_key = "{GATEWAY_KEY.public().text()}"
[broker]
host = "{broker.host}"
port = {broker.port}
[[switch]]
name = "cellar"
means = "water_leak"
pin = 5
[[beams]]
name = "main-door"
outer_pin = 17
inner_pin = 27
[lamp]
pin = 23
"""


class House:
    """The gateway's end."""

    def __init__(self, broker):
        self.heard = {"state": queue.Queue(), "reading": queue.Queue()}
        ready = threading.Event()
        self.connection = Connection(
            client_id="gateway",
            host=broker.host,
            port=broker.port,
            subscriptions=[(f"{BASE}/{channel}", 1) for channel in self.heard],
            ping_topic="hearth/1/demo/gateway/ping",
            on_message=lambda incoming: self.heard[incoming.topic.rpartition("/")[2]].put(incoming.payload),
            on_ready=ready.set,
        )
        self.connection.start()
        assert ready.wait(PATIENCE_S)

    def next_state(self):
        return codec.decode_state(self.heard["state"].get(timeout=PATIENCE_S))

    def next_readings(self):
        return codec.decode_readings(self.heard["reading"].get(timeout=PATIENCE_S))

    def has(self, store, seq):
        topic = f"{BASE}/cmd"
        command = codec.encode_command(Rack(store=store, seq=seq), topic=topic, key=GATEWAY_KEY)
        self.connection.publish(topic, command, qos=0)


@pytest.fixture
def house(mosquitto):
    house = House(mosquitto)
    yield house
    house.connection.stop()


@pytest.fixture
def start(tmp_path, mosquitto):
    started = []

    def start(text=None):
        (tmp_path / "node.toml").write_text(text or node_toml(mosquitto), encoding="utf-8")
        started.append(Firmware(tmp_path, node="facility"))
        return started[-1]

    yield start
    for firmware in started:
        firmware.process.kill()
        firmware.process.communicate()


def test_killed_before_the_house_has_what_it_measured_it_sends_it_again_under_the_same_number(start, house):
    first = start()
    assert house.next_state().kind == "facility"
    before = house.next_readings()
    assert {(one.sensor, one.metric) for one in before.readings} == {
        ("cellar", "water_leak"),
        ("main-door", "entries"),
        ("main-door", "exits"),
    }
    first.process.kill()
    first.process.wait()

    start()
    again = house.next_readings()
    assert (again.store, again.seq, again.readings) == (before.store, before.seq, before.readings)
    assert again.age_ms is None  # nobody can tell how long the power was off
    following = house.next_readings()
    assert (following.seq, following.age_ms is not None) == (before.seq + 1, True)


def test_told_to_stop_it_says_goodbye(start, house):
    firmware = start()
    assert house.next_state().online
    said = house.next_readings()
    house.has(said.store, said.seq)
    firmware.process.terminate()

    assert firmware.end()[0] == 0
    assert not house.next_state().online


def test_what_is_wrong_in_its_file_is_said_in_one_sentence(start, mosquitto):
    firmware = start(node_toml(mosquitto).replace('"water_leak"', '"flood"'))

    code, complaint = firmware.end()
    assert code == 1
    assert "switch[0].means" in complaint
    assert len(complaint.strip().splitlines()) == 1
