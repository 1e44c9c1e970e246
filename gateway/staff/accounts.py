"""Accounts, as staff open them at the desk and help those who cannot get in."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.credentials import passkeys, tokens
from gateway.kit.errors import Refused
from gateway.members import service as members
from gateway.members.model import Language, Member, Role
from gateway.members.passwords import ONE_TIME_LASTS
from gateway.members.rules import is_staff
from gateway.notices import service as notices
from gateway.staff.alone import refuse_telling


def open_account(
    session: Session,
    *,
    member_no: str,
    name: str,
    language: Language | None,
    code_hash: str,
    staff: Member,
    now: datetime,
) -> Member:
    """Make somebody a member, who signs in with a one-time code first. Raises Conflict("member_no_taken")."""
    return members.add_member(
        session,
        member_no=member_no,
        name=name,
        role=Role.MEMBER,
        password_hash=code_hash,
        password_ends_at=now + ONE_TIME_LASTS,
        language=language,
        actor=staff.audit_id,
        now=now,
    )


def let_in_again(
    session: Session, *, member: Member, code_hash: str, staff: Member, signed_in_at: datetime, now: datetime
) -> datetime:
    """Give somebody who has forgotten their password a one-time code; returns when it ends. They are told.

    Whoever works here gets one from a manager alone: else the desk could be the manager. Raises
    Refused("account_disabled"); for the account of somebody who works here, Refused("not_allowed"); and of somebody
    who has a locker Refused: `password_again`, `staff_openings_used_up`.
    """
    if is_staff(member.role) and staff.role is not Role.MANAGER:
        raise Refused("not_allowed")
    locks = refuse_telling(session, member=member, staff=staff, signed_in_at=signed_in_at, now=now)
    ends_at = now + ONE_TIME_LASTS
    notices.leave(session, member_id=member.id, kind="password_reset", about=member.id, now=now)
    passkeys.remove_all(session, member=member, actor=staff.audit_id, now=now)
    tokens.end_all(session, member=member, actor=staff.audit_id, now=now)
    members.give_one_time_password(
        session,
        member=member,
        password_hash=code_hash,
        ends_at=ends_at,
        actor=staff.audit_id,
        now=now,
        locks=locks,
    )
    return ends_at
