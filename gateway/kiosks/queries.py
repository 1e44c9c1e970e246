"""Which kiosk it is, who stands before it, and whom a locker number or a card names."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from gateway.credentials import queries as credentials
from gateway.credentials.model import Card, Phone, Pin, PinOf
from gateway.kiosks import rules
from gateway.kiosks.model import Kiosk, KioskVisit
from gateway.kit.db import may_write
from gateway.kit.errors import Malformed, NotFound
from gateway.lockers import queries as lockers
from gateway.lockers.model import Bank, Compartment, Rental
from gateway.members.model import Member
from gateway.zones import queries as zones


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who somebody at a kiosk says they are, before their PIN was looked at; without `pin`, nobody we know.

    `subject`: under what wrong PINs for it are counted, whether or not there is such a locker or card.
    """

    subject: str
    of: PinOf
    of_id: str
    pin: Pin | None
    member_id: str
    rental_id: str | None
    card_id: str | None


@dataclass(frozen=True)
class Guest:
    """Somebody who stands before a kiosk. `must_choose_pin`: they came with a one-time PIN, and may do nothing else."""

    member: Member
    visit: KioskVisit
    must_choose_pin: bool

    @property
    def ends_at(self) -> datetime:
        """When the visit is over unless it is used again."""
        return rules.visit_ends_at(used_at=self.visit.used_at, idle_s=self.visit.idle_s, ends_at=self.visit.ends_at)


def kiosks(session: Session) -> Sequence[Kiosk]:
    """Those that have not been revoked, by id."""
    return session.scalars(select(Kiosk).where(Kiosk.revoked_at.is_(None)).order_by(Kiosk.id)).all()


def names(session: Session) -> dict[str, dict[str, str]]:
    """What each kiosk is called, by id and language; those that were revoked too."""
    return {kiosk.id: kiosk.names for kiosk in session.scalars(select(Kiosk))}


def is_one_there(session: Session, *, now: datetime) -> bool:
    """Whether any kiosk is switched on and heard, so that somebody can go to it."""
    seen = select(Kiosk.id).where(Kiosk.revoked_at.is_(None), Kiosk.seen_at > now - rules.THERE_WITHIN)
    return session.scalar(seen.limit(1)) is not None


def kiosk(session: Session, kiosk_id: str) -> Kiosk:
    """One of them. Raises NotFound("kiosk")."""
    found = session.scalar(select(Kiosk).where(Kiosk.id == kiosk_id, Kiosk.revoked_at.is_(None)))
    if found is None:
        raise NotFound("kiosk")
    return found


def kiosk_with(session: Session, *, token: str) -> Kiosk | None:
    """The kiosk that has this token; None when none has, or it was revoked."""
    return session.scalar(select(Kiosk).where(Kiosk.token_hash == token_hash(token), Kiosk.revoked_at.is_(None)))


def guest(session: Session, *, kiosk_id: str, token: str, now: datetime) -> Guest | None:
    """Who stands before this kiosk with this token.

    None when the visit is over, by its time or because what it was begun by is no longer so: the PIN was made anew, the
    rental has ended, the card is blocked or removed, the phone is signed out, the member disabled.
    Whoever may write has the member and the visit for as long as the transaction lasts: neither is erased or ended
    under it.
    """
    found_by = (
        select(Member, KioskVisit, Pin.ends_at)
        .join(KioskVisit, KioskVisit.member_id == Member.id)
        .outerjoin(Pin, Pin.id == KioskVisit.pin_id)
        .where(
            KioskVisit.token_hash == token_hash(token),
            KioskVisit.kiosk_id == kiosk_id,
            Member.disabled_at.is_(None),
            or_(
                exists().where(Phone.id == KioskVisit.phone_id),  # it has gone with its session
                Pin.id.is_not(None)
                & or_(
                    KioskVisit.rental_id.is_not(None),  # its PIN has gone with it when it has ended
                    exists().where(Card.id == KioskVisit.card_id, Card.blocked_at.is_(None)),
                ),
            ),
        )
    )
    if may_write(session):
        found_by = found_by.with_for_update(read=True, key_share=True, of=[Member, KioskVisit])
    row = session.execute(found_by).first()
    if row is None:
        return None
    member, visit, pin_ends_at = row
    if rules.is_visit_over(used_at=visit.used_at, idle_s=visit.idle_s, ends_at=visit.ends_at, now=now):
        return None
    return Guest(member, visit, must_choose_pin=pin_ends_at is not None)


def claim_of_locker(
    session: Session, *, bank_id: str | None, at_bank: str | None, locker_no: str, now: datetime
) -> Claim:
    """Whom a locker's number names: at the bank that was said, else at the kiosk's own `at_bank`, else at the only one.

    Raises Malformed("malformed") naming `bank_id` when several banks have that number and none was said.
    """
    place = _place(session, bank_id=bank_id, at_bank=at_bank, locker_no=locker_no)
    subject = rules.subject_of("locker", *((place,) if place else ("?", bank_id or "", rules.plain_label(locker_no))))
    rental = session.scalar(select(Rental).where(Rental.compartment_id == (place or ""), Rental.ended_at.is_(None)))
    # Of what several have, nobody could say which of them it is.
    holder_id = lockers.sole_holder_of(session, rental) if rental else None
    rental_id, member_id = (rental.id, holder_id) if rental and holder_id else ("", "")
    return Claim(
        subject=subject,
        of=PinOf.RENTAL,
        of_id=rental_id,
        pin=credentials.pin(session, of=PinOf.RENTAL, of_id=rental_id, now=now),
        member_id=member_id,
        rental_id=rental_id,
        card_id=None,
    )


def claim_of_card(session: Session, *, number_hash: str, now: datetime) -> Claim:
    """Whom a card names."""
    card = credentials.card_by_number(session, number_hash=number_hash)
    member_id = card.member_id if card else ""
    return Claim(
        subject=rules.subject_of("card", number_hash),
        of=PinOf.MEMBER,
        of_id=member_id,
        pin=credentials.pin(session, of=PinOf.MEMBER, of_id=member_id, now=now),
        member_id=member_id,
        rental_id=None,
        card_id=card.id if card else "",
    )


def token_hash(token: str) -> str:
    """What is kept of a token: SHA-256, hex. 256 random bits need no stretching."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _place(session: Session, *, bank_id: str | None, at_bank: str | None, locker_no: str) -> str | None:
    """The compartment that is meant; None when there is none.

    At that bank, or the kiosk's own, the figures alone will do where no two doors have the same: its keys are figures.
    """
    wanted = rules.plain_label(locker_no)
    query = select(Compartment.id, Compartment.bank_id, Compartment.label)
    rows = session.execute(query).all()
    named = [row for row in rows if rules.plain_label(row.label) == wanted]
    meant = at_bank if bank_id is None else bank_id
    if not any(row.bank_id == meant for row in named):
        own = [row for row in rows if row.bank_id == meant and rules.figures_of(row.label) == wanted]
        named = own if len(own) == 1 else named
    banks = [bank_id] if bank_id is not None else [at_bank, *sorted({row.bank_id for row in named} - {at_bank})]
    if bank_id is None and not any(row.bank_id == at_bank for row in named) and len({row.bank_id for row in named}) > 1:
        raise Malformed("malformed", field="bank_id")
    there = [row for bank in banks for row in named if row.bank_id == bank]
    exact = [row for row in there if row.label == locker_no.strip()]
    return (exact or there)[0].id if there else None


def zone_of(session: Session, kiosk: Kiosk) -> str | None:
    """The id of the zone that a kiosk stands in, beside its bank; None: nobody has said."""
    bank = session.get(Bank, kiosk.bank_id) if kiosk.bank_id else None
    return zones.zone_of_device(session, bank.device_id) if bank else None
