"""What a centre can make a rule of its own for: whatever a sensor says as a number, or as true and false."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.alerts.kinds import Span
from gateway.telemetry.rules import DEADBANDS, PLAUSIBLE

# What only counts up is never too much, a lock tells words, and of a leak or a call the house tells already.
_UNITS: Final = {
    "temperature": "°C",
    "humidity": "%",
    "co2": "ppm",
    "eco2": "ppm",
    "people": "",
    "illuminance": "lx",
    "pressure": "hPa",
    "dew_point": "°C",
    "device_temperature": "°C",
    "power": "W",
    "current": "A",
    "voltage": "V",
    "supply_voltage": "V",
    "battery": "%",
    "battery_voltage": "V",
    "frequency": "Hz",
    "power_factor": "",
    "brightness": "%",
    "distance": "cm",
    "signal_quality": "%",
    "link_quality": "lqi",
    "rssi": "dBm",
    "snr": "dB",
}
_TRUE_OR_FALSE: Final = ("open", "occupancy", "motion", "on", "input")
_WIDEST: Final = (-1_000_000.0, 1_000_000.0)
_GAPS: Final = {**DEADBANDS, "people": 1.0}
_GAP: Final = 0.1  # of the others


def _span(metric: str, unit: str) -> Span:
    least, most = PLAUSIBLE.get(metric, _WIDEST)
    return Span(least, most, _GAPS.get(metric, _GAP), unit)


SPANS: Final[Mapping[str, Span | None]] = MappingProxyType(
    {metric: _span(metric, unit) for metric, unit in _UNITS.items()} | dict.fromkeys(_TRUE_OR_FALSE)
)
"""By the metric, what its sensors can say at all, and what is more than their noise; None: true or false."""
