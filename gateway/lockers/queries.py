"""Questions about lockers. Never who holds what, but to the holder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from gateway.access import queries as access
from gateway.access.model import AccessGrant, GrantSource
from gateway.fleet import queries as fleet
from gateway.fleet.model import Device, DoorLevel, Inside, Lock, Presence
from gateway.fleet.rules import inside_now
from gateway.kit.errors import NotFound
from gateway.lockers import offers, rules
from gateway.lockers.model import Bank, ClearOut, Compartment, Condition, Mode, Rental, Size, Stage, Use
from gateway.lockers.rules import Ending, Terms
from gateway.members.model import Member
from gateway.zones import queries as zones
from gateway.zones.model import Zone


@dataclass(frozen=True)
class BankView:
    """A locker bank from outside."""

    bank: Bank
    zone: Zone | None  # where its device stands; None: nobody has said
    presence: Presence
    free: dict[Size, int]  # every size, 0 for none
    total: int


@dataclass(frozen=True)
class RentalView:
    """A rental with what its holder wants to know of its place."""

    rental: Rental
    bank: Bank
    presence: Presence
    compartment: Compartment
    door: DoorLevel
    ending: Ending | None  # None: it has no end

    def stage(self, now: datetime) -> Stage | None:
        """How far it is past its end; None once it has been given back."""
        if self.rental.ended_at is not None:
            return None
        return self.ending.stage(now) if self.ending else Stage.RUNNING

    def is_extendable(self, now: datetime) -> bool:
        """Whether its holder may ask for a later end of it."""
        mode = self.compartment.own_mode or self.bank.mode
        return rules.is_extendable(self.rental.use, mode, self.stage(now), has_end=self.rental.until_at is not None)


def banks(session: Session, *, zone: str | None = None) -> list[BankView]:
    """All of them, or those of a zone, named in either language; by id."""
    query = select(Bank, Device.presence).join(Device, Device.id == Bank.device_id).order_by(Bank.id)
    rows = session.execute(query if zone is None else query.where(offers.is_in(zone))).all()
    totals = _count_by_bank(session, select(Compartment.bank_id, func.count()).group_by(Compartment.bank_id))
    free: dict[str, dict[Size, int]] = {bank.id: dict.fromkeys(Size, 0) for bank, _ in rows}
    for compartment in session.scalars(offers.free()):
        if compartment.bank_id in free:
            free[compartment.bank_id][compartment.size] += 1
    where = zones.zones_of_devices(session)
    return [
        BankView(bank, where.get(bank.device_id), presence, free[bank.id], totals.get(bank.id, 0))
        for bank, presence in rows
    ]


def bank(session: Session, bank_id: str) -> BankView:
    """One of them. Raises NotFound("bank")."""
    for view in banks(session):
        if view.bank.id == bank_id:
            return view
    raise NotFound("bank")


def free_compartments(session: Session, bank_id: str) -> Sequence[Compartment]:
    """A bank's compartments that can be had: ready, nobody's, and not for staff to assign; by label."""
    return session.scalars(offers.free().where(Compartment.bank_id == bank_id).order_by(Compartment.label)).all()


@dataclass(frozen=True)
class CompartmentView:
    """A compartment, for staff. `rental` None: it is nobody's."""

    compartment: Compartment
    mode: Mode
    door: DoorLevel
    proved: Inside  # by its beam, when its door was last seen shut
    rental: Rental | None

    @property
    def inside(self) -> Inside:
        """What its beam proves now."""
        return inside_now(self.proved, self.door)


def compartments(session: Session, bank_id: str) -> list[CompartmentView]:
    """All of a bank, by label. Raises NotFound("bank")."""
    bank(session, bank_id)
    query = _compartments().where(Compartment.bank_id == bank_id).order_by(Compartment.label)
    return [CompartmentView(*row) for row in session.execute(query)]


def compartments_in(session: Session, condition: Condition) -> list[CompartmentView]:
    """Those of every bank that stand like this, by bank and label."""
    query = _compartments().where(Compartment.condition == condition)
    return [CompartmentView(*row) for row in session.execute(query.order_by(Compartment.bank_id, Compartment.label))]


def compartment(session: Session, compartment_id: str) -> CompartmentView:
    """One of them. Raises NotFound("compartment")."""
    row = session.execute(_compartments().where(Compartment.id == compartment_id)).first()
    if row is None:
        raise NotFound("compartment")
    return CompartmentView(*row)


def is_of(member_id: str) -> ColumnElement[bool]:
    """Rented by the member, or assigned to them; an assignment that has ended is of those whose it was until then."""
    return concerns(member_id) & Rental.use.in_((Use.RENTED, Use.ASSIGNED))


def concerns(member_id: str) -> ColumnElement[bool]:
    """The member's in any way, as `people_of` has it."""
    named = select(AccessGrant.source_id).where(
        AccessGrant.member_id == member_id,
        AccessGrant.source == GrantSource.RENTAL,
        or_(AccessGrant.ended_at.is_(None), AccessGrant.ended_at == Rental.ended_at),
    )
    return or_(
        (Rental.member_id == member_id) & (Rental.use == Use.RENTED),
        Rental.use.in_((Use.ASSIGNED, Use.DROP_OFF)) & Rental.id.in_(named.correlate(Rental)),
    )


def rental_of(session: Session, *, member_id: str, rental_id: str) -> Rental:
    """One that the member has, alone or with others. Raises NotFound("rental"), for other people's too."""
    found = session.scalar(select(Rental).where(Rental.id == rental_id, is_of(member_id)))
    if found is None:
        raise NotFound("rental")
    return found


def rentals_of(session: Session, *, member_id: str, limit: int = 50, after: str | None = None) -> Sequence[Rental]:
    """What the member rents and what is assigned to them, newest first. `after`: the id of the last already seen."""
    query = select(Rental).where(is_of(member_id))
    if after is not None:
        seen = rental_of(session, member_id=member_id, rental_id=after)
        query = query.where(
            (Rental.from_at < seen.from_at) | ((Rental.from_at == seen.from_at) & (Rental.id < seen.id))
        )
    return session.scalars(query.order_by(Rental.from_at.desc(), Rental.id.desc()).limit(limit)).all()


def rented_by(session: Session, *, member_id: str) -> list[tuple[Rental, str]]:
    """What the member rents now, each with its bank's id, the oldest first."""
    mine = (
        select(Rental, Compartment.bank_id)
        .join(Compartment, Compartment.id == Rental.compartment_id)
        .where(Rental.member_id == member_id, Rental.ended_at.is_(None), Rental.use == Use.RENTED)
        .order_by(Rental.from_at, Rental.id)
    )
    return [(rental, bank_id) for rental, bank_id in session.execute(mine)]


def locks_of(session: Session, *, member_id: str) -> frozenset[str]:
    """The locks of whatever the member has now."""
    mine = (
        select(Compartment.lock_id)
        .join(Rental, Rental.compartment_id == Compartment.id)
        .where(concerns(member_id), Rental.ended_at.is_(None))
    )
    return frozenset(session.scalars(mine))


def people_of(session: Session, rental: Rental) -> list[str]:
    """The ids of the members whose it is, by number: who rents it, or to whom staff assigned it. Nobody has a hold.

    Of a drop-off: whoever left it, and once it waits, for whom.
    """
    if rental.use is Use.RENTED and rental.member_id is not None:
        return [rental.member_id]
    if rental.use is Use.HELD:
        return []
    named = (
        select(Member.id)
        .join(AccessGrant, AccessGrant.member_id == Member.id)
        .where(
            AccessGrant.source == GrantSource.RENTAL,
            AccessGrant.source_id == rental.id,
            AccessGrant.ended_at == rental.ended_at,  # those who are in it, or were until its end
        )
        .order_by(Member.member_no)
    )
    return list(session.scalars(named))


def sole_holder_of(session: Session, rental: Rental) -> str | None:
    """The id of the member whose alone it is, rented or assigned; None when there is no such one."""
    people = people_of(session, rental)
    return people[0] if len(people) == 1 and rental.use in {Use.RENTED, Use.ASSIGNED} else None


def view(session: Session, rental: Rental) -> RentalView:
    """A rental's place and how it stands there."""
    bank_there, presence, compartment = session.execute(
        select(Bank, Device.presence, Compartment)
        .join(Compartment, Compartment.bank_id == Bank.id)
        .join(Device, Device.id == Bank.device_id)
        .where(Compartment.id == rental.compartment_id)
    ).one()
    door = door_of(session, compartment.lock_id)
    ending = ending_of(session, rental, bank_there, compartment)
    return RentalView(rental, bank_there, presence, compartment, door, ending)


def ending_of(session: Session, rental: Rental, bank_there: Bank, compartment: Compartment) -> Ending | None:
    """How a rental at that bank comes to its end; None: it does not by itself.

    One without an end comes to it by lying idle, where its bank says so. What staff hold never does.
    """
    terms = Terms(
        remind_before=timedelta(minutes=bank_there.remind_before_min),
        grace=timedelta(minutes=bank_there.grace_min),
        clear_out_after=timedelta(minutes=bank_there.clear_out_after_min),
    )
    if rental.use is Use.HELD:
        return None
    if rental.until_at is not None:
        return rules.ending(from_at=rental.from_at, until=rental.until_at, terms=terms)
    if rental.use is Use.ASSIGNED or not bank_there.idle_after_days:
        return None
    opened_at = access.last_opened_at(session, lock_id=compartment.lock_id, rental_id=rental.id, since=rental.from_at)
    used_at = opened_at or rental.from_at
    return rules.ending(from_at=used_at, until=used_at + timedelta(days=bank_there.idle_after_days), terms=terms)


def not_told(session: Session, *, now: datetime) -> list[str]:
    """Rentals that stand at another stage than the one their people were told of, the longest waiting first."""
    earliest = session.scalar(select(func.max(Bank.remind_before_min))) or 0
    may_lie_idle = Rental.until_at.is_(None) & (Bank.idle_after_days > 0)
    rows = session.execute(
        select(Rental, Bank, Compartment)
        .join(Compartment, Compartment.id == Rental.compartment_id)
        .join(Bank, Bank.id == Compartment.bank_id)
        .where(
            Rental.ended_at.is_(None),
            or_(Rental.until_at <= now + timedelta(minutes=earliest), Rental.told_stage != Stage.RUNNING, may_lie_idle),
        )
        .order_by(Rental.until_at)
    )
    found = []
    for rental, bank_there, compartment in rows:
        ending = ending_of(session, rental, bank_there, compartment)
        if stage_to_tell(session, rental, ending, lock_id=compartment.lock_id, now=now) is not rental.told_stage:
            found.append(rental.id)
    return found


def stage_to_tell(session: Session, rental: Rental, ending: Ending | None, *, lock_id: str, now: datetime) -> Stage:
    """Of which stage the people of a rental that is not over are told: RUNNING when there is nothing to say."""
    stage = ending.stage(now) if ending else Stage.RUNNING
    if stage is Stage.RUNNING or rental.until_at is None:  # what lies idle is asked back, empty or not
        return stage
    return rules.stage_to_tell(stage, proved_empty=has_proved_empty(session, rental, lock_id=lock_id))


def has_proved_empty(session: Session, rental: Rental, *, lock_id: str) -> bool:
    """Whether a rental's compartment has proved empty in its time, and was not opened since."""
    lock = fleet.lock(session, lock_id)
    seen_at = rental.seen_empty_at
    return rules.has_proved_empty(
        inside=inside_now(lock.inside, lock.level),
        has_opened=fleet.has_opened(session, lock_id, since=rental.from_at),
        seen_empty_at=seen_at,
        has_opened_since=seen_at is not None and fleet.has_opened(session, lock_id, since=seen_at),
    )


def active_rental_at(session: Session, *, device_id: str, door: int) -> Rental | None:
    """Whose the compartment behind that door is now; None: nobody's, or there is none."""
    query = (
        select(Rental)
        .join(Compartment, Compartment.id == Rental.compartment_id)
        .join(Lock, Lock.id == Compartment.lock_id)
        .where(Lock.device_id == device_id, Lock.door == door, Rental.ended_at.is_(None))
    )
    return session.scalar(query)


def door_of(session: Session, lock_id: str) -> DoorLevel:
    """What is known of a door now; UNKNOWN while its device is not there. Raises NotFound("lock")."""
    return fleet.door_level(session, lock_id)


def rental(session: Session, rental_id: str) -> Rental:
    """Anybody's: for staff. Raises NotFound("rental")."""
    found = session.get(Rental, rental_id)
    if found is None:
        raise NotFound("rental")
    return found


def rentals_at_stage(session: Session, stage: Stage, *, now: datetime) -> list[RentalView]:
    """Everybody's that stand there now, the one that ends first in front."""
    active = session.scalars(
        select(Rental).where(Rental.ended_at.is_(None), Rental.use != Use.HELD).order_by(Rental.until_at, Rental.id)
    )
    views = [view(session, one) for one in active]
    return [one for one in views if one.stage(now) is stage]


def clear_out_under_way(session: Session, *, rental_id: str) -> ClearOut | None:
    """The one that is neither bagged nor called off; there is never a second."""
    return session.scalar(select(ClearOut).where(ClearOut.rental_id == rental_id, ClearOut.closed_at.is_(None)))


def clear_out_of(session: Session, *, rental_id: str) -> ClearOut:
    """The newest of a rental. Raises NotFound("clear_out")."""
    newest = select(ClearOut).where(ClearOut.rental_id == rental_id).order_by(ClearOut.proposed_at.desc()).limit(1)
    found = session.scalar(newest)
    if found is None:
        raise NotFound("clear_out")
    return found


def in_use(session: Session, use: Use) -> list[RentalView]:
    """Whatever is somebody's in that way now, the newest first."""
    active = select(Rental).where(Rental.ended_at.is_(None), Rental.use == use)
    return [view(session, one) for one in session.scalars(active.order_by(Rental.from_at.desc(), Rental.id.desc()))]


def bank_of(session: Session, compartment_id: str) -> str:
    """The id of the bank that a compartment is in."""
    return session.get_one(Compartment, compartment_id).bank_id


def label_behind(session: Session, lock_id: str) -> str | None:
    """What is printed on the compartment behind a lock; None when there is none."""
    return session.scalar(select(Compartment.label).where(Compartment.lock_id == lock_id))


def labels(session: Session) -> dict[str, str]:
    """What is printed on every compartment, by its lock."""
    return dict(iter(session.execute(select(Compartment.lock_id, Compartment.label))))


def _compartments() -> Select[Compartment, Mode, DoorLevel, Inside, Rental | None]:
    return (
        select(Compartment, offers.MODE, Lock.level, Lock.inside, Rental)
        .join(Bank, Bank.id == Compartment.bank_id)
        .join(Lock, Lock.id == Compartment.lock_id)
        .outerjoin(Rental, (Rental.compartment_id == Compartment.id) & Rental.ended_at.is_(None))
    )


def _count_by_bank(session: Session, query: Select[str, int]) -> dict[str, int]:
    return dict(iter(session.execute(query)))
