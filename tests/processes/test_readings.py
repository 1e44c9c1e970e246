"""Readings from a device to the gateway's card, through processes that are killed: each is kept once.

And what one cries out is shown on a lamp, through the real broker and its rules.
"""

import random
import secrets
import sqlite3
import time
from contextlib import closing

import pytest

from devices.nodes.forwarder import Forwarder
from devices.runtime.mailbox import Mailbox
from devices.runtime.mqtt import Connection
from devices.runtime.reading_store import SqliteReadings
from devices.wire import codec
from devices.wire.messages import Measurement, Rack, Show
from devices.wire.signing import PublicKey, SigningKey
from gateway import broker
from gateway.fleet import service as fleet
from gateway.fleet.rules import Presentation
from gateway.kit.ids import new_boot_id
from gateway.lamps import CRY_S, STAND_S
from tests.processes.rig import Rig, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

DEVICE = "air-1"
KEY = SigningKey.generate().public()  # the same in every test: the centre is, and knows its devices by it
BASE = f"hearth/1/demo/{DEVICE}"
READINGS = 1_000


class Air:
    """The sending half of a facility node, as it runs on a Pi, in the test's own process."""

    def __init__(self, rig: Rig, file):
        port, password = rig.broker_login(DEVICE)
        self.gateway = PublicKey.from_text((rig.directory / "keys" / "gateway.pub").read_text().strip())
        self.mailbox = Mailbox("air")
        self.log = SqliteReadings(file)
        self.shown = []
        self.connection = Connection(
            client_id=DEVICE,
            host="127.0.0.1",
            port=port,
            username=DEVICE,
            password=password,
            subscriptions=[(f"{BASE}/cmd", 0)],
            ping_topic=f"{BASE}/ping",
            on_message=lambda incoming: self.mailbox.call_soon(lambda: self.receive(incoming)),
            on_ready=lambda: self.mailbox.call_soon(self.node.connected),
            on_lost=lambda: self.mailbox.call_soon(self.node.disconnected),
        )
        self.node = Forwarder(
            self.log,
            topic=f"{BASE}/reading",
            boot_id=secrets.token_hex(8),
            timers=self.mailbox,
            outbox=self,
            clock_ms=lambda: round(time.time() * 1000),
            resend_s=2.0,
        )
        self.mailbox.start()
        self.connection.start()

    def send(self, topic, payload, *, qos, retain=False):
        self.connection.publish(topic, payload, qos=qos, retain=retain)

    def receive(self, incoming):
        said = codec.decode_command(incoming.payload, topic=incoming.topic, key=self.gateway)
        if isinstance(said, Rack):
            self.node.take(said)
        if isinstance(said, Show):
            self.shown.append(said)

    def calls(self):
        reading = [Measurement(sensor="button", metric="call", value=True)]
        self.mailbox.call_soon(lambda: self.node.tell(reading, is_waited_for=True))

    def measures(self, number):
        reading = [Measurement(sensor="meter", metric="energy", value=float(number))]
        can_wait = number % 9 != 0  # most, as on a device of ours; the last asks
        self.mailbox.call_soon(lambda: self.node.tell(reading, can_wait=can_wait))

    def stop(self):
        self.connection.stop()
        self.mailbox.stop()
        self.log.close()


@pytest.fixture
def air(rig, tmp_path):
    broker.add_user(rig.directory, DEVICE)
    broker.reload(rig.directory)
    there = Presentation(
        device_id=DEVICE,
        online=True,
        boot_id=new_boot_id(),
        kind="facility",
        public_key=KEY.text(),
        fingerprint=KEY.fingerprint(),
        doors=0,
    )
    centre = rig.centre()
    with centre.sessions.begin() as session:
        now = centre.clock.now()
        fleet.note_presence(session, there, now=now)
        fleet.approve(session, device_id=DEVICE, fingerprint=KEY.fingerprint(), actor="gateway", now=now)
    centre.sessions.close()
    node = Air(rig, tmp_path / "readings.db")
    yield node
    node.stop()


def kept(rig: Rig):
    with closing(sqlite3.connect(f"file:{rig.directory / 'data' / 'readings.db'}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT value FROM reading_samples, reading_series"
            " WHERE reading_series.id = series AND device = ? ORDER BY reading_samples.id",
            (DEVICE,),
        )
        return [int(value) for (value,) in rows]


def test_a_thousand_numbered_readings_through_killed_gateways_and_brokers_are_each_kept_once(rig: Rig, air: Air):
    chance = random.Random(11)
    victims = [rig.gateway, rig.broker] * 4
    for number in range(READINGS):
        air.measures(number)
        if number % (READINGS // len(victims)) == 60:
            victim = victims.pop()
            victim.kill()
            time.sleep(chance.uniform(0.0, 0.5))  # so that readings come in while it is away
            victim.start()
        time.sleep(0.004)  # a device's own pace
    eventually(lambda: len(kept(rig)) >= READINGS, lambda: f"{len(kept(rig))} kept", patience_s=90, log=rig.programs)

    assert kept(rig) == list(range(READINGS))
    eventually(lambda: air.log.oldest() == READINGS + 1, "the device was not told that everything is kept")


def test_a_call_is_shown_on_a_lamp_when_it_is_heard_and_for_as_long_as_it_stands(rig: Rig, air: Air):
    centre = rig.centre()
    with centre.sessions.begin() as session:
        fleet.have_alarms_shown(session, device_id=DEVICE, shown=True, actor="gateway", now=centre.clock.now())
    centre.sessions.close()
    eventually(lambda: air.shown, "a lamp that was chosen was told nothing")
    cry, stands = (Show(alarm=True, beep=True, for_s=for_s) for for_s in (CRY_S, STAND_S))

    air.calls()
    eventually(lambda: cry in air.shown, "the call is not shown")
    # After it, for other alarms may stand in this house, or be new.
    eventually(lambda: stands in air.shown[air.shown.index(cry) :], "the alarm is not shown")

    assert air.shown.count(cry) == 1
