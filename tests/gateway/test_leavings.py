"""What a retired device left on the broker is taken away, and only that."""

import pytest

from devices.runtime.mqtt import Connection
from devices.wire.topics import GATEWAY
from gateway import broker, wiring
from gateway.fleet import service as fleet
from gateway.leavings import Leavings
from tests.broker_fixture import eventually, has_mosquitto, running_broker, settings_for, speaking
from tests.centre_builder import NOON, a_device

STATE = "hearth/1/demo/bank-a/state"


class Carriage:
    def __init__(self):
        self.said = []

    def publish(self, topic, payload, *, qos, retain=False):
        self.said.append((topic, payload, retain))
        return True


def retire(sessions, device_id):
    with sessions.begin() as session:
        fleet.retire(session, device_id=device_id, actor="test", now=NOON)


@pytest.fixture
def bank(sessions):
    with sessions.begin() as session:
        a_device(session, "bank-a")
        a_device(session, "bank-b")


def test_the_state_of_a_retired_device_is_cleared_until_it_is_gone(sessions, bank):
    carriage = Carriage()
    leavings = Leavings(sessions, site="demo", carriage=carriage)
    for device in ("bank-a", "bank-b"):
        leavings.hear(f"hearth/1/demo/{device}/state", b"{}")
    leavings.look()
    assert carriage.said == []

    retire(sessions, "bank-a")
    leavings.look()
    leavings.look()
    assert carriage.said == [(STATE, b"", True)] * 2, "what is lost on the way is said again"
    leavings.hear(STATE, b"")
    leavings.look()
    assert len(carriage.said) == 2

    leavings.hear(STATE, b"{}")  # it is still plugged in somewhere
    leavings.look()
    assert len(carriage.said) == 3


@pytest.mark.processes
@pytest.mark.skipif(not has_mosquitto(), reason="Mosquitto is not installed")
def test_the_broker_keeps_nothing_of_a_retired_device(tmp_path, sessions, bank):
    settings = settings_for()
    broker.add_user(tmp_path, "bank-a")
    with running_broker(tmp_path, settings):
        password = broker.password_of(tmp_path, "bank-a")
        with speaking("bank-a", password, settings.broker.port) as device:
            device.say(STATE, b"{}", qos=1, retain=True)
        told = []

        def hear(message):
            told.append(message.payload)
            leavings.hear(message.topic, message.payload)

        connection = Connection(
            client_id="gateway",
            host="127.0.0.1",
            port=settings.broker.port,
            username=GATEWAY,
            password=broker.password_of(tmp_path, GATEWAY),
            subscriptions=wiring.subscriptions("demo"),
            ping_topic="hearth/1/demo/gateway/ping",
            on_message=hear,
        )
        leavings = Leavings(sessions, site="demo", carriage=connection)
        connection.start()
        try:
            eventually(lambda: told == [b"{}"])
            retire(sessions, "bank-a")
            leavings.look()
            eventually(lambda: b"" in told)
            with speaking(GATEWAY, broker.password_of(tmp_path, GATEWAY), settings.broker.port) as late:
                late.listen(STATE)
                assert late.told(STATE) == []
        finally:
            connection.stop()
