"""Zones, as JSON."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field

from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of
from gateway.crowd.days import LivedDay
from gateway.crowd.rules import Confidence, Crowd, Doubt
from gateway.zones.model import Placed, Zone
from gateway.zones.queries import Map


class ZoneView(View):
    """A room or an area of the house. `retired_at`: since when nothing is placed there.

    `capacity`: for how many people it is, null when nobody has said; `is_shown`: everybody may see how full it is.
    """

    id: str
    name: InBothLanguages
    capacity: int | None
    is_shown: bool
    retired_at: datetime | None

    @classmethod
    def of(cls, zone: Zone) -> Self:
        """As the row says."""
        return cls(
            id=zone.id,
            name=name_of(zone.name_zh, zone.name_en),
            capacity=zone.capacity,
            is_shown=zone.is_shown,
            retired_at=zone.retired_at,
        )


class CrowdView(View):
    """How many people are somewhere. `people` null: unknown, which is not nobody.

    `confidence` `rough` or `unknown` has a `doubt`: `no_counter`, `counter_silent`, `counter_was_away`, `drift_seen` or
    `presence_disagrees`. `entered` and `corrected`, who had to be added lest fewer than nobody were there, are since
    the opening; `entered` null: a sensor sees how many there are, and nothing counts who comes. `left_over` were still
    counted in at the last closing, `since` which counting began at zero.
    """

    people: int | None
    fullness: float | None
    confidence: Confidence
    doubt: Doubt | None
    entered: int | None
    corrected: int
    left_over: int | None
    since: datetime

    @classmethod
    def of(cls, crowd: Crowd) -> "CrowdView":
        """As it was reckoned."""
        return cls(
            people=crowd.people,
            fullness=None if crowd.fullness is None else round(crowd.fullness, 3),
            confidence=crowd.confidence,
            doubt=crowd.doubt,
            entered=crowd.entered,
            corrected=crowd.corrected,
            left_over=crowd.left_over,
            since=crowd.since,
        )


class LivedZone(ZoneView):
    """A zone, and how many people are there now; null once it is retired."""

    crowd: CrowdView | None

    @classmethod
    def now(cls, zone: Zone, crowds: Mapping[str, Crowd]) -> "LivedZone":
        """As it is and as it was reckoned."""
        crowd = crowds.get(zone.id)
        return cls(**vars(ZoneView.of(zone)), crowd=CrowdView.of(crowd) if crowd else None)


class Moment(View):
    """How many people were there at that moment."""

    at: datetime
    people: int


class ZoneDayView(View):
    """How many people were in a zone through a day: a point every quarter of an hour, as far as the day has come.

    None of them where that is unknown. `entered`, null where nothing counts who comes or that is unknown, and
    `corrected` since the opening, `left_over`: who was still counted in when it closed, when counting begins at zero
    again; null before that. `most`: the most that ever were, from `most_at` on.
    """

    zone: str
    day: date
    confidence: Confidence
    doubt: Doubt | None
    capacity: int | None
    entered: int | None
    corrected: int
    left_over: int | None
    most: int | None
    most_at: datetime | None
    points: list[Moment]

    @classmethod
    def of(cls, zone: Zone, day: date, lived: LivedDay) -> Self:
        """As it was reckoned."""
        return cls(
            zone=zone.id,
            day=day,
            confidence=lived.confidence,
            doubt=lived.doubt,
            capacity=zone.capacity,
            entered=lived.entered,
            corrected=lived.corrected,
            left_over=lived.left_over,
            most=lived.most,
            most_at=lived.most_at,
            points=[Moment(at=at, people=people) for at, people in lived.points],
        )


class SensorName(View):
    """A sensor that hangs elsewhere than its device."""

    device: str
    sensor: str


class ZoneDetail(ZoneView):
    """A zone, and the ids of what is there: spaces with their parts, and the locker banks of the devices."""

    devices: list[str]
    sensors: list[SensorName]
    spaces: list[str]
    banks: list[str]

    @classmethod
    def with_all(cls, zone: Zone, where: Map, *, spaces: Sequence[str], banks: Sequence[str]) -> Self:
        """As the queries found it."""
        named = [ref.partition("/") for ref in where.refs(Placed.SENSOR, zone.id)]
        return cls(
            **vars(ZoneView.of(zone)),
            devices=where.refs(Placed.DEVICE, zone.id),
            sensors=[SensorName(device=device, sensor=sensor) for device, _, sensor in named],
            spaces=list(spaces),
            banks=list(banks),
        )


class NewZone(Ask):
    """A zone to be, with nothing in it."""

    id: AnyId
    name_zh: PlainText
    name_en: PlainText


class ZoneNames(Ask):
    """What a zone should be called, for how many it is (0: nobody can say) and who may see it; null stays as it is."""

    name_zh: PlainText | None = None
    name_en: PlainText | None = None
    capacity: Annotated[int, Field(ge=0, le=100_000)] | None = None
    is_shown: bool | None = None


class InAZone(Ask):
    """The id of the zone where something stands; null: it has no place of its own."""

    zone: AnyId | None


class SensorPlace(InAZone):
    """`comes_from`, of what counts people at a door: the zone that they leave when they enter; null: the street."""

    comes_from: AnyId | None = None


class PlaceView(View):
    """Where something stands: the id of its zone, or null."""

    zone: str | None
