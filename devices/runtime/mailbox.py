"""One thread that does one thing after another: the whole of a node's concurrency."""

import heapq
import logging
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Final

log = logging.getLogger(__name__)

# Python waits on CLOCK_MONOTONIC, which stands still in suspend: look at the true clock at least this often.
_LONGEST_WAIT_S: Final = 1.0


class Mailbox:
    """Timers in real time, on a thread of its own. Every method is safe from any thread.

    Acts run in the order of their times, those of one moment in the order of asking. An act that raises is logged
    and the next one runs.
    """

    def __init__(self, name: str = "node") -> None:
        """Not running yet: what is asked for before `start` waits for it."""
        self._changed = threading.Condition()
        self._acts: list[tuple[float, int, _Act]] = []
        self._order = count()
        self._is_leaving = False
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin. Once only."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End after everything that is due now; later acts are dropped. False when it hangs for `timeout_s`."""
        self.call_soon(self._leave)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs, be it stuck or not."""
        return self._thread.is_alive()

    @property
    def busy_for_s(self) -> float:
        """How long the act under way has been running; 0 between two acts."""
        since = self._busy_since
        return 0.0 if since is None else self.now() - since

    def now(self) -> float:
        """CLOCK_BOOTTIME in seconds."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def call_later(self, delay_s: float, act: Callable[[], None]) -> "_Act":
        """Run `act` after `delay_s`; a negative delay is none."""
        entry = _Act(act)
        with self._changed:
            heapq.heappush(self._acts, (self.now() + max(0.0, delay_s), next(self._order), entry))
            self._changed.notify()
        return entry

    def call_soon(self, act: Callable[[], None]) -> None:
        """Run `act` next, after everything already due."""
        self.call_later(0.0, act)

    def _leave(self) -> None:
        self._is_leaving = True

    def _run(self) -> None:
        while not self._is_leaving:
            act = self._next_due().act
            if act is None:
                continue
            self._busy_since = self.now()
            try:
                act()
            except Exception:
                log.exception("an act of %s failed", self._thread.name)
            self._busy_since = None

    def _next_due(self) -> "_Act":
        with self._changed:
            while (wait_s := self._wait_s()) > 0:
                self._changed.wait(min(wait_s, _LONGEST_WAIT_S))
            return heapq.heappop(self._acts)[2]

    def _wait_s(self) -> float:
        return self._acts[0][0] - self.now() if self._acts else _LONGEST_WAIT_S


class _Act:
    """Something to do; nothing once cancelled."""

    __slots__ = ("act",)

    def __init__(self, act: Callable[[], None]) -> None:
        self.act: Callable[[], None] | None = act

    def cancel(self) -> None:
        self.act = None
