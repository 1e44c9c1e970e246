"""Questions about lockers. Never who holds what, but to the holder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from gateway.fleet import queries as fleet
from gateway.fleet.model import Device, DeviceState, DoorLevel, Lock, Presence
from gateway.kit.errors import NotFound
from gateway.lockers import rules
from gateway.lockers.model import Bank, ClearOut, Compartment, Condition, Rental, Size, Stage
from gateway.lockers.rules import Ending, Offer, Terms


@dataclass(frozen=True)
class BankView:
    """A locker bank from outside."""

    bank: Bank
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
    ending: Ending

    def stage(self, now: datetime) -> Stage | None:
        """How far it is past its end; None once it has been given back."""
        return self.ending.stage(now) if self.rental.ended_at is None else None


def banks(session: Session) -> list[BankView]:
    """All of them, by id."""
    rows = session.execute(
        select(Bank, Device.presence).join(Device, Device.id == Bank.device_id).order_by(Bank.id)
    ).all()
    totals = _count_by_bank(session, select(Compartment.bank_id, func.count()).group_by(Compartment.bank_id))
    free: dict[str, dict[Size, int]] = {bank.id: dict.fromkeys(Size, 0) for bank, _ in rows}
    for compartment in session.scalars(_free()):
        free[compartment.bank_id][compartment.size] += 1
    return [BankView(bank, presence, free[bank.id], totals.get(bank.id, 0)) for bank, presence in rows]


def bank(session: Session, bank_id: str) -> BankView:
    """One of them. Raises NotFound("bank")."""
    for view in banks(session):
        if view.bank.id == bank_id:
            return view
    raise NotFound("bank")


def free_compartments(session: Session, bank_id: str) -> Sequence[Compartment]:
    """A bank's compartments that nobody holds and that are ready, by label."""
    return session.scalars(_free().where(Compartment.bank_id == bank_id).order_by(Compartment.label)).all()


@dataclass(frozen=True)
class CompartmentView:
    """A compartment, for staff. `rental` None: nobody holds it."""

    compartment: Compartment
    door: DoorLevel
    rental: Rental | None


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


def is_ready(session: Session, compartment_id: str) -> bool:
    """Whether it can have a next holder, asked afresh."""
    found = session.scalar(select(Compartment.condition).where(Compartment.id == compartment_id))
    return found is Condition.READY


def rental_of(session: Session, *, member_id: str, rental_id: str) -> Rental:
    """The member's own rental. Raises NotFound("rental"), for other people's too."""
    found = session.scalar(select(Rental).where(Rental.id == rental_id, Rental.member_id == member_id))
    if found is None:
        raise NotFound("rental")
    return found


def rentals_of(session: Session, *, member_id: str, limit: int = 50, after: str | None = None) -> Sequence[Rental]:
    """The member's own, newest first. `after` is the id of the last one already seen."""
    query = select(Rental).where(Rental.member_id == member_id)
    if after is not None:
        seen = rental_of(session, member_id=member_id, rental_id=after)
        query = query.where(
            (Rental.from_at < seen.from_at) | ((Rental.from_at == seen.from_at) & (Rental.id < seen.id))
        )
    return session.scalars(query.order_by(Rental.from_at.desc(), Rental.id.desc()).limit(limit)).all()


def active_rental_of(session: Session, *, member_id: str) -> Rental | None:
    """What the member holds now."""
    return session.scalar(select(Rental).where(Rental.member_id == member_id, Rental.ended_at.is_(None)))


def view(session: Session, rental: Rental) -> RentalView:
    """A rental's place and how it stands there."""
    bank_there, presence, compartment = session.execute(
        select(Bank, Device.presence, Compartment)
        .join(Compartment, Compartment.bank_id == Bank.id)
        .join(Device, Device.id == Bank.device_id)
        .where(Compartment.id == rental.compartment_id)
    ).one()
    door = door_of(session, compartment.lock_id)
    return RentalView(rental, bank_there, presence, compartment, door, ending_of(rental, bank_there))


def ending_of(rental: Rental, bank_there: Bank) -> Ending:
    """How a rental at that bank comes to its end."""
    terms = Terms(
        remind_before=timedelta(minutes=bank_there.remind_before_min),
        grace=timedelta(minutes=bank_there.grace_min),
        clear_out_after=timedelta(minutes=bank_there.clear_out_after_min),
    )
    return rules.ending(from_at=rental.from_at, until=rental.until_at, terms=terms)


def not_told(session: Session, *, now: datetime) -> list[str]:
    """Rentals that stand at another stage than the one their member was told of, the longest waiting first."""
    earliest = session.scalar(select(func.max(Bank.remind_before_min))) or 0
    rows = session.execute(
        select(Rental, Bank)
        .join(Compartment, Compartment.id == Rental.compartment_id)
        .join(Bank, Bank.id == Compartment.bank_id)
        .where(
            Rental.ended_at.is_(None),
            or_(Rental.until_at <= now + timedelta(minutes=earliest), Rental.told_stage != Stage.RUNNING),
        )
        .order_by(Rental.until_at)
    )
    return [rental.id for rental, there in rows if ending_of(rental, there).stage(now) is not rental.told_stage]


def door_of(session: Session, lock_id: str) -> DoorLevel:
    """What is known of a door now; UNKNOWN while its device is not there. Raises NotFound("lock")."""
    return fleet.door_level(session, lock_id)


def offers(session: Session, *, bank_id: str | None, size: Size | None, accessible: bool | None) -> list[Offer]:
    """The compartments nobody holds that fit what was asked for; None leaves a thing open."""
    query = _offers().where(Rental.id.is_(None))
    if bank_id is not None:
        query = query.where(Compartment.bank_id == bank_id)
    if size is not None:
        query = query.where(Compartment.size == size)
    if accessible:
        query = query.where(Compartment.accessible)
    return [_offer(row) for row in session.execute(query)]


def offer(session: Session, compartment_id: str) -> Offer:
    """One compartment, held or not. Raises NotFound("compartment")."""
    row = session.execute(_offers().where(Compartment.id == compartment_id)).first()
    if row is None:
        raise NotFound("compartment")
    return _offer(row)


def rental(session: Session, rental_id: str) -> Rental:
    """Anybody's: for staff. Raises NotFound("rental")."""
    found = session.get(Rental, rental_id)
    if found is None:
        raise NotFound("rental")
    return found


def rentals_at_stage(session: Session, stage: Stage, *, now: datetime) -> list[RentalView]:
    """Everybody's that stand there now, the one that ends first in front."""
    active = session.scalars(select(Rental).where(Rental.ended_at.is_(None)).order_by(Rental.until_at, Rental.id))
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


def _free() -> Select[Compartment]:
    held = select(Rental.compartment_id).where(Rental.ended_at.is_(None))
    return select(Compartment).where(Compartment.condition == Condition.READY, Compartment.id.not_in(held))


def _compartments() -> Select[Compartment, DoorLevel, Rental | None]:
    return (
        select(Compartment, Lock.level, Rental)
        .join(Lock, Lock.id == Compartment.lock_id)
        .outerjoin(Rental, (Rental.compartment_id == Compartment.id) & Rental.ended_at.is_(None))
    )


def _count_by_bank(session: Session, query: Select[str, int]) -> dict[str, int]:
    return dict(iter(session.execute(query)))


def _offers() -> Select[Compartment, str, DeviceState, Presence, DoorLevel, datetime | None]:
    ended = select(func.max(Rental.ended_at)).where(Rental.compartment_id == Compartment.id)
    last_used_at = ended.correlate(Compartment).scalar_subquery()
    return (
        select(Compartment, Rental.id, Device.state, Device.presence, Lock.level, last_used_at)
        .join(Lock, Lock.id == Compartment.lock_id)
        .join(Device, Device.id == Lock.device_id)
        .outerjoin(Rental, (Rental.compartment_id == Compartment.id) & Rental.ended_at.is_(None))
    )


def _offer(row: Row[Compartment, str, DeviceState, Presence, DoorLevel, datetime | None]) -> Offer:
    compartment, rental_id, state, presence, level, last_used_at = row
    return Offer(
        compartment_id=compartment.id,
        lock_id=compartment.lock_id,
        label=compartment.label,
        accessible=compartment.accessible,
        taken=rental_id is not None,
        condition=compartment.condition,
        bank_there=state is DeviceState.APPROVED and presence is Presence.ONLINE,
        door=level,
        last_used_at=last_used_at,
    )
