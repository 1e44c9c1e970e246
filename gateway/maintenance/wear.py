"""When something will be out of limits, judged from how it has changed: plain values in, an answer out.

A line through the medians of groups, with the median of all slopes between two of them (Theil and Sen): three wild
openings in ten change nothing. Its band holds the true slope in 95 of 100 cases (Sen 1968, by Kendall's variance).
Where that band holds no change at all, nothing is foretold.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from statistics import fmean, median
from typing import Final, NamedTuple

from gateway.faults.rules import FIRST_OPENINGS, USUAL_MS_AT_LEAST

SLOW_FROM: Final = 1.5  # times as slow as when it was new: there the alert `slow_latch` is raised
NOT_OPENED_FROM: Final = 0.1  # of all pulses after which a door should have opened
EMPTY_FROM_PERCENT: Final = 15.0  # of a battery: change it before its device falls silent
RECHARGED_PERCENT: Final = 20.0  # so much more than a day before: it was changed or charged

GROUPS_AT_LEAST: Final = 8  # fewer points make no line
GROUPS_AT_MOST: Final = 40
GROUPS_OF_SHARES_AT_MOST: Final = 16  # a share of few is coarse, and ties hide a change
OPENINGS_AT_LEAST: Final = FIRST_OPENINGS + 40
OPENINGS_A_GROUP: Final = 5
PULSES_A_GROUP: Final = 25  # among fewer a share says little
SPAN_AT_LEAST: Final = timedelta(days=14)
LOOKS_BACK: Final = timedelta(days=90)  # what was before says little of the rate of today
FORETELLS: Final = timedelta(days=365)

_DAY: Final = timedelta(days=1)
_Z: Final = 1.96  # 95 %


class Sign(StrEnum):
    """In what wear shows."""

    SLOWER = "slower"  # from the pulse to the opening edge
    NOT_OPENED = "not_opened"  # pulses in vain
    BATTERY = "battery"


class Outlook(StrEnum):
    """What is to be expected."""

    UNKNOWN = "unknown"  # too few data
    STEADY = "steady"  # nothing that would end within a year
    WORSENING = "worsening"  # it will be out of limits at a time
    OUT_OF_LIMITS = "out_of_limits"


class Point(NamedTuple):
    """A measured value, and when."""

    at: datetime
    value: float


@dataclass(frozen=True)
class Forecast:
    """What one sign says. `level`: now, `at_first`: when it was new, both None while unknown.

    `about`, `earliest`, `latest`: when it is out of limits; `latest` None: later than can be foretold.
    """

    sign: Sign
    outlook: Outlook
    level: float | None = None
    at_first: float | None = None
    about: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True)
class Slope:
    """How much a value changes a day, with the band that holds the truth in 95 of 100 cases; and its level now."""

    a_day: float
    low: float
    high: float
    level: float


def slope(points: Sequence[Point], *, now: datetime) -> Slope | None:
    """The line through these, by Theil and Sen; None while they are too few or too close together."""
    if len(points) < GROUPS_AT_LEAST or points[-1].at - points[0].at < SPAN_AT_LEAST:
        return None
    days = [((point.at - now) / _DAY, point.value) for point in points]
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(days, 2) if x2 > x1)
    n = len(points)
    margin = _Z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = slopes[max(0, math.floor((len(slopes) - margin) / 2))]
    high = slopes[min(len(slopes) - 1, math.ceil((len(slopes) + margin) / 2))]
    middle = median(slopes)
    return Slope(middle, low, high, median(y - middle * x for x, y in days))


def of_openings(openings: Sequence[Point], *, now: datetime) -> Forecast:
    """How the time from pulse to open, in ms, has changed. `openings`: all since it was new, the oldest first."""
    if len(openings) < OPENINGS_AT_LEAST:
        return Forecast(Sign.SLOWER, Outlook.UNKNOWN)
    usual = median(point.value for point in openings[:FIRST_OPENINGS])
    limit = SLOW_FROM * max(usual, USUAL_MS_AT_LEAST)
    of_late = [point for point in openings if point.at >= now - LOOKS_BACK]
    size = max(OPENINGS_A_GROUP, math.ceil(len(of_late) / GROUPS_AT_MOST))
    groups = [Point(_middle(group), median(one.value for one in group)) for group in _grouped(of_late, size)]
    return _foretell(Sign.SLOWER, slope(groups, now=now), limit=limit, at_first=usual, now=now)


def of_pulses(pulses: Sequence[Point], *, now: datetime) -> Forecast:
    """How the share of pulses in vain has changed. `pulses`: 1 in vain, 0 not, since it was new, the oldest first."""
    of_late = [point for point in pulses if point.at >= now - LOOKS_BACK]
    size = max(PULSES_A_GROUP, math.ceil(len(of_late) / GROUPS_OF_SHARES_AT_MOST))
    groups = [Point(_middle(group), fmean(one.value for one in group)) for group in _grouped(of_late, size)]
    at_first = groups[0].value if groups else None
    return _foretell(Sign.NOT_OPENED, slope(groups, now=now), limit=NOT_OPENED_FROM, at_first=at_first, now=now)


def of_battery(days: Sequence[Point], *, now: datetime) -> Forecast:
    """How a battery, in percent, goes down. `days`: one value a day, the oldest first; since it was last changed."""
    since = 0
    for at in range(1, len(days)):
        if days[at].value - days[at - 1].value >= RECHARGED_PERCENT:
            since = at
    # Seen from above: what is missing grows towards what may be missing.
    missing = [Point(one.at, 100.0 - one.value) for one in days[since:] if one.at >= now - LOOKS_BACK]
    found = slope(missing, now=now)
    at_first = 100.0 - missing[0].value if missing else None
    told = _foretell(Sign.BATTERY, found, limit=100.0 - EMPTY_FROM_PERCENT, at_first=None, now=now)
    level = None if told.level is None else 100.0 - told.level
    return Forecast(told.sign, told.outlook, level, at_first, told.about, told.earliest, told.latest)


def most_pressing(forecasts: Sequence[Forecast]) -> Forecast | None:
    """The one that is out of limits, or will be first; None: nothing is to be feared."""
    bad = [one for one in forecasts if one.outlook in (Outlook.OUT_OF_LIMITS, Outlook.WORSENING)]
    return min(
        bad, key=lambda one: (one.outlook is Outlook.WORSENING, one.about and one.about.timestamp()), default=None
    )


def most_telling(forecasts: Sequence[Forecast]) -> Forecast | None:
    """The most pressing one; else one that nothing is to be feared from, else that nobody can tell. None: of none."""
    steady = (one for one in forecasts if one.outlook is Outlook.STEADY)
    return most_pressing(forecasts) or next(steady, forecasts[0] if forecasts else None)


def _foretell(sign: Sign, line: Slope | None, *, limit: float, at_first: float | None, now: datetime) -> Forecast:
    if line is None:
        return Forecast(sign, Outlook.UNKNOWN)
    if line.level >= limit:
        return Forecast(sign, Outlook.OUT_OF_LIMITS, line.level, at_first, now, now, now)
    if line.low <= 0 or (limit - line.level) / line.a_day > FORETELLS / _DAY:
        return Forecast(sign, Outlook.STEADY, line.level, at_first)

    def when(a_day: float) -> datetime | None:
        left = (limit - line.level) / a_day
        return now + left * _DAY if left <= 2 * FORETELLS / _DAY else None

    return Forecast(sign, Outlook.WORSENING, line.level, at_first, when(line.a_day), when(line.high), when(line.low))


def _grouped(points: Sequence[Point], size: int) -> list[Sequence[Point]]:
    """Full groups, the newest kept: what is over is left out at the beginning."""
    over = len(points) % size
    return [points[at : at + size] for at in range(over, len(points), size)]


def _middle(group: Sequence[Point]) -> datetime:
    return group[len(group) // 2].at
