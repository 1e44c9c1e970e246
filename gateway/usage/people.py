"""How many people a zone had in each hour of the week, as the counters at its borders said. Read-only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from gateway.crowd import days as crowd_days
from gateway.crowd.days import LivedDay
from gateway.usage import rules


@dataclass(frozen=True)
class Peopled:
    """Of one zone. `days`: on how many of them somebody knows. `stay_min`: how long one stays; None: nobody came.

    `entered` None, and then `stay_min` too: no day is known, or sensors saw how many there were, and nothing counted
    who came.
    """

    days: int
    hours: list[list[float | None]]
    entered: int | None
    stay_min: float | None


def of_days(lived: Iterable[tuple[date, LivedDay]], zone: ZoneInfo) -> Peopled:
    """Of whole days. One that nobody knows of is left out, and not taken for one on which nobody came."""
    known = [(day, one) for day, one in lived if one.points]
    counts = {(day, hour): fmean(people) for day, one in known for hour, people in _by_hour(one, zone).items()}
    came = [one.entered for _, one in known if one.entered is not None]
    entered = sum(came) if came else None
    spent_min = sum(people for _, one in known for _, people in one.points) * (crowd_days.STEP / timedelta(minutes=1))
    return Peopled(
        days=len(known),
        hours=rules.week(counts, [day for day, _ in known]),
        entered=entered,
        stay_min=spent_min / entered if entered else None,
    )


def _by_hour(one: LivedDay, zone: ZoneInfo) -> dict[int, Sequence[int]]:
    """A point says how many were there at the end of its quarter of an hour."""
    found: dict[int, list[int]] = {}
    for at, people in one.points:
        found.setdefault((at - crowd_days.STEP).astimezone(zone).hour, []).append(people)
    return dict(found)
