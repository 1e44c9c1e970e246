"""One compartment's door: its latch, its spring, its contact, and the hands that are laid on it."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from devices.ports import Timer, Timers
from firmware_sim.ledger import Cause, Fact, Ledger, What


class StrikeTerminal(Protocol):
    """Where a strike is connected: a pin, or the output of a lock board."""

    when_driven: Callable[[bool | None], None] | None


class ContactTerminal(Protocol):
    """Where a contact is connected: a pin, or the input of a lock board."""

    def wire(self, level: bool) -> None:
        """Put a level on it from outside."""


@dataclass
class Hands:
    """How doors behave that say nothing else; see SimulatedDoor."""

    spring_s: float = 0.0
    bounce_s: Sequence[float] = ()
    closes_after_s: Callable[[], float] | None = None


class SimulatedDoor:
    """Physics, on the terminals of a strike and a contact.

    A strike that is energised frees the latch at once, however short the pulse; `spring_s` later the door stands
    open and the contact says so. Once open it stays open until somebody shuts it. Safe from any thread: a strike is
    switched on by the node and off by its cutoff.
    """

    def __init__(
        self,
        no: int,
        *,
        device: str,
        strike: StrikeTerminal,
        contact: ContactTerminal,
        timers: Timers,
        ledger: Ledger,
        strike_active_high: bool = True,
        contact_closed_is_low: bool = True,
        spring_s: float = 0.0,
        bounce_s: Sequence[float] = (),
        closes_after_s: Callable[[], float] | None = None,
    ) -> None:
        """Shut, with power. `bounce_s`: each is one flutter of the contact, that long back and that long again.

        `closes_after_s`: asked at each opening how long the member leaves the door open; None: for ever.
        """
        self.no = no
        self.spring_s = spring_s
        self.bounce_s = tuple(bounce_s)
        self.closes_after_s = closes_after_s
        self._device = device
        self._contact = contact
        self._timers = timers
        self._ledger = ledger
        self._strike_active_high = strike_active_high
        self._contact_closed_is_low = contact_closed_is_low
        self._lock = threading.RLock()
        self._is_open = False
        self._is_jammed = False
        self._is_energised = False
        self._is_leant_on = False
        self._moving: list[Timer] = []
        self._fluttering: list[Timer] = []
        self._show(is_open=False)
        strike.when_driven = self._strike_driven

    @property
    def is_open(self) -> bool:
        """Whether it stands open."""
        return self._is_open

    @property
    def is_energised(self) -> bool:
        """Whether the strike is on at this moment."""
        return self._is_energised

    @property
    def is_jammed(self) -> bool:
        """Whether it is stuck."""
        return self._is_jammed

    def resume(self, facts: Iterable[Fact]) -> None:
        """Stand as a process that is gone has left this door; `facts` are its own, from the ledger. Call once, first.

        A strike that was on when its process died let go at that moment, and the spring has done its work since.
        """
        on: Fact | None = None
        last = None
        for last in facts:
            match last.what:
                case What.OPENED | What.SHUT:
                    self._is_open = last.what is What.OPENED
                case What.JAMMED | What.FREED:
                    self._is_jammed = last.what is What.JAMMED
                case What.STRIKE_ON | What.STRIKE_OFF:
                    on = last if last.what is What.STRIKE_ON else None
        if on is not None and last is not None:
            self._write(What.STRIKE_OFF, at=last.at)  # nobody wrote down when: it was not before this
            if not (self._is_open or self._is_jammed):
                self._is_open = True
                self._write(What.OPENED, Cause.STRIKE, at=on.at + self.spring_s)
        self._show(is_open=self._is_open)
        self._plan_shutting()

    # --- hands

    def shut(self) -> None:
        """Push it shut; while the strike is on, keep pushing until the latch catches. Nothing for a shut door."""
        with self._lock:
            self._stop_moving()
            if self._is_open and self._is_energised:
                self._is_leant_on = True
            elif self._is_open:
                self._become(is_open=False, what=What.SHUT)

    def force(self) -> None:
        """Lever it open, with power or without, jammed or not. Nothing for an open door."""
        with self._lock:
            self._open(Cause.FORCED)

    def jam(self) -> None:
        """Wedge it: no strike opens it until `unjam`."""
        with self._lock:
            if not self._is_jammed:
                self._is_jammed = True
                self._write(What.JAMMED)

    def unjam(self) -> None:
        """Free it. It springs open if its strike is on just now."""
        with self._lock:
            if self._is_jammed:
                self._is_jammed = False
                self._write(What.FREED)
            if self._is_energised:
                self._let_spring()

    # --- the strike and the spring

    def _strike_driven(self, level: bool | None) -> None:
        with self._lock:
            energised = level is not None and level == self._strike_active_high
            if energised == self._is_energised:
                return
            self._is_energised = energised
            self._write(What.STRIKE_ON if energised else What.STRIKE_OFF)
            if energised:
                self._let_spring()
            elif self._is_leant_on:
                self._become(is_open=False, what=What.SHUT)

    def _let_spring(self) -> None:
        if self._is_open or self._is_jammed:
            return
        if self.spring_s > 0:
            self._moving.append(self._timers.call_later(self.spring_s, self._sprung))
        else:
            self._open(Cause.STRIKE)

    def _sprung(self) -> None:
        with self._lock:
            if not self._is_jammed:
                self._open(Cause.STRIKE)

    def _open(self, cause: Cause) -> None:
        if self._is_open:
            return
        self._stop_moving()
        self._become(is_open=True, what=What.OPENED, cause=cause)
        self._plan_shutting()

    def _plan_shutting(self) -> None:
        if self._is_open and self.closes_after_s is not None:
            self._moving.append(self._timers.call_later(self.closes_after_s(), self.shut))

    def _become(self, *, is_open: bool, what: What, cause: Cause | None = None) -> None:
        self._is_open = is_open
        self._is_leant_on = False
        self._write(what, cause)
        self._show(is_open=is_open)
        self._flutter(is_open=is_open)

    def _stop_moving(self) -> None:
        _cancel(self._moving)

    # --- the contact

    def _flutter(self, *, is_open: bool) -> None:
        _cancel(self._fluttering)
        after = 0.0
        for span in self.bounce_s:
            for shown in (not is_open, is_open):
                after += span
                self._fluttering.append(self._timers.call_later(after, partial(self._show, is_open=shown)))

    def _show(self, *, is_open: bool) -> None:
        self._contact.wire(is_open if self._contact_closed_is_low else not is_open)

    def _write(self, what: What, cause: Cause | None = None, *, at: float | None = None) -> None:
        moment = self._timers.now() if at is None else at
        self._ledger.write(Fact(at=moment, device=self._device, door=self.no, what=what, cause=cause))


def _cancel(timers: list[Timer]) -> None:
    for timer in timers:
        timer.cancel()
    timers.clear()
