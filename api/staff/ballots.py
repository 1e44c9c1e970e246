"""Ballots, as those open and call them off who answer for the spaces."""

from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import Response

from api.ballot_views import BallotView, NewBallot, WhyCalledOff
from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.ballots import queries as ballots
from gateway.ballots import service as ballots_service
from gateway.members.model import Role
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span

router = Doors("/staff", tags=["staff"])

_SHOWN_FOR: Final = timedelta(days=90)


@router.get("/ballots", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_all_ballots(who: SignedIn, page: Paged) -> Items[BallotView]:
    """Those whose times are not over since ninety days, called off or not, the latest to close first."""

    def look() -> Items[BallotView]:
        with who.desk.sessions.read() as session:
            staff, now = who.staff(session, Role.DESK, Role.MANAGER), who.desk.clock.now()
            rest = behind(ballots.all_since(session, since=now - _SHOWN_FOR), page, name=lambda one: one.id)
            return items(rest, page, view=partial(BallotView.of, session, member_id=staff.id), name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.post(
    "/spaces/{space_id}/ballots",
    status_code=201,
    response_model=BallotView,
    responses=problems(*STAFF_ONLY, "not_found", "ballot_open", "malformed", "idempotency_key_reused"),
)
async def open_ballot(space_id: Id, wanted: NewBallot, who: SignedIn, attempt: Repeatable) -> Response:
    """Give by lot what is free of a space within a time. For a ballot every week set a rule `ballot_closes_at`."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            manager, now = who.staff(session, Role.MANAGER), desk.clock.now()
            if told := attempt.recall(session, member_id=manager.id):
                return told
            ballot = ballots_service.open_ballot(
                session,
                space=spaces.space(session, space_id),
                within=Span(wanted.starts_at, wanted.ends_at),
                closes_at=wanted.closes_at,
                actor=manager.audit_id,
                now=now,
            )
            view = BallotView.of(session, ballot, member_id=manager.id)
            return attempt.keep(session, member_id=manager.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.post(
    "/ballots/{ballot_id}/call-off",
    response_model=BallotView,
    responses=problems(*STAFF_ONLY, "not_found", "ballot_closed", "malformed", "idempotency_key_reused"),
)
async def call_off_ballot(ballot_id: Id, why: WhyCalledOff, who: SignedIn, attempt: Repeatable) -> Response:
    """Draw nothing: the times are booked like all others. Whoever took part is told why."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            manager, now = who.staff(session, Role.MANAGER), desk.clock.now()
            if told := attempt.recall(session, member_id=manager.id):
                return told
            ballot = ballots_service.call_off(
                session, ballot_id=ballot_id, reason=why.reason, actor=manager.audit_id, now=now
            )
            view = BallotView.of(session, ballot, member_id=manager.id)
            return attempt.keep(session, member_id=manager.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)
