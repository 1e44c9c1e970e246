"""Asking for a door at a kiosk: the same request, judged by the same gateway, as from a phone."""

from fastapi import Response

from api.deps import Id
from api.idempotency import Keyed
from api.kiosk.deps import BY_CARD, GUEST, BeforeKiosk
from api.kiosk.views import KioskUnlockWish
from api.member import unlocks
from api.member.unlocks import Wait
from api.openapi import problems
from api.signpost import Doors
from api.unlock_views import UnlockView, UnlockWish

router = Doors("/kiosk/unlocks", tags=["kiosk"])


@router.post(
    "",
    status_code=202,
    response_model=UnlockView,
    responses=problems(*BY_CARD, *unlocks.REQUEST),
)
async def request_unlock_at_kiosk(wish: KioskUnlockWish, who: BeforeKiosk, attempt: Keyed) -> Response:
    """Ask for the guest's own door to be opened. What comes of it tells `GET /kiosk/unlocks/{id}?wait=`."""
    reaching = who if wish.rental_id is None else who.for_rental(wish.rental_id)
    asked = UnlockWish(rental_id=wish.rental_id, booking_id=wish.booking_id)
    return await unlocks.request_unlock(asked, reaching, attempt)


@router.get("/{unlock_id}", responses=problems(*GUEST, "not_found", "malformed"))
async def read_unlock_at_kiosk(unlock_id: Id, who: BeforeKiosk, wait: Wait = 0) -> UnlockView:
    """One of the guest's own. With `wait` it answers when the unlock has ended, or when the wait is over."""
    return await unlocks.read_unlock(unlock_id, who.for_unlock(unlock_id), wait)
