"""What a facility node is told about itself: its node.toml, checked to the last key before anything is read."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from devices.runtime.config import AnyNodeConfig, Pin, Table, read, refuse_twins
from devices.wire.messages import SensorName

Settle = Annotated[int, msgspec.Meta(ge=0, le=2000)]


class SwitchConfig(Table, frozen=True, kw_only=True):
    """One input that is on or off, and what it means when it is on."""

    name: SensorName
    means: Literal["motion", "open", "water_leak", "tamper", "call", "occupancy", "alarm"]
    pin: Pin
    on_is_low: bool = True
    settle_ms: Settle = 20


class BeamsConfig(Table, frozen=True, kw_only=True):
    """Two light beams in a doorway, a hand's breadth apart; each closes its pin to ground while it is broken."""

    name: SensorName
    outer_pin: Pin  # on the street's side
    inner_pin: Pin
    broken_is_low: bool = True
    settle_ms: Settle = 5


class MeterConfig(Table, frozen=True, kw_only=True):
    """A meter's pulse output (S0: closes for at least 30 ms a pulse, IEC 62053-31)."""

    name: SensorName
    pin: Pin
    pulses_per_kwh: Annotated[float, msgspec.Meta(gt=0, le=100_000)] = 1000.0
    settle_ms: Settle = 5


class AirConfig(Table, frozen=True, kw_only=True):
    """A sensor that the kernel knows, by the name it has there: scd41, bme280…"""

    name: SensorName
    chip: str


class LampConfig(Table, frozen=True, kw_only=True):
    """A lamp or a buzzer behind a transistor."""

    pin: Pin
    active_high: bool = True


class FacilityConfig(AnyNodeConfig, frozen=True, kw_only=True):
    """The whole file of a facility node."""

    switch: tuple[SwitchConfig, ...] = ()
    beams: tuple[BeamsConfig, ...] = ()
    meter: tuple[MeterConfig, ...] = ()
    air: tuple[AirConfig, ...] = ()
    lamp: LampConfig | None = None
    buzzer: LampConfig | None = None
    readings: str = "readings.db"

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [one.name for kind in (self.switch, self.beams, self.meter, self.air) for one in kind]
        if not names:
            raise ValueError("switch, beams, meter, air: a facility node needs at least one of them, found none")
        refuse_twins("name", names)
        refuse_twins("pin", self._pins())

    def _pins(self) -> list[int]:
        beams = [pin for one in self.beams for pin in (one.outer_pin, one.inner_pin)]
        lamps = [one.pin for one in (self.lamp, self.buzzer) if one is not None]
        return [*(one.pin for one in self.switch), *(one.pin for one in self.meter), *beams, *lamps]


def load(path: Path) -> FacilityConfig:
    """Read node.toml. Raises ConfigError for a file that is missing, no TOML, or not a facility node's."""
    config = read(path, FacilityConfig)
    config.gateway()
    return config
