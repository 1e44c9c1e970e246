"""A member's account, closed by staff and opened again."""

from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from api.deps import Id, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Ask, PlainText, View
from gateway.kit.errors import NotFound
from gateway.members import queries as members
from gateway.members.model import Member, Role
from gateway.personal import closing
from gateway.personal.closing import WaysIn

router = Doors("/staff/members/{member_no}/closed", tags=["staff"])

_ROLES = (Role.DESK, Role.MANAGER)


class Closing(Ask):
    """Why an account is closed. It stays in the audit trail for good: no names."""

    reason: PlainText


class ClosedAccount(View):
    """What became of it. `bookings`: so many were given back now; `lockers`: so many are still theirs."""

    member_no: str
    closed_at: datetime
    bookings: int
    lockers: int


class AccountWaysIn(View):
    """Whether it is closed, and by what its member comes in besides their password, then or once it is opened again.

    `cards` without those that are blocked. `lockers` are theirs, `shared` others' that they may open.
    """

    member_no: str
    closed_at: datetime | None
    passkeys: int
    cards: int
    has_kiosk_pin: bool
    calendar_addresses: int
    lockers: int
    shared: int

    @classmethod
    def of(cls, member: Member, ways: WaysIn) -> Self:
        """As they stand."""
        return cls(member_no=member.member_no, closed_at=member.disabled_at, **vars(ways))


@router.get("", responses=problems(*STAFF_ONLY, "not_found"))
async def read_ways_in(member_no: Id, who: SignedIn) -> AccountWaysIn:
    """Look at what comes back with an account before opening it again: closing it takes none of that away."""
    desk = who.desk

    def look() -> AccountWaysIn:
        with desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            member = _member(session, member_no)
            return AccountWaysIn.of(member, closing.ways_in(session, member=member, now=desk.clock.now()))

    return await desk.backroom.read(look)


@router.put("", responses=problems(*STAFF_ONLY, "malformed", "not_found", "own_account"))
async def close_account(member_no: Id, wanted: Closing, who: SignedIn) -> ClosedAccount:
    """Let nobody in as this member: signed out everywhere, no token, kiosk or door. Bookings ahead are given back.

    Their lockers and what is in them stay theirs until staff clear them. Of somebody who works here: managers alone.
    """
    desk = who.desk

    def act() -> tuple[ClosedAccount, str]:
        with desk.sessions.begin() as session:
            staff, member = who.staff(session, *_ROLES), _member(session, member_no)
            done = closing.close(
                session,
                member=member,
                reason=wanted.reason,
                staff=staff,
                policy=desk.centre.booking_policy,
                now=desk.clock.now(),
            )
            told = ClosedAccount(
                member_no=member_no, closed_at=done.since, bookings=done.bookings, lockers=done.lockers
            )
            return told, member.id

    told, member_id = await desk.backroom.write(act)
    desk.hub.sign_out_others(member_id=member_id, session="")
    return told


@router.delete("", status_code=204, responses=problems(*STAFF_ONLY, "not_found", "account_erased"))
async def reopen_account(member_no: Id, who: SignedIn) -> None:
    """Let them sign in again, with the password they had. What was given back stays given back."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            staff, member = who.staff(session, *_ROLES), _member(session, member_no)
            closing.reopen(session, member=member, staff=staff, now=desk.clock.now())

    await desk.backroom.write(act)


def _member(session: Session, member_no: str) -> Member:
    found = members.member_by_no(session, member_no=member_no)
    if found is None:
        raise NotFound("member")
    return found
