"""Nothing is lost while the gateway is away, and everything sent twice can be told apart."""

import random

import pytest

from devices.nodes.forwarder import MOST_UNDERWAY, RESEND_S, Forwarder
from devices.wire import codec
from devices.wire.messages import Measurement, Rack
from devices.wire.topics import MAX_BYTES
from firmware_sim.clockwork import Clockwork
from firmware_sim.memory_readings import MemoryReadings

TOPIC = "hearth/1/demo/air-1/reading"
WALL_MS = 1_795_564_800_000


class Air:
    """A device whose way to the gateway is a list."""

    def __init__(self):
        self.clockwork = Clockwork()
        self.log = MemoryReadings()
        self.sent = []
        self.boots = 0
        self.power_on()

    def power_on(self):
        self.boots += 1
        self.node = Forwarder(
            self.log,
            topic=TOPIC,
            boot_id=f"{self.boots:016x}",
            timers=self.clockwork.timers(),
            outbox=self,
            clock_ms=lambda: WALL_MS,
        )

    def send(self, topic, payload, *, qos, retain=False):
        assert (topic, qos, retain) == (TOPIC, 1, False)
        assert len(payload) <= MAX_BYTES
        self.sent.append(codec.decode_readings(payload))

    def measures(self, value=1.0, count=1):
        self.node.tell([Measurement(sensor=f"s{no}", metric="co2", value=value) for no in range(count)])

    def hears(self, seq, store=None):
        self.node.take(Rack(store=store or self.log.store, seq=seq))

    def numbers(self):
        return [one.seq for one in self.sent]


@pytest.fixture
def air():
    return Air()


def test_what_is_measured_goes_out_at_once(air):
    air.node.connected()
    air.measures(600.0)

    assert air.numbers() == [1]
    assert air.sent[0].readings == [Measurement(sensor="s0", metric="co2", value=600.0)]
    assert (air.sent[0].age_ms, air.sent[0].oldest) == (0, 1)


def test_without_a_gateway_it_is_kept_and_sent_in_order_once_there_is_one(air):
    for value in range(3):
        air.measures(float(value))
        air.clockwork.advance(10)
    assert air.sent == []

    air.node.connected()

    assert [(one.seq, one.age_ms) for one in air.sent] == [(1, 30_000), (2, 20_000), (3, 10_000)]


def test_what_was_measured_before_a_restart_is_dated_by_the_calendar(air):
    air.measures()
    air.power_on()
    air.node.connected()

    assert (air.sent[0].age_ms, air.sent[0].taken_ms) == (None, WALL_MS)


def test_without_an_answer_it_begins_again_with_the_oldest(air):
    air.node.connected()
    air.measures()
    air.measures()
    air.clockwork.advance(RESEND_S + 1)

    assert air.numbers() == [1, 2, 1, 2]


def test_what_was_acknowledged_is_not_sent_again(air):
    air.node.connected()
    air.measures()
    air.measures()
    air.hears(1)
    air.clockwork.advance(RESEND_S + 1)

    assert air.numbers() == [1, 2, 2]
    assert air.sent[-1].oldest == 2


def test_once_everything_is_acknowledged_it_is_silent(air):
    air.node.connected()
    air.measures()
    air.hears(1)
    air.clockwork.advance(10 * RESEND_S)

    assert air.numbers() == [1]


def test_an_answer_to_an_earlier_card_drops_nothing(air):
    air.node.connected()
    air.measures()
    air.hears(1, store="f" * 16)

    assert air.log.oldest() == 1


def test_after_a_broken_line_it_begins_again_with_the_oldest(air):
    air.node.connected()
    air.measures()
    air.node.disconnected()
    air.measures()
    air.clockwork.advance(10 * RESEND_S)
    assert air.numbers() == [1]

    air.node.connected()
    assert air.numbers() == [1, 1, 2]


def test_no_more_is_underway_than_a_gateway_takes_in_one_go(air):
    for _ in range(MOST_UNDERWAY + 200):
        air.measures()
    air.node.connected()
    assert len(air.sent) == MOST_UNDERWAY

    air.hears(100)
    assert air.numbers() == list(range(1, MOST_UNDERWAY + 101))


def test_what_keeps_the_rest_waiting_says_that_it_is_in_a_hurry(air):
    for _ in range(MOST_UNDERWAY + 1):
        air.measures()
    air.node.connected()
    assert [one.seq for one in air.sent if one.hurry] == [MOST_UNDERWAY]

    air.hears(MOST_UNDERWAY)
    air.measures()
    assert [one.hurry for one in air.sent[MOST_UNDERWAY:]] == [False, False]


def test_more_than_one_message_holds_is_sent_as_several(air):
    air.node.connected()
    air.measures(count=150)

    assert sum(len(one.readings) for one in air.sent) == 150
    assert air.numbers() == list(range(1, len(air.sent) + 1))


def test_over_a_way_that_loses_doubles_and_delays_every_reading_arrives_in_the_end(air):
    """The gateway's side is the simplest true one: take exactly the next, answer with the last."""
    chance = random.Random(3)
    taken = []
    air.node.connected()
    for round_no in range(400):
        if round_no < 200:
            air.measures(float(round_no))
        if chance.random() < 0.1:
            air.node.disconnected()
            air.power_on()
            air.node.connected()
        arriving, air.sent = [one for one in air.sent for _ in range(chance.choice([0, 1, 1, 2]))], []
        for one in arriving:
            if one.seq == len(taken) + 1:
                taken.append(one.readings[0].value)
        if chance.random() < 0.6:
            air.hears(len(taken))
        air.clockwork.advance(chance.choice([1, 5, RESEND_S]))

    assert taken == [float(number) for number in range(200)]
    assert air.log.oldest() == 201
