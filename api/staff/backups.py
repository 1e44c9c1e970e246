"""Copies of the centre: which there are, and one more now."""

from datetime import datetime
from typing import Self

from fastapi import Response

from api.deps import SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import View
from gateway.backups import making
from gateway.backups.errors import BackupError
from gateway.backups.making import Copy
from gateway.kit import audit
from gateway.kit.errors import Conflict
from gateway.members.model import Role

router = Doors("/staff/backups", tags=["staff"])

_NOT_MADE = ("backup_elsewhere", "backup_under_way", "backup_no_room", "backup_broken")


class BackupView(View):
    """A copy that was tried when it was made; `id` is its file's name."""

    id: str
    made_at: datetime
    size_bytes: int

    @classmethod
    def of(cls, copy: Copy) -> Self:
        """As it lies there."""
        return cls(id=copy.path.name, made_at=copy.made_at, size_bytes=copy.size)


class Backups(View):
    """The newest first; there are eleven at the most. `made_here`: false when a PostgreSQL server's own means do it."""

    items: list[BackupView]
    next: str | None
    folder: str
    made_here: bool


@router.get("", responses=problems(*STAFF_ONLY))
async def list_backups(who: SignedIn) -> Backups:
    """Which copies of the centre there are, and where."""
    centre = who.desk.centre

    def look() -> Backups:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
        return Backups(
            items=[BackupView.of(one) for one in making.copies(centre.directory, centre.settings)],
            next=None,
            folder=str(making.folder_of(centre.directory, centre.settings)),
            made_here=making.are_ours(centre.directory, centre.settings),
        )

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=BackupView,
    responses=problems(*STAFF_ONLY, *_NOT_MADE, "idempotency_key_reused"),
)
async def make_backup(who: SignedIn, attempt: Repeatable) -> Response:
    """Copy the centre now, and try the copy. It takes seconds; nobody else waits for it."""
    desk = who.desk

    def recall() -> Response | None:
        with desk.sessions.read() as session:
            return attempt.recall(session, member_id=who.staff(session, Role.MANAGER).id)

    def make() -> Copy:
        try:
            return making.make(desk.centre, now=desk.clock.now())
        except BackupError as error:
            raise Conflict(error.code) from error

    def write_down() -> Response:
        with desk.sessions.begin() as session:
            manager, now = who.staff(session, Role.MANAGER), desk.clock.now()
            audit.append(session, actor=manager.audit_id, act="backup_made", thing=made.path.name, now=now)
            return attempt.keep(session, member_id=manager.id, status=201, view=BackupView.of(made), now=now)

    if told := await desk.backroom.read(recall):
        return told
    made = await desk.backroom.read(make)
    return await desk.backroom.write(write_down)
