"""What the house offers: read, signed up for, left."""

from functools import partial

from fastapi import Response

from api.activity_views import ActivityView, RegistrationView, SignUp
from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.activities import queries
from gateway.activities import service as activities

router = Doors("/activities", tags=["activities"])

_OWN = (*SIGNED_IN, "not_found")
SIGN_UP = (
    "not_found",
    "activity_full",
    "activity_called_off",
    "activity_not_for_you",
    "registration_not_open",
    "registration_closed",
    "already_signed_up",
    "malformed",
    "idempotency_key_reused",
)
LEAVE = ("not_found", "activity_begun", "registration_over")


@router.get("", responses=problems(*_OWN, "malformed"))
async def list_activities(who: SignedIn, page: Paged) -> Items[ActivityView]:
    """Those that are not over, called off or not, the soonest first."""

    def look() -> Items[ActivityView]:
        with who.desk.sessions.read() as session:
            member, now = who.member(session), who.desk.clock.now()
            rest = behind(queries.not_over(session, now=now), page, name=lambda one: one.id)
            view = partial(ActivityView.of, session, reader=member, now=now)
            return items(rest, page, view=view, name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.get("/{activity_id}", responses=problems(*_OWN))
async def read_activity(activity_id: Id, who: SignedIn) -> ActivityView:
    """One of them, over or not."""

    def look() -> ActivityView:
        with who.desk.sessions.read() as session:
            member, now = who.member(session), who.desk.clock.now()
            return ActivityView.of(session, queries.activity(session, activity_id), reader=member, now=now)

    return await who.desk.backroom.read(look)


@router.get("/{activity_id}/registrations", responses=problems(*_OWN))
async def list_registrations(activity_id: Id, who: SignedIn) -> Items[RegistrationView]:
    """The reader's own: one or none."""

    def look() -> Items[RegistrationView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            queries.activity(session, activity_id)
            mine = queries.registration_in(session, activity_id=activity_id, member_id=member.id)
            return Items(items=[RegistrationView.of(session, mine)] if mine else [], next=None)

    return await who.desk.backroom.read(look)


@router.post(
    "/{activity_id}/registrations",
    status_code=201,
    response_model=RegistrationView,
    responses=problems(*_OWN, *SIGN_UP),
)
async def sign_up(activity_id: Id, wanted: SignUp, who: SignedIn, attempt: Repeatable) -> Response:
    """Have a place, for all of its times; with `wait` stand in the queue when there is none."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            made = activities.sign_up(session, activity_id=activity_id, member=member, may_wait=wanted.wait, now=now)
            view = RegistrationView.of(session, made)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.delete(
    "/{activity_id}/registrations/{registration_id}",
    status_code=204,
    responses=problems(*_OWN, *LEAVE),
)
async def leave_activity(activity_id: Id, registration_id: Id, who: SignedIn) -> None:
    """Give the place back, or wait no longer. Whoever waits longest has the place at once."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            activities.leave(session, activity_id=activity_id, registration_id=registration_id, member=member, now=now)

    await desk.backroom.write(act)
