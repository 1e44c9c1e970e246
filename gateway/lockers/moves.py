"""The moves that a rental makes, whoever makes it move, and who is told of them."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.credentials import service as credentials
from gateway.credentials.model import PinOf
from gateway.kit import audit
from gateway.kit.db import announce
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.lockers import offers, queries, rules
from gateway.lockers.model import (
    CLEAR_OUT_MOVES,
    Bank,
    ClearOut,
    ClearOutState,
    Compartment,
    Condition,
    Rental,
    RentalState,
    Use,
)
from gateway.lockers.queries import RentalView
from gateway.lockers.rules import Offer
from gateway.notices import service as notices

CLOSING: Final = frozenset({ClearOutState.BAGGED, ClearOutState.CALLED_OFF})
SHARED: Final = ("shared_with_you", "shared_with_you_meanwhile")  # what the one it is shared with was told
OVER_WITH_IT: Final = (*SHARED, "assigned_to_you", "drop_off_waiting", "opened_by_staff", "pin_reset")

Unsettled = Callable[[], frozenset[str]]
"""Asks which locks a command may still open, as it stands at the moment of asking."""


class _QuarantinedError(Exception):
    """The last holder's command may still open it, or it must be seen to first."""


def take(
    session: Session,
    offer: Offer,
    *,
    use: Use,
    member_id: str | None,
    until: datetime | None,
    note: str = "",
    unsettled_locks: Unsettled,
    now: datetime,
) -> Rental | None:
    """Write down whose a compartment is from now on; None when somebody was quicker: it is another's, or they have one.

    Only now is it certain that the last holder can ask for nothing more, and how they left it; so the quarantine is
    looked at once more.
    """
    rental = Rental(
        id=new_id(),
        compartment_id=offer.compartment_id,
        use=use,
        member_id=member_id,
        state=RentalState.ACTIVE,
        from_at=now,
        until_at=until,
        ended_at=None,
        note=note,
    )
    try:
        with session.begin_nested():
            session.add(rental)
            session.flush()
            if offer.lock_id in unsettled_locks() or not offers.still_stands(session, offer):
                raise _QuarantinedError
    except (IntegrityError, _QuarantinedError):
        return None
    return rental


def let_in(session: Session, rental: Rental, *, lock_id: str, member_id: str) -> None:
    """Let somebody open what is theirs. Without bounds: neither a late return nor a clock set back keeps them out."""
    access.give(session, lock_id=lock_id, member_id=member_id, source=GrantSource.RENTAL, source_id=rental.id)


def move(session: Session, rental: Rental, *, actor: str, act: str, now: datetime, **values: object) -> Rental:
    """Change a rental that is still active; what was said of it is no longer so. Raises Conflict("rental_ended")."""
    after = _change(session, rental, **values)
    stop_reminding(session, rental, now)
    tell(session, after, actor=actor, act=act, now=now)
    return after


def end(
    session: Session,
    rental: Rental,
    *,
    actor: str,
    act: str,
    unsettled_locks: Unsettled,
    now: datetime,
    door_was_sensed: bool = True,
    **why: object,  # JSON values, for the trail
) -> Rental:
    """End a rental and whatever followed from it: access, shares, its PIN, reminders, staff about to clear it out.

    The compartment goes into the care that its bank wants between two holders; into inspection when people alone have
    seen its door shut.

    Raises Conflict: `rental_ended`, and `unlock_under_way` for what was asked for before the rights have ended here.
    """
    ended = _change(session, rental, state=RentalState.ENDED, ended_at=now)
    access.end(session, source=GrantSource.RENTAL, source_id=rental.id, now=now)
    access.end(session, source=GrantSource.SHARE, source_id=rental.id, now=now)
    _refuse_what_came_first(session, ended, unsettled_locks)
    credentials.drop_pin(session, of=PinOf.RENTAL, of_id=rental.id)
    notices.take_back(session, about=rental.id, kinds=OVER_WITH_IT, now=now)
    _leave_for_care(session, ended, now, door_was_sensed=door_was_sensed)
    if under_way := queries.clear_out_under_way(session, rental_id=rental.id):
        move_clear_out(session, under_way, ClearOutState.CALLED_OFF, actor=actor, now=now)
    stop_reminding(session, rental, now)
    tell(session, ended, actor=actor, act=act, now=now, **why)
    return ended


def move_clear_out(
    session: Session, clear_out: ClearOut, to: ClearOutState, *, actor: str, now: datetime, **values: object
) -> ClearOut:
    """Take a clear-out a step on, from where that step begins, and say so. Raises Conflict("clear_out_moved_on")."""
    if to in CLOSING:
        values["closed_at"] = now
        access.end(session, source=GrantSource.CLEAR_OUT, source_id=clear_out.id, now=now)
        notices.take_back(session, about=clear_out.rental_id, kinds=["clear_out_begun"], now=now)
    moved = session.execute(
        update(ClearOut)
        .where(ClearOut.id == clear_out.id, ClearOut.state.in_(CLEAR_OUT_MOVES[to]))
        .values(state=to, **values)
        .returning(ClearOut.id)
    )
    if moved.first() is None:
        raise Conflict("clear_out_moved_on")
    after = session.get_one(ClearOut, clear_out.id, populate_existing=True)
    note_clear_out(session, after, actor=actor, now=now)
    return after


def note_clear_out(session: Session, clear_out: ClearOut, *, actor: str, now: datetime) -> None:
    """Write down where a clear-out stands now: under its rental, so that the member finds it there."""
    audit.append(
        session,
        actor=actor,
        act=f"clear_out_{clear_out.state.lower()}",
        thing=clear_out.rental_id,
        now=now,
        reason=clear_out.reason,
        bag_label=clear_out.bag_label,
    )


def stop_reminding(session: Session, rental: Rental, now: datetime) -> None:
    """What the clock has said of it is no longer so."""
    kinds = {*rules.NOTICES.values(), *rules.IDLE_NOTICES.values(), *rules.DROP_OFF_NOTICES.values()}
    notices.take_back(session, about=rental.id, kinds=kinds, now=now)


def leave_notice(
    session: Session, place: RentalView, kind: str, now: datetime, *, to: str | None = None, **more: object
) -> None:
    """Let those whose it is, or the member `to`, know something of a rental there. `more`: JSON values."""
    facts = {"bank": {"zh-CN": place.bank.name_zh, "en": place.bank.name_en}, "label": place.compartment.label} | more
    if place.ending is not None:
        facts["until"] = place.ending.until.isoformat()
        facts["grace_until"] = place.ending.grace_until.isoformat()
        facts["clear_out_at"] = place.ending.clear_out_at.isoformat()
    for member_id in [to] if to else queries.people_of(session, place.rental):
        notices.leave(session, member_id=member_id, kind=kind, about=place.rental.id, now=now, **facts)


def tell(
    session: Session,
    rental: Rental,
    *,
    actor: str,
    act: str,
    now: datetime,
    **why: object,
) -> None:
    """The trail and, after the commit, whoever watches. The trail comes last: on PostgreSQL it makes others wait.

    `why`: JSON values, for the trail.
    """
    announce_to(session, rental, queries.people_of(session, rental))
    audit.append(
        session,
        actor=actor,
        act=act,
        thing=rental.id,
        now=now,
        compartment=rental.compartment_id,
        until=rental.until_at.isoformat() if rental.until_at else None,
        **why,
    )


def announce_to(session: Session, rental: Rental, member_ids: Collection[str]) -> None:
    """Let these members' screens know that something about it has changed."""
    for member_id in member_ids:
        announce(session, "rental", id=rental.id, member_id=member_id, state=rental.state)


def set_condition(session: Session, compartment: Compartment, condition: Condition, reason: str, now: datetime) -> None:
    """Let a compartment stand like this from now on."""
    session.execute(
        update(Compartment)
        .where(Compartment.id == compartment.id)
        .values(condition=condition, condition_reason=reason, condition_at=now)
    )


def hold(session: Session, rental_id: str) -> RentalView:
    """A rental as it stands, held until this transaction ends: whoever else would move it waits, on PostgreSQL too.

    Raises NotFound("rental").
    """
    _hold_compartment(session, Compartment.id == queries.rental(session, rental_id).compartment_id)
    rental = session.get_one(Rental, rental_id, with_for_update=True, populate_existing=True)
    return queries.view(session, rental)


def hold_behind(session: Session, lock_id: str) -> RentalView | None:
    """Who rents what is behind a lock, held like `hold`: until this transaction ends nobody begins or ends there.

    None: nobody does, or there is no compartment.
    """
    compartment = _hold_compartment(session, Compartment.lock_id == lock_id)
    if compartment is None:
        return None
    rental = queries.compartment(session, compartment.id).rental
    return queries.view(session, rental) if rental else None


def _hold_compartment(session: Session, which: ColumnElement[bool]) -> Compartment | None:
    """The compartment comes before its rental, always: two that hold the same things in another order would deadlock.

    A rental that is about to begin there waits too, since it refers to the compartment.
    """
    held = select(Compartment).where(which).with_for_update().execution_options(populate_existing=True)
    return session.scalar(held)


def _leave_for_care(session: Session, ended: Rental, now: datetime, *, door_was_sensed: bool) -> None:
    compartment = session.get_one(Compartment, ended.compartment_id, populate_existing=True, with_for_update=True)
    care = session.get_one(Bank, compartment.bank_id).care_after
    condition = rules.condition_after(compartment.condition, care, door_was_sensed=door_was_sensed)
    if condition is not compartment.condition:
        set_condition(session, compartment, condition, "rental_ended" if door_was_sensed else "door_unknown", now)


def _refuse_what_came_first(session: Session, ended: Rental, unsettled_locks: Unsettled) -> None:
    """Only from here on nothing can be asked for any more; until now somebody may have."""
    if session.get_one(Compartment, ended.compartment_id).lock_id in unsettled_locks():
        raise Conflict("unlock_under_way")


def _change(session: Session, rental: Rental, **values: object) -> Rental:
    moved = session.execute(
        update(Rental).where(Rental.id == rental.id, Rental.ended_at.is_(None)).values(**values).returning(Rental.id)
    )
    if moved.first() is None:
        raise Conflict("rental_ended")
    return session.get_one(Rental, rental.id, populate_existing=True)
