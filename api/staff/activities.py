"""Activities, as those publish and call them off who see who comes."""

from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import Response

from api.activity_views import ActivityView, Attendance, ListedView, NewActivity, WhyActivityOff
from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.activities import queries
from gateway.activities import service as activities
from gateway.bookings import recurrence
from gateway.members.model import Role
from gateway.spaces.rules import Span

router = Doors("/staff/activities", tags=["staff"])

_DESK: Final = (Role.DESK, Role.MANAGER)
_SHOWN_FOR: Final = timedelta(days=90)


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_all_activities(who: SignedIn, page: Paged) -> Items[ActivityView]:
    """Those that are not over since ninety days, the latest first."""

    def look() -> Items[ActivityView]:
        with who.desk.sessions.read() as session:
            staff, now = who.staff(session, *_DESK), who.desk.clock.now()
            rest = behind(queries.all_since(session, since=now - _SHOWN_FOR), page, name=lambda one: one.id)
            view = partial(ActivityView.of, session, reader=staff, now=now)
            return items(rest, page, view=view, name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=ActivityView,
    responses=problems(*STAFF_ONLY, "not_found", "slot_taken", "in_ballot", "malformed", "idempotency_key_reused"),
)
async def publish_activity(wanted: NewActivity, who: SignedIn, attempt: Repeatable) -> Response:
    """Offer an activity. Its space is closed for everything else at all of its times, or nothing is published."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_DESK), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            times: list[Span] = [wanted.span]
            if wanted.recurrence is not None:
                rule = recurrence.read(wanted.recurrence)
                times = [span for _, span in recurrence.expand(rule, wanted.span, desk.centre.booking_policy.zone)]
            made = activities.publish(
                session,
                kind=wanted.kind,
                title=(wanted.title.zh, wanted.title.en),
                words=(wanted.words.zh, wanted.words.en),
                times=times,
                places=wanted.places,
                opens_at=wanted.opens_at,
                closes_at=wanted.closes_at,
                space_id=wanted.space_id,
                group_id=wanted.group,
                actor=staff.audit_id,
                now=now,
            )
            view = ActivityView.of(session, made, reader=staff, now=now)
            return attempt.keep(session, member_id=staff.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.post(
    "/{activity_id}/call-off",
    response_model=ActivityView,
    responses=problems(
        *STAFF_ONLY, "not_found", "activity_called_off", "activity_over", "malformed", "idempotency_key_reused"
    ),
)
async def call_off_activity(activity_id: Id, why: WhyActivityOff, who: SignedIn, attempt: Repeatable) -> Response:
    """It does not take place: everybody who signed up is told why, and its space is free again."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_DESK), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            found = activities.call_off(
                session, activity_id=activity_id, reason=why.reason, actor=staff.audit_id, now=now
            )
            view = ActivityView.of(session, found, reader=staff, now=now)
            return attempt.keep(session, member_id=staff.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)


@router.get("/{activity_id}/registrations", responses=problems(*STAFF_ONLY, "not_found"))
async def list_who_comes(activity_id: Id, who: SignedIn) -> Items[ListedView]:
    """Everybody with a place, and then everybody who waits, in order."""

    def look() -> Items[ListedView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_DESK)
            queries.activity(session, activity_id)
            found = queries.who_is_in(session, activity_id)
            return Items(items=[ListedView.of(one, member) for one, member in found], next=None)

    return await who.desk.backroom.read(look)


@router.patch(
    "/{activity_id}/registrations/{registration_id}",
    status_code=204,
    responses=problems(*STAFF_ONLY, "not_found", "malformed"),
)
async def note_attendance(activity_id: Id, registration_id: Id, seen: Attendance, who: SignedIn) -> None:
    """Say whether somebody came. Harmless to repeat."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_DESK), desk.clock.now()
            activities.note_attendance(
                session,
                activity_id=activity_id,
                registration_id=registration_id,
                came=seen.came,
                actor=staff.audit_id,
                now=now,
            )

    await desk.backroom.write(act)
