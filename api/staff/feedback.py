"""How members found the centre, for staff: without names."""

from typing import Final

from api.deps import Paged, SignedIn
from api.feedback_views import FeedbackView
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Items, items
from gateway.feedback import service
from gateway.members.model import Role

router = Doors("/staff/feedback", tags=["staff"])

_READERS: Final = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_feedback_for_staff(who: SignedIn, page: Paged) -> Items[FeedbackView]:
    """Everybody's, the newest first. Whose it is is told to nobody."""

    def look() -> Items[FeedbackView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_READERS)
            found = service.of_all(session, limit=page.limit + 1, after=page.after)
            return items(found, page, view=lambda one: FeedbackView.of(session, one), name=lambda one: one.id)

    return await who.desk.backroom.read(look)
