"""A contact says open or shut once it is sure, and on the node's thread only."""

import threading

import pytest
from gpiozero.pins.mock import MockFactory, MockPin
from hypothesis import given
from hypothesis import strategies as st

from devices.parts.contact import Contact
from firmware_sim.clockwork import Clockwork

SETTLE_MS = 30


class Bench:
    """A contact on a pin that a test wiggles; `told` is what it reported."""

    def __init__(self, clockwork, pins, *, settle_s=SETTLE_MS / 1000, closed_is_low=True, shut=True):
        self.clockwork = clockwork
        self.pin = pins.pin(27)
        self.contact = Contact(27, closed_is_low=closed_is_low, settle_s=settle_s, timers=clockwork, pin_factory=pins)
        self.drive("shut" if shut else "open")
        self.contact.flush()
        self.clockwork.advance(0)
        self.told = []
        self.contact.when_opened = lambda: self.told.append("open")
        self.contact.when_shut = lambda: self.told.append("shut")

    def drive(self, reading):
        is_low = (reading == "shut") == (self.contact._input.pull_up)
        (self.pin.drive_low if is_low else self.pin.drive_high)()


@pytest.fixture
def bench(clockwork, pins):
    bench = Bench(clockwork, pins)
    yield bench
    bench.contact.close()


def test_an_opening_is_told_once_it_has_been_steady(bench):
    bench.drive("open")
    bench.clockwork.advance(0.029)
    assert bench.contact.level == "shut"
    assert bench.told == []

    bench.clockwork.advance(0.002)

    assert bench.contact.level == "open"
    assert bench.told == ["open"]


def test_a_bounce_shorter_than_the_settling_is_not_told(bench):
    bench.drive("open")
    bench.clockwork.advance(0.02)
    bench.drive("shut")
    bench.clockwork.advance(1)

    assert bench.told == []


def test_each_edge_begins_the_wait_anew(bench):
    for reading in ("open", "shut", "open", "shut", "open"):
        bench.drive(reading)
        bench.clockwork.advance(0.025)
    assert bench.told == []

    bench.clockwork.advance(0.006)

    assert bench.told == ["open"]


def test_flush_settles_a_pending_edge_before_it_returns(bench):
    bench.drive("open")

    bench.contact.flush()

    assert bench.told == ["open"]
    bench.clockwork.advance(1)
    assert bench.told == ["open"]


def test_flush_with_nothing_pending_tells_nothing(bench):
    bench.contact.flush()

    assert bench.told == []


def test_after_flush_an_edge_from_before_is_never_told_again(bench):
    bench.drive("open")
    bench.drive("shut")
    bench.contact.flush()
    bench.clockwork.advance(1)

    assert bench.told == []


def test_with_no_settling_every_edge_counts_at_once(clockwork, pins):
    bench = Bench(clockwork, pins, settle_s=0)
    bench.drive("open")
    bench.drive("shut")
    bench.drive("open")

    bench.clockwork.advance(0)

    assert bench.told == ["open", "shut", "open"]


def test_with_no_settling_flush_takes_the_edges_that_wait(clockwork, pins):
    bench = Bench(clockwork, pins, settle_s=0)
    bench.drive("open")
    bench.drive("shut")

    bench.contact.flush()

    assert bench.told == ["open", "shut"]
    bench.clockwork.advance(1)
    assert bench.told == ["open", "shut"]


@pytest.mark.parametrize("closed_is_low", [True, False])
def test_a_broken_wire_reads_as_open(clockwork, pins, closed_is_low):
    contact = Contact(27, closed_is_low=closed_is_low, timers=clockwork, pin_factory=pins)

    assert contact.level == "open"


@pytest.mark.parametrize("closed_is_low", [True, False])
def test_a_closed_switch_reads_as_shut(clockwork, pins, closed_is_low):
    bench = Bench(clockwork, pins, closed_is_low=closed_is_low)

    assert bench.pin.state is not closed_is_low
    assert bench.contact.level == "shut"


def test_the_level_at_the_start_is_known_without_waiting(clockwork, pins):
    Contact(27, timers=clockwork, pin_factory=pins).close()
    pins.pin(27).drive_low()
    pins.pin(27)._set_pull = lambda value: None  # somebody holds the wire

    contact = Contact(27, timers=clockwork, pin_factory=pins)

    assert contact.level == "shut"


def test_a_pin_that_cannot_be_read_is_unknown_and_comes_back(clockwork):
    class MutePin(MockPin):
        mute = False

        def _get_state(self):
            if self.mute:
                raise RuntimeError("no answer from the expander")
            return super()._get_state()

    bench = Bench(clockwork, MockFactory(pin_class=MutePin))
    bench.pin.mute = True
    bench.contact.flush()
    assert bench.contact.level == "unknown"

    bench.pin.mute = False
    bench.contact.flush()

    assert bench.contact.level == "shut"
    assert bench.told == ["shut"]


@pytest.mark.parametrize("settle_s", [0, 0.01])
def test_callbacks_come_on_the_nodes_thread_whatever_thread_saw_the_edge(pins, mailbox, settle_s):
    told, came = [], threading.Event()
    contact = Contact(27, settle_s=settle_s, timers=mailbox, pin_factory=pins)

    def opened_or_shut():
        told.append(threading.current_thread().name)
        came.set()

    contact.when_opened = contact.when_shut = opened_or_shut
    watcher = threading.Thread(target=pins.pin(27).drive_low, name="gpiozero's")
    watcher.start()
    watcher.join()

    assert came.wait(10)
    assert told == ["test"]
    done = threading.Event()
    mailbox.call_soon(lambda: (contact.close(), done.set()))
    assert done.wait(10)


def test_a_closed_contact_knows_nothing_and_tells_nothing(bench):
    bench.drive("open")

    bench.contact.close()
    bench.clockwork.advance(1)

    assert bench.contact.level == "unknown"
    assert bench.told == []


def settled(gaps_ms):
    """What must be told of edges that alternate from shut, each followed by so long a pause: the plain definition."""
    told, level = [], "shut"
    for number, gap_ms in enumerate(gaps_ms):
        reading = "open" if number % 2 == 0 else "shut"
        if gap_ms > SETTLE_MS and reading != level:
            told.append(reading)
            level = reading
    return told


@given(st.lists(st.integers(0, 100).filter(lambda gap: gap != SETTLE_MS), max_size=40))
def test_exactly_the_levels_that_were_steady_are_told(gaps_ms):
    bench = Bench(Clockwork(start_s=1000.0), MockFactory())
    for number, gap_ms in enumerate(gaps_ms):
        bench.drive("open" if number % 2 == 0 else "shut")
        bench.clockwork.advance(gap_ms / 1000)

    assert bench.told == settled(gaps_ms)
    bench.contact.close()


class HeldUp:
    """Timers of a thread that is held up: time passes, edges are seen, and nothing is done until it is let go."""

    def __init__(self):
        self.time = 100.0
        self._acts = []

    def now(self):
        return self.time

    def call_later(self, delay_s, act):
        entry = [self.time + delay_s, act]
        self._acts.append(entry)
        return self

    def call_soon(self, act):
        self.call_later(0.0, act)

    def cancel(self):
        """An act that comes too early finds nothing to do."""

    def let_go(self):
        while due := [entry for entry in self._acts if entry[0] <= self.time]:
            first = min(due, key=lambda entry: entry[0])
            self._acts.remove(first)
            first[1]()


@pytest.mark.parametrize("was_told_of_the_opening", [True, False])
def test_a_door_that_opened_and_was_shut_while_the_thread_was_held_up_has_opened(pins, was_told_of_the_opening):
    timers = HeldUp()
    pin = pins.pin(27)
    contact = Contact(27, timers=timers, pin_factory=pins)
    pin.drive_low()
    contact.flush()
    timers.let_go()
    told = []
    contact.when_opened = lambda: told.append("open")
    contact.when_shut = lambda: told.append("shut")

    pin.drive_high()
    if was_told_of_the_opening:
        timers.let_go()  # it waits for the level to settle, and is held up in that very wait
    timers.time += 2.0
    pin.drive_low()
    timers.time += 3.0
    timers.let_go()
    timers.time += 1.0
    timers.let_go()

    assert told == ["open", "shut"]
    contact.close()


def test_a_bounce_is_none_the_more_for_a_thread_that_was_held_up(pins):
    timers = HeldUp()
    pin = pins.pin(27)
    contact = Contact(27, timers=timers, pin_factory=pins)
    pin.drive_low()
    contact.flush()
    told = []
    contact.when_opened = lambda: told.append("open")

    for _ in range(5):
        pin.drive_high()
        timers.time += 0.005
        pin.drive_low()
        timers.time += 0.002
    timers.time += 5.0
    timers.let_go()

    assert told == []
    contact.close()


def test_flush_tells_of_an_opening_that_is_over_by_now(pins):
    timers = HeldUp()
    pin = pins.pin(27)
    contact = Contact(27, timers=timers, pin_factory=pins)
    pin.drive_low()
    contact.flush()
    told = []
    contact.when_opened = lambda: told.append("open")

    pin.drive_high()
    timers.time += 1.0
    pin.drive_low()
    contact.flush()

    assert told == ["open"]
    contact.close()
