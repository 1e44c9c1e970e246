"""A cabinet whose doors hang on a Pi's own pins."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from devices.nodes.locker_bank import BoardPart, Door
from devices.parts.contact import Contact
from devices.parts.strike import Strike
from devices.ports import Timers
from firmware_sim.doors import Hands, SimulatedDoor
from firmware_sim.ledger import Ledger
from firmware_sim.pins import SolderedPins


@dataclass(frozen=True)
class Wiring:
    """To which pins a door is soldered."""

    no: int
    strike_pin: int
    contact_pin: int
    strike_active_high: bool = True
    contact_closed_is_low: bool = True


def wire_doors(count: int) -> list[Wiring]:
    """Doors 1 to `count`, on pins of their own."""
    return [Wiring(no, strike_pin=2 * no, contact_pin=2 * no + 1) for no in range(1, count + 1)]


class PinCabinet:
    """Doors soldered to mock pins."""

    def __init__(
        self,
        device: str,
        wiring: Iterable[Wiring],
        *,
        cutoff: Timers,
        physics: Timers,
        ledger: Ledger,
        hands: Hands | None = None,
        settle_s: float = 0.0,
    ) -> None:
        """All shut. `cutoff` switches strikes off and `physics` moves doors."""
        hands = hands or Hands()
        self._wiring = list(wiring)
        self._cutoff = cutoff
        self._settle_s = settle_s
        self._pins = SolderedPins()
        self.doors = {
            wired.no: SimulatedDoor(
                wired.no,
                device=device,
                strike=self._pins.pin(wired.strike_pin),
                contact=self._pins.pin(wired.contact_pin),
                strike_active_high=wired.strike_active_high,
                contact_closed_is_low=wired.contact_closed_is_low,
                timers=physics,
                ledger=ledger,
                spring_s=hands.spring_s,
                bounce_s=hands.bounce_s,
                closes_after_s=hands.closes_after_s,
            )
            for wired in self._wiring
        }

    def plug(self, life: Timers) -> "PluggedPins":
        """Take the pins."""
        return PluggedPins({wired.no: self._solder(wired, life) for wired in self._wiring})

    def _solder(self, wired: Wiring, life: Timers) -> tuple[Strike, Contact]:
        strike = Strike(
            wired.strike_pin, active_high=wired.strike_active_high, cutoff=self._cutoff, pin_factory=self._pins
        )
        contact = Contact(
            wired.contact_pin,
            closed_is_low=wired.contact_closed_is_low,
            settle_s=self._settle_s,
            timers=life,
            pin_factory=self._pins,
        )
        return strike, contact


class PluggedPins:
    """Strikes and contacts of one run."""

    strike_lag_s = 0.0

    def __init__(self, parts: dict[int, tuple[Strike, Contact]]) -> None:
        self.doors = {no: Door(strike, contact) for no, (strike, contact) in parts.items()}
        self._parts: Sequence[tuple[Strike, Contact]] = list(parts.values())

    def parts(self) -> Sequence[BoardPart]:
        """None: every door hangs on pins."""
        return ()

    def watch(self, when_changed: Callable[[], None]) -> None:
        """There is nothing to tell."""

    def look(self, when_seen: Callable[[], None]) -> None:
        """A contact on a pin was read when it was taken."""
        when_seen()

    def close(self) -> None:
        """Give the pins back."""
        for strike, contact in self._parts:
            contact.close()
            strike.close()
