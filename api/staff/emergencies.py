"""Stopping every opening, opening every door, and ending either: two of staff, each with a session of their own."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Attempt, Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.emergency_views import DryRun, EmergencyDetail, EmergencyView, NewEmergency
from api.views import AnyId, Items, behind, items
from gateway.emergencies import openings
from gateway.emergencies import queries as emergencies
from gateway.emergencies import service as emergencies_service
from gateway.emergencies.model import Emergency
from gateway.members.model import Member, Role

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
BankId = Annotated[AnyId | None, Query(description="Null: the whole centre.")]
_POSTED = (*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused")


@router.get("/emergencies", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_emergencies(who: SignedIn, page: Paged) -> Items[EmergencyView]:
    """Every freeze and every opening of all doors there ever was, the newest first."""

    def look() -> Items[EmergencyView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            rest = behind(emergencies.emergencies(session), page, name=lambda one: one.id)
            return items(rest, page, view=lambda one: EmergencyView.of(session, one), name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.get("/emergencies/{emergency_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_emergency(emergency_id: Id, who: SignedIn) -> EmergencyDetail:
    """One of them, how its doors stand now, and which are still shut although they should be open."""

    def look() -> EmergencyDetail:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            found = emergencies.emergency(session, emergency_id)
            return EmergencyDetail.in_detail(session, found, who.language)

    return await who.desk.backroom.read(look)


@router.post("/freeze", status_code=201, response_model=EmergencyView, responses=problems(*_POSTED, "already_frozen"))
async def freeze(wanted: NewEmergency, who: SignedIn, attempt: Repeatable) -> Response:
    """Let nothing open by command, at a bank or in the whole centre, until two persons clear it. A manager alone may.

    Mechanical keys and the cabinets' own inputs work as ever.
    """

    def act(session: Session, manager: Member, now: datetime) -> Emergency:
        return emergencies_service.freeze(session, bank_id=wanted.bank_id, reason=wanted.reason, actor=manager, now=now)

    return await _done(who, attempt, act, roles=(Role.MANAGER,), status=201)


@router.get("/emergency-open", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def try_emergency_open(who: SignedIn, bank_id: BankId = None) -> DryRun:
    """A dry run: what opening every door would do, and how long it would take. Nothing moves."""

    def look() -> DryRun:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            return DryRun.of(session, bank_id)

    return await who.desk.backroom.read(look)


@router.post(
    "/emergency-open",
    status_code=201,
    response_model=EmergencyView,
    responses=problems(*_POSTED, "already_opening", "clear_freeze_first"),
)
async def propose_emergency_open(wanted: NewEmergency, who: SignedIn, attempt: Repeatable) -> Response:
    """Be the first to say that every door must open. It begins when a second person says so too.

    Or at once, when a second key is on at every cabinet meant.
    """

    def act(session: Session, first: Member, now: datetime) -> Emergency:
        return openings.propose(session, bank_id=wanted.bank_id, reason=wanted.reason, actor=first, now=now)

    return await _done(who, attempt, act, roles=_ROLES, status=201)


@router.post(
    "/emergencies/{emergency_id}/confirm",
    response_model=EmergencyView,
    responses=problems(
        *_POSTED,
        "emergency_over",
        "already_opening",
        "proposal_lapsed",
        "clear_freeze_first",
        "second_is_the_first",
        "needs_a_manager",
    ),
)
async def confirm_emergency_open(emergency_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Be the second: every door begins to open. Send `{}`."""

    def act(session: Session, second: Member, now: datetime) -> Emergency:
        return openings.confirm(session, emergency_id=emergency_id, actor=second, now=now)

    return await _done(who, attempt, act, roles=_ROLES)


@router.post(
    "/emergencies/{emergency_id}/clear",
    response_model=EmergencyView,
    responses=problems(*_POSTED, "emergency_over", "second_is_the_first", "needs_a_manager"),
)
async def clear_emergency(emergency_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Say that it is over. It ends when a second person says so too, within ten minutes. Send `{}`."""

    def act(session: Session, actor: Member, now: datetime) -> Emergency:
        return emergencies_service.clear(session, emergency_id=emergency_id, actor=actor, now=now)

    return await _done(who, attempt, act, roles=_ROLES)


async def _done(
    who: Caller,
    attempt: Attempt,
    step: Callable[[Session, Member, datetime], Emergency],
    *,
    roles: tuple[Role, ...],
    status: int = 200,
) -> Response:
    """Take one step, once for each key, and answer with where the emergency stands."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *roles), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            view = EmergencyView.of(session, step(session, member, now))
            return attempt.keep(session, member_id=member.id, status=status, view=view, now=now)

    return await desk.backroom.write(act)
