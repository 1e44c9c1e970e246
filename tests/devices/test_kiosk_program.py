"""A kiosk node as a process of its own, on a real serial line and over a real broker."""

import os
import pty
import queue
import threading
import tty

import pytest

from devices.runtime.mqtt import Connection
from devices.wire import codec
from devices.wire.messages import Give, Health
from devices.wire.signing import SigningKey
from tests.asker import GATEWAY_KEY
from tests.devices.test_main import PATIENCE_S, Firmware

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

BASE = "hearth/1/demo/kiosk-1"


class House:
    """The gateway's end."""

    def __init__(self, broker):
        self.heard = {"state": queue.Queue(), "evt": queue.Queue(), "chal": queue.Queue()}
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

    def next(self, channel):
        return self.heard[channel].get(timeout=PATIENCE_S)

    def state_with(self, health):
        while True:
            state = codec.decode_state(self.next("state"))
            if [part.health for part in state.parts] == [health]:
                return state

    def ask(self, which):
        topic = f"{BASE}/cmd"
        command = codec.encode_command(Give(id=which, q="9" * 32), topic=topic, key=GATEWAY_KEY)
        self.connection.publish(topic, command, qos=0)


def test_a_card_on_a_serial_line_is_told_to_the_gateway_and_a_reader_pulled_out_is_told_of(tmp_path, mosquitto):
    reader, line = pty.openpty()
    tty.setraw(line)
    plug = tmp_path / "reader"
    plug.symlink_to(os.ttyname(line))
    (tmp_path / "node.toml").write_text(
        f"""
site = "demo"
device = "kiosk-1"
gateway_key = "{GATEWAY_KEY.public().text()}"
[broker]
host = "{mosquitto.host}"
port = {mosquitto.port}
[[reader]]
name = "card"
port = "{plug}"
"""
    )
    house = House(mosquitto)
    firmware = Firmware(tmp_path, node="kiosk")
    try:
        assert house.state_with(Health.OK).kind == "kiosk"
        key = SigningKey.load(tmp_path / "device.pem").public()
        os.write(reader, b"04A21F9C\r\n04A21F9C\r\n")
        news = codec.decode_event(house.next("evt"), topic=f"{BASE}/evt", key=key).msg
        house.ask(news.id)
        given = codec.decode_answer(house.next("chal"), topic=f"{BASE}/chal", key=key)
        assert (given.text, given.q) == ("04A21F9C", "9" * 32)
        assert house.heard["evt"].empty()

        os.close(line)
        os.close(reader)
        assert house.state_with(Health.LOST).online
        firmware.process.terminate()
        code, said = firmware.end()
        assert code == 0
        assert "04A21F9C" not in said
        assert not codec.decode_state(house.next("state")).online
    finally:
        firmware.process.kill()
        firmware.process.communicate()
        house.connection.stop()
