"""Taking spaces out of order, and giving them back."""

from fastapi import Response

from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.outage_views import NewOutage, OutageView, OutageViews
from api.signpost import Doors
from api.views import Ask
from gateway.maintenance import back_in_use
from gateway.members.model import Role
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)


class InOrderAgain(Ask):
    """Nothing need be said. Send `{}`."""


@router.get("/outages", responses=problems(*STAFF_ONLY))
async def list_outages(who: SignedIn) -> OutageViews:
    """Everything that is out of order, or will be."""

    def look() -> OutageViews:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            now = who.desk.clock.now()
            found = spaces.outages(session, Span(now, spaces.FOR_EVER))
            return OutageViews(items=[OutageView.of(session, one, now=now) for one in found])

    return await who.desk.backroom.read(look)


@router.post(
    "/spaces/{space_id}/outages",
    status_code=201,
    response_model=OutageView,
    responses=problems(*STAFF_ONLY, "not_found", "outage_over", "malformed", "idempotency_key_reused"),
)
async def begin_outage(space_id: Id, wanted: NewOutage, who: SignedIn, attempt: Repeatable) -> Response:
    """Take a space, with all that is part of it, out of order. Who has booked it keeps it until they were offered
    another; within a minute each is."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            outage = outages.begin(
                session,
                space=spaces.space(session, space_id),
                starts_at=wanted.starts_at,
                ends_at=wanted.ends_at,
                reason=wanted.reason,
                actor=staff.audit_id,
                now=now,
            )
            view = OutageView.of(session, outage, now=now)
            return attempt.keep(session, member_id=staff.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.post(
    "/outages/{outage_id}/end",
    response_model=OutageView,
    responses=problems(*STAFF_ONLY, "not_found", "outage_over", "malformed", "idempotency_key_reused"),
)
async def end_outage(outage_id: Id, _wanted: InOrderAgain, who: SignedIn, attempt: Repeatable) -> Response:
    """It is in order again: what is left of the time is free, and bookings that nobody moved yet stand. A work
    order for whose sake it was out of order says so, and goes on. Send `{}`."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            outage = back_in_use.end_outage(session, outage_id=outage_id, actor=staff, now=now)
            view = OutageView.of(session, outage, now=now)
            return attempt.keep(session, member_id=staff.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)
