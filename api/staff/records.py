"""What was written down: messages that were not taken, and the audit trail."""

from base64 import urlsafe_b64encode

from fastapi import APIRouter

from api.deps import Paged, SignedIn
from api.openapi import problems
from api.views import AuditView, DeadLetterView, Items, behind, items, seq_of
from gateway.fleet import queries as fleet
from gateway.fleet.model import DeadLetter
from gateway.kit import audit
from gateway.members.model import Role

router = APIRouter(prefix="/staff", tags=["staff"])

_STAFF_ONLY = ("not_signed_in", "not_allowed", "password_must_be_set")


@router.get("/dead-letters", responses=problems(*_STAFF_ONLY, "not_found", "malformed"))
async def list_dead_letters(who: SignedIn, page: Paged) -> Items[DeadLetterView]:
    """Messages from devices that could not be taken, the newest first."""

    def look() -> Items[DeadLetterView]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.TECHNICIAN, Role.MANAGER)
            rest = behind(fleet.dead_letters(session), page, name=_name)
            return items(rest, page, view=DeadLetterView.of, name=_name)

    return await who.desk.backroom.read(look)


@router.get("/audit", responses=problems(*_STAFF_ONLY, "not_found", "malformed"))
async def list_audit(who: SignedIn, page: Paged) -> Items[AuditView]:
    """The audit trail, oldest first. `after` is a `seq`."""

    def look() -> Items[AuditView]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
            after_seq = 0 if page.after is None else seq_of(page.after)
            found = audit.entries(session, after_seq=after_seq, limit=page.limit + 1)
            return items(found, page, view=AuditView.of, name=lambda entry: str(entry.seq))

    return await who.desk.backroom.read(look)


def _name(letter: DeadLetter) -> str:
    """Anybody can send anything under any name, so the row's key is wrapped."""
    key = "\0".join([letter.device, letter.channel, letter.fault])
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")
