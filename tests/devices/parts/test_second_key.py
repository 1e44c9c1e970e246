"""A key switch or fire contact says off, on or fault, once it is sure, and never takes a broken wire for a fire."""

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from devices.parts.second_key import SecondKey

REST, ON = 20, 21


class Bench:
    """A second key on pins that a test wires; `told` is what it has reported."""

    def __init__(self, clockwork, pins, *, rest=True, on=True, **how):
        self.clockwork = clockwork
        self.pins = pins
        self.key = SecondKey(
            rest_pin=REST if rest else None, on_pin=ON if on else None, timers=clockwork, pin_factory=pins, **how
        )
        self.told = []
        self.wire(rest="closed", on="open")
        clockwork.advance(1)
        self.key.when_changed = lambda: self.told.append(self.key.reading)

    def wire(self, *, rest, on):
        for pin, state in ((REST, rest), (ON, on)):
            (self.pins.pin(pin).drive_low if state == "closed" else self.pins.pin(pin).drive_high)()


@pytest.fixture
def make_bench(clockwork, pins):
    benches = []

    def make(**how):
        benches.append(Bench(clockwork, pins, **how))
        return benches[-1]

    yield make
    for bench in benches:
        bench.key.close()


@pytest.mark.parametrize(
    ("rest", "on", "reading"),
    [("closed", "open", "off"), ("open", "closed", "on"), ("open", "open", "fault"), ("closed", "closed", "fault")],
)
def test_a_changeover_contact_is_on_only_when_both_its_wires_say_so(make_bench, rest, on, reading):
    bench = make_bench()
    bench.wire(rest=rest, on=on)
    bench.clockwork.advance(1)

    assert bench.key.reading == reading


def test_a_cut_cable_is_a_fault_and_no_fire(make_bench):
    bench = make_bench()
    bench.wire(rest="open", on="open")
    bench.clockwork.advance(1)

    assert bench.told == ["fault"]


def test_a_cut_cable_is_a_fire_where_somebody_decided_so(make_bench):
    bench = make_bench(broken_wire_is_on=True)
    bench.wire(rest="open", on="open")
    bench.clockwork.advance(1)

    assert bench.told == ["on"]


def test_a_short_is_a_fault_whatever_was_decided_of_broken_wires(make_bench):
    bench = make_bench(broken_wire_is_on=True)
    bench.wire(rest="closed", on="closed")
    bench.clockwork.advance(1)

    assert bench.told == ["fault"]


def test_a_loop_alone_is_on_when_it_opens(make_bench):
    bench = make_bench(on=False, broken_wire_is_on=True)
    bench.wire(rest="open", on="open")
    bench.clockwork.advance(1)

    assert bench.told == ["on"]


def test_a_plain_switch_is_on_when_it_closes(make_bench):
    bench = make_bench(rest=False)
    bench.wire(rest="open", on="closed")
    bench.clockwork.advance(1)
    bench.wire(rest="open", on="open")
    bench.clockwork.advance(1)

    assert bench.told == ["on", "off"]


def test_between_its_two_sides_a_contact_is_no_fault(make_bench):
    bench = make_bench()
    bench.wire(rest="open", on="open")
    bench.clockwork.advance(0.05)
    bench.wire(rest="open", on="closed")
    bench.clockwork.advance(1)

    assert bench.told == ["on"]


def test_what_is_shorter_than_its_settling_is_noise(make_bench):
    bench = make_bench()
    for _ in range(20):
        bench.wire(rest="open", on="closed")
        bench.clockwork.advance(0.15)
        bench.wire(rest="closed", on="open")
        bench.clockwork.advance(0.15)
    bench.clockwork.advance(1)

    assert bench.told == []


def test_how_it_stands_at_the_start_is_known_without_waiting(clockwork, pins):
    for pin in (REST, ON):
        pins.pin(pin)._set_pull = lambda value: None  # somebody holds the wires
    pins.pin(REST).drive_high()
    pins.pin(ON).drive_low()

    assert SecondKey(rest_pin=REST, on_pin=ON, timers=clockwork, pin_factory=pins).reading == "on"


def test_a_pin_that_cannot_be_read_is_a_fault(clockwork):
    class MutePin(MockPin):
        mute = False

        def _get_state(self):
            if self.mute:
                raise RuntimeError("no answer from the expander")
            return super()._get_state()

    bench = Bench(clockwork, MockFactory(pin_class=MutePin))
    bench.pins.pin(ON).mute = True
    bench.key._on.flush()
    bench.key._moved()
    bench.clockwork.advance(1)

    assert bench.told == ["fault"]


def test_without_any_pin_there_is_no_key(clockwork, pins):
    with pytest.raises(ValueError):
        SecondKey(rest_pin=None, on_pin=None, timers=clockwork, pin_factory=pins)
