"""Compartments that staff give to named members, one or several: each may open, and the list is the staff's.

What may have things in it is never taken from everybody at once: it gets an end, and goes the way of every late rental.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.fleet import queries as fleet
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.lockers import moves, offers, queries, rules
from gateway.lockers.model import Rental, Stage, Use
from gateway.lockers.moves import Unsettled
from gateway.lockers.queries import RentalView
from gateway.members import queries as members
from gateway.members.model import Member
from gateway.notices import service as notices


def assign(
    session: Session,
    *,
    compartment_id: str,
    member_nos: Sequence[str],
    until: datetime | None,
    note: str,
    actor: str,
    unsettled_locks: Unsettled,
    now: datetime,
) -> Rental:
    """Give a fixed compartment to these members, at least one, until then or without an end (None), and tell them.

    Raises NotFound: `compartment`, `member`; Malformed for a past `until`; Conflict: `compartment_not_fixed`,
    `compartment_taken`, `compartment_not_ready`, `unlock_under_way`.
    """
    if until is not None and until <= now:
        raise Malformed("malformed", field="until")
    offer = offers.of(session, compartment_id)
    if refusal := rules.assign_refusal(offer, unsettled_locks()):
        raise Conflict(refusal)
    people = _people(session, member_nos)
    rental = moves.take(
        session,
        offer,
        use=Use.ASSIGNED,
        member_id=None,
        until=until,
        note=note,
        unsettled_locks=unsettled_locks,
        now=now,
    )
    if rental is None:
        raise Conflict("compartment_taken")
    for member in people:
        moves.let_in(session, rental, lock_id=offer.lock_id, member_id=member.id)
    moves.leave_notice(session, queries.view(session, rental), "assigned_to_you", now)
    moves.tell(session, rental, actor=actor, act="assigned", now=now, members=[one.audit_id for one in people])
    return rental


def name(session: Session, *, rental_id: str, member_nos: Sequence[str], actor: str, now: datetime) -> Rental:
    """Let it be these members' from now on. Who comes in and who goes out is told; the others notice nothing.

    Raises NotFound: `assignment`, `member`; Conflict: `rental_ended`, and `things_may_be_inside` when nobody of those
    who have opened it would be left.
    """
    place = _assignment(session, rental_id)
    wanted = {member.id: member for member in _people(session, member_nos)}
    before = queries.people_of(session, place.rental)
    lock_id = place.compartment.lock_id
    has_opened = fleet.has_opened(session, lock_id, since=place.rental.from_at)
    if refusal := rules.naming_refusal(before=before, after=wanted, has_opened=has_opened):
        raise Conflict(refusal)
    come = [member for member in wanted.values() if member.id not in before]
    gone = [session.get_one(Member, member_id) for member_id in before if member_id not in wanted]
    for member in come:
        moves.let_in(session, place.rental, lock_id=lock_id, member_id=member.id)
        moves.leave_notice(session, place, "assigned_to_you", now, to=member.id)
    for member in gone:
        access.end(session, source=GrantSource.RENTAL, source_id=rental_id, member_id=member.id, now=now)
        notices.take_back(session, about=rental_id, kinds=["assigned_to_you"], member_id=member.id, now=now)
        moves.leave_notice(session, place, "assignment_withdrawn", now, to=member.id)
    moves.announce_to(session, place.rental, [member.id for member in gone])
    moves.tell(
        session,
        place.rental,
        actor=actor,
        act="assignment_named",
        now=now,
        come=[member.audit_id for member in come],
        gone=[member.audit_id for member in gone],
    )
    return place.rental


def set_end(session: Session, *, rental_id: str, until: datetime | None, actor: str, now: datetime) -> Rental:
    """Let it run until then, which may be now, or without an end. From there it goes the way of every late rental.

    Raises NotFound("assignment"), Conflict("rental_ended"), Malformed for an end before its beginning.
    """
    place = _assignment(session, rental_id)
    if until is not None and until <= place.rental.from_at:
        raise Malformed("malformed", field="until")
    return moves.move(
        session,
        place.rental,
        actor=actor,
        act="assignment_end_set",
        now=now,
        until_at=until,
        told_stage=Stage.RUNNING,
    )


def withdraw(session: Session, *, rental_id: str, actor: str, unsettled_locks: Unsettled, now: datetime) -> Rental:
    """Take an assignment away at once, while nothing can be inside, and tell whose it was.

    Raises NotFound("assignment"); Conflict: `rental_ended`, `things_may_be_inside` once its door was opened,
    `door_open`, `door_unknown`, `unlock_under_way`.
    """
    place = _assignment(session, rental_id)
    lock_id = place.compartment.lock_id
    refusal = rules.withdraw_refusal(
        place.door,
        unsettled=lock_id in unsettled_locks(),
        has_opened=fleet.has_opened(session, lock_id, since=place.rental.from_at),
    )
    if refusal:
        raise Conflict(refusal)
    moves.leave_notice(session, place, "assignment_withdrawn", now)
    return moves.end(session, place.rental, actor=actor, act="rental_ended", unsettled_locks=unsettled_locks, now=now)


def _assignment(session: Session, rental_id: str) -> RentalView:
    """One that runs, held until this transaction ends."""
    place = moves.hold(session, rental_id)
    if place.rental.use is not Use.ASSIGNED:
        raise NotFound("assignment")
    if place.rental.ended_at is not None:
        raise Conflict("rental_ended")
    return place


def _people(session: Session, member_nos: Sequence[str]) -> list[Member]:
    """Each once. Raises NotFound("member", …) for a number that nobody has."""
    found = [members.member_by_no(session, member_no=one) for one in dict.fromkeys(member_nos)]
    people = [one for one in found if one is not None and one.disabled_at is None]
    if not people or len(people) < len(found):
        raise NotFound("member")
    return people
