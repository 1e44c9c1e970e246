"""Members, at the desk: finding one, making one, taking a list of them in, and letting one in again."""

from secrets import token_urlsafe
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.member_views import FoundMember, NewMember, OneTimePassword, Roll, RollPlan
from api.views import Items, items
from gateway.kit.errors import NotFound
from gateway.members import queries as members
from gateway.members import roll
from gateway.members.model import Role
from gateway.members.passwords import ONE_TIME_LASTS, one_time_code
from gateway.staff import accounts

router = Doors("/staff/members", tags=["staff"])

_ROLES = (Role.DESK, Role.MANAGER)
_POSTED = (*STAFF_ONLY, "malformed", "idempotency_key_reused", "busy")

Words = Annotated[str, Query(max_length=64, description="How a number begins, or words of a name.")]


@router.get("", responses=problems(*STAFF_ONLY, "malformed"))
async def find_members(who: SignedIn, page: Paged, q: Words = "") -> Items[FoundMember]:
    """Who has such a number or name, by number. `after` is a member number."""

    def look() -> Items[FoundMember]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            found = members.find(session, words=q, after_no=page.after, limit=page.limit + 1)
            return items(found, page, view=FoundMember.of, name=lambda member: member.member_no)

    return await who.desk.backroom.read(look)


@router.post("", status_code=201, response_model=OneTimePassword, responses=problems(*_POSTED, "member_no_taken"))
async def add_member(wanted: NewMember, who: SignedIn, attempt: Repeatable) -> Response:
    """Make somebody a member. They sign in with the one-time password first, and choose their own."""
    desk, code = who.desk, one_time_code()
    code_hash = await _hashed(who, code)

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            accounts.open_account(session, staff=staff, code_hash=code_hash, now=now, **wanted.model_dump())
            kept = OneTimePassword(member_no=wanted.member_no, password=None, ends_at=now + ONE_TIME_LASTS)
            attempt.keep(session, member_id=staff.id, status=201, view=kept, now=now)
            return _told_once(kept, code)

    return await desk.backroom.write(act)


@router.post("/import", response_model=RollPlan, responses=problems(*_POSTED, "roll_faulty", "member_no_taken"))
async def import_members(wanted: Roll, who: SignedIn, attempt: Repeatable) -> Response:
    """Take a list of members in, all of it or nothing: newcomers are added, names and groups made as it says.

    Whoever is not on it stays as they are. With `dry_run` only tell what it would do, and what is wrong, line by line.
    """
    desk = who.desk
    # Of newcomers nobody knows a password yet: they get a one-time one at the desk.
    nobodys = await _hashed(who, token_urlsafe())

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            plan = roll.plan(session, wanted.csv)
            if not wanted.dry_run:
                roll.take_in(session, plan, password_hash=nobodys, actor=staff.audit_id, now=now)
            view = RollPlan.of(plan, who.language, is_done=not wanted.dry_run)
            return attempt.keep(session, member_id=staff.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)


@router.post(
    "/{member_no}/password",
    status_code=201,
    response_model=OneTimePassword,
    responses=problems(*_POSTED, "not_found", "account_disabled", "password_again", "staff_openings_used_up"),
)
async def reset_password(member_no: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Give somebody a one-time password, with which they choose their own. They are signed out, and told. Send `{}`.

    Of a member who has a locker it counts among the doors that you open in a day; after `password_again` sign in anew
    (`POST /session`) and ask again.
    """
    desk, code = who.desk, one_time_code()
    code_hash = await _hashed(who, code)

    def act() -> tuple[Response, str | None]:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told, None
            member = members.member_by_no(session, member_no=member_no)
            if member is None:
                raise NotFound("member")
            ends_at = accounts.let_in_again(
                session,
                member=member,
                code_hash=code_hash,
                staff=staff,
                signed_in_at=who.signed_in_at(session),
                now=now,
            )
            kept = OneTimePassword(member_no=member_no, password=None, ends_at=ends_at)
            attempt.keep(session, member_id=staff.id, status=201, view=kept, now=now)
            return _told_once(kept, code), member.id

    told, member_id = await desk.backroom.write(act)
    if member_id is not None:
        desk.hub.sign_out_others(member_id=member_id, session="")
    return told


async def _hashed(who: Caller, code: str) -> str:
    """Only for those who may: a hash takes its time."""

    def look() -> None:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)

    await who.desk.backroom.read(look)
    return await who.desk.backroom.hash(lambda: who.desk.hasher.hash(code))


def _told_once(kept: OneTimePassword, code: str) -> Response:
    return JSONResponse({**kept.model_dump(mode="json"), "password": code}, status_code=201)
