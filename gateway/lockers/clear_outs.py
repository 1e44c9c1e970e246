"""Taking a late member's things out: two members of staff, each by an act of their own, and never one alone.

The first says why and what stands on the bag; the second, standing beside them, says the same and thereby lets both
open the door for half an hour, in the way every door is opened. Only when it was sensed open and is shut again can they
say that the things are in the bag; then the rental is over. Until that moment the member may open it and give it back.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.alerts import queries as alerts
from gateway.fleet import queries as fleet
from gateway.fleet.model import DoorLevel
from gateway.kit.errors import Conflict, Refused
from gateway.kit.ids import new_id
from gateway.lockers import moves, queries, rules
from gateway.lockers.model import ClearOut, ClearOutState
from gateway.lockers.moves import Unsettled
from gateway.lockers.queries import RentalView
from gateway.members.model import Member, Role
from gateway.notices import service as notices


def propose(
    session: Session, *, rental_id: str, witness: Member, reason: str, bag_label: str, now: datetime
) -> ClearOut:
    """The first witness says that it is time. Takes the place of a proposal that came to nothing.

    Raises NotFound("rental"); Conflict: `clear_out_not_due`, `clear_out_under_way`; Refused("witness_is_holder").
    """
    place = moves.hold(session, rental_id)
    if not rules.may_be_proposed(place.stage(now)):
        due_at = place.ending.clear_out_at.isoformat() if place.ending else None
        raise Conflict("clear_out_not_due", clear_out_at=due_at)
    if witness.id in queries.people_of(session, place.rental):
        raise Refused("witness_is_holder")
    _make_way(session, rental_id, actor=witness.audit_id, now=now)
    clear_out = ClearOut(
        id=new_id(),
        rental_id=rental_id,
        state=ClearOutState.PROPOSED,
        reason=reason,
        bag_label=bag_label,
        first_witness_id=witness.id,
        proposed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(clear_out)
    except IntegrityError as error:  # another was quicker, in the very same moment
        raise Conflict("clear_out_under_way") from error
    moves.note_clear_out(session, clear_out, actor=witness.audit_id, now=now)
    return clear_out


def witness(session: Session, *, rental_id: str, witness: Member, bag_label: str, now: datetime) -> ClearOut:
    """The second witness says the same: from here on both may open the door, for a while, and the member is told.

    Raises NotFound("rental"); Refused: `witness_is_the_first`, `witness_is_holder`; Conflict: `clear_out_lapsed`,
    `clear_out_moved_on`, `bag_label_differs`.
    """
    place, clear_out = _under_way(session, rental_id)
    refusal = rules.witness_refusal(
        first_id=clear_out.first_witness_id,
        second_id=witness.id,
        holder_ids=queries.people_of(session, place.rental),
    )
    if refusal:
        raise Refused(refusal)
    if rules.has_lapsed(step_at=clear_out.proposed_at, now=now) or not _is_still_staff(session, clear_out):
        raise Conflict("clear_out_lapsed")
    if bag_label != clear_out.bag_label:
        raise Conflict("bag_label_differs")
    witnessed = moves.move_clear_out(
        session,
        clear_out,
        ClearOutState.WITNESSED,
        actor=witness.audit_id,
        now=now,
        second_witness_id=witness.id,
        witnessed_at=now,
    )
    for member_id in (clear_out.first_witness_id, witness.id):
        access.give(
            session,
            lock_id=place.compartment.lock_id,
            member_id=member_id,
            source=GrantSource.CLEAR_OUT,
            source_id=clear_out.id,
            from_at=now,
            until_at=now + rules.CLEAR_OUT_WINDOW,
        )
    moves.leave_notice(session, place, "clear_out_begun", now, reason=clear_out.reason)
    return witnessed


def bag(
    session: Session,
    *,
    rental_id: str,
    witness: Member,
    unsettled_locks: Unsettled,
    now: datetime,
    seen_shut_and_empty: bool = False,
) -> ClearOut:
    """One of the two says that everything is in the bag: the rental is over, and the member is told where it lies.

    `seen_shut_and_empty`: by their own eyes. It counts while the contact tells nothing, or is suspect and says
    open, and leads to an inspection.

    Raises NotFound("rental"); Refused("not_a_witness"); Conflict: `clear_out_moved_on`, `not_opened_yet`, `door_open`,
    `door_unknown`, `unlock_under_way`.
    """
    place, clear_out = _under_way(session, rental_id)
    if witness.id not in {clear_out.first_witness_id, clear_out.second_witness_id}:
        raise Refused("not_a_witness")
    if clear_out.witnessed_at is None:
        raise Conflict("clear_out_moved_on")
    lock_id = place.compartment.lock_id
    refusal = rules.bagging_refusal(
        place.door,
        unsettled=lock_id in unsettled_locks(),
        has_opened=fleet.has_opened(session, lock_id, since=clear_out.witnessed_at),
        is_suspect=alerts.is_standing(session, kind="sensor_suspect", thing=lock_id),
        seen_by_eye=seen_shut_and_empty,
    )
    if refusal:
        raise Conflict(refusal)
    bagged = moves.move_clear_out(session, clear_out, ClearOutState.BAGGED, actor=witness.audit_id, now=now)
    moves.leave_notice(session, place, "cleared_out", now, reason=clear_out.reason, bag_label=clear_out.bag_label)
    moves.end(
        session,
        place.rental,
        actor=witness.audit_id,
        act="rental_ended",
        unsettled_locks=unsettled_locks,
        now=now,
        door_was_sensed=place.door is DoorLevel.SHUT,
    )
    return bagged


def call_off(session: Session, *, rental_id: str, actor: Member, now: datetime) -> ClearOut:
    """Nothing is taken out, or everything was put back. Raises NotFound("rental"), Conflict("clear_out_moved_on")."""
    _, clear_out = _under_way(session, rental_id)
    return moves.move_clear_out(session, clear_out, ClearOutState.CALLED_OFF, actor=actor.audit_id, now=now)


def hand_over(session: Session, *, rental_id: str, actor: Member, now: datetime) -> ClearOut:
    """The member has their bag back. Raises NotFound("clear_out"), Conflict("clear_out_moved_on")."""
    clear_out = queries.clear_out_of(session, rental_id=rental_id)
    handed_over = moves.move_clear_out(
        session, clear_out, ClearOutState.HANDED_OVER, actor=actor.audit_id, now=now, handed_over_at=now
    )
    notices.take_back(session, about=rental_id, kinds=["cleared_out"], now=now)
    return handed_over


def _under_way(session: Session, rental_id: str) -> tuple[RentalView, ClearOut]:
    """Raises NotFound("rental"), and Conflict("clear_out_moved_on") when nothing is under way there (any more)."""
    place = moves.hold(session, rental_id)
    clear_out = queries.clear_out_under_way(session, rental_id=rental_id)
    if clear_out is None:
        raise Conflict("clear_out_moved_on")
    return place, clear_out


def _make_way(session: Session, rental_id: str, *, actor: str, now: datetime) -> None:
    before = queries.clear_out_under_way(session, rental_id=rental_id)
    if before is None:
        return
    if not rules.has_lapsed(step_at=before.witnessed_at or before.proposed_at, now=now):
        raise Conflict("clear_out_under_way")
    moves.move_clear_out(session, before, ClearOutState.CALLED_OFF, actor=actor, now=now)


def _is_still_staff(session: Session, clear_out: ClearOut) -> bool:
    first = session.get_one(Member, clear_out.first_witness_id, populate_existing=True)
    return first.disabled_at is None and first.role is not Role.MEMBER
