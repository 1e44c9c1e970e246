"""The words and units in which every reading is told, whoever made the sensor: mostly Home Assistant's."""

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from devices.wire import metrics
from devices.wire.metrics import METRICS

Value = bool | float | str | None
"""A number in the metric's unit, true or false, a lock's word; None: the device says that it does not know."""

_HOUSE_ONLY: Final = frozenset({"call", "entries", "exits", "motion", "people"})  # what our own nodes say, and no maker

CANONICAL: Final = MappingProxyType({metric: unit for metric, unit in METRICS.items() if metric not in _HOUSE_ONLY})
"""Each metric and the one unit in which it is told; None: it has no unit."""

BOOLEANS: Final = metrics.BOOLEANS - _HOUSE_ONLY
"""Metrics that are true when the thing named is so."""

LOCK_WORDS: Final = frozenset({"locked", "unlocked", "jammed", "unknown"})
"""What a lock may be. `unknown` is never shown as one of the others."""

_SELF_EVIDENT: Final = frozenset({"%", "lx", "ppm", "lqi", None})
"""Units that nobody states differently, so that a maker may leave them out. Degrees and watts are not among them."""


@dataclass(frozen=True)
class _Unit:
    """`value * factor + offset` is the value in `canonical`."""

    canonical: str | None
    factor: float = 1.0
    offset: float = 0.0


_UNITS: Final = MappingProxyType(
    {
        **{unit: _Unit(unit) for unit in set(CANONICAL.values())},
        "C": _Unit("°C"),
        "℃": _Unit("°C"),
        "ºC": _Unit("°C"),  # an ordinal sign, which looks like a degree
        "°F": _Unit("°C", 5 / 9, -160 / 9),
        "F": _Unit("°C", 5 / 9, -160 / 9),
        "ºF": _Unit("°C", 5 / 9, -160 / 9),
        "℉": _Unit("°C", 5 / 9, -160 / 9),
        "K": _Unit("°C", 1, -273.15),
        "of 1": _Unit("%", 100),
        "of 254": _Unit("%", 100 / 254),
        "of 255": _Unit("%", 100 / 255),
        "Pa": _Unit("hPa", 0.01),
        "kPa": _Unit("hPa", 10),
        "bar": _Unit("hPa", 1000),
        "mbar": _Unit("hPa"),
        "cbar": _Unit("hPa", 10),
        "MPa": _Unit("hPa", 10_000),
        "inH₂O": _Unit("hPa", 2.49088908),
        "mmHg": _Unit("hPa", 1.333223874),
        "inHg": _Unit("hPa", 33.8638866),
        "psi": _Unit("hPa", 68.94757293),
        "lux": _Unit("lx"),
        "ppb": _Unit("ppm", 0.001),
        "mW": _Unit("W", 0.001),
        "kW": _Unit("W", 1000),
        "MW": _Unit("W", 1_000_000),
        "GW": _Unit("W", 1_000_000_000),
        "Wh": _Unit("kWh", 0.001),
        "mWh": _Unit("kWh", 0.000_001),
        "MWh": _Unit("kWh", 1000),
        "GWh": _Unit("kWh", 1_000_000),
        "J": _Unit("kWh", 1 / 3_600_000),
        "kJ": _Unit("kWh", 1 / 3600),
        "MJ": _Unit("kWh", 1 / 3.6),
        "GJ": _Unit("kWh", 1000 / 3.6),
        "cal": _Unit("kWh", 4.184 / 3_600_000),
        "kcal": _Unit("kWh", 4.184 / 3600),
        "µV": _Unit("V", 0.000_001),
        "μV": _Unit("V", 0.000_001),  # the same with the other of the two signs
        "mV": _Unit("V", 0.001),
        "kV": _Unit("V", 1000),
        "mA": _Unit("A", 0.001),
        "kHz": _Unit("Hz", 1000),
        "MHz": _Unit("Hz", 1_000_000),
        "GHz": _Unit("Hz", 1_000_000_000),
        "mm": _Unit("cm", 0.1),
        "m": _Unit("cm", 100),
        "km": _Unit("cm", 100_000),
        "in": _Unit("cm", 2.54),
        "ft": _Unit("cm", 30.48),
        "yd": _Unit("cm", 91.44),
        "mi": _Unit("cm", 160_934.4),
        "ms": _Unit("s", 0.001),
        "min": _Unit("s", 60),
        "h": _Unit("s", 3600),
        "d": _Unit("s", 86400),
        "w": _Unit("s", 604_800),
    }
)
_OF_ONE_METRIC: Final = MappingProxyType({("power_factor", "%"): _Unit(None, 0.01)})
"""What a unit means for one metric only."""
_MOST = 2.0**53  # beyond it a JSON number is not the same number to every reader


def can_tell(metric: str, unit: str | None) -> bool:
    """Whether a value given in `unit` can be told as `metric`. No unit: only where nobody states a different one."""
    canonical = CANONICAL[metric]
    if unit is None:
        return canonical in _SELF_EVIDENT
    given = _meaning(metric, unit)
    return given is not None and given.canonical == canonical


def _meaning(metric: str, unit: str) -> _Unit | None:
    return _OF_ONE_METRIC.get((metric, unit)) or _UNITS.get(unit)


def tell(metric: str, value: float, unit: str | None) -> float:
    """The value in the metric's own unit, to a millionth. Raises ValueError for another thing's unit, or too large."""
    if not can_tell(metric, unit):
        said = f"unit {unit!r}" if unit else "no unit"
        raise ValueError(f"{said} for {metric}")
    exact = (_meaning(metric, unit) if unit is not None else None) or _Unit(None)
    told = value if exact.factor == 1 and exact.offset == 0 else round(value * exact.factor + exact.offset, 6)
    if not (math.isfinite(told) and abs(told) <= _MOST):
        raise ValueError(f"a number too large for {metric}")
    return told
