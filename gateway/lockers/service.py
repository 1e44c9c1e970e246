"""Founding banks; renting, extending and giving back compartments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.fleet import queries as fleet
from gateway.fleet.model import Device
from gateway.kit import audit
from gateway.kit.db import announce
from gateway.kit.errors import Conflict, Malformed
from gateway.kit.ids import new_id
from gateway.lockers import moves, queries, rules
from gateway.lockers.model import Bank, CareAfter, Compartment, Condition, Rental, RentalState, Size, Stage
from gateway.lockers.rules import Offer
from gateway.members.model import Member


@dataclass(frozen=True, kw_only=True)
class Box:
    """A compartment of a bank to be: behind which of the device's doors, and what is printed on it."""

    door: int
    label: str
    size: Size
    accessible: bool = False


Unsettled = Callable[[], frozenset[str]]
"""Asks which locks a command may still open, as it stands at the moment of asking."""


class _QuarantinedError(Exception):
    """The last holder's command may still open it, or it must be seen to first."""


def found_bank(
    session: Session,
    *,
    device: Device,
    name_zh: str,
    name_en: str,
    boxes: Sequence[Box],
    actor: str,
    now: datetime,
) -> Bank:
    """Make a locker bank of an approved device. The bank bears the device's name.

    Raises Conflict("bank_exists"), and Malformed("malformed") naming `compartments` for a door that the device
    does not have, and for a door or label that comes twice.
    """
    if session.get(Bank, device.id) is not None:
        raise Conflict("bank_exists", bank_id=device.id)
    if len({box.door for box in boxes}) < len(boxes) or len({box.label for box in boxes}) < len(boxes):
        raise Malformed("malformed", field="compartments")
    bank = Bank(id=device.id, device_id=device.id, name_zh=name_zh, name_en=name_en)
    session.add(bank)
    session.flush()
    session.add_all(_compartment(session, bank, box) for box in boxes)
    session.flush()
    audit.append(session, actor=actor, act="bank_founded", thing=bank.id, now=now, compartments=len(boxes))
    return bank


def rent(
    session: Session,
    *,
    member: Member,
    now: datetime,
    until: datetime,
    max_days: int,
    unsettled_locks: Unsettled,
    bank_id: str | None = None,
    size: Size | None = None,
    accessible: bool | None = None,
    compartment_id: str | None = None,
) -> Rental:
    """Give the member a compartment: the one asked for, else the best of those that fit.

    `accessible` None: one within reach first, for a member who prefers that, and else any.

    Raises Conflict: `already_rented`, `rental_overdue`, `compartment_taken`, `compartment_not_ready`,
    `no_compartment_free`, `bank_offline`, `door_open`, `door_unknown`, `unlock_under_way`, `policy.max_days`; Malformed
    for a past `until`, NotFound for a bank or box.
    """
    _refuse_bad_until(from_at=now, until=until, now=now, max_days=max_days)
    _refuse_second_rental(session, member, now)
    if compartment_id is not None:
        offer = queries.offer(session, compartment_id)
        if refusal := rules.rent_refusal(offer, unsettled_locks()):
            raise Conflict(refusal)
        found = [offer]
    else:
        in_reach_first = member.prefers_accessible if accessible is None else accessible
        found = _free_choice(
            session,
            unsettled_locks(),
            bank_id=bank_id,
            size=size,
            accessible=accessible,
            in_reach_first=in_reach_first,
        )
    for offer in found:
        # Another member may be quicker: then the database refuses this one, and the next best is tried.
        rental = _claim(session, member, offer, unsettled_locks, now=now, until=until)
        if rental is not None:
            _begin(session, member, rental, offer)
            return rental
        _refuse_second_rental(session, member, now)
    raise Conflict("compartment_taken" if compartment_id is not None else "no_compartment_free")


def extend(session: Session, *, rental: Rental, until: datetime, now: datetime, max_days: int) -> Rental:
    """Let a rental run until then, counted from its beginning.

    Raises Conflict: `rental_ended`, `rental_overdue`, `policy.max_days`; Malformed for a time that has passed.
    """
    _refuse_bad_until(from_at=rental.from_at, until=until, now=now, max_days=max_days)
    if refusal := _new_use_refusal(session, rental, now):
        raise Conflict(refusal)
    return moves.move(
        session,
        rental,
        actor=_holder(session, rental),
        act="extended",
        now=now,
        until_at=until,
        told_stage=Stage.RUNNING,
    )


def end_rental(session: Session, *, rental: Rental, unsettled_locks: Unsettled, now: datetime) -> Rental:
    """Give the compartment back. The holder's access ends with it.

    Raises Conflict: `rental_ended`, `door_open`, `door_unknown` when nobody can tell, and `unlock_under_way` while an
    opening of it is not settled.
    """
    place = moves.hold(session, rental.id)
    if place.rental.ended_at is not None:
        raise Conflict("rental_ended")
    unsettled = place.compartment.lock_id in unsettled_locks()
    if refusal := rules.end_refusal(place.door, unsettled=unsettled):
        raise Conflict(refusal)
    return moves.end(session, rental, actor=_holder(session, rental), act="rental_ended", now=now)


def tell_of_stage(session: Session, *, rental_id: str, now: datetime) -> None:
    """Let the member know where their rental stands, in place of what they were told before. Harmless to repeat."""
    rental = session.get_one(Rental, rental_id)
    place = queries.view(session, rental)
    stage = place.stage(now)
    if stage is None or not _note_told(session, rental, stage):
        return
    announce(session, "rental", id=rental.id, member_id=rental.member_id, state=rental.state)
    moves.stop_reminding(session, rental, now)
    if kind := rules.NOTICES.get(stage):
        moves.leave_notice(session, place, kind, now)
        audit.append(session, actor="gateway", act=kind, thing=rental.id, now=now, until=rental.until_at.isoformat())


def set_terms(
    session: Session,
    *,
    bank: Bank,
    actor: str,
    now: datetime,
    remind_before_min: int | None = None,
    grace_min: int | None = None,
    clear_out_after_min: int | None = None,
    care_after: CareAfter | None = None,
    ajar_after_min: int | None = None,
) -> None:
    """Say how rentals at this bank end, those that run included, and how long a door may stand open.

    None leaves a thing as it is.
    """
    wanted = {
        "remind_before_min": remind_before_min,
        "grace_min": grace_min,
        "clear_out_after_min": clear_out_after_min,
        "care_after": care_after,
        "ajar_after_min": ajar_after_min,
    }
    values = {name: value for name, value in wanted.items() if value is not None}
    for name, value in values.items():
        setattr(bank, name, value)
    session.flush()
    audit.append(session, actor=actor, act="bank_terms_set", thing=bank.id, now=now, **values)


def set_condition(
    session: Session, *, compartment_id: str, condition: Condition, reason: str, actor: str, now: datetime
) -> None:
    """Say whether a compartment can have a next holder, and why. Whoever holds it keeps it, and gets in.

    Raises NotFound("compartment").
    """
    moves.set_condition(session, queries.compartment(session, compartment_id).compartment, condition, reason, now)
    audit.append(session, actor=actor, act=f"compartment_{condition}", thing=compartment_id, now=now, reason=reason)


def _free_choice(
    session: Session,
    unsettled_locks: frozenset[str],
    *,
    bank_id: str | None,
    size: Size | None,
    accessible: bool | None,
    in_reach_first: bool,
) -> list[Offer]:
    """What could be had, the best first. Raises Conflict when it is nothing, NotFound("bank")."""
    if bank_id is not None:
        queries.bank(session, bank_id)
    offers = queries.offers(session, bank_id=bank_id, size=size, accessible=accessible)
    refusals = {offer.compartment_id: rules.rent_refusal(offer, unsettled_locks) for offer in offers}
    free = [offer for offer in offers if refusals[offer.compartment_id] is None]
    if not free:
        raise Conflict(rules.nothing_free(refusals.values()))
    return rules.best_first(free, accessible_wanted=in_reach_first)


def _claim(
    session: Session, member: Member, offer: Offer, unsettled_locks: Unsettled, *, now: datetime, until: datetime
) -> Rental | None:
    """Write the rental down; None when somebody was quicker: the compartment or the member has one by now.

    Only now is it certain that the last holder can ask for nothing more, and how they left it; so the quarantine is
    looked at once more.
    """
    rental = Rental(
        id=new_id(),
        compartment_id=offer.compartment_id,
        member_id=member.id,
        state=RentalState.ACTIVE,
        from_at=now,
        until_at=until,
        ended_at=None,
    )
    try:
        with session.begin_nested():
            session.add(rental)
            session.flush()
            if offer.lock_id in unsettled_locks() or not queries.is_ready(session, offer.compartment_id):
                raise _QuarantinedError
    except (IntegrityError, _QuarantinedError):
        return None
    return rental


def _begin(session: Session, member: Member, rental: Rental, offer: Offer) -> None:
    # No bounds on the grant: neither a late return nor a clock set back keeps anybody from their things.
    access.give(
        session,
        lock_id=offer.lock_id,
        member_id=member.id,
        source=GrantSource.RENTAL,
        source_id=rental.id,
    )
    moves.tell(session, rental, actor=member.audit_id, act="rented", now=rental.from_at)


def _refuse_second_rental(session: Session, member: Member, now: datetime) -> None:
    if held := queries.active_rental_of(session, member_id=member.id):
        raise Conflict(_new_use_refusal(session, held, now) or "already_rented", rental_id=held.id)


def _holder(session: Session, rental: Rental) -> str:
    """Who does it, for the trail: the holder's own act."""
    return session.get_one(Member, rental.member_id).audit_id


def _new_use_refusal(session: Session, rental: Rental, now: datetime) -> str | None:
    stage = queries.view(session, rental).stage(now)
    return rules.new_use_refusal(stage) if stage else None


def _note_told(session: Session, rental: Rental, stage: Stage) -> bool:
    """True for exactly one of those who would tell it, and only while the rental is as it was read."""
    told = session.execute(
        update(Rental)
        .where(
            Rental.id == rental.id,
            Rental.ended_at.is_(None),
            Rental.until_at == rental.until_at,
            Rental.told_stage == rental.told_stage,
            Rental.told_stage != stage,
        )
        .values(told_stage=stage)
        .returning(Rental.id)
    )
    return told.first() is not None


def _refuse_bad_until(*, from_at: datetime, until: datetime, now: datetime, max_days: int) -> None:
    fault = rules.until_fault(from_at=from_at, until=until, now=now, max_days=max_days)
    if fault == "in_the_past":
        raise Malformed("malformed", field="until")
    if fault:
        raise Conflict(fault, max_days=max_days)


def _compartment(session: Session, bank: Bank, box: Box) -> Compartment:
    lock = fleet.lock_at(session, bank.device_id, box.door)
    if lock is None:
        raise Malformed("malformed", field="compartments", door=box.door)
    return Compartment(
        id=new_id(),
        bank_id=bank.id,
        lock_id=lock.id,
        label=box.label,
        size=box.size,
        accessible=box.accessible,
        condition=Condition.READY,
    )
