"""Nothing is lost while the gateway is away, and everything sent twice can be told apart."""

import random

import pytest

from devices.nodes.forwarder import ASK_ANYWAY_S, ASK_S, MANY_UNDERWAY, MOST_UNDERWAY, RESEND_S, Forwarder
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

    def measures(self, value=1.0, count=1, **how):
        self.node.tell([Measurement(sensor=f"s{no}", metric="co2", value=value) for no in range(count)], **how)

    def hears(self, seq, store=None):
        self.node.take(Rack(store=store or self.log.store, seq=seq))

    def numbers(self):
        return [one.seq for one in self.sent]

    def asking(self):
        """The numbers of what asks for an answer."""
        return [one.seq for one in self.sent if not one.can_wait]

    def is_answered(self):
        """Connected, and everything that was there at the start is acknowledged."""
        self.node.connected()
        self.measures(can_wait=True)
        self.hears(1)
        self.sent.clear()


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


def test_the_first_after_a_start_or_a_new_line_asks_whatever_it_is(air):
    air.node.connected()
    air.measures(can_wait=True)
    air.measures(can_wait=True)
    assert air.asking() == [1]

    air.node.disconnected()
    air.measures(can_wait=True)
    air.node.connected()
    assert air.numbers() == [1, 2, 1, 2, 3]
    assert air.asking() == [1, 3]


def test_what_is_measured_every_half_minute_asks_every_few_minutes_and_is_sent_once(air):
    air.is_answered()
    most = 0
    for _ in range(120):
        air.measures(can_wait=True)
        most = max(most, air.sent[-1].seq - air.log.oldest() + 1)
        if not air.sent[-1].can_wait:
            air.hears(air.sent[-1].seq)
        air.clockwork.advance(30)

    assert air.numbers() == list(range(2, 122))
    assert len(air.asking()) == 6  # every nine minutes
    assert most <= 19


def test_a_device_that_falls_silent_asks_nevertheless(air):
    air.is_answered()
    air.measures(can_wait=True)
    air.clockwork.advance(ASK_ANYWAY_S - 1)
    assert air.asking() == []

    air.clockwork.advance(2)
    assert (air.numbers(), air.asking()) == ([2, 2], [2])

    air.hears(2)
    air.clockwork.advance(10 * ASK_ANYWAY_S)
    assert air.numbers() == [2, 2]


@pytest.mark.parametrize(("how", "in_a_hurry"), [({"is_waited_for": True}, True), ({}, False)])
def test_what_cannot_wait_asks_at_once_and_again_as_soon_as_ever(air, how, in_a_hurry):
    air.is_answered()
    air.measures(can_wait=True)
    air.measures(**how)
    air.clockwork.advance(RESEND_S + 1)

    assert air.numbers() == [2, 3, 2, 3]
    assert air.asking() == [3, 3]
    assert {one.hurry for one in air.sent if one.seq == 3} == {in_a_hurry}


def test_what_cannot_wait_asks_although_an_answer_is_on_its_way(air):
    air.is_answered()
    air.measures()
    air.measures(can_wait=True)
    air.measures()

    assert air.asking() == [2, 4]


def test_who_measures_fast_asks_before_its_way_is_full_and_never_stops(air):
    air.is_answered()
    for _ in range(5 * MOST_UNDERWAY):
        air.measures(can_wait=True)
        if len(air.numbers()) % 50 == 0 and air.asking() and air.asking()[-1] >= air.log.oldest():
            air.hears(air.sent[-1].seq)  # the gateway's next commit

    assert air.numbers() == list(range(2, 5 * MOST_UNDERWAY + 2))
    assert not any(one.hurry for one in air.sent)
    assert len(air.asking()) <= 5 * MOST_UNDERWAY // MANY_UNDERWAY


def test_a_backlog_asks_with_its_last_so_that_it_flows_at_full_speed(air):
    for _ in range(2 * MOST_UNDERWAY + 10):
        air.measures(can_wait=True)
    air.node.connected()
    assert (len(air.sent), air.asking()) == (MOST_UNDERWAY, [MOST_UNDERWAY])

    air.hears(MOST_UNDERWAY)
    air.hears(2 * MOST_UNDERWAY)
    assert air.asking() == [MOST_UNDERWAY, 2 * MOST_UNDERWAY]
    assert air.numbers() == list(range(1, 2 * MOST_UNDERWAY + 11))


@pytest.mark.parametrize("kept", [1, 3])
def test_an_answer_that_nobody_asked_for_says_that_something_is_missing(air, kept):
    """A gateway that was started anew, say: what it had heard and not yet written, it has not."""
    air.is_answered()
    for _ in range(5):
        air.measures(can_wait=True)
    air.hears(kept)
    air.clockwork.advance(RESEND_S + 1)

    assert air.numbers() == [2, 3, 4, 5, 6, *range(kept + 1, 7)]
    assert air.asking() == [6]


def test_devices_that_got_their_current_back_together_do_not_ask_together(air):
    asked_at = set()
    for boot in range(0, 1000, 100):
        air.boots = boot
        air.power_on()
        air.sent.clear()
        air.node.connected()
        air.measures(can_wait=True)
        air.hears(air.sent[-1].seq)
        began = air.clockwork.now()
        while air.sent[-1].can_wait or air.clockwork.now() == began:
            air.clockwork.advance(5)
            air.measures(can_wait=True)
        asked_at.add(air.clockwork.now() - began)

    assert len(asked_at) == 10
    assert ASK_S * 3 / 4 <= min(asked_at) < max(asked_at) <= ASK_S


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


@pytest.mark.parametrize("seed", range(8))
def test_with_a_gateway_that_answers_only_who_asks_every_reading_arrives_once_and_is_forgotten(air, seed):
    """Whatever is lost, on either way, and however often the gateway forgets what it had not yet written."""
    chance = random.Random(seed)
    taken, heard = [], []
    air.node.connected()
    for round_no in range(600):
        if round_no < 400:
            air.measures(float(round_no), can_wait=chance.random() < 0.95)
        heard += [one for one in air.sent for _ in range(chance.choice([1, 1, 1, 2])) if chance.random() < 0.97]
        air.sent.clear()
        if chance.random() < 0.03:
            heard.clear()  # it was killed
        elif chance.random() < 0.5:
            is_told = False
            for one in heard:
                is_next = one.seq == len(taken) + 1
                if is_next:
                    taken.append(one.readings[0].value)
                is_told |= not is_next or not one.can_wait
            heard.clear()
            if is_told and chance.random() < 0.95:
                air.hears(len(taken))
        if chance.random() < 0.01:
            air.node.disconnected()
            air.power_on()
            air.node.connected()
        air.clockwork.advance(chance.choice([1, 5, 30, 60]))

    assert taken == [float(number) for number in range(400)]
    assert air.log.oldest() == 401
