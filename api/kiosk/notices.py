"""What a guest should know."""

from api.deps import Id, Paged
from api.kiosk.deps import BY_CARD, BeforeKiosk
from api.member import notices
from api.notice_views import NoticeView
from api.openapi import problems
from api.signpost import Doors
from api.views import Items
from gateway.members.model import Language

router = Doors("/kiosk/notices", tags=["kiosk"])


@router.get("", responses=problems(*BY_CARD, "not_found", "malformed"))
async def list_notices_at_kiosk(who: BeforeKiosk, page: Paged, language: Language | None = None) -> Items[NoticeView]:
    """The guest's own that still hold, by card, newest first; without `language` in the one their account remembers."""
    return await notices.read_notices(who, page, language)


@router.delete("/{notice_id}", status_code=204, responses=problems(*BY_CARD, *notices.AWAY))
async def put_notice_away_at_kiosk(notice_id: Id, who: BeforeKiosk) -> None:
    """The guest has read it. Only of what has happened, as for `/notices/{notice_id}`."""
    await notices.put_notice_away(notice_id, who)
