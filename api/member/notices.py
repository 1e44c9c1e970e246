"""What a member should know."""

from zoneinfo import ZoneInfo

from api.deps import Caller, Id, Page, Paged, SignedIn
from api.notice_views import NoticeView
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, items
from gateway.members.model import Language
from gateway.notices import queries as notices
from gateway.notices import service as notices_service

router = Doors("/notices", tags=["notices"])

AWAY = ("not_found", "notice_still_so")


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_notices(who: SignedIn, page: Paged) -> Items[NoticeView]:
    """The member's own that still hold, newest first, in their language."""
    return await read_notices(who, page, None)


@router.delete(
    "/{notice_id}",
    status_code=204,
    responses=problems(*SIGNED_IN, *AWAY),
)
async def put_notice_away(notice_id: Id, who: SignedIn) -> None:
    """The member has read it. Only of what has happened; what still holds stays until it no longer does."""

    def act() -> None:
        with who.desk.sessions.begin() as session:
            member, now = who.member(session), who.desk.clock.now()
            notices_service.put_away(session, member_id=member.id, notice_id=notice_id, now=now)

    await who.desk.backroom.write(act)


async def read_notices(who: Caller, page: Page, language: Language | None) -> Items[NoticeView]:
    """Somebody's own that still hold; None: in the language that their account remembers."""
    zone = ZoneInfo(who.desk.centre.settings.zone)

    def look() -> Items[NoticeView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = notices.notices_for(session, member_id=member.id, limit=page.limit + 1, after=page.after)
            return items(
                found,
                page,
                view=lambda notice: NoticeView.of(notice, language or who.language, zone),
                name=lambda notice: notice.id,
            )

    return await who.desk.backroom.read(look)
