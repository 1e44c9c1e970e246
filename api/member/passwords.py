"""Whether a password is right, without helping anybody guess it."""

import math
from dataclasses import dataclass

from api.deps import Desk
from gateway.kit.errors import Refused
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Member


@dataclass(frozen=True)
class Proof:
    """Whose password it was. `renewed_hash`: the same one under today's figures, if it was kept under older ones."""

    member: Member
    renewed_hash: str | None


async def proven(desk: Desk, *, member_no: str, password: str) -> Proof:
    """Look at a password: in no transaction, and off the event loop.

    Raises Refused("wrong_credentials"), after as long for a number that nobody has, and Refused("too_many_attempts").
    """
    # One at a time: else a hundred tries sent at once would all be the first one.
    async with desk.turns.turn(member_no):
        member = await desk.backroom.read(lambda: _admitted(desk, member_no))
        kept = member.password_hash if member else None
        is_right = await desk.backroom.hash(lambda: desk.hasher.matches(kept, password))
        if member is None or not is_right:
            await desk.backroom.write(lambda: _note_wrong(desk, member_no))
            raise Refused("wrong_credentials")
    return Proof(member, await _renewed(desk, member, password))


def _admitted(desk: Desk, member_no: str) -> Member | None:
    """Who has this number, unless somebody mistyped its password too often just now."""
    with desk.sessions.read() as session:
        wait_s = members.wait_before_sign_in_s(session, member_no=member_no, now=desk.clock.now())
        if wait_s > 0:
            raise Refused("too_many_attempts", retry_after_s=math.ceil(wait_s))
        return members.member_by_no(session, member_no=member_no)


def _note_wrong(desk: Desk, member_no: str) -> None:
    with desk.sessions.begin() as session:
        members_service.note_wrong_password(session, member_no=member_no, now=desk.clock.now())


async def _renewed(desk: Desk, member: Member, password: str) -> str | None:
    if not desk.hasher.is_outdated(member.password_hash):
        return None
    return await desk.backroom.hash(lambda: desk.hasher.hash(password))
