"""An electric strike: energised, its latch is free. Its coil burns when left on, and a free latch guards nothing."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from gpiozero.output_devices import DigitalOutputDevice
from gpiozero.pins import Factory

from devices.ports import Timers

log = logging.getLogger(__name__)

SHORTEST_PULSE_S: Final = 0.05
LONGEST_PULSE_S: Final = 1.0  # cabinet solenoids are rated for 0.3 to 0.5 s
_TRY_AGAIN_S: Final = 0.02
_NO_TIME_S: Final = 1e-6  # what adding and subtracting moments may leave over


class StrikeError(OSError):
    """The pin cannot be driven; nothing was energised."""


class Strike:
    """A strike on one output pin. Off from construction on.

    However it is used, it is never on for longer than `max_on_s` at a stretch: `cutoff` switches it off, and must
    not depend on the thread that calls `pulse`. `when_switched` is called with each new state of the pin, on the
    thread that changed it; it must return at once and not raise.
    """

    def __init__(
        self,
        pin: int,
        *,
        active_high: bool = True,
        max_on_s: float = LONGEST_PULSE_S,
        cutoff: Timers,
        pin_factory: Factory | None = None,
    ) -> None:
        """`pin` is a GPIO number. `active_high` False: a relay board that switches on at 0 V.

        Raises StrikeError when the pin cannot be had.
        """
        self._cutoff = cutoff
        self._max_on_s = max_on_s
        self._lock = threading.Lock()
        self._on_since: float | None = None
        self._off_at = 0.0
        self.when_switched: Callable[[bool], None] | None = None
        try:
            self._output = DigitalOutputDevice(
                pin, active_high=active_high, initial_value=False, pin_factory=pin_factory
            )
        except Exception as error:  # the pin libraries' errors have no common base
            raise StrikeError(f"pin {pin} cannot be used: {error}") from error

    @property
    def is_on(self) -> bool:
        """Whether the pin is driven."""
        return not self._output.closed and bool(self._output.value)

    def pulse(self, seconds: float) -> None:
        """Energise for so long, and return at once.

        While it is on already, it stays on until the later of the two ends, yet never beyond `max_on_s` from
        when it went on. Raises ValueError outside 0.05 to `max_on_s`, StrikeError when the pin cannot be driven.
        """
        if not SHORTEST_PULSE_S <= seconds <= self._max_on_s:
            raise ValueError(f"a pulse is {SHORTEST_PULSE_S} to {self._max_on_s} s, not {seconds}")
        with self._lock:
            now = self._cutoff.now()
            if self._on_since is None:
                self._on_since = self._off_at = now
            self._off_at = min(max(self._off_at, now + seconds), self._on_since + self._max_on_s)
            self._cutoff.call_soon(self._cut)  # before the pin moves: what cannot be ended is not begun
            try:
                self._switch(on=True)
            except Exception as error:  # as above
                self._try_off()
                raise StrikeError(f"the strike cannot be switched on: {error}") from error

    def off(self) -> None:
        """De-energise now. Raises StrikeError when the pin cannot be driven; the cutoff keeps trying then."""
        with self._lock:
            self._off_at = self._cutoff.now()
            if not self._try_off():
                self._cutoff.call_soon(self._cut)
                raise StrikeError("the strike cannot be switched off")

    def close(self) -> None:
        """De-energise and give the pin back. Safe to repeat."""
        with self._lock:
            self._try_off()
            self._on_since = None
            self._output.close()

    def _cut(self) -> None:
        """Switch off when it is time; look again when it is not yet, or when it did not work."""
        with self._lock:
            if self._on_since is None:
                return
            left_s = self._off_at - self._cutoff.now()
            if left_s > _NO_TIME_S:
                self._cutoff.call_later(left_s, self._cut)
            elif not self._try_off():
                self._cutoff.call_later(_TRY_AGAIN_S, self._cut)

    def _try_off(self) -> bool:
        try:
            if not self._output.closed:
                self._switch(on=False)
        except Exception:
            log.exception("a strike could not be switched off; trying again")
            return False
        self._on_since = None
        return True

    def _switch(self, *, on: bool) -> None:
        changes = bool(self._output.value) is not on
        self._output.value = on
        if changes and self.when_switched is not None:
            self.when_switched(on)
