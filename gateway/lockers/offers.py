"""Which compartments could be had, and what is to be known of them before one is. Read-only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from gateway.fleet.model import Device, DeviceState, DoorLevel, Lock, Presence
from gateway.kit.errors import Conflict, NotFound
from gateway.lockers import rules
from gateway.lockers.model import Bank, Compartment, Condition, Mode, Rental, Size
from gateway.lockers.rules import Offer
from gateway.zones import queries as zones

MODE = func.coalesce(Compartment.own_mode, Bank.mode)
"""How a compartment comes to its holders: by a mode of its own, or its bank's."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants who did not name a compartment. None leaves a thing open."""

    bank_id: str | None = None
    zone: str | None = None
    size: Size | None = None
    accessible: bool | None = None


def best(session: Session, wish: Wish, unsettled_locks: frozenset[str], *, in_reach_first: bool) -> list[Offer]:
    """What could be had, the best first. Raises Conflict when it is nothing, NotFound("bank")."""
    if wish.bank_id is not None and session.get(Bank, wish.bank_id) is None:
        raise NotFound("bank")
    fitting = _that_fit(session, wish)
    refusals = {offer.compartment_id: rules.rent_refusal(offer, unsettled_locks) for offer in fitting}
    free = [offer for offer in fitting if refusals[offer.compartment_id] is None]
    if not free:
        raise Conflict(rules.nothing_free(refusals.values()))
    return rules.best_first(free, accessible_wanted=in_reach_first)


def of(session: Session, compartment_id: str) -> Offer:
    """One compartment, held or not. Raises NotFound("compartment")."""
    row = session.execute(_OFFERS.where(Compartment.id == compartment_id)).first()
    if row is None:
        raise NotFound("compartment")
    return _offer(row)


def still_stands(session: Session, offer: Offer) -> bool:
    """Whether it can have a next holder, and in the same way as when it was found: asked afresh."""
    query = select(Compartment.condition, MODE).join(Bank, Bank.id == Compartment.bank_id)
    return session.execute(query.where(Compartment.id == offer.compartment_id)).one() == (Condition.READY, offer.mode)


def is_in(zone: str) -> ColumnElement[bool]:
    """The bank's device stands there: a zone goes by its name in either language."""
    return Bank.device_id.in_(zones.devices_in(zone))


def free() -> Select[Compartment]:
    """Those that whoever comes can have: ready, nobody's, neither for staff to assign nor to be booked ahead."""
    held = select(Rental.compartment_id).where(Rental.ended_at.is_(None))
    return (
        select(Compartment)
        .join(Bank, Bank.id == Compartment.bank_id)
        .where(Compartment.condition == Condition.READY, Compartment.id.not_in(held), _is_offered())
    )


def _is_offered() -> ColumnElement[bool]:
    return MODE.not_in((Mode.FIXED, Mode.BOOKABLE))


def _that_fit(session: Session, wish: Wish) -> list[Offer]:
    """The compartments that are nobody's and offered to whoever comes, and fit what was asked for."""
    query = _OFFERS.where(Rental.id.is_(None), _is_offered())
    if wish.zone is not None:
        query = query.where(is_in(wish.zone))
    if wish.bank_id is not None:
        query = query.where(Compartment.bank_id == wish.bank_id)
    if wish.size is not None:
        query = query.where(Compartment.size == wish.size)
    if wish.accessible:
        query = query.where(Compartment.accessible)
    return [_offer(row) for row in session.execute(query)]


_OfferRow = tuple[Compartment, Bank, Mode, str, DeviceState, Presence, DoorLevel, int, datetime | None]


def _offers() -> Select[*_OfferRow]:
    # Two of their own, not one joined: each is answered from the index alone.
    before = Rental.__table__.alias()
    uses = select(func.count()).select_from(before).where(before.c.compartment_id == Compartment.id)
    last = select(func.max(before.c.ended_at)).where(before.c.compartment_id == Compartment.id)
    return (
        select(
            Compartment,
            Bank,
            MODE,
            Rental.id,
            Device.state,
            Device.presence,
            Lock.level,
            uses.correlate(Compartment).scalar_subquery(),
            last.correlate(Compartment).scalar_subquery(),
        )
        .join(Bank, Bank.id == Compartment.bank_id)
        .join(Lock, Lock.id == Compartment.lock_id)
        .join(Device, Device.id == Lock.device_id)
        .outerjoin(Rental, (Rental.compartment_id == Compartment.id) & Rental.ended_at.is_(None))
    )


def _offer(row: Row[*_OfferRow]) -> Offer:
    compartment, bank_there, mode, rental_id, state, presence, level, uses, last_used_at = row
    return Offer(
        compartment_id=compartment.id,
        bank_id=bank_there.id,
        lock_id=compartment.lock_id,
        label=compartment.label,
        accessible=compartment.accessible,
        mode=mode,
        limit=rules.limit_of_bank(usual_min=bank_there.usual_min, longest_min=bank_there.longest_min),
        taken=rental_id is not None,
        condition=compartment.condition,
        bank_there=state is DeviceState.APPROVED and presence is Presence.ONLINE,
        door=level,
        uses=uses,
        last_used_at=last_used_at,
    )


_OFFERS: Final = _offers()  # made once: to put it together takes longer than to answer it
