"""Groups of members: branches of the union, and what somebody is. A member is in as many as apply."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, NotFound
from gateway.members.model import Group, GroupKind, Member, Membership


def groups(session: Session) -> Sequence[Group]:
    """All of them, by id."""
    return session.scalars(select(Group).order_by(Group.id)).all()


def group(session: Session, group_id: str) -> Group:
    """Raises NotFound("group")."""
    found = session.get(Group, group_id)
    if found is None:
        raise NotFound("group")
    return found


def groups_of(session: Session, *, member_id: str) -> Sequence[Group]:
    """Those that a member is in, by id."""
    mine = select(Group).join(Membership, Membership.group_id == Group.id).where(Membership.member_id == member_id)
    return session.scalars(mine.order_by(Group.id)).all()


def make_group(
    session: Session, *, group_id: str, kind: GroupKind, name_zh: str, name_en: str, actor: str, now: datetime
) -> Group:
    """Add a group with nobody in it. Raises Conflict("group_exists")."""
    if session.get(Group, group_id) is not None:
        raise Conflict("group_exists", group_id=group_id)
    made = Group(id=group_id, kind=kind, name_zh=name_zh, name_en=name_en)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # another was quicker, in the very same moment
        raise Conflict("group_exists", group_id=group_id) from error
    audit.append(session, actor=actor, act="group_made", thing=group_id, now=now, kind=kind)
    return made


def drop_group(session: Session, *, group_id: str, actor: str, now: datetime) -> None:
    """Forget a group. Raises NotFound("group"); Conflict("group_in_use") while members or rules are in it."""
    found = group(session, group_id)
    try:
        with session.begin_nested():
            session.delete(found)
    except IntegrityError as error:
        raise Conflict("group_in_use", group_id=group_id) from error
    audit.append(session, actor=actor, act="group_dropped", thing=group_id, now=now)


def set_groups(session: Session, *, member: Member, group_ids: Collection[str], actor: str, now: datetime) -> None:
    """Let a member be in these groups and no others, from here on. Raises NotFound("group")."""
    wanted = sorted({group(session, one).id for one in group_ids})
    # On PostgreSQL two who set them at once take turns, and so does whoever is counted by them.
    take_turn(session, Member, member.id)
    session.execute(delete(Membership).where(Membership.member_id == member.id))
    session.add_all(Membership(group_id=one, member_id=member.id) for one in wanted)
    session.flush()
    audit.append(session, actor=actor, act="groups_set", thing=member.audit_id, now=now, groups=wanted)
