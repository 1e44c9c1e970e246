"""A strike is on when told to, and never for longer than it may be."""

import threading

import pytest
from gpiozero.pins.mock import MockFactory, MockPin
from hypothesis import given
from hypothesis import strategies as st

from devices.parts.strike import Strike, StrikeError
from devices.runtime.mailbox import Mailbox
from firmware_sim.clockwork import Clockwork

PATIENCE_S = 10.0


class StubbornPin(MockPin):
    """A pin that can be told to refuse, as a driver that has lost its expander does."""

    refuses: frozenset[bool] = frozenset()

    def _set_state(self, value):
        if bool(value) in self.refuses:
            raise RuntimeError("no answer from the expander")
        super()._set_state(value)


@pytest.fixture
def strike(pins, clockwork):
    strike = Strike(17, cutoff=clockwork, pin_factory=pins)
    yield strike
    strike.close()


def test_a_strike_is_off_from_the_start(strike, pins):
    assert not strike.is_on
    assert pins.pin(17).function == "output"


def test_an_active_low_strike_is_off_while_its_pin_is_high(pins, clockwork):
    strike = Strike(17, active_high=False, cutoff=clockwork, pin_factory=pins)
    assert pins.pin(17).state

    strike.pulse(0.3)

    assert strike.is_on
    assert not pins.pin(17).state


def test_a_pulse_lasts_as_long_as_it_was_asked_to(strike, clockwork):
    strike.pulse(0.3)
    clockwork.advance(0.299)
    assert strike.is_on

    clockwork.advance(0.002)

    assert not strike.is_on


def test_off_ends_a_pulse_at_once(strike, clockwork):
    strike.pulse(0.3)

    strike.off()

    assert not strike.is_on


def test_a_pulse_after_off_has_its_full_length(strike, clockwork):
    strike.pulse(0.3)
    clockwork.advance(0.1)
    strike.off()
    strike.pulse(0.5)

    clockwork.advance(0.499)
    assert strike.is_on
    clockwork.advance(0.002)

    assert not strike.is_on


def test_a_second_pulse_does_not_shorten_the_first(strike, clockwork):
    strike.pulse(0.5)
    strike.pulse(0.05)

    clockwork.advance(0.499)

    assert strike.is_on


@pytest.mark.parametrize("seconds", [0.0, 0.049, 1.001, -1.0, float("nan"), float("inf")])
def test_a_pulse_of_another_length_is_refused(strike, seconds):
    with pytest.raises(ValueError, match=r"a pulse is 0\.05 to 1\.0 s"):
        strike.pulse(seconds)

    assert not strike.is_on


@given(
    st.lists(
        st.tuples(st.floats(0.05, 1.0), st.floats(0.0, 1.5), st.booleans()),
        min_size=1,
        max_size=20,
    )
)
def test_however_it_is_pulsed_it_is_never_on_for_longer_than_the_maximum(uses):
    clockwork, pins = Clockwork(start_s=1000.0), MockFactory()
    strike = Strike(17, cutoff=clockwork, pin_factory=pins)
    went_on_at, stretches = [], []

    def switched(on):
        if on:
            went_on_at.append(clockwork.now())
        else:
            stretches.append(clockwork.now() - went_on_at.pop())

    strike.when_switched = switched
    for pulse_s, pause_s, switches_off in uses:
        strike.pulse(pulse_s)
        clockwork.advance(pause_s)
        if switches_off:
            strike.off()
    clockwork.advance(2.0)

    assert not went_on_at
    assert max(stretches) <= 1.0 + 1e-6
    strike.close()


def test_a_strike_goes_off_while_the_nodes_thread_hangs(pins, mailbox):
    node = Mailbox("node")
    node.start()
    went_off, let_go = threading.Event(), threading.Event()
    strike = Strike(17, max_on_s=0.1, cutoff=mailbox, pin_factory=pins)
    strike.when_switched = lambda on: None if on else went_off.set()

    def pulse_and_hang():
        strike.pulse(0.1)
        let_go.wait()

    node.call_soon(pulse_and_hang)
    try:
        assert went_off.wait(PATIENCE_S)
        assert node.busy_for_s > 0
        assert not strike.is_on
    finally:
        let_go.set()
        node.stop()
        strike.close()


def test_a_pin_that_cannot_be_driven_is_an_error_and_leaves_the_strike_off(clockwork):
    pins = MockFactory(pin_class=StubbornPin)
    strike = Strike(17, cutoff=clockwork, pin_factory=pins)
    pins.pin(17).refuses = frozenset({True})

    with pytest.raises(StrikeError, match="no answer from the expander"):
        strike.pulse(0.3)

    assert not strike.is_on
    strike.close()


def test_a_pulse_that_cannot_be_ended_is_tried_again_until_it_can(clockwork):
    pins = MockFactory(pin_class=StubbornPin)
    strike = Strike(17, cutoff=clockwork, pin_factory=pins)
    strike.pulse(0.3)
    pins.pin(17).refuses = frozenset({False})
    clockwork.advance(5)
    assert strike.is_on

    pins.pin(17).refuses = frozenset()
    clockwork.advance(0.1)

    assert not strike.is_on
    strike.close()


def test_off_that_fails_says_so_and_is_tried_again_at_once(clockwork):
    pins = MockFactory(pin_class=StubbornPin)
    strike = Strike(17, cutoff=clockwork, pin_factory=pins)
    strike.pulse(1.0)
    clockwork.advance(0.1)
    pins.pin(17).refuses = frozenset({False})
    with pytest.raises(StrikeError, match="cannot be switched off"):
        strike.off()

    pins.pin(17).refuses = frozenset()
    clockwork.advance(0.1)

    assert not strike.is_on
    strike.close()


def test_a_pin_that_is_taken_is_an_oserror(strike, pins, clockwork):
    with pytest.raises(OSError, match="pin 17 cannot be used"):
        Strike(17, cutoff=clockwork, pin_factory=pins)


def test_a_closed_strike_is_off_and_cannot_be_pulsed(strike, pins, clockwork):
    strike.pulse(0.3)

    strike.close()

    assert not strike.is_on
    assert pins.pin(17).function == "input"
    with pytest.raises(StrikeError):
        strike.pulse(0.3)
    clockwork.advance(5)
    strike.close()
