"""Founding banks; renting, extending and giving back compartments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts
from gateway.fleet import queries as fleet
from gateway.fleet.model import Device, DoorLevel
from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, Malformed
from gateway.kit.ids import new_id
from gateway.lockers import moves, offers, queries, rules
from gateway.lockers.model import Bank, Compartment, Condition, Mode, Rental, Size, Stage, Use
from gateway.lockers.moves import Unsettled
from gateway.lockers.offers import Wish
from gateway.lockers.rules import Offer, Times
from gateway.lockers.standing import Standing
from gateway.members.model import Member
from gateway.policies.rules import Verdict
from gateway.policies.wishes import Act
from gateway.zones import queries as zones_queries
from gateway.zones import service as zones
from gateway.zones.model import Placed


@dataclass(frozen=True, kw_only=True)
class Box:
    """A compartment of a bank to be: behind which of the device's doors, and what is printed on it."""

    door: int
    label: str
    size: Size
    accessible: bool = False


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
    until: datetime | None,
    max_days: int,
    days: int = 1,
    unsettled_locks: Unsettled,
    bank_id: str | None = None,
    zone: str | None = None,
    size: Size | None = None,
    accessible: bool | None = None,
    compartment_id: str | None = None,
) -> Rental:
    """Give the member a compartment: the one asked for, else the best of those that fit.

    `until` None: the usual time there, which is `days` where the bank has no times of its own. `accessible` None: one
    within reach first, for a member who prefers that, and else any. `zone`: its name in either language.

    Raises Conflict: `already_rented`, `rental_overdue`, `compartment_taken`, `compartment_fixed`,
    `compartment_bookable`, `compartment_not_ready`, `no_compartment_free`, `bank_offline`, `door_open`, `door_unknown`,
    `unlock_under_way`, `policy.max_days`, `policy.longest_use`, `policy.no_end`; Malformed for a past `until`,
    NotFound for a bank or box.
    """
    _refuse_the_past(until, now)
    # On PostgreSQL a member's wishes take turns, so that two at once do not both count as their last.
    take_turn(session, Member, member.id)
    all_banks = [view.bank.id for view in queries.banks(session)]
    standing = Standing.of(session, member=member, banks=all_banks, max_days=max_days, now=now)
    _refuse_while_overdue(session, standing.rentals, now)
    standing.insist(standing.judge(Act.RENT, None, from_at=now, until=None))
    if compartment_id is not None:
        offer = offers.of(session, compartment_id)
        if refusal := rules.rent_refusal(offer, unsettled_locks()):
            raise Conflict(refusal)
        found = [offer]
    else:
        in_reach_first = member.prefers_accessible if accessible is None else accessible
        wish = Wish(bank_id=bank_id, zone=zone, size=size, accessible=accessible)
        found = offers.best(session, wish, unsettled_locks(), in_reach_first=in_reach_first)
    for offer, runs_until in _that_may_be_had(found, until, standing, days=days):
        # Another member may be quicker: then the database refuses this one, and the next best is tried.
        rental = moves.take(
            session,
            offer,
            use=Use.RENTED,
            member_id=member.id,
            until=runs_until,
            unsettled_locks=unsettled_locks,
            now=now,
        )
        if rental is not None:
            moves.let_in(session, rental, lock_id=offer.lock_id, member_id=member.id)
            moves.tell(session, rental, actor=member.audit_id, act="rented", now=now)
            return rental
    raise Conflict("compartment_taken" if compartment_id is not None else "no_compartment_free")


def extend(session: Session, *, rental: Rental, until: datetime, now: datetime, max_days: int) -> Rental:
    """Let a rental run until then, counted from its beginning.

    Raises Conflict: `assigned_by_staff`, `compartment_bookable`, `rental_ended`, `rental_overdue`,
    `policy.max_days`, `policy.longest_use`, `policy.no_end`; Malformed for a time that has passed.
    """
    _refuse_the_past(until, now)
    if refusal := rules.change_refusal(rental.use):
        raise Conflict(refusal)
    offer, member = offers.of(session, rental.compartment_id), session.get_one(Member, rental.member_id)
    if offer.mode is Mode.BOOKABLE:  # somebody may have booked what comes then
        raise Conflict("compartment_bookable")
    standing = Standing.of(session, member=member, banks=[offer.bank_id], max_days=max_days, now=now)
    usual = _usual(offer.bank_id, standing, days=1)
    allowed = rules.times(offer.mode, limit=offer.limit, usual=usual) or usual
    _refuse_until(allowed if rental.until_at else None, from_at=rental.from_at, until=until)
    standing.insist(standing.judge(Act.EXTEND, offer.bank_id, from_at=rental.from_at, until=until))
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


def end_rental(
    session: Session, *, rental: Rental, unsettled_locks: Unsettled, now: datetime, seen_shut: bool = False
) -> Rental:
    """Give the compartment back. The holder's access ends with it.

    `seen_shut`: the holder sees the door shut. That counts behind a contact that is suspect and says open; the
    compartment is inspected then.

    Raises Conflict: `assigned_by_staff` while several have it, `rental_ended`, `door_open`, `sensor_suspect` where
    `seen_shut` would count, `door_unknown` when nobody can tell, and `unlock_under_way` while an opening of it is not
    settled.
    """
    place = moves.hold(session, rental.id)
    if place.rental.ended_at is not None:
        raise Conflict("rental_ended")
    if refusal := rules.give_back_refusal(rental.use, people=len(queries.people_of(session, rental))):
        raise Conflict(refusal)
    lock_id = place.compartment.lock_id
    refusal = rules.end_refusal(
        place.door,
        unsettled=lock_id in unsettled_locks(),
        is_suspect=alerts.is_standing(session, kind="sensor_suspect", thing=lock_id),
        seen_by_eye=seen_shut,
    )
    if refusal:
        raise Conflict(refusal)
    was_sensed = place.door is DoorLevel.SHUT
    seen = {} if was_sensed else {"seen_shut": "by_holder"}
    actor = _holder(session, rental)
    return moves.end(
        session,
        place.rental,
        actor=actor,
        act="rental_ended",
        unsettled_locks=unsettled_locks,
        now=now,
        door_was_sensed=was_sensed,
        **seen,
    )


def tell_of_stage(session: Session, *, rental_id: str, now: datetime) -> None:
    """Let those whose it is know where it stands, in place of what they were told before. Harmless to repeat."""
    rental = session.get_one(Rental, rental_id)
    place = queries.view(session, rental)
    if place.rental.ended_at is not None:
        return
    stage = queries.stage_to_tell(session, rental, place.ending, lock_id=place.compartment.lock_id, now=now)
    if not _note_told(session, rental, stage):
        return
    moves.announce_to(session, rental, queries.people_of(session, rental))
    moves.stop_reminding(session, rental, now)
    if kind := rules.notices(rental.use, has_end=rental.until_at is not None).get(stage):
        moves.leave_notice(session, place, kind, now)
        until = place.ending.until.isoformat() if place.ending else None
        audit.append(session, actor="gateway", act=kind, thing=rental.id, now=now, until=until)


def look_inside(session: Session, *, device_id: str, door: int, now: datetime) -> None:
    """A beam has told what is behind a door: whoever has that compartment is reminded no longer, or again."""
    if rental := queries.active_rental_at(session, device_id=device_id, door=door):
        tell_of_stage(session, rental_id=rental.id, now=now)


def note_seen(session: Session, *, rental: Rental, is_empty: bool, now: datetime) -> None:
    """Staff have looked into what somebody has: they are reminded no longer, or again."""
    rental.seen_empty_at = now if is_empty else None
    session.flush()
    tell_of_stage(session, rental_id=rental.id, now=now)


def set_terms(session: Session, *, bank: Bank, actor: str, now: datetime, **terms: object) -> None:
    """Say how a bank is rented and how rentals there end, those that run included, and how long a door may stand open.

    None leaves a thing as it is.

    `terms`: columns of the bank. Raises Malformed("malformed") when the usual time would be longer than the longest,
    and for a bank to be booked ahead: that is said of each compartment (`bookings.booked_lockers`).
    """
    values = {name: value for name, value in terms.items() if value is not None}
    if values.get("mode") is Mode.BOOKABLE:
        raise Malformed("malformed", field="mode")
    for name, value in values.items():
        setattr(bank, name, value)
    if bank.usual_min > bank.longest_min:
        raise Malformed("malformed", field="usual_min")
    session.flush()
    audit.append(session, actor=actor, act="bank_terms_set", thing=bank.id, now=now, **values)


def set_zone(session: Session, *, bank: Bank, name_zh: str, name_en: str, actor: str, now: datetime) -> None:
    """Say where a bank stands: its device is put into the zone of one of these names, made when there is none.

    Both empty: nobody knows. One empty: a new zone bears the other in both languages.
    """
    zone = zones.named(session, name_zh=name_zh, name_en=name_en, actor=actor, now=now)
    zone_id = zone.id if zone else None
    if zones_queries.zone_of_device(session, bank.device_id) != zone_id:
        zones.place(session, what=Placed.DEVICE, ref=bank.device_id, zone_id=zone_id, actor=actor, now=now)


def set_mode(session: Session, *, compartment_id: str, mode: Mode | None, actor: str, now: datetime) -> None:
    """Let one compartment come to its holders otherwise than its bank's; None: as its bank's. Whoever has it keeps it.

    Raises NotFound("compartment").
    """
    queries.compartment(session, compartment_id).compartment.own_mode = mode
    session.flush()
    audit.append(session, actor=actor, act="compartment_mode_set", thing=compartment_id, now=now, mode=mode)


def set_condition(
    session: Session, *, compartment_id: str, condition: Condition, reason: str, actor: str, now: datetime
) -> None:
    """Say whether a compartment can have a next holder, and why. Whoever holds it keeps it, and gets in.

    Raises NotFound("compartment").
    """
    moves.set_condition(session, queries.compartment(session, compartment_id).compartment, condition, reason, now)
    audit.append(session, actor=actor, act=f"compartment_{condition}", thing=compartment_id, now=now, reason=reason)


def _that_may_be_had(
    found: list[Offer], until: datetime | None, standing: Standing, *, days: int
) -> list[tuple[Offer, datetime | None]]:
    """Those that this member can have until then, and until when each would run. Raises Conflict as the best would."""
    now = standing.now

    @cache
    def judged(bank_id: str, mode: Mode, limit: Times) -> tuple[Times | None, datetime | None, Verdict]:
        """The same for all that are alike: a bank has many."""
        allowed = rules.times(mode, limit=limit, usual=_usual(bank_id, standing, days=days))
        runs_until = rules.until_of(allowed, wished=until, now=now)
        return allowed, runs_until, standing.judge(Act.RENT, bank_id, from_at=now, until=runs_until)

    fitting = []
    for offer in found:
        allowed, runs_until, verdict = judged(offer.bank_id, offer.mode, offer.limit)
        if verdict.refusal is None and rules.until_fault(allowed, from_at=now, until=until) is None:
            fitting.append((offer, runs_until))
    if not fitting:
        allowed, _, verdict = judged(found[0].bank_id, found[0].mode, found[0].limit)
        _refuse_until(allowed, from_at=now, until=until)
        standing.insist(verdict)
    return fitting


def _usual(bank_id: str, standing: Standing, *, days: int) -> Times:
    """The times of a bank that has none of its own, for this member. How long at most is for the rules to say."""
    most = standing.max_days(bank_id)
    return rules.usual_times(days=days if most is None else min(days, most))


def _refuse_while_overdue(session: Session, rentals: Sequence[Rental], now: datetime) -> None:
    for held in rentals:
        if refusal := _new_use_refusal(session, held, now):
            raise Conflict(refusal, rental_id=held.id)


def _holder(session: Session, rental: Rental) -> str:
    """Who does it, for the trail: the act of the one whose it is."""
    (member_id,) = queries.people_of(session, rental)
    return session.get_one(Member, member_id).audit_id


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
            Rental.until_at.is_not_distinct_from(rental.until_at),
            Rental.told_stage == rental.told_stage,
            Rental.told_stage != stage,
        )
        .values(told_stage=stage)
        .returning(Rental.id)
    )
    return told.first() is not None


def _refuse_the_past(until: datetime | None, now: datetime) -> None:
    if until is not None and until <= now:
        raise Malformed("malformed", field="until")


def _refuse_until(allowed: Times | None, *, from_at: datetime, until: datetime | None) -> None:
    fault = rules.until_fault(allowed, from_at=from_at, until=until)
    if fault == "policy.longest_use" and allowed and allowed.longest:
        raise Conflict(fault, longest_min=allowed.longest // timedelta(minutes=1))
    if fault:
        raise Conflict(fault)


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
