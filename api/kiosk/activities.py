"""Activities at a kiosk: what is on, for anybody; and a guest's own places."""

from functools import partial

from fastapi import Response

from api.activity_views import RegistrationView, SignUp
from api.deps import Id, Paged
from api.idempotency import Repeatable
from api.kiosk.activity_views import KioskActivityView
from api.kiosk.deps import BY_CARD, KIOSK, AtKiosk, BeforeKiosk
from api.member import activities
from api.openapi import problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.activities import queries

router = Doors("/kiosk", tags=["kiosk"])


@router.get("/activities", responses=problems(*KIOSK, "not_found", "malformed"))
async def list_activities_at_kiosk(at: AtKiosk, page: Paged) -> Items[KioskActivityView]:
    """Those that are not over, called off or not, the soonest first. No word about anybody."""

    def look() -> Items[KioskActivityView]:
        with at.desk.sessions.read() as session:
            at.kiosk(session)
            now = at.desk.clock.now()
            rest = behind(queries.not_over(session, now=now), page, name=lambda one: one.id)
            view = partial(KioskActivityView.of, session, now=now)
            return items(rest, page, view=view, name=lambda one: one.id)

    return await at.desk.backroom.read(look)


@router.get("/registrations", responses=problems(*BY_CARD))
async def list_registrations_at_kiosk(who: BeforeKiosk) -> Items[RegistrationView]:
    """Where the guest stands, by card, in whatever is not over, the soonest first."""

    def look() -> Items[RegistrationView]:
        with who.desk.sessions.read() as session:
            member, now = who.member(session), who.desk.clock.now()
            mine = queries.present_of(session, member_id=member.id, now=now)
            return Items(items=[RegistrationView.of(session, one) for one in mine], next=None)

    return await who.desk.backroom.read(look)


@router.post(
    "/activities/{activity_id}/registrations",
    status_code=201,
    response_model=RegistrationView,
    responses=problems(*BY_CARD, *activities.SIGN_UP),
)
async def sign_up_at_kiosk(activity_id: Id, wanted: SignUp, who: BeforeKiosk, attempt: Repeatable) -> Response:
    """Have a place, by card; with `wait` stand in the queue when there is none."""
    return await activities.sign_up(activity_id, wanted, who, attempt)


@router.delete(
    "/activities/{activity_id}/registrations/{registration_id}",
    status_code=204,
    responses=problems(*BY_CARD, *activities.LEAVE),
)
async def leave_activity_at_kiosk(activity_id: Id, registration_id: Id, who: BeforeKiosk) -> None:
    """Give the place back, or wait no longer, by card."""
    await activities.leave_activity(activity_id, registration_id, who)
