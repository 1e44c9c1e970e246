"""Questions about zones. Read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.kit.errors import NotFound
from gateway.zones.model import Placed, Placement, Zone

# Made once: every call for help asks it.
_OF_SENSOR: Final = (
    select(Placement.what, Zone)
    .join(Zone, Zone.id == Placement.zone_id)
    .where(
        (Placement.what == Placed.SENSOR) & (Placement.ref == bindparam("sensor"))
        | (Placement.what == Placed.DEVICE) & (Placement.ref == bindparam("device"))
    )
)


def zone(session: Session, zone_id: str) -> Zone:
    """Raises NotFound("zone")."""
    found = session.get(Zone, zone_id)
    if found is None:
        raise NotFound("zone")
    return found


def zones(session: Session) -> Sequence[Zone]:
    """All of them, by id."""
    return session.scalars(select(Zone).order_by(Zone.id)).all()


def sensor_ref(device_id: str, sensor: str) -> str:
    """How a sensor is called among what is placed."""
    return f"{device_id}/{sensor}"


@dataclass(frozen=True)
class Map:
    """Where everything stands that was placed: read once and asked of thing by thing."""

    placed: Mapping[tuple[Placed, str], str]  # the zone's id by what stands there
    comes_from: Mapping[str, str] = field(default_factory=dict)  # a zone's id by the sensor at a door from there

    def outside_of(self, device_id: str, sensor: str) -> str | None:
        """The zone on a counter's outer side; None: the street."""
        return self.comes_from.get(sensor_ref(device_id, sensor))

    def of_device(self, device_id: str) -> str | None:
        """The zone that a device stands in; None: nobody has said."""
        return self.placed.get((Placed.DEVICE, device_id))

    def of_sensor(self, device_id: str, sensor: str) -> str | None:
        """Its own place, else its device's; None: nobody has said."""
        return self.placed.get((Placed.SENSOR, sensor_ref(device_id, sensor))) or self.of_device(device_id)

    def of_space(self, line: Sequence[str]) -> str | None:
        """Where a space is. `line`: itself, what it is part of, and so on up to the whole."""
        return next((at for one in line if (at := self.placed.get((Placed.SPACE, one)))), None)

    def refs(self, what: Placed, zone_id: str) -> list[str]:
        """What was itself placed there."""
        return sorted(ref for (kind, ref), at in self.placed.items() if kind is what and at == zone_id)


def whole_map(session: Session) -> Map:
    """Of the house."""
    rows = session.execute(select(Placement.what, Placement.ref, Placement.zone_id, Placement.outer_zone_id)).all()
    return Map(
        {(what, ref): zone_id for what, ref, zone_id, _ in rows},
        {ref: outer for what, ref, _, outer in rows if what is Placed.SENSOR and outer is not None},
    )


def zone_of_sensor(session: Session, *, device_id: str, sensor: str) -> Zone | None:
    """Where what it measures is so; None: nobody has said."""
    asked = {"sensor": sensor_ref(device_id, sensor), "device": device_id}
    found: dict[Placed, Zone] = dict(iter(session.execute(_OF_SENSOR, asked)))
    return found.get(Placed.SENSOR) or found.get(Placed.DEVICE)


def zone_of_device(session: Session, device_id: str) -> str | None:
    """The id of the zone that a device stands in; None: nobody has said."""
    placed = select(Placement.zone_id).where(Placement.what == Placed.DEVICE, Placement.ref == device_id)
    return session.scalar(placed)


def named(session: Session, name: str) -> Zone | None:
    """The zone in use that bears this name in either language: the first by its id. None: none does."""
    query = select(Zone).where(_is_called(name), Zone.retired_at.is_(None)).order_by(Zone.id).limit(1)
    return session.scalars(query).first()


def devices_in(name: str) -> Select[str]:
    """The ids of the devices that stand in a zone of this name, in either language."""
    return (
        select(Placement.ref)
        .join(Zone, Zone.id == Placement.zone_id)
        .where(Placement.what == Placed.DEVICE, _is_called(name))
    )


def zones_of_devices(session: Session) -> dict[str, Zone]:
    """Where each device stands, by its id; without those of which nobody has said."""
    placed = select(Placement.ref, Zone).join(Zone, Zone.id == Placement.zone_id)
    return dict(iter(session.execute(placed.where(Placement.what == Placed.DEVICE))))


def _is_called(name: str) -> ColumnElement[bool]:
    return or_(Zone.name_zh == name, Zone.name_en == name)


def is_in_use(session: Session, zone_id: str) -> bool:
    """Whether anything was placed there."""
    touches = or_(Placement.zone_id == zone_id, Placement.outer_zone_id == zone_id)
    return session.scalar(select(Placement.ref).where(touches).limit(1)) is not None
