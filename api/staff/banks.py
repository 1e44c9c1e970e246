"""What staff decide about a locker bank and its compartments."""

from typing import Annotated

from fastapi import Query

from api.deps import Id, Paged, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.locker_views import BankTerms, BankTermsChange, ConditionChange, ModeChange, StaffCompartment
from api.views import Items, behind, items
from gateway.bookings import booked_lockers
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.lockers.model import Condition
from gateway.maintenance import back_in_use
from gateway.members.model import Role

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
InCondition = Annotated[Condition, Query(description="Which compartments: those that stand like this.")]


@router.get("/banks", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_bank_terms(who: SignedIn, page: Paged) -> Items[BankTerms]:
    """What each locker bank says of rentals that come to their end."""

    def look() -> Items[BankTerms]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            rest = behind(lockers.banks(session), page, name=lambda found: found.bank.id)
            return items(rest, page, view=BankTerms.of, name=lambda found: found.bank.id)

    return await who.desk.backroom.read(look)


@router.patch(
    "/banks/{bank_id}", responses=problems(*STAFF_ONLY, "not_found", "zone_exists", "zone_retired", "malformed")
)
async def set_bank_terms(bank_id: Id, change: BankTermsChange, who: SignedIn) -> BankTerms:
    """Say how rentals at this bank come to their end. It counts for those that run, too."""
    desk = who.desk

    def act() -> BankTerms:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            bank, actor, now = lockers.bank(session, bank_id).bank, manager.audit_id, desk.clock.now()
            terms = change.model_dump(exclude={"zone_zh", "zone_en"})
            lockers_service.set_terms(session, bank=bank, actor=actor, now=now, **terms)
            if change.zone_zh is not None or change.zone_en is not None:
                name_zh, name_en = change.zone_zh or "", change.zone_en or ""
                lockers_service.set_zone(session, bank=bank, name_zh=name_zh, name_en=name_en, actor=actor, now=now)
            return BankTerms.of(lockers.bank(session, bank_id))

    return await desk.backroom.write(act)


@router.get("/banks/{bank_id}/compartments", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_compartments(bank_id: Id, who: SignedIn, page: Paged) -> Items[StaffCompartment]:
    """Every compartment of a bank: its door, its condition, and whether somebody holds it."""

    def look() -> Items[StaffCompartment]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            rest = behind(lockers.compartments(session, bank_id), page, name=lambda found: found.compartment.id)
            return items(rest, page, view=StaffCompartment.of, name=lambda found: found.compartment.id)

    return await who.desk.backroom.read(look)


@router.get("/compartments", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_compartments_in(who: SignedIn, page: Paged, condition: InCondition) -> Items[StaffCompartment]:
    """The compartments of every bank that are in one condition: what there is to clean, to look at, to repair."""

    def look() -> Items[StaffCompartment]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            rest = behind(lockers.compartments_in(session, condition), page, name=lambda found: found.compartment.id)
            return items(rest, page, view=StaffCompartment.of, name=lambda found: found.compartment.id)

    return await who.desk.backroom.read(look)


@router.patch("/compartments/{compartment_id}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def set_condition(compartment_id: Id, change: ConditionChange, who: SignedIn) -> StaffCompartment:
    """Say whether a compartment can have a next holder, and why. Whoever holds it keeps it; a work order that had taken
    it out of service says so when it is ready again."""
    desk = who.desk

    def act() -> StaffCompartment:
        with desk.sessions.begin() as session:
            back_in_use.set_condition(
                session,
                compartment_id=compartment_id,
                condition=change.condition,
                reason=change.reason,
                actor=who.staff(session, *_ROLES),
                now=desk.clock.now(),
            )
            return StaffCompartment.of(lockers.compartment(session, compartment_id))

    return await desk.backroom.write(act)


@router.put(
    "/compartments/{compartment_id}/mode",
    responses=problems(*STAFF_ONLY, "not_found", "malformed", "compartment_taken", "compartment_booked"),
)
async def set_compartment_mode(compartment_id: Id, change: ModeChange, who: SignedIn) -> StaffCompartment:
    """Let one compartment come to its holders otherwise than its bank's do; null: as they do. Who has it keeps it."""
    desk = who.desk

    def act() -> StaffCompartment:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            booked_lockers.set_mode(
                session,
                compartment_id=compartment_id,
                mode=change.mode,
                actor=manager.audit_id,
                now=desk.clock.now(),
            )
            return StaffCompartment.of(lockers.compartment(session, compartment_id))

    return await desk.backroom.write(act)
