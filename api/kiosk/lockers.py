"""Lockers at a kiosk: what is free, and a guest's own."""

from fastapi import Response

from api.deps import Id, Paged
from api.idempotency import Keyed, Repeatable
from api.kiosk.deps import BY_CARD, GUEST, KIOSK, AtKiosk, BeforeKiosk
from api.locker_views import Bank, BankDetail, RentalChange, RentalView, RentalWish
from api.member import pins, rentals
from api.openapi import problems
from api.pins import NewRentalView, RentalPin
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.lockers import queries as lockers

router = Doors("/kiosk", tags=["kiosk"])

_MOST = 200  # of a member's newest rentals, among which the present ones are


@router.get("/banks", responses=problems(*KIOSK, "not_found", "malformed"))
async def list_banks_at_kiosk(at: AtKiosk, page: Paged) -> Items[Bank]:
    """Every locker bank and how many of its compartments are free, by size."""

    def look() -> Items[Bank]:
        with at.desk.sessions.read() as session:
            at.kiosk(session)
            rest = behind(lockers.banks(session), page, name=lambda found: found.bank.id)
            return items(rest, page, view=Bank.of, name=lambda found: found.bank.id)

    return await at.desk.backroom.read(look)


@router.get("/banks/{bank_id}", responses=problems(*KIOSK, "not_found"))
async def read_bank_at_kiosk(bank_id: Id, at: AtKiosk) -> BankDetail:
    """One locker bank, with the compartments that are free."""

    def look() -> BankDetail:
        with at.desk.sessions.read() as session:
            at.kiosk(session)
            found = lockers.bank(session, bank_id)
            return BankDetail.with_free(found, lockers.free_compartments(session, bank_id))

    return await at.desk.backroom.read(look)


@router.get("/rentals", responses=problems(*GUEST))
async def list_rentals_at_kiosk(who: BeforeKiosk) -> Items[RentalView]:
    """What the guest has now: by a locker's number that one, by card all of the member's."""

    def look() -> Items[RentalView]:
        with who.desk.sessions.read() as session:
            member, now = who.for_anybody().member(session), who.desk.clock.now()
            only = who.guest(session).visit.rental_id
            found = [
                rental
                for rental in lockers.rentals_of(session, member_id=member.id, limit=_MOST)
                if rental.ended_at is None and only in (None, rental.id)
            ]
            return Items[RentalView](items=[RentalView.of(session, rental, now) for rental in found], next=None)

    return await who.desk.backroom.read(look)


@router.post(
    "/rentals",
    status_code=201,
    response_model=NewRentalView,
    responses=problems(*BY_CARD, *rentals.RENT),
)
async def rent_at_kiosk(wish: RentalWish, who: BeforeKiosk, attempt: Keyed) -> Response:
    """Rent a compartment, by card. Its PIN is told this once."""
    return await rentals.rent(wish, who, attempt)


@router.patch(
    "/rentals/{rental_id}",
    responses=problems(*GUEST, *rentals.EXTEND),
)
async def extend_rental_at_kiosk(rental_id: Id, change: RentalChange, who: BeforeKiosk) -> RentalView:
    """Give a rental a new end."""
    return await rentals.extend_rental(rental_id, change, who.for_rental(rental_id))


@router.delete(
    "/rentals/{rental_id}",
    responses=problems(*GUEST, *rentals.END),
)
async def end_rental_at_kiosk(rental_id: Id, who: BeforeKiosk, *, seen_shut: rentals.SeenShut = False) -> RentalView:
    """Give the compartment back. A visit by its number is over with it. `seen_shut` as for `/rentals/{rental_id}`."""
    return await rentals.end_rental(rental_id, who.for_rental(rental_id), seen_shut=seen_shut)


@router.post(
    "/rentals/{rental_id}/pin",
    status_code=201,
    response_model=RentalPin,
    responses=problems(*BY_CARD, *pins.MAKE),
)
async def make_pin_at_kiosk(rental_id: Id, who: BeforeKiosk, attempt: Repeatable) -> Response:
    """Make the rental's PIN anew, by card, and tell it this once. Send `{}`."""
    return await pins.make_pin(rental_id, who, attempt)
