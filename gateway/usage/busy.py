"""How full the house is now, and should be in the hours that are left of today. Read-only; of nobody alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gateway.crowd import queries as crowd
from gateway.crowd.queries import Crowds
from gateway.crowd.rules import Crowd, Level, level
from gateway.kit.clock import at_wall
from gateway.spaces import queries as spaces
from gateway.usage import queries as usage
from gateway.usage.rules import HOUR, Expected
from gateway.zones import queries as zones
from gateway.zones.model import Zone

_LOOKS_AHEAD: Final = timedelta(days=31)  # for the next opening: longer than any holiday


@dataclass(frozen=True)
class Hour:
    """One to come. The shares are of all places that can be booked: what to expect, and the band; None: unknown."""

    starts_at: datetime
    level: Level
    share: float | None
    least: float | None
    most: float | None


@dataclass(frozen=True)
class Busy:
    """The house and each zone that everybody may see, now; and the hours to come.

    `opens_at`: when a house that is closed opens again; None: it is open, or nobody has said.
    """

    level: Level
    opens_at: datetime | None
    house: Crowd
    zones: Sequence[tuple[Zone, Level, Crowd]]
    later: Sequence[Hour]


def busy(session: Session, crowds: Crowds, *, zone: ZoneInfo, now: datetime) -> Busy:
    """As it is now; a house that is closed says so, whoever is still in it."""
    wall = now.astimezone(zone)
    today = wall.date()
    openings = crowd.openings(session, zone=zone, first=today, last=today + _LOOKS_AHEAD)
    opens_min, closes_min = openings.get(today) or (0, 0)
    begin, end = at_wall(zone, today, opens_min), at_wall(zone, today, closes_min)
    is_open = begin <= now < end
    begins = (at_wall(zone, day, one.opens_min) for day, one in openings.items())
    found = usage.forecast(session, day=today, space_id=None, zone=zone, now=now)
    plan = spaces.plan(session)
    places = sum(one.places for one in plan.all.values() if one.id not in plan.parts)
    expected = {one.hour: one for one in found.expected or []}
    starts = [at_wall(zone, today, hour * 60) for hour in range(wall.hour + 1, 24)]
    return Busy(
        level=level(crowds.house.fullness) if is_open else Level.CLOSED,
        opens_at=None if is_open else min((each for each in begins if each > now), default=None),
        house=crowds.house,
        zones=[
            (one, level(its.fullness) if is_open else Level.CLOSED, its)
            for one in zones.zones(session)
            if one.is_shown and (its := crowds.zones.get(one.id)) is not None
        ],
        later=[
            hour_ahead(start, expected, places=places, zone=zone)
            for start in starts
            if start < end and start + HOUR > begin
        ],
    )


def hour_ahead(start: datetime, expected: Mapping[int, Expected], *, places: int, zone: ZoneInfo) -> Hour:
    """What to expect of the hour that begins then, of so many places."""
    one = expected.get(start.astimezone(zone).hour)
    if one is None or not places:
        return Hour(start, Level.UNKNOWN, None, None, None)
    share, least, most = (min(1.0, hours / places) for hours in (one.mean, one.least, one.most))
    return Hour(start, level(share), share, least, most)
