"""Counting wrong PINs: in the database, so that a restart forgets none and many at once are all counted."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.orm import Session

from gateway.alerts import service as alerts
from gateway.credentials import queries as credentials
from gateway.kiosks import rules
from gateway.kiosks.model import Kiosk, KioskTry
from gateway.kiosks.queries import zone_of
from gateway.kiosks.rules import OF_A_KIOSK, OF_A_SUBJECT, OF_THE_SITE, Limit
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Refused
from gateway.kit.ids import new_id

SITE: Final = "site"  # what an alert for the whole centre is about

_TURN: Final = 7_318_403  # PostgreSQL advisory lock: one at a time (SQLite's BEGIN IMMEDIATE is that already)


def take_try(session: Session, *, kiosk_id: str, subject: str, now: datetime) -> KioskTry:
    """Have a PIN looked at, which counts as wrong until `right` says otherwise. Commit before looking at it.

    Raises Refused("kiosk_stopped") and Refused("pin_locked") while there were too many; those are not counted.
    """
    _take_turns(session)
    _refuse_beyond(session, OF_A_KIOSK, select(KioskTry.at).where(KioskTry.kiosk_id == kiosk_id), now, "kiosk_stopped")
    of_subject = select(KioskTry.at).where(KioskTry.subject == subject, KioskTry.forgiven.is_(False))
    _refuse_beyond(session, OF_A_SUBJECT, of_subject, now, "pin_locked")
    taken = KioskTry(id=new_id(), kiosk_id=kiosk_id, subject=subject, at=now, forgiven=False)
    session.add(taken)
    session.flush()
    return taken


def right(session: Session, taken: KioskTry) -> None:
    """It was the right PIN: this try was none, and the slips before it count no more for this locker or card."""
    session.execute(delete(KioskTry).where(KioskTry.id == taken.id))
    forgive(session, subject=taken.subject)


def forgive(session: Session, *, subject: str) -> None:
    """Let this locker or card be tried again at once."""
    session.execute(update(KioskTry).where(KioskTry.subject == subject).values(forgiven=True))


def forgive_locker(session: Session, *, compartment_id: str) -> None:
    """It has a new PIN, so what was guessed at the old one counts no more."""
    forgive(session, subject=rules.subject_of("locker", compartment_id))


def forgive_cards(session: Session, *, member_id: str) -> None:
    """The member has a new PIN, so what was guessed at the old one counts no more for any card of theirs."""
    for card in credentials.cards_of(session, member_id=member_id):
        forgive(session, subject=rules.subject_of("card", card.number_hash))


def wrong(session: Session, taken: KioskTry, *, now: datetime) -> None:
    """It was a wrong PIN. Tells staff when that stops the kiosk, and when there are so many in the whole centre."""
    _take_turns(session)
    if wrong_at(session, kiosk_id=taken.kiosk_id, now=now) >= OF_A_KIOSK.most:
        kiosk = session.get_one(Kiosk, taken.kiosk_id)
        place = kiosk.names
        where = {"kiosk": kiosk.id, "bank": kiosk.bank_id, "zone": zone_of(session, kiosk)}
        _tell_staff(session, "kiosk_stopped", kiosk.id, place, now, **where)
    if _count(session, OF_THE_SITE, now) >= OF_THE_SITE.most:
        _tell_staff(session, "pin_alarm", SITE, {"zh-CN": "全馆", "en": "The whole centre"}, now)


def wrong_at(session: Session, *, kiosk_id: str, now: datetime) -> int:
    """How many wrong PINs a kiosk has had within the hour."""
    return _count(session, OF_A_KIOSK, now, kiosk_id=kiosk_id)


def stopped_until(session: Session, *, kiosk_id: str, now: datetime) -> datetime | None:
    """Until when a kiosk takes no PIN; None: it does."""
    tries = session.scalars(select(KioskTry.at).where(KioskTry.kiosk_id == kiosk_id))
    left = rules.wait(OF_A_KIOSK, tries, now)
    return None if left is None else now + left


def forget_old_tries(session: Session, *, now: datetime) -> None:
    """Drop what can count no more."""
    session.execute(delete(KioskTry).where(KioskTry.at <= now - OF_THE_SITE.within))


def _tell_staff(
    session: Session, act: str, thing: str, place: Mapping[str, str], now: datetime, **links: str | None
) -> None:
    """Once an hour, however many come at the same moment."""
    said = select(AuditEntry.seq).where(
        AuditEntry.thing == thing,
        AuditEntry.act == act,
        AuditEntry.at > now - rules.TELL_EVERY,
        AuditEntry.at <= now + rules.TELL_EVERY,
    )
    if session.scalar(said.limit(1)) is None:
        audit.append(session, actor="gateway", act=act, thing=thing, now=now)
        alerts.raise_alert(session, kind="wrong_codes", thing=thing, now=now, facts={"place": place}, links=links)


def _refuse_beyond(session: Session, limit: Limit, tries: Select[datetime], now: datetime, code: str) -> None:
    left = rules.wait(limit, session.scalars(tries), now)
    if left is not None:
        raise Refused(code, retry_after_s=math.ceil(left / timedelta(seconds=1)), minutes=_minutes(left))


def _minutes(left: timedelta) -> int:
    return math.ceil(left / timedelta(minutes=1))


def _count(session: Session, limit: Limit, now: datetime, *, kiosk_id: str | None = None) -> int:
    query = select(func.count()).where(KioskTry.at > now - limit.within, KioskTry.at <= now + limit.within)
    return session.scalar(query if kiosk_id is None else query.where(KioskTry.kiosk_id == kiosk_id)) or 0


def _take_turns(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
