"""What members report as broken, and what staff say to it."""

from fastapi import Response

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.photos import JPEG, Small, as_asked
from api.report_views import AnswerToReport, StaffReport
from api.signpost import Doors
from api.views import Items, items
from gateway.members.model import Member, Role
from gateway.reports import queries, service

router = Doors("/staff/reports", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_reports_of_all(who: SignedIn, page: Paged, *, over: bool = False) -> Items[StaffReport]:
    """Everybody's, the newest first. Each names the other open reports of the same thing."""

    def look() -> Items[StaffReport]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            found = queries.reports(session, is_over=over, limit=page.limit + 1, after=page.after)
            return items(found, page, view=lambda one: StaffReport.of_member(session, *one), name=lambda one: one[0].id)

    return await who.desk.backroom.read(look)


@router.get("/{report_id}/photo", response_class=Response, responses=JPEG | problems(*STAFF_ONLY, "not_found"))
async def read_photo_for_staff(report_id: Id, who: SignedIn, *, small: Small = False) -> Response:
    """What the member photographed."""

    def look() -> bytes:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            jpeg = queries.photo(session, queries.report(session, report_id).id)
        return as_asked(jpeg, small=small)

    return Response(await who.desk.backroom.read(look), media_type="image/jpeg")


@router.post(
    "/{report_id}/answer",
    response_model=StaffReport,
    responses=problems(
        *STAFF_ONLY, "not_found", "report_over", "report_not_answered", "malformed", "idempotency_key_reused"
    ),
)
async def answer_report(report_id: Id, wanted: AnswerToReport, who: SignedIn, attempt: Repeatable) -> Response:
    """Say how it stands: LOOKED_AT, MENDED, or CLOSED where there was nothing to mend. Its reporter reads it."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            answered = service.answer(
                session,
                report_id=report_id,
                to=wanted.state,
                words=wanted.answer,
                all_of_thing=wanted.all_of_thing,
                staff=staff,
                now=now,
            )
            view = StaffReport.of_member(session, answered, session.get_one(Member, answered.member_id))
            return attempt.keep(session, member_id=staff.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)
