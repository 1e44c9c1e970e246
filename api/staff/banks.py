"""What a locker bank's staff decide about it."""

from fastapi import APIRouter

from api.deps import Id, Paged, SignedIn
from api.openapi import problems
from api.views import BankTerms, BankTermsChange, Items, behind, items
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.members.model import Role

router = APIRouter(prefix="/staff/banks", tags=["staff"])

_STAFF_ONLY = ("not_signed_in", "not_allowed", "password_must_be_set")


@router.get("", responses=problems(*_STAFF_ONLY, "not_found", "malformed"))
async def list_bank_terms(who: SignedIn, page: Paged) -> Items[BankTerms]:
    """What each locker bank says of rentals that come to their end."""

    def look() -> Items[BankTerms]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.DESK, Role.TECHNICIAN, Role.MANAGER)
            rest = behind([found.bank for found in lockers.banks(session)], page, name=lambda bank: bank.id)
            return items(rest, page, view=BankTerms.of, name=lambda bank: bank.id)

    return await who.desk.backroom.read(look)


@router.patch("/{bank_id}", responses=problems(*_STAFF_ONLY, "not_found", "malformed"))
async def set_bank_terms(bank_id: Id, change: BankTermsChange, who: SignedIn) -> BankTerms:
    """Say how rentals at this bank come to their end. It counts for those that run, too."""
    desk = who.desk

    def act() -> BankTerms:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            bank = lockers.bank(session, bank_id).bank
            lockers_service.set_terms(
                session, bank=bank, actor=manager.audit_id, now=desk.clock.now(), **change.model_dump()
            )
            return BankTerms.of(bank)

    return await desk.backroom.write(act)
