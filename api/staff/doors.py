"""Opening a door for staff, whoever holds what is behind it."""

from zoneinfo import ZoneInfo

from fastapi import Response

from api.deps import Id, Paged, SignedIn
from api.idempotency import Keyed
from api.member.unlocks import AWAY_RETRY_S
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.door_views import LockView, StaffOpening
from api.unlock_views import UnlockView
from api.views import Items, behind, items
from gateway.faults import queries as faults
from gateway.kit.errors import Refused
from gateway.staff import openings
from gateway.staff import queries as staff
from gateway.staff.rules import POWERS, Power

router = Doors("/staff/locks", tags=["staff"])


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_locks(who: SignedIn, page: Paged) -> Items[LockView]:
    """Every door that can be opened, what is behind it, and what is wrong with it."""
    zone = ZoneInfo(who.desk.centre.settings.zone)

    def look() -> Items[LockView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *POWERS[Power.OPEN])
            wrong = faults.by_lock(session)
            rest = behind(staff.locks(session), page, name=lambda found: found.lock.id)
            return items(
                rest,
                page,
                view=lambda found: LockView.of(found, wrong.get(found.lock.id, ()), language=who.language, zone=zone),
                name=lambda found: found.lock.id,
            )

    return await who.desk.backroom.read(look)


@router.post(
    "/{lock_id}/open",
    status_code=202,
    response_model=UnlockView,
    responses=problems(
        "idempotency_key_missing",
        *STAFF_ONLY,
        "password_again",
        "second_person_needed",
        "staff_openings_used_up",
        "not_found",
        "bank_offline",
        "device_suspended",
        "frozen",
        "unlock_under_way",
        "malformed",
        "idempotency_key_reused",
        "gateway_away",
    ),
)
async def open_for_staff(lock_id: Id, wish: StaffOpening, who: SignedIn, attempt: Keyed) -> Response:
    """Ask for any door to be opened. Who holds what is behind it keeps it, and is told why.

    Of what somebody holds: after `password_again` sign in anew (`POST /session`) and ask again. Several doors take
    several persons, each signed in themselves, and one person has so many a day.

    What comes of it tells `GET /unlocks/{id}?wait=`.
    """
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member = who.staff(session, *POWERS[Power.OPEN])
            if told := attempt.recall(session, member_id=member.id):
                return told
            if desk.is_gateway_away():
                raise Refused("gateway_away", retry_after_s=AWAY_RETRY_S)
            unlock = openings.open_door(
                session,
                lock_id=lock_id,
                staff=member,
                reason=wish.reason,
                clock=desk.clock,
                signed_in_at=who.signed_in_at(session),
            )
            view = UnlockView.of(unlock)
            return attempt.keep(session, member_id=member.id, status=202, view=view, now=desk.clock.now())

    accepted = await desk.backroom.write(act)
    desk.line.wake()
    return accepted
