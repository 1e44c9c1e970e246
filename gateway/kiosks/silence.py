"""A kiosk that is heard no more: whoever has no phone stands before a dark screen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.alerts import service as alerts
from gateway.alerts.model import Alert
from gateway.fleet.model import Presence
from gateway.kiosks import rules
from gateway.kiosks.model import Kiosk
from gateway.kiosks.queries import zone_of

_KIND = "kiosk_silent"


def kiosks_to_look_at(session: Session, *, now: datetime) -> Sequence[str]:
    """Those that were not heard for a while, and those with an alert that says so."""
    accused = select(Alert.thing).where(Alert.cleared_at.is_(None), Alert.kind == _KIND)
    silent = Kiosk.revoked_at.is_(None) & (Kiosk.seen_at <= now - rules.THERE_WITHIN)
    return session.scalars(select(Kiosk.id).where(or_(silent, Kiosk.id.in_(accused))).order_by(Kiosk.id)).all()


def look_at_kiosk(session: Session, *, kiosk_id: str, up_since: datetime, now: datetime) -> None:
    """Judge whether it is gone. One that was revoked, or never switched on, is missed by nobody. Harmless to repeat.

    `up_since`: when the house itself began: before, nobody could be heard, and after a power cut a kiosk takes longer.
    """
    kiosk = session.get_one(Kiosk, kiosk_id)
    seen_at = kiosk.seen_at or now
    alerts.note_condition(
        session,
        kind=_KIND,
        thing=kiosk.id,
        is_so=kiosk.revoked_at is None and rules.presence(kiosk.seen_at, now) is Presence.OFFLINE,
        since=max(seen_at, up_since),
        now=now,
        facts={"place": kiosk.names, "since": seen_at.isoformat()},
        links={"kiosk": kiosk.id, "bank": kiosk.bank_id, "zone": zone_of(session, kiosk)},
    )
