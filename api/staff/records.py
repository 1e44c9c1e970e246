"""What was written down: messages that were not taken, and the audit trail."""

from base64 import urlsafe_b64encode
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from api.deps import Paged, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.record_views import AuditView, DeadLetterView
from api.views import AnyId, Items, behind, items, seq_of
from gateway.credentials import tokens
from gateway.fleet import queries as fleet
from gateway.fleet.model import DeadLetter
from gateway.kit import audit
from gateway.kit.errors import NotFound
from gateway.members import queries as members
from gateway.members.model import Role
from gateway.staff import trail

router = Doors("/staff", tags=["staff"])


@router.get("/dead-letters", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_dead_letters(who: SignedIn, page: Paged) -> Items[DeadLetterView]:
    """Messages from devices that could not be taken, the newest first."""

    def look() -> Items[DeadLetterView]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.TECHNICIAN, Role.MANAGER)
            rest = behind(fleet.dead_letters(session), page, name=_name)
            return items(rest, page, view=DeadLetterView.of, name=_name)

    return await who.desk.backroom.read(look)


@router.get("/audit", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_audit(
    *,
    who: SignedIn,
    page: Paged,
    newest: Annotated[bool, Query(description="The newest first.")] = False,
    act: Annotated[str | None, Query(max_length=48, description="What was done, as the trail calls it.")] = None,
    about: Annotated[str | None, Query(max_length=64, description="To which thing.")] = None,
    member_no: Annotated[AnyId | None, Query(description="What they did, and what was done to them.")] = None,
    by_program: Annotated[
        bool | None, Query(description="What programs did in their members' names; false: what people did themselves.")
    ] = None,
    program: Annotated[AnyId | None, Query(description="What one program did: the id of its token.")] = None,
) -> Items[AuditView]:
    """The audit trail, oldest first unless said otherwise. `after` is a `seq`."""

    def look() -> Items[AuditView]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
            found = audit.entries(
                session,
                after_seq=None if page.after is None else seq_of(page.after),
                limit=page.limit + 1,
                wanted=audit.Wanted(act, _subject(session, member_no), about, by_program, program),
                newest_first=newest,
            )
            numbers = members.numbers_of(
                session, audit_ids={one for entry in found for one in (entry.actor, entry.thing)}
            )
            by = {one for entry in found if (one := audit.program_of(entry)) is not None}
            programs = tokens.names(session, token_ids=by)
            told = trail.told(session, found)
            return items(
                found,
                page,
                view=lambda entry: AuditView.of(entry, numbers, programs, told[entry.seq]),
                name=lambda entry: str(entry.seq),
            )

    return await who.desk.backroom.read(look)


def _subject(session: Session, member_no: str | None) -> str | None:
    """As whom the trail knows them. Raises NotFound("member")."""
    if member_no is None:
        return None
    member = members.member_by_no(session, member_no=member_no)
    if member is None:
        raise NotFound("member")
    return member.audit_id


def _name(letter: DeadLetter) -> str:
    """Anybody can send anything under any name, so the row's key is wrapped."""
    key = "\0".join([letter.device, letter.channel, letter.fault])
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")
