"""A member's own account."""

from api.deps import Caller, Paged, SignedIn
from api.member.account_views import Me, MeChange, NewPassword
from api.member.history_views import HappeningView
from api.member.passwords import proven
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, items, seq_of
from gateway.credentials import tokens
from gateway.kit import audit
from gateway.kit.errors import Malformed
from gateway.lockers import history
from gateway.members import service as members_service
from gateway.members.model import Member
from gateway.members.passwords import password_fault

router = Doors("/me", tags=["me"])

_FAULTS = {
    "too_short": Malformed("password_too_short", field="password.new"),
    "too_long": Malformed("password_too_long", field="password.new"),
    "too_common": Malformed("password_too_common", field="password.new"),
    "too_personal": Malformed("password_too_personal", field="password.new"),
}


@router.get("", responses=problems("not_signed_in"))
async def read_me(who: SignedIn) -> Me:
    """The account of whoever asks."""
    return Me.of(await _account(who), language=who.language)


@router.patch(
    "",
    responses=problems(
        "not_signed_in",
        "wrong_credentials",
        "malformed",
        "password_too_short",
        "password_too_long",
        "password_too_common",
        "password_too_personal",
        "too_many_attempts",
        "busy",
    ),
)
async def change_me(change: MeChange, who: SignedIn) -> Me:
    """Change what the member prefers, or their password. A new password signs every other device out, programs too."""
    new_hash = await _new_hash(who, change.password) if change.password else None

    def act() -> Member:
        with who.desk.sessions.begin() as session:
            member, now = who.account(session), who.desk.clock.now()
            members_service.set_preferences(
                session,
                member=member,
                now=now,
                language=change.language,
                elder_mode=change.elder_mode,
                prefers_accessible=change.prefers_accessible,
            )
            if new_hash is not None:
                members_service.clear_wrong_passwords(session, member_no=member.member_no)
                members_service.change_password(
                    session, member=member, password_hash=new_hash, token=who.token, now=now
                )
                tokens.end_all(session, member=member, actor=member.audit_id, now=now)
            session.refresh(member)
            return member

    member = await who.desk.backroom.write(act)
    if new_hash is not None:
        who.desk.hub.sign_out_others(member_id=member.id, session=who.session_name)
    return Me.of(member, language=who.language)


@router.get("/history", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def read_history(who: SignedIn, page: Paged) -> Items[HappeningView]:
    """Who opened what of the member's, when and why, and how their rentals went; newest first."""

    def look() -> Items[HappeningView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            before_seq = seq_of(page.after) if page.after is not None else None
            found = history.history_of(session, member_id=member.id, limit=page.limit + 1, before_seq=before_seq)
            by = {program for one in found if (program := audit.program_of(one.entry)) is not None}
            mine = tokens.names(session, token_ids=by, member_id=member.id)
            return items(
                found,
                page,
                view=lambda one: HappeningView.of(one, member.id, mine),
                name=lambda one: str(one.entry.seq),
            )

    return await who.desk.backroom.read(look)


async def _account(who: Caller) -> Member:
    def look() -> Member:
        with who.desk.sessions.read() as session:
            return who.account(session)

    return await who.desk.backroom.read(look)


async def _new_hash(who: Caller, wanted: NewPassword) -> str:
    """What to keep of a new password, once the current one is proven and nothing is wrong with the new one."""
    member = await _account(who)
    await proven(who.desk, member_no=member.member_no, password=wanted.current)
    if fault := password_fault(wanted.new, member.member_no, member.name):
        raise _FAULTS[fault]
    return await who.desk.backroom.hash(lambda: who.desk.hasher.hash(wanted.new))
