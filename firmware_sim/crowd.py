"""People who come and go before a pretended facility node, and what they do to the air."""

import random
from collections.abc import Callable, Mapping
from typing import Final

from devices.runtime.facility_config import BeamsConfig, FacilityConfig
from firmware_sim.pins import SolderedPins

STEP_S: Final = 0.15  # from one beam to the next, at the pace of a walk
FRESH_PPM: Final = 420.0
PPM_EACH: Final = 22.0  # of CO2, that each who is there adds in a room that is aired


class Crowd:
    """Whoever goes through the node's doorways, is seen by its motion detectors, and uses electricity."""

    def __init__(self, config: FacilityConfig, pins: SolderedPins, *, pause: Callable[[float], bool]) -> None:
        """Nobody is there. `pause` waits so many seconds, and says whether it is time to stop."""
        self._config = config
        self._pins = pins
        self._pause = pause
        self.inside = 0
        for beams in config.beams:
            for pin in (beams.outer_pin, beams.inner_pin):
                pins.pin(pin).wire(beams.broken_is_low)
        for one in config.switch:
            pins.pin(one.pin).wire(one.on_is_low)
        for meter in config.meter:
            pins.pin(meter.pin).wire(True)

    def live(self, every_s: float) -> None:
        """Somebody comes or goes about so often, until it is time to stop; nobody goes who has not come."""
        while not self._pause(random.uniform(0.5, 1.5) * every_s):  # noqa: S311 - no secret
            for beams in self._config.beams:
                if self.inside and random.random() < 0.5:  # noqa: S311
                    self.go(beams)
                else:
                    self.come(beams)

    def come(self, beams: BeamsConfig) -> None:
        """Somebody walks in."""
        self._walk(beams, beams.outer_pin, beams.inner_pin)
        self.inside += 1

    def go(self, beams: BeamsConfig) -> None:
        """Somebody walks out."""
        self._walk(beams, beams.inner_pin, beams.outer_pin)
        self.inside -= 1

    def _walk(self, beams: BeamsConfig, first: int, second: int) -> None:
        self._move(is_seen=True)
        for pin, is_broken in ((first, True), (second, True), (first, False), (second, False)):
            self._pins.pin(pin).wire(is_broken is not beams.broken_is_low)
            self._pause(STEP_S)
        self._move(is_seen=False)

    def _move(self, *, is_seen: bool) -> None:
        """What sees them, and what they use: a pulse of the meter."""
        for one in self._config.switch:
            if one.means == "motion":
                self._pins.pin(one.pin).wire(is_seen is not one.on_is_low)
        for meter in self._config.meter:
            self._pins.pin(meter.pin).wire(not is_seen)

    def leak(self, *, is_wet: bool) -> None:
        """Water reaches every probe, or is dried up."""
        for one in self._config.switch:
            if one.means == "water_leak":
                self._pins.pin(one.pin).wire(is_wet is not one.on_is_low)

    def air(self, _chip: str) -> "Air":
        """A sensor of the air that they breathe."""
        return Air(self)


class Air:
    """What the kernel would tell of the air, by how many are there."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd

    def read(self) -> Mapping[str, float | None]:
        """By metric."""
        people = self._crowd.inside
        return {"co2": FRESH_PPM + PPM_EACH * people, "temperature": round(20.0 + 0.05 * people, 2)}
