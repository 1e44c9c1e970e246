"""Virtual time: a building's whole evening passes in milliseconds, and always in the same order."""

import heapq
from collections.abc import Callable
from functools import partial

from devices.ports import Timer, Timers

Act = Callable[[], None]


class Clockwork:
    """Timers in virtual time, for one thread: nothing happens but inside `advance…` and `run_until_idle`.

    Acts run in the order of their times, those of one moment in the order of asking. What an act raises comes out
    of the call that moved the time; the clockwork can be moved on afterwards.
    """

    def __init__(self, start_s: float = 0.0) -> None:
        self._now = start_s
        self._asked = 0
        self._due: list[tuple[float, int, _Due]] = []

    def now(self) -> float:
        """Seconds since this clockwork's zero."""
        return self._now

    def call_later(self, delay_s: float, act: Act) -> Timer:
        """Run `act` once `delay_s` have passed; a negative delay is none."""
        due = _Due(act)
        self._asked += 1
        heapq.heappush(self._due, (self._now + max(0.0, delay_s), self._asked, due))
        return due

    def call_soon(self, act: Act) -> None:
        """Run `act` at this very moment, after everything already asked for."""
        self.call_later(0.0, act)

    def advance(self, seconds: float) -> None:
        """Let so much time pass. Raises ValueError for a negative span.

        An act may call this as well: time passes then while that act is still under way.
        """
        if seconds < 0:
            raise ValueError(f"time does not run backwards: {seconds} s")
        self.advance_to(self._now + seconds)

    def advance_to(self, moment: float) -> None:
        """Let time pass up to and with `moment`; a moment already past changes nothing but runs what is due now."""
        while self._due and self._due[0][0] <= max(moment, self._now):
            self._run_next()
        self._now = max(self._now, moment)

    def run_until_idle(self, max_s: float = 60.0) -> bool:
        """Jump from act to act for up to `max_s`. True when none is left; time stands at the last one then."""
        last = self._now + max_s
        while (due := self.next_due()) is not None:
            if due > last:
                return False
            self.advance_to(due)
        return True

    def next_due(self) -> float | None:
        """When the next act will happen; None when nothing is asked for."""
        while self._due and self._due[0][2].act is None:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def timers(self, around: Callable[[Act], None] | None = None) -> "Lifetime":
        """Timers of their own for one program: they can be held up or ended while everybody else's go on."""
        return Lifetime(self, around)

    def _run_next(self) -> None:
        at, _, due = heapq.heappop(self._due)
        act, due.act = due.act, None
        if act is not None:
            self._now = at
            act()


class _Due:
    """An act to come; without one when cancelled or done."""

    __slots__ = ("act",)

    def __init__(self, act: Act | None) -> None:
        self.act = act

    def cancel(self) -> None:
        self.act = None


class Lifetime:
    """The timers of one run of a program, over any other Timers: the program can hang, and it can die.

    `around` is handed every act instead of it being called, to run it in its own way.
    """

    def __init__(self, base: Timers, around: Callable[[Act], None] | None = None) -> None:
        self._base = base
        self._around = around
        self._is_held = False
        self._has_ended = False
        self._overdue: list[_Own] = []

    def now(self) -> float:
        """The base's time: it goes on however this program fares."""
        return self._base.now()

    def call_later(self, delay_s: float, act: Act) -> Timer:
        """Run `act` once `delay_s` have passed and this program is neither held nor ended."""
        own = _Own(act)
        if not self._has_ended:
            own.timer = self._base.call_later(delay_s, lambda: self._come_due(own))
        return own

    def call_soon(self, act: Act) -> None:
        """Run `act` next."""
        own = _Own(act)
        if not self._has_ended:
            self._base.call_soon(lambda: self._come_due(own))

    def run(self, act: Act) -> None:
        """Run `act` now, on this thread; when held, as soon as let go; when ended, never."""
        self._come_due(_Own(act))

    def hold(self) -> None:
        """The program hangs: whatever comes due waits."""
        self._is_held = True

    def let_go(self) -> None:
        """It goes on: what has waited runs next, in order."""
        self._is_held = False
        overdue, self._overdue = self._overdue, []
        for own in overdue:
            self._base.call_soon(partial(self._come_due, own))

    def end(self) -> None:
        """The program is dead: nothing it asked for happens any more, nor anything it may still ask for."""
        self._has_ended = True
        self._overdue.clear()

    def _come_due(self, own: "_Own") -> None:
        if self._has_ended or own.act is None:
            return
        if self._is_held:
            self._overdue.append(own)
            return
        act, own.act = own.act, None
        if self._around is None:
            act()
        else:
            self._around(act)


class _Own:
    """An act of one lifetime; without one when cancelled or done."""

    __slots__ = ("act", "timer")

    def __init__(self, act: Act | None) -> None:
        self.act = act
        self.timer: Timer | None = None

    def cancel(self) -> None:
        self.act = None
        if self.timer is not None:
            self.timer.cancel()
