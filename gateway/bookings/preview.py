"""Whom a rule would refuse that is not set yet: of today's bookings, as if each were made anew. Nothing is changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.bookings.model import LIVE, Booking
from gateway.bookings.rules import Policy
from gateway.bookings.standing import scopes_of
from gateway.credit import queries as credit
from gateway.members.model import Member
from gateway.policies import queries as policies
from gateway.policies import wishes
from gateway.policies.model import OF_CREDIT
from gateway.policies.rules import Finding, Groups, Rule, Scope, bounds, with_defaults
from gateway.policies.wishes import Act, Held, Wish


class Refused(NamedTuple):
    """A booking that stands, whose it is, and what the new rule would say of it."""

    booking: Booking
    member: Member
    finding: Finding


@dataclass(frozen=True)
class _Made:
    booking: Booking
    member: Member
    held: Held


def would_refuse(session: Session, *, rule: Rule, policy: Policy, now: datetime) -> list[Refused]:
    """Of the bookings that are not over those that would be refused by this rule, the soonest first.

    Each is judged as it was made: at its own time, beside those of its member and branches that were made before it.
    What another rule refuses anyway is not this one's doing.
    """
    stored = [policies.plain(row) for row in policies.stored(session) if row.id != rule.id]
    before = with_defaults(stored, policy.defaults())
    after = with_defaults([*stored, rule], policy.defaults())
    made = _made(session)
    groups = {one.member.id: policies.groups_of(session, member_id=one.member.id) for one in made}
    found = []
    for one in made:
        if one.booking.ends_at <= now:
            continue
        has_low_credit = rule.limit in OF_CREDIT and credit.score_of(session, member_id=one.member.id, now=now).is_low
        wish = replace(_wish(one, _made_before(one, made), groups, policy), has_low_credit=has_low_credit)
        judge = partial(_judge, wish, scopes=one.held.scopes, groups=groups[one.member.id])
        known = {finding.bound for finding in judge(before) if finding.refuses}
        new = next((finding for finding in judge(after) if finding.refuses and finding.bound not in known), None)
        if new is not None:
            found.append(Refused(one.booking, one.member, new))
    return found


def _judge(wish: Wish, rules: Iterable[Rule], *, scopes: frozenset[Scope], groups: Groups) -> Sequence[Finding]:
    return wishes.judge(wish, bounds(rules, scopes=scopes, groups=groups)).findings


def _made(session: Session) -> list[_Made]:
    scopes = cache(partial(scopes_of, session))
    rows = session.execute(
        select(Booking, Member)
        .join(Member, Member.id == Booking.member_id)
        .where(Booking.state.in_(LIVE))
        .order_by(Booking.starts_at, Booking.id)
    )
    return [
        _Made(booking, member, Held(booking.starts_at, booking.ends_at, scopes(booking.space_id)))
        for booking, member in rows
    ]


def _made_before(one: _Made, made: list[_Made]) -> list[_Made]:
    own = (one.booking.booked_at, one.booking.id)
    return [other for other in made if (other.booking.booked_at, other.booking.id) < own]


def _wish(one: _Made, earlier: list[_Made], groups: dict[str, Groups], policy: Policy) -> Wish:
    by_branch: dict[str, list[Held]] = defaultdict(list)
    for other in earlier:
        for branch in groups[other.member.id].branches & groups[one.member.id].branches:
            by_branch[branch].append(other.held)
    return Wish(
        act=Act.BOOK,
        zone=policy.zone,
        now=one.booking.booked_at,
        starts_at=one.booking.starts_at,
        ends_at=one.booking.ends_at,
        guests=one.booking.guests,
        held=[other.held for other in earlier if other.member.id == one.member.id],
        held_by_branch=by_branch,
    )
