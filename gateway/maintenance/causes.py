"""Work orders from what the house has noticed itself. Nothing here commits."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts
from gateway.alerts.messages import sentence
from gateway.alerts.model import Alert
from gateway.channels.model import Severity
from gateway.fleet.model import Lock
from gateway.kit.errors import Conflict
from gateway.maintenance import service
from gateway.maintenance.assets import Thing, What
from gateway.maintenance.model import OpenedBy, OrderKind, Priority, WorkOrder
from gateway.members.model import Language, Member

_PRESSES: Final = {
    Severity.INFO: Priority.NORMAL,
    Severity.WARNING: Priority.HIGH,
    Severity.ALARM: Priority.URGENT,
}
_NEAREST: Final = (What.LOCK, What.SPACE, What.DEVICE, What.ZONE)


def open_for_alert(
    session: Session, *, alert_id: str, blocks: bool, actor: Member, zone: ZoneInfo, now: datetime
) -> WorkOrder:
    """Turn an alert into a repair of the thing that it is about, in the alert's own words. The alert stands as before.

    Raises NotFound("alert"), Conflict("work_order_exists") with its `order_id`, and Conflict("nothing_to_repair") for
    an alert about the house's own programs.
    """
    alert = alerts.alert(session, alert_id)
    thing = _thing_of(session, alert)
    if thing is None:
        raise Conflict("nothing_to_repair")
    return service.open_order(
        session,
        about=thing,
        kind=OrderKind.REPAIR,
        reason={language.value: sentence(alert, language, zone) for language in Language},
        opened_by=OpenedBy.ALERT,
        alert_id=alert_id,
        priority=_PRESSES[alert.severity],
        blocks=blocks,
        actor=actor,
        now=now,
    )


def _thing_of(session: Session, alert: Alert) -> Thing | None:
    """The nearest thing that it concerns: the door before the cabinet, the cabinet before the room."""
    if session.get(Lock, alert.thing) is not None:
        return Thing(What.LOCK, alert.thing)
    refs = {link.what: link.ref for link in alerts.links(session, [alert.id])[alert.id]}
    return next((Thing(what, refs[what]) for what in _NEAREST if what in refs), None)
