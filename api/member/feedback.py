"""How a member found the centre."""

from typing import Final

from fastapi import Response

from api.deps import Paged, SignedIn
from api.feedback_views import FeedbackView, NewFeedback
from api.idempotency import Repeatable
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, items
from gateway.feedback import service

router = Doors("/feedback", tags=["feedback"])

_SIGNED_IN: Final = (*SIGNED_IN, "not_found", "malformed")


@router.get("", responses=problems(*_SIGNED_IN))
async def list_feedback(who: SignedIn, page: Paged) -> Items[FeedbackView]:
    """What the reader said, the newest first."""

    def look() -> Items[FeedbackView]:
        with who.desk.sessions.read() as session:
            mine = who.member(session).id
            found = service.of_member(session, member_id=mine, limit=page.limit + 1, after=page.after)
            return items(found, page, view=lambda one: FeedbackView.of(session, one), name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=FeedbackView,
    responses=problems(*_SIGNED_IN, "too_much_feedback", "idempotency_key_reused"),
)
async def give_feedback(said: NewFeedback, who: SignedIn, attempt: Repeatable) -> Response:
    """Say how it was. Staff read it without a name, and nobody answers it: what is broken is a report."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            given = service.give(
                session, member=member, score=said.score, words=said.words, space_id=said.space_id, now=now
            )
            view = FeedbackView.of(session, given)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)
