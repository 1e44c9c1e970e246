"""A switch: a push button, a motion detector's output, a leak probe, a light barrier, a meter's pulse output."""

from collections.abc import Callable
from typing import Final

from gpiozero.pins import Factory

from devices.parts.contact import Contact
from devices.ports import Timers

SETTLE_S: Final = 0.02


class Switch:
    """One input pin, settled: on while the output of the thing is closed to ground (or to 3.3 V, as said).

    `when_changed` is called with each new state on the node's thread.
    """

    def __init__(
        self,
        pin: int,
        *,
        on_is_low: bool = True,
        settle_s: float = SETTLE_S,
        timers: Timers,
        pin_factory: Factory | None = None,
    ) -> None:
        """`pin` by GPIO number, pulled away from "on": a broken wire is off. `settle_s` in seconds; 0 takes every edge.

        Raises OSError when the pin cannot be had.
        """
        self.when_changed: Callable[[bool], None] | None = None
        self._contact = Contact(pin, closed_is_low=on_is_low, settle_s=settle_s, timers=timers, pin_factory=pin_factory)
        self._contact.when_shut = lambda: self._tell(is_on=True)
        self._contact.when_opened = lambda: self._tell(is_on=False)

    @property
    def is_on(self) -> bool | None:
        """The settled state. None: the pin cannot be read."""
        return {"shut": True, "open": False, "unknown": None}[self._contact.level]

    def close(self) -> None:
        """Give the pin back; nothing is reported any more. Safe to repeat."""
        self._contact.close()
        self.when_changed = None

    def _tell(self, *, is_on: bool) -> None:
        if self.when_changed is not None:
            self.when_changed(is_on)
