"""The time in which new off-the-shelf devices may join."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import Response
from pydantic import Field, StrictInt

from api.deps import SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Ask, View
from gateway.fleet import joining
from gateway.fleet.joining import JoinWindow
from gateway.members.model import Role

router = Doors("/staff/join-window", tags=["staff"])

_ROLES = (Role.TECHNICIAN, Role.MANAGER)


class NewJoinWindow(Ask):
    """For how long new devices may join; no longer than Zigbee allows."""

    seconds: Annotated[StrictInt, Field(ge=1, le=254)]


class JoinWindowView(View):
    """Until when new devices may join; null: not now."""

    until: datetime | None

    @classmethod
    def of(cls, window: JoinWindow | None) -> Self:
        """As the row says."""
        return cls(until=None if window is None else window.until_at)


@router.get("", responses=problems(*STAFF_ONLY))
async def read_join_window(who: SignedIn) -> JoinWindowView:
    """Whether new devices may join now, and until when."""

    def look() -> JoinWindowView:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            return JoinWindowView.of(joining.window(session, now=who.desk.clock.now()))

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=JoinWindowView,
    responses=problems(*STAFF_ONLY, "malformed", "idempotency_key_reused"),
)
async def open_join_window(wanted: NewJoinWindow, who: SignedIn, attempt: Repeatable) -> Response:
    """Let new devices join at the makers' bridges for a while. It closes by itself."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            opened = joining.open_window(
                session, lasting=timedelta(seconds=wanted.seconds), actor=member.audit_id, now=now
            )
            return attempt.keep(session, member_id=member.id, status=201, view=JoinWindowView.of(opened), now=now)

    return await desk.backroom.write(act)


@router.delete("", status_code=204, responses=problems(*STAFF_ONLY))
async def close_join_window(who: SignedIn) -> None:
    """Let nobody join any more, before the time is over."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_ROLES).audit_id
            joining.close_window(session, actor=actor, now=desk.clock.now())

    await desk.backroom.write(act)
