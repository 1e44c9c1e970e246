"""Asking for a door to be opened, and hearing what came of it."""

import asyncio
from typing import Annotated, Final

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.deps import Caller, Desk, Id, Paged, SignedIn
from api.idempotency import Keyed
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.unlock_views import UnlockView, UnlockWish
from api.views import Items, items
from gateway.bookings import booked_lockers
from gateway.bookings import queries as bookings
from gateway.bookings import service as bookings_service
from gateway.kit.errors import Conflict, Refused
from gateway.lockers import queries as lockers
from gateway.lockers.model import Compartment, RentalState
from gateway.members.model import Member
from gateway.unlocking import queries as unlocking
from gateway.unlocking import rules
from gateway.unlocking import service as unlocking_service
from gateway.unlocking.model import TERMINAL, UNSIGNED, Unlock

router = Doors("/unlocks", tags=["unlocks"])

# What may be refused, here and at a kiosk.
REQUEST = (
    "idempotency_key_missing",
    "not_found",
    "bank_offline",
    "device_suspended",
    "frozen",
    "clock_wrong",
    "rental_ended",
    "booking_too_early",
    "booking_over",
    "booking_cancelled",
    "booking_released",
    "booking_denied",
    "booking_pending",
    "no_door",
    "rental_overdue",
    "compartment_taken",
    "compartment_not_ready",
    "door_open",
    "door_unknown",
    "unlock_under_way",
    "malformed",
    "idempotency_key_reused",
    "gateway_away",
)

_LOOK_EVERY_S: Final = 1.0  # while waiting: for what the live line did not bring
AWAY_RETRY_S: Final = 5

Wait = Annotated[float, Query(ge=0, le=30, description="Seconds to wait for the unlock to end.")]


@router.post(
    "",
    status_code=202,
    response_model=UnlockView,
    responses=problems(*SIGNED_IN, *REQUEST),
)
async def request_unlock(wish: UnlockWish, who: SignedIn, attempt: Keyed) -> Response:
    """Ask for a door to be opened. What comes of it tells `GET /unlocks/{id}?wait=`, and the live stream."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member = who.member(session)
            if told := attempt.recall(session, member_id=member.id):
                return told
            if desk.is_gateway_away():
                raise Refused("gateway_away", retry_after_s=AWAY_RETRY_S)
            lock_id = _lock_of(session, member, wish, desk)
            unlock = unlocking_service.request_unlock(session, member=member, lock_id=lock_id, clock=desk.clock)
            view = UnlockView.of(unlock)
            return attempt.keep(session, member_id=member.id, status=202, view=view, now=desk.clock.now())

    accepted = await desk.backroom.write(act)
    desk.line.wake()
    return accepted


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_unlocks(who: SignedIn, page: Paged) -> Items[UnlockView]:
    """The member's own, newest first."""

    def look() -> Items[UnlockView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = unlocking.unlocks_of(session, member_id=member.id, limit=page.limit + 1, after=page.after)
            return items(found, page, view=UnlockView.of, name=lambda unlock: unlock.id)

    return await who.desk.backroom.read(look)


@router.get("/{unlock_id}", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def read_unlock(unlock_id: Id, who: SignedIn, wait: Wait = 0) -> UnlockView:
    """One of the member's own. With `wait` it answers when the unlock has ended, or when the wait is over."""
    hub, loop = who.desk.hub, asyncio.get_running_loop()
    give_up_at = loop.time() + wait
    # Listening begins before the first look: an end in between is then heard, not missed.
    with hub.watch(unlock_id) as ended:
        while True:
            ended.clear()
            unlock = await _present(who, unlock_id)
            left_s = give_up_at - loop.time()
            if unlock.state in TERMINAL or left_s <= 0 or hub.is_closed:
                return UnlockView.of(unlock)
            await _either(ended, min(left_s, _LOOK_EVERY_S))


async def _present(who: Caller, unlock_id: str) -> Unlock:
    """As it stands; a request that nobody took in time is ended here, in case the gateway is gone."""

    def look() -> Unlock:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            return unlocking.unlock_of(session, member_id=member.id, unlock_id=unlock_id)

    unlock = await who.desk.backroom.read(look)
    if unlock.state not in UNSIGNED or rules.may_be_signed(unlock, unlocking_service.moment(who.desk.clock)):
        return unlock

    def expire() -> None:
        with who.desk.sessions.begin() as session:
            unlocking_service.expire_overdue(session, unlock_id=unlock_id, clock=who.desk.clock)

    await who.desk.backroom.write(expire)
    return await who.desk.backroom.read(look)


def _lock_of(session: Session, member: Member, wish: UnlockWish, desk: Desk) -> str:
    """The lock that is named, or that a rental or a booking of theirs opens."""
    if wish.lock_id is not None:
        return wish.lock_id
    if wish.rental_id is not None:
        return _lock_of_rental(session, member, wish.rental_id)
    booking = bookings.booking_of(session, member_id=member.id, booking_id=wish.booking_id or "")
    policy, now = desk.centre.booking_policy, desk.clock.now()
    if booked_lockers.is_locker(session, booking.space_id):
        return booked_lockers.arrive(session, booking=booking, member=member, policy=policy, now=now)
    return bookings_service.lock_of(session, booking=booking, policy=policy, now=now)


def _lock_of_rental(session: Session, member: Member, rental_id: str) -> str:
    rental = lockers.rental_of(session, member_id=member.id, rental_id=rental_id)
    if rental.state is RentalState.ENDED:
        raise Conflict("rental_ended")
    return session.get_one(Compartment, rental.compartment_id).lock_id


async def _either(ended: asyncio.Event, seconds: float) -> None:
    """Wait until it has ended, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        return
