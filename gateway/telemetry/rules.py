"""Judgements about readings: what is worth keeping, and what it adds up to."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS

KEPT_AT_LEAST_EVERY_MS: Final = 10 * MINUTE_MS
HOLDS_MS: Final = 15 * MINUTE_MS  # a value counts for so long when nothing follows it; longer than the above

_FUTURE_MS: Final = 5_000  # how far a device's calendar clock may run ahead and still be believed
_PAST_MS: Final = 30 * 24 * HOUR_MS

# A change smaller than this is noise of the sensor, in the metric's unit. What is not named here: any change counts.
DEADBANDS: Final = MappingProxyType(
    {
        "temperature": 0.1,
        "device_temperature": 0.5,
        "dew_point": 0.1,
        "humidity": 1.0,
        "pressure": 0.5,
        "illuminance": 10.0,
        "co2": 20.0,
        "eco2": 20.0,
        "power": 2.0,
        "voltage": 0.5,
        "battery_voltage": 0.02,
        "supply_voltage": 0.1,
        "current": 0.02,
        "frequency": 0.05,
        "battery": 1.0,
        "rssi": 3.0,
        "link_quality": 10.0,
        "signal_quality": 5.0,
    }
)

# Outside of these a sensor is broken, whatever it measures. Metrics not named here may have any finite value.
PLAUSIBLE: Final = MappingProxyType(
    {
        "temperature": (-60.0, 125.0),  # a sauna has 110; beyond 125 the usual chips measure nothing
        "device_temperature": (-60.0, 150.0),
        "dew_point": (-100.0, 60.0),
        "humidity": (0.0, 100.0),
        "battery": (0.0, 100.0),
        "brightness": (0.0, 100.0),
        "signal_quality": (0.0, 100.0),
        "pressure": (300.0, 1_200.0),
        "illuminance": (0.0, 200_000.0),
        "co2": (0.0, 40_000.0),
        "eco2": (0.0, 65_000.0),
        "people": (0.0, 100_000.0),
        "energy": (0.0, 1e9),
        "voltage": (0.0, 1_000.0),
        "frequency": (0.0, 1_000.0),
    }
)


COUNTED: Final = frozenset({"entries", "exits"})
"""Metrics that only count up, and begin at zero when their device starts."""


class Sample(NamedTuple):
    """A value at an instant, in milliseconds since 1970. None: the device said that it did not know."""

    taken_ms: int
    value: float | None


def is_plausible(metric: str, value: float | None) -> bool:
    """Whether a sensor that works can say this. Unknown is always plausible."""
    low, high = PLAUSIBLE.get(metric, (-math.inf, math.inf))
    return value is None or (math.isfinite(value) and low <= value <= high)


def is_news(metric: str, last: Sample | None, new: Sample) -> bool:
    """Whether a sample says more than the last one kept: it differs by the deadband, or that one is getting old."""
    if last is None or not 0 <= new.taken_ms - last.taken_ms < KEPT_AT_LEAST_EVERY_MS:
        return True
    if new.value is None or last.value is None:
        return new.value is not last.value
    return new.value != last.value and abs(new.value - last.value) >= DEADBANDS.get(metric, 0.0)


def comes_after(newest: Sample, new: Sample) -> bool:
    """Whether later samples are to be held against this one. Not when it came late; long before, a clock was set."""
    return new.taken_ms >= newest.taken_ms or newest.taken_ms - new.taken_ms > HOLDS_MS


@dataclass(frozen=True)
class Tally:
    """Where a counter stands. `back_ms`: since when it is heard without a silence."""

    value: float
    taken_ms: int
    back_ms: int


def rise(last: Tally | None, *, value: float, at_ms: int) -> tuple[float, Tally]:
    """By how much a counter rose, and where it stands now. One that fell has begun anew; the first says no rise."""
    if last is None:
        return 0.0, Tally(value, at_ms, back_ms=at_ms)
    risen = value - last.value if value >= last.value else value
    was_silent = at_ms - last.taken_ms > HOLDS_MS
    return risen, Tally(value, at_ms, back_ms=at_ms if was_silent else last.back_ms)


def taken_ms(*, received_ms: int, age_ms: int | None, claimed_ms: int | None) -> int:
    """When it was measured: by its age, else by the device's calendar where that can be, else when it came."""
    if age_ms is not None and age_ms <= _PAST_MS:
        return received_ms - age_ms
    if claimed_ms is not None and received_ms - _PAST_MS <= claimed_ms <= received_ms + _FUTURE_MS:
        return claimed_ms
    return received_ms


@dataclass
class Rollup:
    """What one series said within one span of time. It can be added to, in any order."""

    measured: int = 0  # how many values
    least: float | None = None
    most: float | None = None
    total: float = 0.0
    last_ms: int | None = None
    last_value: float | None = None
    held_ms: int = 0
    held_total: float = 0.0

    def take(self, sample: Sample) -> None:
        """One more measured value."""
        if self.last_ms is None or sample.taken_ms >= self.last_ms:
            self.last_ms, self.last_value = sample.taken_ms, sample.value
        if sample.value is not None:
            self._measure(sample.value, sample.value, measured=1, total=sample.value)

    def hold(self, value: float, for_ms: int) -> None:
        """A value was so for a while."""
        self.held_ms += for_ms
        self.held_total += value * for_ms

    def add(self, other: "Rollup") -> None:
        """What another part of the same span said."""
        if other.last_ms is not None and (self.last_ms is None or other.last_ms >= self.last_ms):
            self.last_ms, self.last_value = other.last_ms, other.last_value
        if other.least is not None and other.most is not None:
            self._measure(other.least, other.most, measured=other.measured, total=other.total)
        self.held_ms += other.held_ms
        self.held_total += other.held_total

    @property
    def mean(self) -> float | None:
        """Of what was measured, each value counting once. None: nothing was."""
        return self.total / self.measured if self.measured else None

    @property
    def time_weighted(self) -> float | None:
        """The mean over the time in which a value was known. None: none was."""
        return self.held_total / self.held_ms if self.held_ms else None

    def _measure(self, least: float, most: float, *, measured: int, total: float) -> None:
        self.least = least if self.least is None else min(self.least, least)
        self.most = most if self.most is None else max(self.most, most)
        self.measured += measured
        self.total += total


def roll_up(last: Sample | None, samples: Iterable[Sample]) -> tuple[dict[int, Rollup], Sample | None]:
    """One series' samples, in the order they came, as rollups by the minute they fall into (its start, in ms).

    `last` is the newest one rolled up before; the newest now is returned. A value counts until the next one comes, at
    most `HOLDS_MS`. One that is older than the newest is counted where it belongs, and holds for no time.
    """
    minutes: dict[int, Rollup] = {}
    for sample in samples:
        minutes.setdefault(minute_of(sample.taken_ms), Rollup()).take(sample)
        if last is not None and sample.taken_ms < last.taken_ms:
            continue
        if last is not None and last.value is not None:
            for minute, for_ms in _minutes_between(last.taken_ms, min(sample.taken_ms, last.taken_ms + HOLDS_MS)):
                minutes.setdefault(minute, Rollup()).hold(last.value, for_ms)
        last = sample
    return minutes, last


def gather(minutes: dict[int, Rollup], start_of: Callable[[int], int]) -> dict[int, Rollup]:
    """The same in longer spans, by their start."""
    spans: dict[int, Rollup] = {}
    for minute, rollup in minutes.items():
        spans.setdefault(start_of(minute), Rollup()).add(rollup)
    return spans


def minute_of(at_ms: int) -> int:
    """When its minute began."""
    return at_ms - at_ms % MINUTE_MS


def hour_of(at_ms: int) -> int:
    """When its hour began."""
    return at_ms - at_ms % HOUR_MS


def day_of(at_ms: int, zone: ZoneInfo) -> int:
    """When its day began, as people in that zone count days."""
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    return round(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def _minutes_between(start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
    """Each minute's start, and how many of its milliseconds lie between."""
    while start_ms < end_ms:
        minute = minute_of(start_ms)
        until = min(minute + MINUTE_MS, end_ms)
        yield minute, until - start_ms
        start_ms = until


@dataclass(frozen=True)
class Keeping:
    """For how long, and how much, is kept."""

    samples: timedelta = timedelta(days=2)
    minutes: timedelta = timedelta(days=30)
    hours: timedelta = timedelta(days=730)
    days: timedelta = timedelta(days=3650)
    most_bytes: int = 512 * 1024 * 1024
    spare_bytes: int = 128 * 1024 * 1024  # of the disk, left to the core whatever comes
