"""The ear for off-the-shelf devices on a real broker: what is live, what is from before, and what is long."""

import json
import shutil

import pytest

from gateway import broker
from gateway.fleet import queries as fleet
from gateway.fleet import service
from gateway.kit.db import Sessions, open_engine
from gateway.settings import BrokerSettings, Settings
from gateway.vendor_ear import VendorEar
from gateway.vendor_intake import VendorIntake
from tests.broker_fixture import eventually, free_port, has_mosquitto, running_broker, speaking
from tests.centre_builder import NOON, HandClock

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not has_mosquitto(), reason="Mosquitto is not installed"),
]
TOPIC = "hall/sensor/hall_temperature/state"


@pytest.fixture
def sessions(tmp_path, sqlite_template):
    """One database is enough here."""
    shutil.copy(sqlite_template, tmp_path / "hearth.db")
    opened = Sessions(open_engine(f"sqlite:///{tmp_path / 'hearth.db'}"))
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path):
    found = Settings(site="demo", broker=BrokerSettings(kind="mosquitto", port=free_port(), vendor_port=free_port()))
    with running_broker(tmp_path, found):
        yield found


@pytest.fixture
def vendors(tmp_path, settings):
    """Somebody with the password that all off-the-shelf devices share, at the listener that is for them."""
    with speaking("vendors", broker.password_of(tmp_path, "vendors"), settings.broker.vendor_port) as client:
        yield client.client


@pytest.fixture
def hear(tmp_path, settings, sessions):
    """Everything that has been measured, once it is what is expected; approving whoever is met."""
    intake = VendorIntake(sessions=sessions, clock=HandClock(), is_ours=lambda topic: False)
    ear = VendorEar(
        intake,
        site="demo",
        host="127.0.0.1",
        port=settings.broker.port,
        password=broker.password_of(tmp_path, "vendors"),
    )
    measured = []

    def hear(*expected):
        def is_heard():
            measured.extend(value.value for letter in ear.letters() for value in letter.values)
            with sessions.begin() as session:
                for one in fleet.outsiders(session):
                    if one.approved_at is None:
                        service.approve(session, device_id=one.id, fingerprint="", actor="test", now=NOON)
            return measured == list(expected)

        eventually(is_heard)

    hear.ear = ear
    yield hear
    ear.stop()


def publish(vendors, payload, *, topic=TOPIC, retain=True):
    vendors.publish(topic, json.dumps(payload), qos=1, retain=retain).wait_for_publish(5)


def test_what_a_maker_lets_the_broker_keep_is_news_when_it_comes_and_history_when_we_come(hear, vendors, sessions):
    publish(vendors, 19.0)
    hear.ear.start()

    eventually(lambda: hear() or bool(_devices(sessions)))

    publish(vendors, 20.5)
    hear(20.5)


def test_a_bridge_tells_of_all_its_devices_in_one_message_longer_than_ours_may_be(hear, vendors, sessions):
    hear.ear.start()
    listed = [{"friendly_name": f"lamp-{n}", "ieee_address": f"{n:016x}", "note": "x" * 500} for n in range(40)]

    def is_told():
        publish(vendors, listed, topic="zigbee2mqtt/bridge/devices")
        hear()
        return len(_devices(sessions)) == 40

    eventually(is_told)


def test_a_retired_devices_topics_are_cleared_on_the_broker(hear, vendors, sessions, tmp_path, settings):
    publish(vendors, 19.0)
    hear.ear.start()
    eventually(lambda: hear() or bool(_devices(sessions)))
    with sessions.begin() as session:
        service.retire(session, device_id=_devices(sessions)[0].id, actor="test", now=NOON)
    publish(vendors, {"x": 1}, topic="zigbee2mqtt/other", retain=False)

    def is_clear():
        hear()  # once that other message is there
        with speaking("vendors", broker.password_of(tmp_path, "vendors"), settings.broker.port) as late:
            late.client.subscribe([(TOPIC, 1), ("vendors/mark", 1)])
            late.client.publish("vendors/mark", b"x", qos=1)
            eventually(lambda: late.told("vendors/mark"))
            return late.told(TOPIC) == []

    eventually(is_clear)


def _devices(sessions):
    with sessions.read() as session:
        return fleet.outsiders(session)
