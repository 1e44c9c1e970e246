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
