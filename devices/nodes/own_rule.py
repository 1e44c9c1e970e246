"""A bank's own rule: a second key is on, so every door opens, with no gateway, no signature and no network.

Door by door, each as soon as its supply bears it: a board's own word for opening everything would leave no record of
any one door, and nothing would keep its current within the supply (docs/decisions/0020).
"""

from collections.abc import Sequence
from typing import Final, Protocol

from devices.ports import Timer, Timers
from devices.wire.messages import T_WATCH_S, SecondKey

PULSE_S: Final = 0.4  # as the gateway asks for: long enough for a cabinet solenoid, short enough not to heat it
MOST_TRIES: Final = 3  # of a door that does not open; then it takes the lever
STEP_S: Final = 0.05


class Doors(Protocol):
    """What the rule needs of its bank."""

    def is_open(self, no: int) -> bool:
        """Sensed open. A contact with a broken wire says so too."""

    def wait_s(self, no: int) -> float:
        """How long until its supply bears one more pulse; 0: now."""

    def is_watched(self, no: int) -> bool:
        """A command's pulse may still open it: an edge now would be that command's."""

    def pulse_by_rule(self, no: int, key: SecondKey) -> None:
        """Write it down, and release the door. Never raises for a door that cannot be released."""

    def rule_is_over(self) -> None:
        """No pulse of the rule is still being watched."""


class OwnRule:
    """Runs while it is told to, each door once, those that stay shut up to MOST_TRIES times.

    Doors that are sensed open come last: their contact may be what is broken, and a pulse does an open door no harm.
    """

    def __init__(self, numbers: Sequence[int], *, doors: Doors, timers: Timers) -> None:
        self._numbers = numbers
        self._doors = doors
        self._timers = timers
        self._key: SecondKey | None = None
        self._tries: dict[int, int] = {}
        self._pulsed_at: dict[int, float] = {}
        self._next: Timer | None = None

    def begin(self, key: SecondKey) -> None:
        """Open everything, from the beginning if it had begun and ended."""
        if self._key is None:
            self._key = key
            self._tries = dict.fromkeys(self._numbers, 0)
            self._go_on()

    def watch(self, no: int) -> None:
        """A pulse of the rule was cut short by a restart, and its spring may be at work still."""
        self._pulsed_at[no] = self._timers.now()
        self._go_on()

    def end(self) -> None:
        """No further pulse. What was pulsed is watched to its end."""
        self._key = None

    def _go_on(self) -> None:
        if self._next is not None:
            self._next.cancel()
        self._next = None
        for no in self._left():
            self._try(no)
        if self._left() or self._is_watching():
            self._next = self._timers.call_later(self._rest_s(), self._go_on)
        else:
            self._doors.rule_is_over()

    def _left(self) -> list[int]:
        """What is still to be tried, in the order of trying."""
        if self._key is None:
            return []
        left = [no for no, tries in self._tries.items() if tries == 0 or self._stays_shut(no)]
        return sorted(left, key=lambda no: (self._doors.is_open(no), self._tries[no]))

    def _stays_shut(self, no: int) -> bool:
        return self._tries[no] < MOST_TRIES and not self._doors.is_open(no)

    def _try(self, no: int) -> None:
        is_resting = self._since_pulse_s(no) < T_WATCH_S
        if self._key is None or is_resting or self._doors.is_watched(no) or self._doors.wait_s(no) > 0:
            return
        self._tries[no] += 1
        self._pulsed_at[no] = self._timers.now()
        self._doors.pulse_by_rule(no, self._key)

    def _rest_s(self) -> float:
        """Until something may have changed: a supply is free, a door has moved."""
        waits = [wait for no in self._left() if (wait := self._doors.wait_s(no)) > 0]
        return min([STEP_S, *waits])

    def _is_watching(self) -> bool:
        return any(self._since_pulse_s(no) < T_WATCH_S for no in self._pulsed_at)

    def _since_pulse_s(self, no: int) -> float:
        return self._timers.now() - self._pulsed_at.get(no, float("-inf"))
