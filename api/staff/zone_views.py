"""Zones, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of
from gateway.zones.model import Placed, Zone
from gateway.zones.queries import Map


class ZoneView(View):
    """A room or an area of the house. `retired_at`: since when nothing is placed there."""

    id: str
    name: InBothLanguages
    retired_at: datetime | None

    @classmethod
    def of(cls, zone: Zone) -> Self:
        """As the row says."""
        return cls(id=zone.id, name=name_of(zone.name_zh, zone.name_en), retired_at=zone.retired_at)


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
    """What a zone should be called; null stays as it is."""

    name_zh: PlainText | None = None
    name_en: PlainText | None = None


class InAZone(Ask):
    """The id of the zone where something stands; null: it has no place of its own."""

    zone: AnyId | None


class PlaceView(View):
    """Where something stands: the id of its zone, or null."""

    zone: str | None
