"""A key switch, or a fire panel's contact: dry contacts to ground, by which the cabinet itself is told."""

from collections.abc import Callable
from typing import Final, Literal

from gpiozero.pins import Factory

from devices.parts.contact import Contact
from devices.ports import Timer, Timers

KeyReading = Literal["off", "on", "fault"]

SETTLE_S: Final = 0.2  # a changeover contact is on neither side for some 20 ms, and a long loop picks up noise


class SecondKey:
    """One or two contacts: `rest_pin` is closed at rest and opens, `on_pin` is open at rest and closes.

    With both (a changeover contact) a broken wire is a fault and never "on", for "on" takes both. `rest_pin` alone
    cannot tell a broken wire from being on, `on_pin` alone not from being off. `when_changed` is called on the node's
    thread.
    """

    def __init__(
        self,
        *,
        rest_pin: int | None,
        on_pin: int | None,
        broken_wire_is_on: bool = False,
        settle_s: float = SETTLE_S,
        timers: Timers,
        pin_factory: Factory | None = None,
    ) -> None:
        """Pins by GPIO number, pulled up; a closed contact pulls its pin to ground.

        `broken_wire_is_on`: an open loop at `rest_pin` is "on", whatever `on_pin` says. `settle_s` in seconds: a
        reading counts once it has been steady for so long; the first is taken as it is. Raises ValueError without any
        pin, OSError when one cannot be had.
        """
        if rest_pin is None and on_pin is None:
            raise ValueError("a second key needs at least one pin")
        self.when_changed: Callable[[], None] | None = None
        self._broken_wire_is_on = broken_wire_is_on
        self._settle_s = settle_s
        self._timers = timers
        self._settling: Timer | None = None
        self._rest = self._contact(rest_pin, pin_factory)
        self._on = self._contact(on_pin, pin_factory)
        self._reading = self._read()

    @property
    def reading(self) -> KeyReading:
        """The settled word. A pin that cannot be read is a fault."""
        return self._reading

    def close(self) -> None:
        """Give the pins back; nothing is reported any more. Safe to repeat."""
        self.when_changed = None
        self._stop_settling()
        for contact in (self._rest, self._on):
            if contact is not None:
                contact.close()

    def _contact(self, pin: int | None, pin_factory: Factory | None) -> Contact | None:
        if pin is None:
            return None
        contact = Contact(pin, settle_s=0.0, timers=self._timers, pin_factory=pin_factory)
        contact.when_opened = contact.when_shut = self._moved
        return contact

    def _moved(self) -> None:
        """Each move of either contact is the beginning of a new wait."""
        self._stop_settling()
        self._settling = self._timers.call_later(self._settle_s, self._settle)

    def _settle(self) -> None:
        self._settling = None
        before, self._reading = self._reading, self._read()
        if self._reading != before and self.when_changed is not None:
            self.when_changed()

    def _stop_settling(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None

    def _read(self) -> KeyReading:
        rest = self._rest.level if self._rest is not None else None
        on = self._on.level if self._on is not None else None
        if "unknown" in (rest, on):
            return "fault"
        if rest == "open" and self._broken_wire_is_on:
            return "on"
        match rest, on:
            case ("shut", "open") | ("shut", None) | (None, "open"):
                return "off"
            case ("open", "shut") | ("open", None) | (None, "shut"):
                return "on"
        return "fault"
