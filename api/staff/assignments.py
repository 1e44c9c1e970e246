"""Compartments that staff give to named members."""

from fastapi import Response

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.holding_views import AssignmentChange, AssignmentView, NewAssignment
from api.views import Items, behind, items
from gateway.lockers import assignments
from gateway.lockers import queries as lockers
from gateway.lockers.model import Use
from gateway.members.model import Role
from gateway.unlocking import queries as unlocking

router = Doors("/staff/assignments", tags=["staff"])

_ROLES = (Role.DESK, Role.MANAGER)


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_assignments(who: SignedIn, page: Paged) -> Items[AssignmentView]:
    """Every compartment that is assigned now, and to whom; the newest first."""

    def look() -> Items[AssignmentView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            now = who.desk.clock.now()
            rest = behind(lockers.in_use(session, Use.ASSIGNED), page, name=lambda found: found.rental.id)
            return items(
                rest,
                page,
                view=lambda found: AssignmentView.of(session, found, now),
                name=lambda found: found.rental.id,
            )

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=AssignmentView,
    responses=problems(
        *STAFF_ONLY,
        "not_found",
        "compartment_not_fixed",
        "compartment_taken",
        "compartment_not_ready",
        "unlock_under_way",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def assign_compartment(wanted: NewAssignment, who: SignedIn, attempt: Repeatable) -> Response:
    """Give a fixed compartment to one member or several, for a season or without an end. They are told."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=actor.id):
                return told
            rental = assignments.assign(
                session,
                compartment_id=wanted.compartment_id,
                member_nos=wanted.member_nos,
                until=wanted.until,
                note=wanted.note,
                actor=actor.audit_id,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                now=now,
            )
            view = AssignmentView.of(session, lockers.view(session, rental), now)
            return attempt.keep(session, member_id=actor.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.patch(
    "/{rental_id}",
    responses=problems(*STAFF_ONLY, "not_found", "rental_ended", "things_may_be_inside", "malformed"),
)
async def change_assignment(rental_id: Id, change: AssignmentChange, who: SignedIn) -> AssignmentView:
    """Name other members, or set another end. Whoever is taken off the list opens it no more, from that moment on."""
    desk = who.desk

    def act() -> AssignmentView:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_ROLES).audit_id, desk.clock.now()
            if change.member_nos is not None:
                assignments.name(session, rental_id=rental_id, member_nos=change.member_nos, actor=actor, now=now)
            if "until" in change.model_fields_set:
                assignments.set_end(session, rental_id=rental_id, until=change.until, actor=actor, now=now)
            return AssignmentView.of(session, lockers.view(session, lockers.rental(session, rental_id)), now)

    return await desk.backroom.write(act)


@router.delete(
    "/{rental_id}",
    responses=problems(
        *STAFF_ONLY,
        "not_found",
        "rental_ended",
        "things_may_be_inside",
        "door_open",
        "door_unknown",
        "unlock_under_way",
    ),
)
async def withdraw_assignment(rental_id: Id, who: SignedIn) -> AssignmentView:
    """Take it away while nothing can be inside. Once it was opened, give it an end instead (`until`: now)."""
    desk = who.desk

    def act() -> AssignmentView:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_ROLES), desk.clock.now()
            rental = assignments.withdraw(
                session,
                rental_id=rental_id,
                actor=actor.audit_id,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                now=now,
            )
            return AssignmentView.of(session, lockers.view(session, rental), now)

    return await desk.backroom.write(act)
