"""A button of an off-the-shelf device was pressed. It calls people; it is nobody's key, and neither is a card."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gateway.alerts import service as alerts
from gateway.facility.place import place_of
from gateway.fleet.model import Button, Device, DeviceState
from gateway.zones import queries as zones

_LETTING_GO: Final = ("release", "_up", "up")  # how makers say that a finger has left the button
_NO_PRESS: Final = frozenset({"card", "tag", "motion", "boot", "ota_begin", "ota_progress", "ota_success", "ota_error"})


def is_press(event: str) -> bool:
    """Whether a maker's word for an event says that somebody pressed a button."""
    word = event.casefold()
    return word not in _NO_PRESS and not word.endswith(_LETTING_GO)


def note_event(session: Session, device: Device, *, event: str, now: datetime) -> bool:
    """Call staff, where they have chosen that for an approved device's button. True when it did."""
    if device.state is not DeviceState.APPROVED or device.button is not Button.CALL_STAFF or not is_press(event):
        return False
    zone = zones.zone_of_sensor(session, device_id=device.id, sensor="")
    alerts.raise_alert(
        session,
        kind="call_staff",
        thing=device.id,
        now=now,
        facts={"place": place_of(device.maker_name, zone)},
        links={"device": device.id, "zone": zone.id if zone else None},
    )
    return True
