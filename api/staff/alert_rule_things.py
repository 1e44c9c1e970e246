"""Of which things a rule of alerts can be: whether there is such a one, and what it is called."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from api.deps import Desk
from api.staff.sensors import all_sensors
from gateway.alerts.kinds import Kind, Things
from gateway.facility.place import place_of
from gateway.fleet import queries as fleet
from gateway.kit.errors import NotFound
from gateway.maintenance import names
from gateway.maintenance.names import Name
from gateway.zones import queries as zones


def check(desk: Desk, session: Session, *, metrics: Collection[str], house: Kind, thing: str) -> None:
    """Raises NotFound for what is not there, or measures nothing by which this kind is judged."""
    match house.things:
        case Things.SENSOR:
            speaking = {zones.sensor_ref(one.device, one.sensor) for one in all_sensors(desk, metrics)}
            if thing not in speaking:
                raise NotFound("sensor")
        case Things.DEVICE:
            fleet.device(session, thing)
        case Things.DOOR:
            fleet.lock(session, thing)


def name_of(session: Session, house: Kind, thing: str) -> Name:
    """As staff would say it; of what is no longer there its id."""
    match house.things:
        case Things.SENSOR:
            device_id, _, sensor = thing.partition("/")
            zone = zones.zone_of_sensor(session, device_id=device_id, sensor=sensor)
            return place_of(f"{device_id} · {sensor}", zone)
        case Things.DEVICE:
            return names.of_devices(session, {thing})[thing]
        case Things.DOOR:
            return names.of_locks(session, {thing}).get(thing, _plain(thing))
    return _plain(thing)


def _plain(thing: str) -> Name:
    return {"zh-CN": thing, "en": thing}
