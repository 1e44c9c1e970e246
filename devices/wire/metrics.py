"""What can be measured, and in which one unit it is told: Home Assistant's device classes and units."""

from types import MappingProxyType
from typing import Final

METRICS: Final = MappingProxyType(
    {
        "temperature": "°C",
        "device_temperature": "°C",
        "dew_point": "°C",
        "humidity": "%",
        "battery": "%",
        "brightness": "%",
        "signal_quality": "%",
        "pressure": "hPa",
        "illuminance": "lx",
        "co2": "ppm",
        "eco2": "ppm",
        "power": "W",
        "energy": "kWh",
        "energy_today": "kWh",
        "energy_yesterday": "kWh",
        "voltage": "V",
        "battery_voltage": "V",
        "supply_voltage": "V",
        "current": "A",
        "frequency": "Hz",
        "power_factor": None,
        "distance": "cm",
        "rssi": "dBm",
        "snr": "dB",
        "link_quality": "lqi",
        "uptime": "s",
        "occupancy": None,
        "motion": None,
        "people": None,
        "entries": None,
        "exits": None,
        "open": None,
        "on": None,
        "water_leak": None,
        "tamper": None,
        "battery_low": None,
        "alarm": None,
        "input": None,
        "call": None,
        "lock": None,
    }
)
"""Each metric and its unit; None: it has none."""

COMES_AT_ONCE: Final = frozenset({"call", "water_leak", "alarm"})
"""Metrics that, when true, have somebody come at once: a gateway is told in a hurry, and lamps show it."""

BOOLEANS: Final = frozenset(
    {"occupancy", "motion", "open", "on", "water_leak", "tamper", "battery_low", "alarm", "input", "call"}
)
"""Metrics that are true when the thing named is so."""
