"""Members' points, as those answer for them who may let somebody off."""

from fastapi import Response

from api.credit_views import AppealView, CreditEntryView, CreditView, Why, credit_entry_view
from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Attempt, Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.credit import queries as credit_queries
from gateway.credit import service as credit
from gateway.kit.errors import NotFound
from gateway.members import queries as members
from gateway.members.model import Role

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.MANAGER)
_ANSWERED = (*STAFF_ONLY, "not_found", "appeal_answered", "malformed", "idempotency_key_reused")


@router.get("/credit/appeals", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_appeals(who: SignedIn, page: Paged) -> Items[AppealView]:
    """Those that wait for an answer, the oldest first."""
    now = who.desk.clock.now()

    def look() -> Items[AppealView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            rest = behind(credit_queries.appeals(session), page, name=lambda one: one[0].id)
            return items(rest, page, view=lambda one: AppealView.of(session, *one, now=now), name=lambda one: one[0].id)

    return await who.desk.backroom.read(look)


@router.get("/members/{member_no}/credit", responses=problems(*STAFF_ONLY, "not_found"))
async def read_credit_of_member(member_no: Id, who: SignedIn) -> CreditView:
    """What the member reads, too."""

    def look() -> CreditView:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            member = members.member_by_no(session, member_no=member_no)
            if member is None:
                raise NotFound("member")
            return CreditView.of(session, member_id=member.id, now=who.desk.clock.now())

    return await who.desk.backroom.read(look)


@router.post("/credit/{credit_id}/accept", response_model=CreditEntryView, responses=problems(*_ANSWERED))
async def accept_appeal(credit_id: Id, why: Why, who: SignedIn, attempt: Repeatable) -> Response:
    """Take nothing for it after all, asked or unasked. The member reads why."""
    return await _answer(credit_id, why, who, attempt, accepted=True)


@router.post("/credit/{credit_id}/refuse", response_model=CreditEntryView, responses=problems(*_ANSWERED))
async def refuse_appeal(credit_id: Id, why: Why, who: SignedIn, attempt: Repeatable) -> Response:
    """Let it stand. The member reads why."""
    return await _answer(credit_id, why, who, attempt, accepted=False)


async def _answer(credit_id: str, why: Why, who: Caller, attempt: Attempt, *, accepted: bool) -> Response:
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            entry = credit.answer(
                session, credit_id=credit_id, accepted=accepted, reason=why.reason, actor=staff.audit_id, now=now
            )
            view = credit_entry_view(session, entry, now=now)
            return attempt.keep(session, member_id=staff.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)
