"""A member says what is broken, with a photo, and sees what becomes of it."""

from fastapi import Response

from api.deps import Id, Paged, SignedIn
from api.idempotency import Keyed
from api.openapi import SIGNED_IN, problems
from api.photos import JPEG, Small, as_asked, drawn
from api.report_views import NewReport, ReportView, ThingView, ThingViews
from api.signpost import Doors
from api.views import Items, items
from gateway.reports import queries, service, things

router = Doors("/reports", tags=["reports"])


@router.get("/things", responses=problems(*SIGNED_IN))
async def list_things(who: SignedIn) -> ThingViews:
    """Whatever the member can report: lockers of theirs, spaces, doors, kiosks and zones."""

    def look() -> ThingViews:
        with who.desk.sessions.read() as session:
            found = things.things_for(session, member_id=who.member(session).id)
            return ThingViews(items=[ThingView.of(one) for one in found])

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=ReportView,
    responses=problems(
        *SIGNED_IN,
        "not_found",
        "malformed",
        "photo_too_large",
        "photo_unreadable",
        "too_many_reports",
        "busy",
        "idempotency_key_missing",
        "idempotency_key_reused",
    ),
)
async def report_fault(wish: NewReport, who: SignedIn, attempt: Keyed) -> Response:
    """Report it. Sent again under the same key it is the same report: nothing is uploaded twice."""
    desk = who.desk

    def look() -> Response | None:
        with desk.sessions.read() as session:
            member = who.member(session)
            told = attempt.recall(session, member_id=member.id)
            if told is None:
                service.refuse_too_many(session, member=member, now=desk.clock.now())
            return told

    # Whoever may not report, or has reported it already, makes nobody undo a picture.
    if told := await desk.backroom.read(look):
        return told
    jpeg = None if wish.photo is None else await drawn(desk.backroom, wish.photo)

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            made = service.report(
                session,
                member=member,
                about=wish.about,
                thing_id=wish.thing_id,
                wrong=wish.wrong,
                words=wish.words,
                jpeg=jpeg,
                now=now,
            )
            view = ReportView.of(session, made)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_reports(who: SignedIn, page: Paged) -> Items[ReportView]:
    """The member's own, the newest first."""

    def look() -> Items[ReportView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = queries.reports_of(session, member_id=member.id, limit=page.limit + 1, after=page.after)
            return items(found, page, view=lambda one: ReportView.of(session, one), name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.get("/{report_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_report(report_id: Id, who: SignedIn) -> ReportView:
    """One of the member's own."""

    def look() -> ReportView:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            return ReportView.of(session, queries.report_of(session, member_id=member.id, report_id=report_id))

    return await who.desk.backroom.read(look)


@router.get("/{report_id}/photo", response_class=Response, responses=JPEG | problems(*SIGNED_IN, "not_found"))
async def read_report_photo(report_id: Id, who: SignedIn, *, small: Small = False) -> Response:
    """What the member photographed."""

    def look() -> bytes:
        with who.desk.sessions.read() as session:
            mine = queries.report_of(session, member_id=who.member(session).id, report_id=report_id)
            jpeg = queries.photo(session, mine.id)
        return as_asked(jpeg, small=small)

    return Response(await who.desk.backroom.read(look), media_type="image/jpeg")
