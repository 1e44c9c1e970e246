"""Leaving things for another member: in a compartment that is the depositor's until the other has taken them out.

Both may open it while they wait, at every stage; what is not collected goes the way of every late rental, and both are
told of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.fleet import queries as fleet
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.lockers import moves, offers, queries, rules
from gateway.lockers.model import DropOff, DropOffState, Rental, Stage, Use
from gateway.lockers.moves import Unsettled
from gateway.lockers.offers import Wish
from gateway.lockers.queries import RentalView
from gateway.members import queries as members
from gateway.members.model import Member


@dataclass(frozen=True)
class DropOffView:
    """A drop-off, where it is, from whom and for whom."""

    drop_off: DropOff
    place: RentalView
    depositor: Member
    recipient: Member

    @property
    def state(self) -> DropOffState:
        """Where the things are."""
        return rules.drop_off_state(
            waiting_at=self.drop_off.waiting_at,
            collected_at=self.drop_off.collected_at,
            taken_back_at=self.drop_off.taken_back_at,
            is_over=self.place.rental.ended_at is not None,
        )


def begin(
    session: Session,
    *,
    depositor: Member,
    to_member_no: str,
    wish: Wish,
    note: str,
    unsettled_locks: Unsettled,
    now: datetime,
) -> DropOffView:
    """Give the depositor a compartment to put things in for another. The other hears of it once they are in.

    Raises NotFound: `member`, `bank`; Conflict: `drop_off_to_oneself`, `policy.most_drop_offs`, `rental_overdue`,
    `no_compartment_free`, `bank_offline`.
    """
    recipient = _recipient(session, depositor, to_member_no)
    # On PostgreSQL a member's drop-offs take turns, so that two at once do not both count as the last.
    session.get(Member, depositor.id, with_for_update={"key_share": True})
    _refuse_one_more(session, depositor, now)
    for offer in offers.best(session, wish, unsettled_locks(), in_reach_first=depositor.prefers_accessible):
        rental = moves.take(
            session,
            offer,
            use=Use.DROP_OFF,
            member_id=depositor.id,
            until=rules.drop_off_until(offer, now),
            note=note,
            unsettled_locks=unsettled_locks,
            now=now,
        )
        if rental is not None:
            moves.let_in(session, rental, lock_id=offer.lock_id, member_id=depositor.id)
            session.add(DropOff(rental_id=rental.id, recipient_id=recipient.id))
            session.flush()
            moves.tell(session, rental, actor=depositor.audit_id, act="drop_off_begun", now=now, to=recipient.audit_id)
            return _view(session, rental)
    raise Conflict("no_compartment_free")


def confirm(
    session: Session, *, drop_off_id: str, member: Member, unsettled_locks: Unsettled, now: datetime
) -> DropOffView:
    """The depositor says that the things are in: from here on the other may open too, and is told.

    Raises NotFound("drop_off"), Refused("only_depositor"); Conflict: `drop_off_over`, `drop_off_waiting`,
    `open_it_first`, `door_open`, `door_unknown`, `unlock_under_way`.
    """
    found = _held(session, drop_off_id, member)
    if member.id != found.depositor.id:
        raise Refused("only_depositor")
    if found.state is DropOffState.WAITING:
        raise Conflict("drop_off_waiting")
    _refuse_unmoved(session, found, unsettled_locks, since=found.place.rental.from_at)
    found.drop_off.waiting_at = now
    lock_id = found.place.compartment.lock_id
    moves.let_in(session, found.place.rental, lock_id=lock_id, member_id=found.recipient.id)
    rental = moves.move(
        session,
        found.place.rental,
        actor=member.audit_id,
        act="drop_off_waiting",
        now=now,
        until_at=rules.drop_off_until(offers.of(session, found.place.compartment.id), now),
        told_stage=Stage.RUNNING,
    )
    moves.leave_notice(session, queries.view(session, rental), "drop_off_waiting", now, to=found.recipient.id)
    return _view(session, rental)


def collect(
    session: Session, *, drop_off_id: str, member: Member, unsettled_locks: Unsettled, now: datetime
) -> DropOffView:
    """The recipient says that they have taken everything out: the compartment is free, and the depositor is told.

    Raises NotFound("drop_off"), Refused("only_recipient"); Conflict: `drop_off_over`, `open_it_first`, `door_open`,
    `door_unknown`, `unlock_under_way`.
    """
    found = _held(session, drop_off_id, member)
    if member.id != found.recipient.id or found.drop_off.waiting_at is None:
        raise Refused("only_recipient")
    _refuse_unmoved(session, found, unsettled_locks, since=found.drop_off.waiting_at)
    found.drop_off.collected_at = now
    ended = _end(session, found, member, "drop_off_collected", unsettled_locks=unsettled_locks, now=now)
    moves.leave_notice(session, found.place, "drop_off_collected", now, to=found.depositor.id)
    return _view(session, ended)


def take_back(
    session: Session, *, drop_off_id: str, member: Member, unsettled_locks: Unsettled, now: datetime
) -> DropOffView:
    """The depositor has taken everything out again, or put nothing in; the other is told, if they knew of it.

    Raises NotFound("drop_off"), Refused("only_depositor"); Conflict: `drop_off_over`, `open_it_first` while the things
    wait, `door_open`, `door_unknown`, `unlock_under_way`.
    """
    found = _held(session, drop_off_id, member)
    if member.id != found.depositor.id:
        raise Refused("only_depositor")
    waiting_at = found.drop_off.waiting_at
    _refuse_unmoved(session, found, unsettled_locks, since=waiting_at)
    found.drop_off.taken_back_at = now
    ended = _end(session, found, member, "drop_off_taken_back", unsettled_locks=unsettled_locks, now=now)
    if waiting_at:
        moves.leave_notice(session, found.place, "drop_off_taken_back", now, to=found.recipient.id)
    return _view(session, ended)


def drop_off_of(session: Session, *, member_id: str, drop_off_id: str) -> DropOffView:
    """One that the member left, or that waits or waited for them. Raises NotFound("drop_off")."""
    drop_off = session.get(DropOff, drop_off_id)
    if drop_off is not None:
        found = _view(session, queries.rental(session, drop_off_id))
        if member_id == found.depositor.id or (member_id == found.recipient.id and drop_off.waiting_at):
            return found
    raise NotFound("drop_off")


def drop_offs_of(session: Session, *, member_id: str) -> list[DropOffView]:
    """What the member left for others, and what others left for them; the newest first."""
    query = (
        select(Rental)
        .join(DropOff, DropOff.rental_id == Rental.id)
        .where(
            or_(
                Rental.member_id == member_id,
                (DropOff.recipient_id == member_id) & DropOff.waiting_at.is_not(None),
            )
        )
        .order_by(Rental.from_at.desc(), Rental.id.desc())
    )
    return [_view(session, rental) for rental in session.scalars(query)]


def _view(session: Session, rental: Rental) -> DropOffView:
    drop_off = session.get_one(DropOff, rental.id)
    return DropOffView(
        drop_off,
        queries.view(session, rental),
        session.get_one(Member, rental.member_id),
        session.get_one(Member, drop_off.recipient_id),
    )


def _held(session: Session, drop_off_id: str, member: Member) -> DropOffView:
    """One of the member's that is not over, held until this transaction ends: whoever else would move it waits."""
    drop_off_of(session, member_id=member.id, drop_off_id=drop_off_id)
    moves.hold(session, drop_off_id)
    session.get_one(DropOff, drop_off_id, populate_existing=True)
    found = drop_off_of(session, member_id=member.id, drop_off_id=drop_off_id)
    if found.place.rental.ended_at is not None:
        raise Conflict("drop_off_over")
    return found


def _refuse_unmoved(
    session: Session, found: DropOffView, unsettled_locks: Unsettled, *, since: datetime | None
) -> None:
    """The door is shut, and was opened `since` then; None: it need not have been."""
    lock_id = found.place.compartment.lock_id
    refusal = rules.moving_refusal(
        found.place.door,
        unsettled=lock_id in unsettled_locks(),
        has_opened=since is None or fleet.has_opened(session, lock_id, since=since),
    )
    if refusal:
        raise Conflict(refusal)


def _end(
    session: Session, found: DropOffView, member: Member, kind: str, *, unsettled_locks: Unsettled, now: datetime
) -> Rental:
    return moves.end(
        session,
        found.place.rental,
        actor=member.audit_id,
        act="rental_ended",
        unsettled_locks=unsettled_locks,
        now=now,
        drop_off=kind,
    )


def _refuse_one_more(session: Session, depositor: Member, now: datetime) -> None:
    mine: Sequence[Rental] = session.scalars(
        select(Rental).where(
            Rental.member_id == depositor.id,
            Rental.ended_at.is_(None),
            Rental.use.in_((Use.RENTED, Use.DROP_OFF)),
        )
    ).all()
    for rental in mine:
        stage = queries.view(session, rental).stage(now)
        if stage and rules.new_use_refusal(stage):
            raise Conflict("rental_overdue", rental_id=rental.id)
    if sum(rental.use is Use.DROP_OFF for rental in mine) >= rules.MOST_DROP_OFFS:
        raise Conflict("policy.most_drop_offs", limit=rules.MOST_DROP_OFFS)


def _recipient(session: Session, depositor: Member, member_no: str) -> Member:
    member = members.member_by_no(session, member_no=member_no)
    if member is None or member.disabled_at is not None:
        raise NotFound("member")
    if member.id == depositor.id:
        raise Conflict("drop_off_to_oneself")
    return member
