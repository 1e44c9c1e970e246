"""The line to the gateway, over a real broker."""

import asyncio
import os
import threading
from contextlib import ExitStack, contextmanager

import pytest

from api.line import MqttLine
from api.live import Hub, Reader
from gateway.kit.clock import SystemClock
from tests.broker_fixture import eventually, speaking

pytestmark = pytest.mark.processes

BASE = "hearth/1/demo/gateway"
PULSE = b'{"v":1,"kind":"pulse","ready":true}'
NEWS = b'{"v":1,"kind":"device","id":"bank-a","presence":"online","state":"APPROVED"}'


class Phone:
    """A line in use, on a loop of its own."""

    def __init__(self, port):
        self.line = MqttLine(host="127.0.0.1", port=port, password=self.password, site="demo", clock=SystemClock())
        self.attempts = 0
        self.hub = Hub()
        self.loop = asyncio.new_event_loop()

    def password(self):
        self.attempts += 1
        return "password"

    def ring(self):
        self.loop.call_soon_threadsafe(self.line.wake)

    def hears_the_gateway(self):
        return self.hub.gateway_trouble(SystemClock().monotonic()) is None


@contextmanager
def phone_at(port):
    phone = Phone(port)
    calling = phone.loop.create_task(phone.line.run(phone.hub))
    thread = threading.Thread(target=phone.loop.run_forever)
    thread.start()
    try:
        yield phone
    finally:
        phone.loop.call_soon_threadsafe(calling.cancel)
        eventually(calling.done)
        phone.loop.call_soon_threadsafe(phone.loop.stop)
        thread.join()
        phone.loop.run_until_complete(phone.loop.shutdown_default_executor())
        phone.loop.close()


@pytest.fixture
def phone(mosquitto):
    with phone_at(mosquitto.port) as connected:
        eventually(lambda: connected.line.is_up)
        yield connected


@pytest.fixture
def gateway(mosquitto):
    """Played by the test."""
    with speaking("gateway", "password", mosquitto.port) as speaker:
        yield speaker


def test_a_ring_reaches_the_gateway_empty(phone, gateway):
    gateway.listen(f"{BASE}/wake")

    phone.ring()

    eventually(lambda: gateway.told(f"{BASE}/wake") == [b""])


def test_a_pulse_says_that_the_gateway_is_there(phone, gateway):
    assert not phone.hears_the_gateway()

    gateway.say(f"{BASE}/live/pulse", PULSE)

    eventually(phone.hears_the_gateway)


def test_what_changed_reaches_every_reader(phone, gateway):
    reader = Reader(member_id="m", session="s")
    with ExitStack() as listening:
        listening.enter_context(phone.hub.listen(reader))
        hearing = asyncio.run_coroutine_threadsafe(reader.next(within_s=5), phone.loop)
        gateway.say(f"{BASE}/live/device", NEWS)

        assert hearing.result(5).what["id"] == "bank-a"


def test_what_was_said_long_ago_is_not_news(mosquitto, gateway):
    gateway.say(f"{BASE}/live/pulse", PULSE, retain=True)

    with phone_at(mosquitto.port) as phone:
        gateway.listen(f"{BASE}/wake")
        eventually(lambda: phone.line.is_up)
        phone.ring()
        eventually(lambda: gateway.told(f"{BASE}/wake") == [b""])  # by now everything retained has come

        assert not phone.hears_the_gateway()


def test_the_line_comes_back_with_the_broker(mosquitto, phone):
    mosquitto.kill()
    eventually(lambda: not phone.line.is_up)
    mosquitto.start()
    eventually(lambda: phone.line.is_up, patience_s=20)

    with speaking("gateway", "password", mosquitto.port) as gateway:
        gateway.listen(f"{BASE}/wake")
        phone.ring()
        eventually(lambda: gateway.told(f"{BASE}/wake") == [b""])


def test_a_frozen_broker_is_noticed(mosquitto, phone):
    mosquitto.freeze()
    eventually(lambda: not phone.line.is_up, patience_s=30)
    mosquitto.thaw()

    eventually(lambda: phone.line.is_up, patience_s=30)


def test_the_line_connects_beside_a_thousand_open_files(mosquitto):
    with ExitStack() as held:
        for _ in range(1050):
            held.callback(os.close, os.open("/dev/null", os.O_RDONLY))
        phone = held.enter_context(phone_at(mosquitto.port))

        eventually(lambda: phone.line.is_up)


def test_without_a_broker_there_is_no_line_and_the_log_says_so_once(caplog):
    with phone_at(1) as phone:
        eventually(lambda: phone.attempts > 2)

        assert not phone.line.is_up
    assert caplog.text.count("no line to the broker") == 1
