"""A facility node tells what its part of the house is like, and loses none of it."""

import sqlite3
from contextlib import suppress

import pytest

from devices.nodes.facility import AIR_S, ALARM_S, REPORT_S, REST_S, Beams, Facility, Meter, Parts, Told
from devices.nodes.forwarder import Forwarder
from devices.nodes.locker_bank import Identity
from devices.parts.signal_lamp import SignalLamp
from devices.parts.switch import Switch
from devices.wire import codec
from devices.wire.messages import Rack, Show
from devices.wire.topics import Channel
from firmware_sim.memory_readings import MemoryReadings
from tests.asker import DEVICE_KEY, GATEWAY_KEY

LEAK, PIR, CALL, OUTER, INNER, METER, LAMP, BUZZER = range(2, 10)


class PretendedAir:
    """What the air is like."""

    def __init__(self):
        self.values = {"co2": 612.0, "temperature": 21.5}

    def read(self):
        return self.values


class Hall:
    """A node on pretended pins, in virtual time; the gateway is the test."""

    def __init__(self, clockwork, pins):
        self.clockwork, self.pins = clockwork, pins
        self.log = MemoryReadings()
        self.air = PretendedAir()
        self.identity = Identity("demo", "hall", DEVICE_KEY, GATEWAY_KEY.public())
        self.sent = []
        for pin in (LEAK, PIR, CALL, OUTER, INNER, METER):
            self.off(pin)
        self.node = self.power_on()

    def power_on(self):
        def switch(pin):
            return Switch(pin, timers=self.clockwork, pin_factory=self.pins)

        forwarder = Forwarder(
            self.log,
            topic=self.identity.topic(Channel.READING),
            boot_id="1" * 16,
            timers=self.clockwork,
            outbox=self,
            clock_ms=lambda: 0,
        )
        node = Facility(
            identity=self.identity,
            parts=Parts(
                switches={
                    "cellar": Told("water_leak", switch(LEAK)),
                    "hall": Told("motion", switch(PIR)),
                    "desk": Told("call", switch(CALL)),
                },
                beams={"main-door": Beams(switch(OUTER), switch(INNER))},
                meters={"mains": Meter(switch(METER), pulses_per_kwh=1000)},
                air={"air": self.air},
                lamp=SignalLamp(LAMP, timers=self.clockwork, pin_factory=self.pins),
                buzzer=SignalLamp(BUZZER, timers=self.clockwork, pin_factory=self.pins),
            ),
            forwarder=forwarder,
            timers=self.clockwork,
            outbox=self,
            boot_id="1" * 16,
        )
        node.start()
        node.connected()
        return node

    def send(self, topic, payload, *, qos, retain=False):
        self.sent.append((topic, payload, qos, retain))

    def on(self, pin):
        self.pins.pin(pin).drive_low()

    def off(self, pin):
        self.pins.pin(pin).drive_high()

    def press(self, pin):
        self.on(pin)
        self.clockwork.advance(0.2)
        self.off(pin)
        self.clockwork.advance(0.2)

    def walk(self, first, second):
        for pin, move in ((first, self.on), (second, self.on), (first, self.off), (second, self.off)):
            move(pin)
            self.clockwork.advance(0.1)

    def hears(self, message, key=GATEWAY_KEY):
        topic = self.identity.topic(Channel.CMD)
        self.node.receive(topic, codec.encode_command(message, topic=topic, key=key), retained=False)

    def hears_that_all_is_kept(self):
        self.hears(Rack(store=self.log.store, seq=self.messages()[-1].seq))

    def messages(self):
        """Each once, however often it was sent."""
        said = [codec.decode_readings(body) for topic, body, _, _ in self.sent if topic.endswith("reading")]
        return list({one.seq: one for one in said}.values())

    def told(self, sensor, metric):
        every = (one for message in self.messages() for one in message.readings)
        return [one.value for one in every if (one.sensor, one.metric) == (sensor, metric)]

    def is_lit(self, pin):
        return bool(self.pins.pin(pin).state)

    def blinks(self, pin):
        """Fast: within a second it is both on and off."""
        seen = set()
        for _ in range(10):
            seen.add(self.is_lit(pin))
            self.clockwork.advance(0.1)
        return seen == {True, False}


@pytest.fixture
def hall(clockwork, pins):
    return Hall(clockwork, pins)


def test_it_introduces_itself(hall):
    states = [(payload, qos, retain) for topic, payload, qos, retain in hall.sent if topic.endswith("/state")]

    (payload, qos, retain) = states[0]
    state = codec.decode_state(payload)
    assert (state.online, state.kind, qos, retain) == (True, "facility", 1, True)
    assert state.key == DEVICE_KEY.public().text()


def test_what_a_switch_says_is_told_at_once(hall):
    hall.on(LEAK)
    hall.clockwork.advance(0.1)

    assert hall.told("cellar", "water_leak") == [False, True]


def test_who_comes_and_who_goes_is_counted(hall):
    hall.walk(OUTER, INNER)
    hall.walk(OUTER, INNER)
    hall.walk(INNER, OUTER)
    hall.clockwork.advance(REST_S)

    assert hall.told("main-door", "entries")[-1] == 2
    assert hall.told("main-door", "exits")[-1] == 1


def test_a_crowd_is_told_in_one_message_and_not_one_a_person(hall):
    before = len(hall.messages())
    for _ in range(10):
        hall.walk(OUTER, INNER)
    hall.clockwork.advance(REST_S)

    assert len(hall.messages()) - before <= 2
    assert hall.told("main-door", "entries")[-1] == 10


def test_pulses_of_a_meter_are_energy(hall):
    for _ in range(250):
        hall.press(METER)
    hall.clockwork.advance(REST_S)

    assert hall.told("mains", "energy")[-1] == 0.25


def test_pulses_of_a_meter_are_power_too_and_none_for_long_is_ever_less(hall):
    for _ in range(5):
        hall.press(METER)
        hall.clockwork.advance(35.6)  # 36 s with the press
    hall.clockwork.advance(3 * REPORT_S)

    told = hall.told("mains", "power")
    assert told[0] is None  # nothing has told it yet
    assert told[-5:-3] == [100, 100]
    assert told[-3:] == sorted(told[-3:], reverse=True)
    assert 0 < told[-1] < 25


def test_the_air_is_told_every_half_minute_and_unknown_when_the_sensor_is_silent(hall):
    hall.clockwork.advance(AIR_S)
    hall.air.values = {"co2": None, "temperature": None}
    hall.clockwork.advance(AIR_S)

    assert hall.told("air", "co2") == [612.0, 612.0, None]


def test_everything_is_told_each_minute_so_that_silence_means_something(hall):
    before = len(hall.told("hall", "motion"))
    hall.clockwork.advance(3 * REPORT_S)

    assert len(hall.told("hall", "motion")) == before + 3


def test_a_card_that_refuses_once_ends_neither_the_report_nor_the_air(hall, monkeypatch):
    def refuse(_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(hall.log, "append", refuse)
    for _ in range(10):  # as a mailbox does: an act that raises is logged, and the next one runs
        with suppress(sqlite3.OperationalError):
            hall.clockwork.advance(REPORT_S)
    monkeypatch.undo()
    reports, breaths = len(hall.told("hall", "motion")), len(hall.told("air", "co2"))

    hall.clockwork.advance(REPORT_S)

    assert len(hall.told("hall", "motion")) > reports
    assert len(hall.told("air", "co2")) > breaths


def test_what_is_told_again_in_a_minute_can_wait_for_its_answer_and_a_switch_cannot(hall):
    hall.hears_that_all_is_kept()
    hall.clockwork.advance(65)
    before = len(hall.messages())
    assert [one.can_wait for one in hall.messages()[-2:]] == [True, True]

    hall.on(LEAK)
    hall.clockwork.advance(0.2)
    assert [one.can_wait for one in hall.messages()[before:]] == [False]


def test_what_was_measured_without_a_gateway_is_told_later(hall):
    hall.node.disconnected()
    hall.press(PIR)
    hall.sent.clear()
    hall.clockwork.advance(1)
    assert hall.messages() == []

    hall.node.connected()
    assert hall.told("hall", "motion")[-2:] == [True, False]


def test_the_lamp_says_whether_the_house_hears_us(hall):
    assert hall.is_lit(LAMP)
    hall.clockwork.advance(5)
    assert hall.is_lit(LAMP)

    hall.node.disconnected()
    seen = set()
    for _ in range(8):
        hall.clockwork.advance(0.5)
        seen.add(hall.is_lit(LAMP))
    assert seen == {True, False}


def test_who_calls_staff_sees_and_hears_that_it_was_heard(hall):
    hall.press(CALL)
    assert hall.told("desk", "call")[-2:] == [True, False]
    assert [message.hurry for message in hall.messages() if message.readings[0].value is True] == [True]
    seen = set()
    for _ in range(10):
        hall.clockwork.advance(0.15)
        seen.add(hall.is_lit(LAMP))
    assert seen == {True, False}
    assert not hall.is_lit(BUZZER)

    hall.hears_that_all_is_kept()
    assert hall.is_lit(BUZZER)
    assert hall.is_lit(LAMP)
    hall.clockwork.advance(1)
    assert not hall.is_lit(BUZZER)
    assert hall.is_lit(LAMP)


def test_other_readings_beep_for_nobody(hall):
    hall.press(PIR)
    hall.hears_that_all_is_kept()

    assert not hall.is_lit(BUZZER)


def test_a_forged_acknowledgement_drops_nothing(hall):
    hall.press(CALL)
    waiting = hall.log.oldest()
    hall.hears(Rack(store=hall.log.store, seq=10_000), key=DEVICE_KEY)

    assert hall.log.oldest() == waiting


def test_bytes_that_are_no_message_are_nothing(hall):
    hall.node.receive(hall.identity.topic(Channel.CMD), b"\xff{", retained=False)
    hall.node.receive("elsewhere", b"", retained=True)

    hall.press(PIR)
    assert hall.told("hall", "motion")[-1] is False


def test_it_leaves_saying_so_with_its_lamp_dark(hall):
    hall.node.stop()

    assert codec.decode_state(hall.sent[-1][1]).online is False
    assert not hall.is_lit(LAMP)


def test_the_lamp_shows_that_somebody_should_come_and_the_buzzer_that_it_is_new(hall):
    hall.hears(Show(alarm=True, beep=True, for_s=60))

    assert hall.blinks(LAMP)
    assert hall.is_lit(BUZZER)
    hall.clockwork.advance(ALARM_S)
    assert not hall.is_lit(BUZZER)
    assert hall.blinks(LAMP)


def test_an_alarm_that_is_only_said_again_makes_no_sound(hall):
    hall.hears(Show(alarm=True, for_s=60))

    assert hall.blinks(LAMP)
    assert not hall.is_lit(BUZZER)


def test_the_lamp_is_steady_again_when_somebody_has_taken_it_up(hall):
    hall.hears(Show(alarm=True, for_s=60))
    hall.hears(Show(alarm=False, for_s=1))

    assert hall.is_lit(LAMP)
    assert not hall.blinks(LAMP)


def test_an_alarm_is_forgotten_after_its_time_and_not_before(hall):
    hall.hears(Show(alarm=True, for_s=60))
    hall.clockwork.advance(40.0)
    hall.hears(Show(alarm=True, for_s=60))  # again: from here on
    hall.clockwork.advance(55.0)

    assert hall.blinks(LAMP)
    hall.clockwork.advance(5.0)
    assert hall.is_lit(LAMP)
    assert not hall.blinks(LAMP)


def test_what_somebody_else_signed_is_not_shown(hall):
    hall.hears(Show(alarm=True, beep=True, for_s=60), key=DEVICE_KEY)

    assert not hall.blinks(LAMP)
    assert not hall.is_lit(BUZZER)


def test_a_node_that_stops_shows_nothing(hall):
    hall.hears(Show(alarm=True, beep=True, for_s=60))
    hall.node.stop()
    hall.clockwork.advance(120.0)

    assert not hall.is_lit(LAMP)
    assert not hall.is_lit(BUZZER)


def test_water_is_told_in_a_hurry_and_that_it_has_gone_is_not(hall):
    hall.on(LEAK)
    hall.clockwork.advance(0.1)
    hall.off(LEAK)
    hall.clockwork.advance(0.1)

    told = [one for one in hall.messages() if [reading.sensor for reading in one.readings] == ["cellar"]]
    assert [(one.readings[0].value, one.hurry) for one in told] == [(True, True), (False, False)]
