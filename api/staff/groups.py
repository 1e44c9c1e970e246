"""Groups of members, and who is in them."""

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.policy_views import GroupsOfMember, GroupsView, GroupView, NewGroup
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.kit.errors import NotFound
from gateway.members import groups
from gateway.members import queries as members
from gateway.members.model import Member, Role

router = Doors("/staff", tags=["staff"])

_MAKERS = (Role.MANAGER,)
_KEEPERS = (Role.DESK, Role.MANAGER)


@router.get("/groups", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_groups(who: SignedIn, page: Paged) -> Items[GroupView]:
    """Every group."""

    def look() -> Items[GroupView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_KEEPERS)
            rest = behind(groups.groups(session), page, name=lambda group: group.id)
            return items(rest, page, view=GroupView.of, name=lambda group: group.id)

    return await who.desk.backroom.read(look)


@router.post(
    "/groups",
    status_code=201,
    response_model=GroupView,
    responses=problems(*STAFF_ONLY, "group_exists", "malformed", "idempotency_key_reused"),
)
async def make_group(wanted: NewGroup, who: SignedIn, attempt: Repeatable) -> Response:
    """Add a group with nobody in it."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            manager, now = who.staff(session, *_MAKERS), desk.clock.now()
            if told := attempt.recall(session, member_id=manager.id):
                return told
            made = groups.make_group(
                session,
                group_id=wanted.id,
                kind=wanted.kind,
                name_zh=wanted.name_zh,
                name_en=wanted.name_en,
                actor=manager.audit_id,
                now=now,
            )
            return attempt.keep(session, member_id=manager.id, status=201, view=GroupView.of(made), now=now)

    return await desk.backroom.write(act)


@router.delete("/groups/{group_id}", status_code=204, responses=problems(*STAFF_ONLY, "not_found", "group_in_use"))
async def drop_group(group_id: Id, who: SignedIn) -> None:
    """Forget a group that nobody is in and no rule is for."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_MAKERS).audit_id
            groups.drop_group(session, group_id=group_id, actor=actor, now=desk.clock.now())

    await desk.backroom.write(act)


@router.get("/members/{member_no}/groups", responses=problems(*STAFF_ONLY, "not_found"))
async def read_groups_of_member(member_no: Id, who: SignedIn) -> GroupsView:
    """The groups that a member is in."""

    def look() -> GroupsView:
        with who.desk.sessions.read() as session:
            who.staff(session, *_KEEPERS)
            return _view(session, _member(session, member_no))

    return await who.desk.backroom.read(look)


@router.put("/members/{member_no}/groups", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def set_groups_of_member(member_no: Id, wanted: GroupsOfMember, who: SignedIn) -> GroupsView:
    """Let a member be in these groups and no others. It counts from their next wish on."""
    desk = who.desk

    def act() -> GroupsView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_KEEPERS).audit_id
            member = _member(session, member_no)
            groups.set_groups(session, member=member, group_ids=wanted.groups, actor=actor, now=desk.clock.now())
            return _view(session, member)

    return await desk.backroom.write(act)


def _member(session: Session, member_no: str) -> Member:
    found = members.member_by_no(session, member_no=member_no)
    if found is None:
        raise NotFound("member")
    return found


def _view(session: Session, member: Member) -> GroupsView:
    mine = groups.groups_of(session, member_id=member.id)
    return GroupsView(groups=[GroupView.of(one) for one in mine])
