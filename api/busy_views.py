"""How full the centre is, as JSON for everybody."""

from datetime import datetime
from typing import Self

from api.views import InBothLanguages, View, name_of
from gateway.crowd.rules import Confidence, Crowd, Level
from gateway.usage.busy import Busy, Hour
from gateway.zones.model import Zone


class BusyNow(View):
    """`quiet` below 40 % of what it is for, `full` from 90 % on, `moderate` between, `closed`, or `unknown`.

    `people` and `fullness` null: unknown, which is not nobody. `confidence` `rough`: about so many.
    """

    level: Level
    people: int | None
    fullness: float | None
    confidence: Confidence

    @classmethod
    def of(cls, level: Level, crowd: Crowd) -> Self:
        """As it was reckoned."""
        fullness = None if crowd.fullness is None else round(crowd.fullness, 2)
        return cls(level=level, people=crowd.people, fullness=fullness, confidence=crowd.confidence)


class BusyZone(BusyNow):
    """One that the centre shows to everybody."""

    id: str
    name: InBothLanguages

    @classmethod
    def of_zone(cls, zone: Zone, level: Level, crowd: Crowd) -> "BusyZone":
        """By its name."""
        name = name_of(zone.name_zh, zone.name_en)
        return cls(**vars(BusyNow.of(level, crowd)), id=zone.id, name=name)


class BusyHour(View):
    """An hour to come: the share of all places that is used then on days like this one, with the band that those had.

    Null: too few such days are known.
    """

    starts_at: datetime
    level: Level
    share: float | None
    least: float | None
    most: float | None

    @classmethod
    def of(cls, hour: Hour) -> "BusyHour":
        """As it was expected."""
        share, least, most = (None if one is None else round(one, 2) for one in (hour.share, hour.least, hour.most))
        return cls(starts_at=hour.starts_at, level=hour.level, share=share, least=least, most=most)


class BusyView(BusyNow):
    """The whole centre now, zone by zone as far as it shows them, and the hours left of today.

    `opens_at`: when a centre that is closed opens again; null: it is open, or closed for a month and more.
    """

    at: datetime
    opens_at: datetime | None
    zones: list[BusyZone]
    later: list[BusyHour]

    @classmethod
    def of_house(cls, busy: Busy, at: datetime) -> "BusyView":
        """As it was then."""
        return cls(
            **vars(BusyNow.of(busy.level, busy.house)),
            at=at,
            opens_at=busy.opens_at,
            zones=[BusyZone.of_zone(*one) for one in busy.zones],
            later=[BusyHour.of(one) for one in busy.later],
        )
