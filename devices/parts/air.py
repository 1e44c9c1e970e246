"""The air: CO2, temperature and humidity, as the kernel's own drivers tell them (Linux "industrial I/O").

A sensor on I2C that the kernel knows (SCD30, SCD4x, BME280…) is a folder of numbers, whoever made it; so no driver is
needed here. The names and units of its files are the kernel's documented interface (its file
Documentation/ABI/testing/sysfs-bus-iio): `(raw + offset) * scale`, or `input` where the driver has reckoned already;
temperature in thousandths of a degree Celsius, relative humidity in thousandths of a percent, a concentration in
percent, pressure in kilopascal.
"""

import logging
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

FOLDER: Final = Path("/sys/bus/iio/devices")

# What a file is called, the metric it stands for, and how much of that metric's unit one of the kernel's is.
_CHANNELS: Final = (
    ("in_concentration_co2", "co2", 10_000.0),  # percent to ppm
    ("in_temp", "temperature", 0.001),
    ("in_humidityrelative", "humidity", 0.001),
    ("in_pressure", "pressure", 10.0),  # kPa to hPa
    ("in_illuminance", "illuminance", 1.0),
)


class AirSensor:
    """One chip, by the name under which the kernel has it (`cat /sys/bus/iio/devices/*/name`)."""

    def __init__(self, name: str, *, folder: Path = FOLDER) -> None:
        """Raises OSError when there is no such chip: the sentence says which there are."""
        found = {_text(one / "name"): one for one in sorted(folder.glob("iio:device*")) if (one / "name").is_file()}
        if name not in found:
            there = ", ".join(found) or "none at all"
            raise OSError(
                f"air: the kernel has no sensor {name!r} (it has: {there}); is I2C on, and its driver loaded?"
            )
        self._chip = found[name]
        self._metrics = [channel for channel in _CHANNELS if self._has(channel[0])]
        if not self._metrics:
            raise OSError(f"air: {name!r} measures nothing that is known here")

    def read(self) -> dict[str, float | None]:
        """What it measures now, by metric, in that metric's unit. None: it does not answer."""
        return {metric: self._value(channel, factor) for channel, metric, factor in self._metrics}

    def _has(self, channel: str) -> bool:
        return any((self._chip / f"{channel}_{kind}").is_file() for kind in ("input", "raw"))

    def _value(self, channel: str, factor: float) -> float | None:
        try:
            return self._told(channel) * factor
        except (OSError, ValueError):
            log.warning("the air sensor does not tell %s", channel)
            return None

    def _told(self, channel: str) -> float:
        ready = self._chip / f"{channel}_input"
        if ready.is_file():
            return float(_text(ready))
        raw, offset, scale = (self._number(f"{channel}_{kind}", default) for kind, default in _PARTS)
        return (raw + offset) * scale

    def _number(self, file: str, default: float | None) -> float:
        path = self._chip / file
        return default if default is not None and not path.is_file() else float(_text(path))


_PARTS: Final = (("raw", None), ("offset", 0.0), ("scale", 1.0))


def _text(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()
