"""Ending somebody's rental for staff, once they have looked inside."""

from fastapi import Response

from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import problems
from api.signpost import Doors
from api.staff.door_views import Release
from api.staff.locker_views import StaffRentalView
from gateway.lockers import queries as lockers
from gateway.staff import releases
from gateway.staff.rules import POWERS, Power
from gateway.unlocking import queries as unlocking

router = Doors("/staff/rentals", tags=["staff"])


@router.post(
    "/{rental_id}/release",
    response_model=StaffRentalView,
    responses=problems(
        "not_signed_in",
        "not_allowed",
        "password_must_be_set",
        "not_found",
        "rental_ended",
        "door_open",
        "door_unknown",
        "unlock_under_way",
        "not_looked_inside",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def release_rental(rental_id: Id, seen: Release, who: SignedIn, attempt: Repeatable) -> Response:
    """Say that a rented compartment is empty: the rental is over, and the member is told why.

    First ask for its door (`/staff/locks/{id}/open`), look inside, and shut it.
    """
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *POWERS[Power.RELEASE]), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            ended = releases.release(
                session,
                rental_id=rental_id,
                staff=member,
                reason=seen.reason,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                now=now,
                seen_shut_and_empty=seen.seen_shut_and_empty,
            )
            view = StaffRentalView.of(session, lockers.view(session, ended), now)
            return attempt.keep(session, member_id=member.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)
