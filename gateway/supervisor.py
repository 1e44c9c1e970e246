"""Runs the programs of a centre together: started in order, started again when one dies, stopped in reverse.

One thread. Its children are in process groups of their own, so that Ctrl-C reaches only the supervisor, which then
stops them in order; and the kernel kills them when the supervisor is gone, so that none is left behind.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

STOP_S: Final = 5.0  # from SIGTERM until SIGKILL
STEADY_S: Final = 30.0  # a program that lived this long is not dying in a loop
LOOP: Final = 3  # deaths in a row that are worth words
_FIRST_DELAY_S = 0.2
_LONGEST_DELAY_S = 10.0
_TICK_S = 0.05

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_ASKED_TO_STOP = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


@dataclass(frozen=True)
class Program:
    """What to run. `is_ready` is asked until it is true before the next program starts, but at most `patience_s`."""

    name: str
    argv: list[str]
    is_ready: Callable[[], bool] = lambda: True
    patience_s: float = 5.0
    environ: Mapping[str, str] = field(default_factory=dict)  # beside our own


def restart_delay_s(deaths: int) -> float:
    """How long to wait after so many deaths in a row: 0.2 s, doubling, 10 s at most."""
    return float(min(_FIRST_DELAY_S * 2 ** (deaths - 1), _LONGEST_DELAY_S))


def ending(returncode: int) -> str:
    """How a program ended, in words."""
    if returncode >= 0:
        return f"ended with code {returncode}"
    return f"was killed by {signal.Signals(-returncode).name}"


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_again_at: float = 0.0


class Supervisor:
    """Keeps programs running until it is told to stop. Must be used from the process's main thread."""

    def __init__(self, programs: Iterable[Program], *, say: Callable[[str], None]) -> None:
        self._children = [_Child(program) for program in programs]
        self._say = say
        self._stopping = False

    def run(self, when_ready: Callable[[], None] = lambda: None) -> None:
        """Start everything, call `when_ready` once, and return when SIGINT, SIGTERM or SIGHUP has stopped it all."""
        # Blocked, so that they wait for `sigtimedwait`: no handler, no race. Children get their own mask back.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {*_ASKED_TO_STOP, signal.SIGCHLD})
        try:
            self._start_all()
            if not self._stopping:
                when_ready()
            while not self._stopping:
                self._attend()
        finally:
            self._stop_all()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _start_all(self) -> None:
        for child in self._children:
            self._start(child)
            patience_ends_at = time.monotonic() + child.program.patience_s
            while not self._stopping and not child.program.is_ready():
                self._attend()
                if time.monotonic() > patience_ends_at:
                    self._say(f"the {child.program.name} is slow to answer; going on")
                    break
            if self._stopping:
                return

    def _attend(self) -> None:
        """Wait for something to happen, at most a tick, and see to it."""
        caught = signal.sigtimedwait([*_ASKED_TO_STOP, signal.SIGCHLD], _TICK_S)
        if caught and caught.si_signo in _ASKED_TO_STOP:
            self._stopping = True
            self._say(f"stopping ({signal.Signals(caught.si_signo).name})")
            return
        for child in self._children:
            self._note_death(child)
            if child.process is None and child.deaths and time.monotonic() >= child.start_again_at:
                self._start_again(child)

    def _start(self, child: _Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 - our own programs
            child.program.argv,
            env={**os.environ, **child.program.environ},
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - one thread: nothing can hold a lock across the fork
        )

    def _start_again(self, child: _Child) -> None:
        try:
            self._start(child)
        except OSError as error:  # no process or no memory to be had just now
            self._put_off(child, f"cannot be started ({error.strerror})")

    def _note_death(self, child: _Child) -> None:
        if child.process is not None and child.process.poll() is not None:
            how = ending(child.process.returncode)
            child.process = None
            self._put_off(child, how)

    def _put_off(self, child: _Child, how: str) -> None:
        lived_s = time.monotonic() - child.started_at
        child.deaths = 1 if lived_s >= STEADY_S else child.deaths + 1
        delay_s = restart_delay_s(child.deaths)
        child.start_again_at = time.monotonic() + delay_s
        if child.deaths < LOOP:
            self._say(f"the {child.program.name} {how}; starting it again")
        else:
            self._say(
                f"the {child.program.name} {how}, {child.deaths} times in a row: what it said last stands above;"
                f" trying again in {delay_s:g} s"
            )

    def _stop_all(self) -> None:
        for child in reversed(self._children):
            if child.process is not None:
                _stop(child.process)
                child.process = None


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program."""

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return prepare
