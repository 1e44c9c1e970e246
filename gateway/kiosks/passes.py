"""Coming to a kiosk with a pass: a code that counts once, and is worth what being signed in on the phone is worth."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.credentials import phones
from gateway.credentials.passes import Pass
from gateway.kiosks import limits, queries, rules
from gateway.kiosks.model import Kiosk, KioskVisit
from gateway.kiosks.queries import Guest, token_hash
from gateway.kit import audit
from gateway.kit.errors import Refused

COUNTED: Final = frozenset({"pass_unknown", "pass_late", "pass_used"})  # as wrong tries, at this kiosk and in the house


def let_in(session: Session, *, kiosk: Kiosk, told: Pass, token: str, now: datetime) -> Guest:
    """Begin the visit of whoever shows this pass, under a token that this kiosk and this code always have.

    The very same code once more, here and while that visit lasts, is the scanner's second delivery: the same visit.
    Else it counts once in the whole house. Raises Refused: `kiosk_unknown`, `pass_unknown`, `pass_late`, `pass_used`.
    """
    # From here on one at a time comes to this kiosk.
    here = select(Kiosk.id).where(Kiosk.id == kiosk.id, Kiosk.revoked_at.is_(None)).with_for_update(key_share=True)
    if session.scalar(here) is None:
        raise Refused("kiosk_unknown")
    if again := queries.guest(session, kiosk_id=kiosk.id, token=token, now=now):
        return again
    bearer = phones.use(session, told=told, now=now)
    session.execute(delete(KioskVisit).where(KioskVisit.kiosk_id == kiosk.id))
    visit = KioskVisit(
        token_hash=token_hash(token),
        kiosk_id=kiosk.id,
        member_id=bearer.member.id,
        rental_id=None,
        card_id=None,
        phone_id=bearer.phone.id,
        pin_id=None,
        began_at=now,
        used_at=now,
        idle_s=rules.idle_s(elder_mode=bearer.member.elder_mode),
        ends_at=now + rules.VISIT_LASTS,
    )
    session.add(visit)
    session.flush()
    who = bearer.member.audit_id
    audit.append(session, actor=who, act="kiosk_visited", thing=who, now=now, kiosk=kiosk.id, phone=bearer.phone.id)
    return Guest(bearer.member, visit, must_choose_pin=False)


def count_refused(session: Session, *, kiosk_id: str, code: str, now: datetime) -> None:
    """A pass was refused: that counts as a wrong PIN does, for this code and this kiosk and never for a phone.

    So nobody shuts a member's phone out by showing forged codes. Raises Refused: `pin_locked`, `kiosk_stopped`.
    """
    taken = limits.take_try(session, kiosk_id=kiosk_id, subject=rules.subject_of("pass", code), now=now)
    limits.wrong(session, taken, now=now)
