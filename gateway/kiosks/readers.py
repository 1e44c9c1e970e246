"""The readers beside a kiosk's screen: whose they are, and what was held to them just now."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.fleet import queries as fleet
from gateway.fleet.model import Device, DeviceState
from gateway.kiosks import queries, rules
from gateway.kiosks.model import Kiosk, KioskReader, Presentation
from gateway.kit import audit
from gateway.kit.db import announce
from gateway.kit.errors import Conflict, Refused

KIND = "kiosk"  # what such a device calls itself


def bind(session: Session, *, kiosk_id: str, device_id: str | None, actor: str, now: datetime) -> Kiosk:
    """Let a device's readers be this kiosk's, or nobody's. Harmless to repeat.

    Raises NotFound("kiosk"), NotFound("device"), Conflict("no_reader") for a device that is none or is not approved,
    and Conflict("reader_taken").
    """
    kiosk = queries.kiosk(session, kiosk_id)
    before = reader_of(session, kiosk_id=kiosk.id)
    if device_id == (before.id if before else None):
        return kiosk
    if device_id is not None:
        device = fleet.device(session, device_id)
        if device.kind != KIND or device.maker or device.state is not DeviceState.APPROVED:
            raise Conflict("no_reader")
    session.execute(delete(KioskReader).where(KioskReader.kiosk_id == kiosk.id))
    session.execute(delete(Presentation).where(Presentation.kiosk_id == kiosk.id))
    if device_id is not None:
        try:
            with session.begin_nested():
                session.add(KioskReader(kiosk_id=kiosk.id, device_id=device_id))
        except IntegrityError as error:
            raise Conflict("reader_taken") from error
    audit.append(session, actor=actor, act="kiosk_reader_bound", thing=kiosk.id, now=now, device=device_id)
    return kiosk


def reader_of(session: Session, *, kiosk_id: str) -> Device | None:
    """The device whose readers are this kiosk's; None too when it is gone for good."""
    bound = select(Device).join(KioskReader, KioskReader.device_id == Device.id)
    return session.scalar(bound.where(KioskReader.kiosk_id == kiosk_id, Device.state != DeviceState.RETIRED))


def is_taken(session: Session, *, device_id: str) -> bool:
    """It is some kiosk's reader."""
    return session.scalar(select(KioskReader).where(KioskReader.device_id == device_id)) is not None


def kiosk_at(session: Session, *, device_id: str) -> Kiosk | None:
    """The kiosk whose reader an approved device is; None: what is held to it is nobody's business."""
    return session.scalar(
        select(Kiosk)
        .join(KioskReader, KioskReader.kiosk_id == Kiosk.id)
        .join(Device, Device.id == KioskReader.device_id)
        .where(Device.id == device_id, Device.state == DeviceState.APPROVED, Kiosk.revoked_at.is_(None))
    )


def present(
    session: Session, *, kiosk: Kiosk, handle: str, card_hash: str | None, code: str | None, at: datetime
) -> None:
    """Offer it to that kiosk's screen; what was offered before is gone. `code`: of a pass, else it is a card."""
    session.execute(delete(Presentation).where(Presentation.kiosk_id == kiosk.id))
    session.add(Presentation(kiosk_id=kiosk.id, handle=handle, card_hash=card_hash, code=code, at=at))
    session.flush()
    announce(session, "presented", kiosk_id=kiosk.id)


def offered(session: Session, *, kiosk_id: str, now: datetime) -> Presentation | None:
    """What this kiosk's screen should take up now; None: nothing was held there within the last five seconds."""
    found = session.get(Presentation, kiosk_id)
    return found if found is not None and rules.is_within(rules.OFFERED_FOR, found.at, now) else None


def presented(session: Session, *, kiosk_id: str, handle: str, now: datetime) -> Presentation:
    """What a handle stands for at this kiosk. Raises Refused("presented_over"): at another it stands for nothing."""
    found = session.get(Presentation, kiosk_id)
    if found is None or found.handle != handle or not rules.is_within(rules.GOOD_FOR, found.at, now):
        raise Refused("presented_over")
    return found


def use_up(session: Session, *, kiosk_id: str, handle: str) -> None:
    """Its owner is in: once. Raises Refused("presented_over") for whoever comes second."""
    used = delete(Presentation).where(Presentation.kiosk_id == kiosk_id, Presentation.handle == handle)
    if session.scalar(used.returning(Presentation.handle)) is None:
        raise Refused("presented_over")
