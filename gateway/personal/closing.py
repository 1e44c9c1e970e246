"""Staff close a member's account, and open it again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.activities import service as activities
from gateway.bookings import feeds, leaving
from gateway.bookings.rules import Policy
from gateway.credentials import passkeys, tokens
from gateway.credentials import queries as credentials
from gateway.credentials.model import PinOf
from gateway.kiosks import service as kiosks
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, Refused
from gateway.lockers import shares
from gateway.members import service as members
from gateway.members.model import Member
from gateway.personal import queries, rules


@dataclass(frozen=True)
class Closed:
    """What a closing came to. `bookings`: so many were given back; `lockers`: so many stay theirs."""

    since: datetime
    bookings: int
    lockers: int


@dataclass(frozen=True)
class WaysIn:
    """By what somebody comes in besides their password: while the account is open, and again when it is opened again.

    `cards` without those that are blocked; `lockers` they hold, and `shared` of others that they may open.
    """

    passkeys: int
    cards: int
    has_kiosk_pin: bool
    calendar_addresses: int
    lockers: int
    shared: int


def ways_in(session: Session, *, member: Member, now: datetime) -> WaysIn:
    """As they stand: closing an account takes none of them away."""
    cards = credentials.cards_of(session, member_id=member.id)
    return WaysIn(
        passkeys=len(passkeys.passkeys_of(session, member_id=member.id)),
        cards=sum(card.blocked_at is None for card in cards),
        has_kiosk_pin=credentials.pin(session, of=PinOf.MEMBER, of_id=member.id, now=now) is not None,
        calendar_addresses=len(feeds.addresses_of(session, member_id=member.id)),
        lockers=queries.lockers_of(session, member.id),
        shared=len(shares.shared_with(session, member=member, now=now)),
    )


def close(session: Session, *, member: Member, reason: str, staff: Member, policy: Policy, now: datetime) -> Closed:
    """Let nobody in as this member any more: sessions, tokens and visits end, and no door is signed for.

    What is booked ahead is given back, and they stand in no queue; a draw passes them over. Their lockers stay theirs,
    and open to whom they share them with, until staff end that by its own ways. Harmless to repeat: the first reason
    stands.

    Whoever closes the account of somebody who works here has a manager's account that is open after it: so the last
    manager's is closed by nobody. Raises Refused: `not_allowed`, `not_signed_in` for staff whose own account was closed
    at the same instant; Conflict("own_account").
    """
    _insist(member, staff)
    if member.id == staff.id:
        raise Conflict("own_account")
    _have_for_oneself(session, member, staff)
    since, bookings = member.disabled_at, 0
    if since is None:
        # Whatever is waited for comes before the first entry of the trail, which is waited for too.
        activities.take_turns(session, member=member, now=now)
        bookings = leaving.give_everything_back(session, member=member, actor=staff.audit_id, policy=policy, now=now)
        activities.leave_all(session, member=member, actor=staff.audit_id, now=now)
        tokens.end_all(session, member=member, actor=staff.audit_id, now=now)
        kiosks.let_out_everywhere(session, member=member)
        members.disable_member(session, member=member, actor=staff.audit_id, now=now, reason=reason)
    return Closed(since or now, bookings, queries.lockers_of(session, member.id))


def reopen(session: Session, *, member: Member, staff: Member, now: datetime) -> None:
    """Let them sign in again, with the password they had. Harmless to repeat. What was given back stays so.

    Raises Refused("not_allowed"), and Conflict("account_erased") for what is left of somebody who was erased.
    """
    _insist(member, staff)
    if rules.is_erased(member.password_hash):
        raise Conflict("account_erased")
    members.enable_member(session, member=member, actor=staff.audit_id, now=now)


def _insist(member: Member, staff: Member) -> None:
    if not rules.may_close(of=member.role, by=staff.role):
        raise Refused("not_allowed")


def _have_for_oneself(session: Session, member: Member, staff: Member) -> None:
    """Wait for whatever was begun in the member's name, and for who closes one of the two accounts just now."""
    for key in sorted((member.id, staff.id)):
        take_turn(session, Member, key)
    session.get_one(Member, member.id, with_for_update=True, populate_existing=True)
    session.refresh(staff)
    if staff.disabled_at is not None:
        raise Refused("not_signed_in")
