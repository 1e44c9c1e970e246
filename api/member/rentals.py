"""A member's rentals."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from api.deps import Id, Paged, SignedIn
from api.idempotency import Keyed
from api.locker_views import RentalChange, RentalView, RentalWish
from api.member.pins import first_pin
from api.openapi import SIGNED_IN, problems
from api.pins import NewRentalView
from api.signpost import Doors
from api.views import Items, items
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.unlocking import queries as unlocking

router = Doors("/rentals", tags=["rentals"])

# What may be refused, here and at a kiosk.
RENT = (
    "idempotency_key_missing",
    "not_found",
    "already_rented",
    "policy.rentals_at_once",
    "rental_overdue",
    "compartment_taken",
    "compartment_fixed",
    "compartment_bookable",
    "compartment_not_ready",
    "no_compartment_free",
    "bank_offline",
    "door_open",
    "door_unknown",
    "unlock_under_way",
    "policy.max_days",
    "policy.may_use",
    "policy.longest_use",
    "policy.no_end",
    "malformed",
    "idempotency_key_reused",
)
EXTEND = (
    "not_found",
    "compartment_bookable",
    "assigned_by_staff",
    "rental_ended",
    "rental_overdue",
    "policy.max_days",
    "policy.may_use",
    "policy.longest_use",
    "policy.no_end",
    "malformed",
)
END = (
    "not_found",
    "assigned_by_staff",
    "rental_ended",
    "door_open",
    "sensor_suspect",
    "door_unknown",
    "unlock_under_way",
)

SeenShut = Annotated[bool, Query(description="the door is shut, though its broken contact says open")]


@router.post(
    "",
    status_code=201,
    response_model=NewRentalView,
    responses=problems(*SIGNED_IN, *RENT),
)
async def rent(wish: RentalWish, who: SignedIn, attempt: Keyed) -> Response:
    """Rent a compartment: the one asked for, else the best of those that fit. Its PIN for kiosks is told this once."""
    desk, policy = who.desk, who.desk.centre.settings.rentals

    def act() -> tuple[Response, NewRentalView | None]:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told, None
            rental = lockers_service.rent(
                session,
                member=member,
                now=now,
                until=wish.until,
                days=policy.days,
                max_days=policy.max_days,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                bank_id=wish.bank_id,
                zone=wish.zone,
                size=wish.size,
                accessible=wish.accessible,
                compartment_id=wish.compartment_id,
            )
            view = NewRentalView.with_pin(RentalView.of(session, rental, now), None)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now), view

    answer, begun = await desk.backroom.write(act)
    if begun is None or who.is_program:  # a PIN would open the door without the right to, and outlive the token
        return answer
    # Only now: hashing takes its time, in which the compartment is the member's already.
    told_once = begun.model_copy(update={"pin": await first_pin(who, begun.id)})
    return JSONResponse(told_once.model_dump(mode="json"), status_code=201)


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_rentals(who: SignedIn, page: Paged) -> Items[RentalView]:
    """What the member rents, and what staff assigned to them; newest first."""

    def look() -> Items[RentalView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = lockers.rentals_of(session, member_id=member.id, limit=page.limit + 1, after=page.after)
            now = who.desk.clock.now()
            return items(
                found, page, view=lambda rental: RentalView.of(session, rental, now), name=lambda rental: rental.id
            )

    return await who.desk.backroom.read(look)


@router.get("/{rental_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_rental(rental_id: Id, who: SignedIn) -> RentalView:
    """One of the member's own, and how its door stands."""

    def look() -> RentalView:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            rental = lockers.rental_of(session, member_id=member.id, rental_id=rental_id)
            return RentalView.of(session, rental, who.desk.clock.now())

    return await who.desk.backroom.read(look)


@router.patch(
    "/{rental_id}",
    responses=problems(*SIGNED_IN, *EXTEND),
)
async def extend_rental(rental_id: Id, change: RentalChange, who: SignedIn) -> RentalView:
    """Give a rental a new end."""
    desk = who.desk

    def act() -> RentalView:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            rental = lockers.rental_of(session, member_id=member.id, rental_id=rental_id)
            extended = lockers_service.extend(
                session,
                rental=rental,
                until=change.until,
                now=now,
                max_days=desk.centre.settings.rentals.max_days,
            )
            return RentalView.of(session, extended, now)

    return await desk.backroom.write(act)


@router.delete(
    "/{rental_id}",
    responses=problems(*SIGNED_IN, *END),
)
async def end_rental(rental_id: Id, who: SignedIn, *, seen_shut: SeenShut = False) -> RentalView:
    """Give the compartment back. Answers with the rental as it ended.

    `seen_shut` counts after `sensor_suspect`; staff look at the compartment then.
    """
    desk = who.desk

    def act() -> RentalView:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            rental = lockers.rental_of(session, member_id=member.id, rental_id=rental_id)
            ended = lockers_service.end_rental(
                session,
                rental=rental,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                now=now,
                seen_shut=seen_shut,
            )
            return RentalView.of(session, ended, now)

    return await desk.backroom.write(act)
