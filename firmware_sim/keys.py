"""Pretended key switches and fire contacts: two contacts to ground that move together, and wires that can be cut."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from devices.nodes.locker_bank import Input
from devices.parts.second_key import SecondKey as SecondKeyPart
from devices.ports import Timers
from devices.wire.messages import SecondKey
from firmware_sim.pins import SolderedPins

Position = Literal["off", "on", "cut"]


@dataclass(frozen=True)
class KeyWiring:
    """To which pins a second key is soldered, and what is configured of it."""

    rest_pin: int | None = None
    on_pin: int | None = None
    opens_all: bool = False
    broken_wire_is_on: bool = False


class Terminal(Protocol):
    """A pin that something is soldered to."""

    def wire(self, level: bool) -> None:
        """Put a level on it; high is what its pull-up makes of an open contact."""


class SimulatedKey:
    """Off, with whole wires. It stays as it is through every power cut of its bank."""

    def __init__(self, *, rest_pin: Terminal | None, on_pin: Terminal | None, timers: Timers) -> None:
        self.moves: list[tuple[float, Position]] = []  # what really happened, and when
        self._rest = rest_pin
        self._on = on_pin
        self._timers = timers
        self._move("off")

    @property
    def position(self) -> Position:
        """How it stands."""
        return self.moves[-1][1]

    def turn_on(self) -> None:
        """The key is turned, or the panel says fire."""
        self._move("on")

    def turn_off(self) -> None:
        """Back at rest, with whole wires."""
        self._move("off")

    def cut(self) -> None:
        """Somebody cuts the cable."""
        self._move("cut")

    def _move(self, to: Position) -> None:
        self.moves.append((self._timers.now(), to))
        if self._rest is not None:
            self._rest.wire(to != "off")
        if self._on is not None:
            self._on.wire(to != "on")


class KeyBox:
    """A cabinet's second keys, on mock pins of their own."""

    def __init__(self, wiring: Mapping[SecondKey, KeyWiring], *, physics: Timers, settle_s: float = 0.0) -> None:
        self._wiring = wiring
        self._settle_s = settle_s
        self._pins = SolderedPins()
        self.keys = {
            key: SimulatedKey(
                rest_pin=self._terminal(wired.rest_pin), on_pin=self._terminal(wired.on_pin), timers=physics
            )
            for key, wired in wiring.items()
        }

    def plug(self, life: Timers) -> "PluggedKeys":
        """For a node that runs on `life`."""
        return PluggedKeys({key: (self._solder(wired, life), wired) for key, wired in self._wiring.items()})

    def _terminal(self, pin: int | None) -> Terminal | None:
        return None if pin is None else self._pins.pin(pin)

    def _solder(self, wired: KeyWiring, life: Timers) -> SecondKeyPart:
        return SecondKeyPart(
            rest_pin=wired.rest_pin,
            on_pin=wired.on_pin,
            broken_wire_is_on=wired.broken_wire_is_on,
            settle_s=self._settle_s,
            timers=life,
            pin_factory=self._pins,
        )


class PluggedKeys:
    """The parts of one run."""

    def __init__(self, parts: Mapping[SecondKey, tuple[SecondKeyPart, KeyWiring]]) -> None:
        self.inputs = {key: Input(part, opens_all=wired.opens_all) for key, (part, wired) in parts.items()}
        self._parts = [part for part, _ in parts.values()]

    def close(self) -> None:
        """Give the pins back."""
        for part in self._parts:
            part.close()
