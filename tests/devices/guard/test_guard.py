"""A pulse ends on time whoever hangs: the firmware, or the guard itself. Real processes on mock pins."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from devices.guard.process import Guard, GuardedStrike, StrikePin
from devices.parts.strike import StrikeError

pytestmark = pytest.mark.processes

PATIENCE_S = 20.0

FIRMWARE = """
import sys
from devices.guard.process import Guard, StrikePin
from devices.runtime.mailbox import Mailbox

cutoff = Mailbox("cutoff")
cutoff.start()
guard = Guard({1: StrikePin(17)}, watch=cutoff)
guard.strike(1).pulse(float(sys.argv[1]))
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _mock_pins(monkeypatch):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")


@pytest.fixture
def guard(mailbox):
    guard = Guard({1: StrikePin(17), 2: StrikePin(18, active_high=False)}, watch=mailbox, answer_s=0.5)
    yield guard
    guard.close()


def until(is_so):
    """Wait for another process."""
    gives_up_at = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < gives_up_at
        threading.Event().wait(0.005)


def test_a_guarded_strike_is_off_then_on_then_off(guard):
    strike = guard.strike(1)
    assert not strike.is_on

    strike.pulse(1.0)

    assert strike.is_on
    assert not guard.strike(2).is_on
    until(lambda: not strike.is_on)


def test_off_ends_a_guarded_pulse_at_once(guard):
    strike = guard.strike(2)
    strike.pulse(1.0)

    strike.off()

    assert not strike.is_on


def test_a_guarded_pulse_of_another_length_is_refused(guard):
    with pytest.raises(ValueError, match="a pulse is"):
        guard.strike(1).pulse(1.5)


def test_a_pin_that_does_not_exist_stops_the_start(mailbox):
    with pytest.raises(StrikeError, match="pin 99 cannot be used"):
        Guard({1: StrikePin(99)}, watch=mailbox)


def test_a_pulse_asked_of_a_guard_that_was_killed_is_certainly_not_made_and_the_next_one_is(guard):
    kill(guard)

    with pytest.raises(StrikeError, match="had ended; it runs again"):
        guard.strike(1).pulse(1.0)
    assert not guard.strike(1).is_on

    guard.strike(1).pulse(1.0)
    assert guard.strike(1).is_on


def test_off_asked_of_a_guard_that_was_killed_is_already_so(guard):
    kill(guard)

    guard.strike(1).off()

    assert not guard.strike(1).is_on


def test_a_guard_that_was_killed_is_started_again_by_whoever_looks_after_it(guard):
    kill(guard)

    guard.look_after()

    guard.strike(1).pulse(1.0)
    assert guard.strike(1).is_on


def test_a_guard_that_hangs_is_replaced_and_nothing_is_said_that_could_be_a_lie(guard):
    first = guard.pid
    os.kill(first, signal.SIGSTOP)

    guard.strike(1).pulse(1.0)  # nobody knows whether it was made: no error, and the door will show

    assert has_ended(first)
    assert not guard.strike(1).is_on


def test_a_guard_that_hangs_with_a_strike_on_is_replaced_without_being_asked(guard):
    first = guard.pid
    guard.strike(1).pulse(1.0)
    os.kill(first, signal.SIGSTOP)

    until(lambda: has_ended(first))

    until(lambda: not guard.strike(1).is_on)


class StuckGuard:
    """A guard that answers, with a strike that does not go off."""

    replaced = 0

    def pulse(self, no, seconds):
        pass

    def is_on(self, no):
        return True

    def replace(self):
        self.replaced += 1


def test_a_guard_whose_strike_stays_on_is_replaced_after_the_longest_pulse(clockwork):
    guard = StuckGuard()
    strike = GuardedStrike(guard, 1, watch=clockwork, longest_s=1.0)
    strike.pulse(0.3)
    clockwork.advance(1.0)
    strike.pulse(0.3)
    clockwork.advance(1.2)
    assert guard.replaced == 0  # it may still be the second pulse

    clockwork.advance(0.1)

    assert guard.replaced == 1


def test_a_request_that_comes_too_late_is_not_followed(guard):
    with pytest.raises(StrikeError, match="asked too long ago"):
        guard._order("pulse", 1, 0.2, guard._watch.now() - 0.001)

    assert not guard.strike(1).is_on


def test_closing_ends_the_process_and_nothing_starts_it_again(guard):
    guard.strike(1).pulse(1.0)

    guard.close()

    assert has_ended(guard.pid)
    assert not guard.strike(1).is_on
    with pytest.raises(StrikeError):
        guard.strike(1).off()
    assert has_ended(guard.pid)


def kill(guard):
    """It is gone when this returns, with every thread and socket of its."""
    os.kill(guard.pid, signal.SIGKILL)
    guard._process.wait(PATIENCE_S)


class Firmware:
    """A firmware process in the middle of a pulse; what its guard does to the pin can be read."""

    def __init__(self, pulse_s):
        self.process = subprocess.Popen(
            [sys.executable, "-c", FIRMWARE, str(pulse_s)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def wait_until_the_strike_is(self, word):
        for line in self.process.stderr:
            if re.search(rf"strike 1 {word}$", line):
                return time.monotonic()
        raise AssertionError(f"the strike never went {word}")

    def is_stopped(self):
        return state_of(self.process.pid) == "T"

    def end(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def firmware():
    started = []

    def start(pulse_s):
        started.append(Firmware(pulse_s))
        return started[0]

    yield start
    for firmware in started:
        firmware.end()


def test_a_pulse_ends_on_time_while_the_whole_firmware_is_stopped(firmware):
    firmware = firmware(pulse_s=0.3)
    on_at = firmware.wait_until_the_strike_is("on")
    os.kill(firmware.process.pid, signal.SIGSTOP)

    off_at = firmware.wait_until_the_strike_is("off")

    assert firmware.is_stopped()
    assert off_at - on_at < 1.0


def test_a_pulse_ends_at_once_when_the_firmware_is_killed(firmware):
    firmware = firmware(pulse_s=1.0)
    firmware.wait_until_the_strike_is("on")
    killed_at = time.monotonic()
    firmware.process.kill()

    off_at = firmware.wait_until_the_strike_is("off")

    assert off_at - killed_at < 0.5
    assert firmware.process.stderr.read() is not None  # the pipe's end: the guard has gone as well


def test_a_guard_does_not_heed_the_signals_meant_for_the_firmware(guard):
    os.kill(guard.pid, signal.SIGTERM)
    os.kill(guard.pid, signal.SIGINT)

    guard.strike(1).pulse(1.0)

    assert guard.strike(1).is_on


def has_ended(pid):
    return state_of(pid) in {"", "Z"}


def state_of(pid):
    """The kernel's letter for a process; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
