"""People who come and go before a pretended facility node, and what they do to the air."""

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from devices.runtime.facility_config import BeamsConfig, FacilityConfig, MeterConfig, SwitchConfig
from firmware_sim.pins import SolderedPins

STEP_S: Final = 0.15  # from one beam to the next, at the pace of a walk
FRESH_PPM: Final = 420.0
PPM_EACH: Final = 22.0  # of CO2, that each who is there adds in a room that is aired
DARK_W: Final = 300.0  # what a house draws while nobody is let in: fridges, servers, the ventilation at its least
LIT_W: Final = 2_200.0  # … while it is open …
EACH_W: Final = 50.0  # … and so much more for each who is there, until
FULL_W: Final = 4_500.0  # every machine runs
MACHINE_DARK_W: Final = 7.5  # the same of one machine
MACHINE_LIT_W: Final = 90.0
_J_A_KWH: Final = 3_600_000.0


class Crowd:
    """Whoever goes through the node's doorways, is seen by its motion detectors, and keeps the house lit and warm.

    The first doorway leads in from the street, each other on from there. Behind each of them is the motion detector and
    the air sensor that stands as far down the node's file; any others are behind the first. There are so many in each
    place as `there` says, by the doorway's name.
    """

    def __init__(
        self,
        config: FacilityConfig,
        pins: SolderedPins,
        *,
        pause: Callable[[float], bool],
        there: Mapping[str, int] | None = None,
    ) -> None:
        """`there` None: nobody is. `pause` waits so many seconds, and says whether it is time to stop."""
        self._config = config
        self._pins = pins
        self._pause = pause
        self.there = {beams.name: 0 for beams in config.beams} | dict(there or {})
        self._drawn = {meter.name: 0.0 for meter in config.meter}  # of the next pulse
        for beams in config.beams:
            for pin in (beams.outer_pin, beams.inner_pin):
                pins.pin(pin).wire(beams.broken_is_low)
        for one in config.switch:
            self._switch(one, is_on=False)
        for meter in config.meter:
            pins.pin(meter.pin).wire(True)

    @property
    def inside(self) -> int:
        """How many are in the house."""
        return sum(self.there.values())

    def live(self, every_s: float) -> None:
        """Somebody comes or goes about so often, until it is time to stop; nobody goes who has not come."""
        while not self._pause(waits_s := random.uniform(0.5, 1.5) * every_s):
            self.draw(waits_s, is_lit=self.inside > 0)
            for beams in self._config.beams:
                if self.there[beams.name] and random.random() < 0.5:
                    self.go(beams)
                elif self._is_street_door(beams) or self.there[self._config.beams[0].name]:
                    self.come(beams)

    def come(self, beams: BeamsConfig) -> None:
        """Somebody walks in there: from the street, or on from the place behind the first doorway."""
        self._walk(beams, beams.outer_pin, beams.inner_pin)
        self.there[beams.name] += 1
        if not self._is_street_door(beams):
            self.there[self._config.beams[0].name] -= 1

    def go(self, beams: BeamsConfig) -> None:
        """Somebody walks out there."""
        self._walk(beams, beams.inner_pin, beams.outer_pin)
        self.there[beams.name] -= 1
        if not self._is_street_door(beams):
            self.there[self._config.beams[0].name] += 1

    def switch(self, means: str, *, is_on: bool) -> None:
        """Water reaches every probe or is dried up, a window is opened or shut, a button pressed or let go."""
        for one in self._config.switch:
            if one.means == means:
                self._switch(one, is_on=is_on)

    def draw(self, for_s: float, *, is_lit: bool) -> None:
        """So long electricity has been used: the first meter's by the whole house, each other's by one machine."""
        house_w = min(FULL_W, LIT_W + EACH_W * self.inside) if is_lit else DARK_W
        machine_w = MACHINE_LIT_W if is_lit else MACHINE_DARK_W
        for no, meter in enumerate(self._config.meter):
            watts = machine_w if no else house_w
            self._drawn[meter.name] += watts * for_s / _J_A_KWH * meter.pulses_per_kwh
            while self._drawn[meter.name] >= 1:
                self._drawn[meter.name] -= 1
                self._use(meter)

    def air(self, chip: str) -> "Air":
        """A sensor of the air that they breathe, in its place."""
        number = next((no for no, one in enumerate(self._config.air) if one.chip == chip), 0)
        if not self._config.beams:
            return Air(lambda: self.inside)
        return Air(partial(self.there.__getitem__, self._place(number)))

    def _is_street_door(self, beams: BeamsConfig) -> bool:
        return beams == self._config.beams[0]

    def _place(self, number: int) -> str:
        """Where the motion detector or air sensor is that stands so far down the file, from 0."""
        return self._config.beams[number if number < len(self._config.beams) else 0].name

    def _walk(self, beams: BeamsConfig, first: int, second: int) -> None:
        self._move(beams, is_seen=True)
        for pin, is_broken in ((first, True), (second, True), (first, False), (second, False)):
            self._pins.pin(pin).wire(is_broken is not beams.broken_is_low)
            self._pause(STEP_S)
        self._move(beams, is_seen=False)

    def _move(self, beams: BeamsConfig, *, is_seen: bool) -> None:
        """What sees them."""
        detectors = [one for one in self._config.switch if one.means == "motion"]
        for number, one in enumerate(detectors):
            if self._place(number) == beams.name:
                self._switch(one, is_on=is_seen)

    def _use(self, meter: MeterConfig) -> None:
        for is_high in (False, True):
            self._pins.pin(meter.pin).wire(is_high)
            self._pause(STEP_S)

    def _switch(self, one: SwitchConfig, *, is_on: bool) -> None:
        self._pins.pin(one.pin).wire(is_on is not one.on_is_low)


class Air:
    """What the kernel would tell of the air, by how many are there."""

    def __init__(self, people: Callable[[], int]) -> None:
        self._people = people

    def read(self) -> Mapping[str, float | None]:
        """By metric."""
        people = self._people()
        return {"co2": FRESH_PPM + PPM_EACH * people, "temperature": round(20.0 + 0.05 * people, 2)}
