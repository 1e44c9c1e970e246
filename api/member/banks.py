"""The locker banks, from outside: what is free, never who holds what."""

from typing import Annotated

from fastapi import Query

from api.deps import Id, Paged, SignedIn
from api.locker_views import Bank, BankDetail
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.lockers import queries as lockers

router = Doors("/banks", tags=["banks"])

InZone = Annotated[str | None, Query(max_length=64, description="Only those there: a zone's name in either language.")]


@router.get("", responses=problems(*SIGNED_IN, "malformed"))
async def list_banks(who: SignedIn, page: Paged, zone: InZone = None) -> Items[Bank]:
    """Every locker bank and how many of its compartments can be had, by size."""

    def look() -> Items[Bank]:
        with who.desk.sessions.read() as session:
            who.member(session)
            rest = behind(lockers.banks(session, zone=zone), page, name=lambda found: found.bank.id)
            return items(rest, page, view=Bank.of, name=lambda found: found.bank.id)

    return await who.desk.backroom.read(look)


@router.get("/{bank_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_bank(bank_id: Id, who: SignedIn) -> BankDetail:
    """One locker bank, with the compartments that are free."""

    def look() -> BankDetail:
        with who.desk.sessions.read() as session:
            who.member(session)
            found = lockers.bank(session, bank_id)
            return BankDetail.with_free(found, lockers.free_compartments(session, bank_id))

    return await who.desk.backroom.read(look)
