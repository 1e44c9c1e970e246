"""The firmware's end of the guard: the process, and strikes that look like any other."""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypedDict

from devices.parts.strike import LONGEST_PULSE_S, SHORTEST_PULSE_S, StrikeError
from devices.ports import Timers

log = logging.getLogger(__name__)

FOLLOWED: Final = b"ok"
LONGEST_REQUEST: Final = 256
_START_S: Final = 15.0  # a Pi 3 with a slow card needs 4
_ANSWER_S: Final = 1.0
_FRESH_S: Final = 0.25  # a pulse that reaches the guard later than this is not made: its permission has an end
_LOOK_S: Final = 0.25  # after a pulse should have ended


class Plan(TypedDict):
    """What a guard is told at its start: each strike's door, pin, and whether it is active high."""

    max_on_s: float
    strikes: list[tuple[int, int, bool]]


@dataclass(frozen=True)
class StrikePin:
    """Where a strike is wired."""

    pin: int
    active_high: bool = True


class _Silent(Exception):
    """The guard was asked and did not answer. It has been replaced, so everything is off now."""


class _Unheard(_Silent):
    """The guard had ended before it was asked, so it has certainly not followed. It has been replaced."""


class Guard:
    """The child process that owns the strikes' pins. Every method is safe from any thread."""

    def __init__(
        self,
        pins: Mapping[int, StrikePin],
        *,
        watch: Timers,
        max_on_s: float = LONGEST_PULSE_S,
        answer_s: float = _ANSWER_S,
    ) -> None:
        """Start it. `watch` must not depend on the node's thread. Raises StrikeError when a pin cannot be had."""
        self._plan = Plan(max_on_s=max_on_s, strikes=[(no, wired.pin, wired.active_high) for no, wired in pins.items()])
        self._watch = watch
        self._answer_s = answer_s
        self._lock = threading.RLock()
        self._is_closed = False
        self._start()

    @property
    def pid(self) -> int:
        """The process, for whoever looks after processes."""
        return self._process.pid

    def strike(self, no: int) -> "GuardedStrike":
        """The strike of door `no`."""
        return GuardedStrike(self, no, watch=self._watch, longest_s=self._plan["max_on_s"])

    def close(self) -> None:
        """Everything off, and end. Safe to repeat."""
        with self._lock:
            self._is_closed = True
            self._link.close()  # which is how it is told
            try:
                self._process.wait(self._answer_s)
            except subprocess.TimeoutExpired:
                self._end()

    def pulse(self, no: int, seconds: float) -> None:
        """Raises StrikeError when it certainly was not followed."""
        try:
            self._order("pulse", no, seconds, self._watch.now() + _FRESH_S)
        except _Unheard as unheard:
            raise StrikeError("the guard of the strikes had ended; it runs again now") from unheard
        except _Silent:
            # It may have pulsed. Whoever asked will see at the door; saying "no" here could be a lie.
            log.error("the guard fell silent during a pulse of door %d and was replaced", no)  # noqa: TRY400

    def off(self, no: int) -> None:
        """Raises StrikeError when the pin cannot be driven."""
        try:
            self._order("off", no)
        except _Silent:
            log.warning("the guard was replaced; everything is off")

    def is_on(self, no: int) -> bool:
        """Whether the pin is driven."""
        if self._is_closed:
            return False
        try:
            return self._ask("is_on", no) == "on"
        except _Silent:
            return False

    def look_after(self) -> None:
        """Start another when it has ended by itself. Call it every now and then, so that no member has to find out."""
        with self._lock:
            if not self._is_closed and self._process.poll() is not None:
                self.replace()
                log.error("the guard of the strikes had ended by itself; another has started")

    def replace(self) -> None:
        """Kill it and start another, which begins with everything off."""
        with self._lock:
            self._end()
            self._start()

    def _order(self, *words: object) -> None:
        answer = self._ask(*words)
        if answer != FOLLOWED.decode():
            raise StrikeError(answer)

    def _ask(self, *words: object) -> str:
        with self._lock:
            if self._is_closed:
                raise StrikeError("the strikes are given up")
            try:
                self._link.send(" ".join(map(str, words)).encode())
            except OSError as error:
                self.replace()
                raise _Unheard from error
            try:
                answer = self._link.recv(LONGEST_REQUEST)
            except OSError:  # not in time, or never
                answer = b""
            if not answer:
                self.replace()
                raise _Silent
            return answer.decode()

    def _start(self) -> None:
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "devices.guard", str(theirs.fileno()), json.dumps(self._plan)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._link.settimeout(_START_S)
        try:
            answer = self._link.recv(LONGEST_REQUEST)
        except OSError:
            answer = b""
        if answer != FOLLOWED:
            self._end()
            raise StrikeError(answer.decode() or "the guard of the strikes did not start")
        self._link.settimeout(self._answer_s)

    def _end(self) -> None:
        self._link.close()
        self._process.kill()
        try:
            self._process.wait(self._answer_s)
        except subprocess.TimeoutExpired as error:  # stuck in the kernel, with our pins
            raise StrikeError("the guard of the strikes cannot be ended; restart the machine") from error


class GuardedStrike:
    """Used like a `Strike`."""

    def __init__(self, guard: Guard, no: int, *, watch: Timers, longest_s: float) -> None:
        self._guard = guard
        self._no = no
        self._watch = watch
        self._longest_s = longest_s
        self._pulses = 0

    @property
    def is_on(self) -> bool:
        """Whether the pin is driven."""
        return self._guard.is_on(self._no)

    def pulse(self, seconds: float) -> None:
        """As `Strike.pulse`; returning normally, it was energised or nobody can tell."""
        if not SHORTEST_PULSE_S <= seconds <= self._longest_s:
            raise ValueError(f"a pulse is {SHORTEST_PULSE_S} to {self._longest_s} s, not {seconds}")
        self._pulses += 1
        self._watch.call_soon(partial(self._look_later, self._pulses))
        self._guard.pulse(self._no, seconds)

    def off(self) -> None:
        """As `Strike.off`."""
        self._guard.off(self._no)

    def close(self) -> None:
        """De-energise. The pin stays with the guard until that is closed."""
        self.off()

    def _look_later(self, pulse: int) -> None:
        self._watch.call_later(self._longest_s + _LOOK_S, lambda: self._look(pulse))

    def _look(self, pulse: int) -> None:
        """The guard in its turn is guarded: one whose strike is still on after its last pulse is replaced."""
        if pulse == self._pulses and self._guard.is_on(self._no):
            log.error("strike %d is on for too long; replacing the guard", self._no)
            self._guard.replace()
