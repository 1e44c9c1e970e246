"""Compartments that staff keep for something."""

from typing import Annotated

from fastapi import Query, Response

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.holding_views import HoldView, NewHold
from api.views import Items, behind, items
from gateway.lockers import holds
from gateway.lockers import queries as lockers
from gateway.lockers.model import Use
from gateway.members.model import Role
from gateway.unlocking import queries as unlocking

router = Doors("/staff/holds", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)

SeenShutAndEmpty = Annotated[bool, Query(description="they see it shut and empty with their own eyes")]


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_holds(who: SignedIn, page: Paged) -> Items[HoldView]:
    """Every compartment that staff keep now, and why; the newest first."""

    def look() -> Items[HoldView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            now = who.desk.clock.now()
            rest = behind(lockers.in_use(session, Use.HELD), page, name=lambda found: found.rental.id)
            return items(rest, page, view=lambda found: HoldView.of(found, now), name=lambda found: found.rental.id)

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=HoldView,
    responses=problems(
        *STAFF_ONLY,
        "not_found",
        "compartment_taken",
        "compartment_not_ready",
        "unlock_under_way",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def hold_compartment(wanted: NewHold, who: SignedIn, attempt: Repeatable) -> Response:
    """Keep a compartment: nobody is offered it meanwhile. Staff open it by `POST /staff/locks/{id}/open`."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            rental = holds.hold(
                session,
                compartment_id=wanted.compartment_id,
                reason=wanted.reason,
                until=wanted.until,
                staff=staff,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                now=now,
            )
            view = HoldView.of(lockers.view(session, rental), now)
            return attempt.keep(session, member_id=staff.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.delete(
    "/{rental_id}",
    responses=problems(*STAFF_ONLY, "not_found", "rental_ended", "door_open", "door_unknown", "unlock_under_way"),
)
async def release_hold(rental_id: Id, who: SignedIn, *, seen_shut_and_empty: SeenShutAndEmpty = False) -> HoldView:
    """Give it back. Answers with the hold as it ended.

    `seen_shut_and_empty` counts while the contact does not say shut; the compartment is inspected then.
    """
    desk = who.desk

    def act() -> HoldView:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            rental = holds.release(
                session,
                rental_id=rental_id,
                staff=staff,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                now=now,
                seen_shut_and_empty=seen_shut_and_empty,
            )
            return HoldView.of(lockers.view(session, rental), now)

    return await desk.backroom.write(act)
