"""Somebody before a kiosk needs a person."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.alerts import service as alerts
from gateway.kiosks.model import Kiosk
from gateway.kiosks.queries import zone_of


def call_staff(session: Session, *, kiosk: Kiosk, now: datetime) -> None:
    """Raise the alert of a call button at this kiosk, or count once more on the one that stands."""
    place = kiosk.names
    links = {"kiosk": kiosk.id, "bank": kiosk.bank_id, "zone": zone_of(session, kiosk)}
    alerts.raise_alert(session, kind="call_staff", thing=kiosk.id, now=now, facts={"place": place}, links=links)
