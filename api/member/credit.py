"""A member's points."""

from fastapi import Response

from api.credit_views import CreditEntryView, CreditView, Why, credit_entry_view
from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from gateway.credit import service as credit

router = Doors("/me/credit", tags=["me"])


@router.get("", responses=problems(*SIGNED_IN))
async def read_credit(who: SignedIn) -> CreditView:
    """How many points the member has, and every thing that it comes from, with its reason."""

    def look() -> CreditView:
        with who.desk.sessions.read() as session:
            return CreditView.of(session, member_id=who.member(session).id, now=who.desk.clock.now())

    return await who.desk.backroom.read(look)


@router.post(
    "/{credit_id}/appeal",
    response_model=CreditEntryView,
    responses=problems(*SIGNED_IN, "not_found", "already_appealed", "malformed", "idempotency_key_reused"),
)
async def appeal_credit(credit_id: Id, why: Why, who: SignedIn, attempt: Repeatable) -> Response:
    """Object to it, once. Staff answer with a reason; until then it counts."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            entry = credit.appeal(session, credit_id=credit_id, member=member, reason=why.reason, now=now)
            view = credit_entry_view(session, entry, now=now)
            return attempt.keep(session, member_id=member.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)
