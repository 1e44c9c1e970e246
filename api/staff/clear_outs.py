"""Late rentals, and taking things out of them: two members of staff, each with a session of their own."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Attempt, Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.clear_out_views import Bagging, ClearOutView, NewClearOut, Witnessing
from api.staff.locker_views import StaffRentalView
from api.views import Items, behind, items
from gateway.lockers import clear_outs
from gateway.lockers import queries as lockers
from gateway.lockers.model import ClearOut, Stage
from gateway.members.model import Member, Role
from gateway.unlocking import queries as unlocking

router = Doors("/staff/rentals", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_POSTED = (*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused")

AtStage = Annotated[Stage, Query(description="Which rentals: those that stand there now.")]


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_rentals_at_stage(who: SignedIn, page: Paged, stage: AtStage) -> Items[StaffRentalView]:
    """Everybody's rentals at one stage, the one that ends first in front."""

    def look() -> Items[StaffRentalView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            now = who.desk.clock.now()
            rest = behind(lockers.rentals_at_stage(session, stage, now=now), page, name=lambda found: found.rental.id)
            return items(
                rest,
                page,
                view=lambda found: StaffRentalView.of(session, found, now),
                name=lambda found: found.rental.id,
            )

    return await who.desk.backroom.read(look)


@router.get("/{rental_id}/clear-out", responses=problems(*STAFF_ONLY, "not_found"))
async def read_clear_out(rental_id: Id, who: SignedIn) -> ClearOutView:
    """How far the newest clear-out of a rental has come."""

    def look() -> ClearOutView:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            return ClearOutView.of(session, lockers.clear_out_of(session, rental_id=rental_id))

    return await who.desk.backroom.read(look)


@router.post(
    "/{rental_id}/clear-out",
    status_code=201,
    response_model=ClearOutView,
    responses=problems(*_POSTED, "clear_out_not_due", "clear_out_under_way", "witness_is_holder"),
)
async def propose_clear_out(rental_id: Id, wanted: NewClearOut, who: SignedIn, attempt: Repeatable) -> Response:
    """Be the first witness. Nothing may be opened until a second one has said the same."""

    def act(session: Session, witness: Member, now: datetime) -> ClearOut:
        return clear_outs.propose(
            session,
            rental_id=rental_id,
            witness=witness,
            reason=wanted.reason,
            bag_label=wanted.bag_label,
            now=now,
        )

    return await _done(who, attempt, act, status=201)


@router.post(
    "/{rental_id}/clear-out/witness",
    response_model=ClearOutView,
    responses=problems(
        *_POSTED,
        "witness_is_the_first",
        "witness_is_holder",
        "clear_out_lapsed",
        "clear_out_moved_on",
        "bag_label_differs",
    ),
)
async def witness_clear_out(rental_id: Id, seen: Witnessing, who: SignedIn, attempt: Repeatable) -> Response:
    """Be the second witness: both may open the door from now on, for half an hour."""

    def act(session: Session, witness: Member, now: datetime) -> ClearOut:
        return clear_outs.witness(session, rental_id=rental_id, witness=witness, bag_label=seen.bag_label, now=now)

    return await _done(who, attempt, act)


@router.post(
    "/{rental_id}/clear-out/bag",
    response_model=ClearOutView,
    responses=problems(
        *_POSTED,
        "not_a_witness",
        "clear_out_moved_on",
        "not_opened_yet",
        "door_open",
        "door_unknown",
        "unlock_under_way",
    ),
)
async def bag_things(rental_id: Id, seen: Bagging, who: SignedIn, attempt: Repeatable) -> Response:
    """Say that everything is in the bag and the door is shut: the rental is over. Send `{}`.

    With `seen_shut_and_empty` also while its contact tells nothing; the compartment then goes into inspection.
    """

    def act(session: Session, witness: Member, now: datetime) -> ClearOut:
        return clear_outs.bag(
            session,
            rental_id=rental_id,
            witness=witness,
            unsettled_locks=lambda: unlocking.unsettled_locks(session),
            now=now,
            seen_shut_and_empty=seen.seen_shut_and_empty,
        )

    return await _done(who, attempt, act)


@router.post(
    "/{rental_id}/clear-out/hand-over",
    response_model=ClearOutView,
    responses=problems(*_POSTED, "clear_out_moved_on"),
)
async def hand_over_bag(rental_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """The member has their bag back. Send `{}`."""

    def act(session: Session, actor: Member, now: datetime) -> ClearOut:
        return clear_outs.hand_over(session, rental_id=rental_id, actor=actor, now=now)

    return await _done(who, attempt, act)


@router.delete("/{rental_id}/clear-out", responses=problems(*STAFF_ONLY, "not_found", "clear_out_moved_on"))
async def call_off_clear_out(rental_id: Id, who: SignedIn) -> ClearOutView:
    """Nothing is taken out, or everything was put back."""
    desk = who.desk

    def act() -> ClearOutView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_ROLES)
            called_off = clear_outs.call_off(session, rental_id=rental_id, actor=actor, now=desk.clock.now())
            return ClearOutView.of(session, called_off)

    return await desk.backroom.write(act)


async def _done(
    who: Caller, attempt: Attempt, step: Callable[[Session, Member, datetime], ClearOut], *, status: int = 200
) -> Response:
    """Take one step, once for each key, and answer with where the clear-out stands."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            view = ClearOutView.of(session, step(session, member, now))
            return attempt.keep(session, member_id=member.id, status=status, view=view, now=now)

    return await desk.backroom.write(act)
