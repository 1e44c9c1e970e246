"""How a member stands towards a space: which rules hold for them there, and what they have that counts.

Whoever books, moves, takes up again or only asks is judged here, so that an explanation and a refusal never disagree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final, Self

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.bookings import rules
from gateway.bookings.model import LIVE, Booking
from gateway.bookings.rules import Policy
from gateway.credit import queries as credit
from gateway.kit.db import take_turn
from gateway.members.model import Group, Member, Membership
from gateway.policies import queries as policies
from gateway.policies import wishes
from gateway.policies.judged import Judged, Refusal
from gateway.policies.model import OF_A_BRANCH, OF_CREDIT, Layer
from gateway.policies.rules import CENTRE, Bound, Scope
from gateway.policies.wishes import Act, Held, Wish
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space
from gateway.spaces.rules import Hours, Span, most_people

LINES_FORM: Final = timedelta(days=1)  # so long before times open at one instant one can stand in line for them
_COUNTED_WITHIN: Final = timedelta(days=9)  # the week of any time that lies within a day of the one asked for

_LIVE: Final = select(Booking.id, Booking.starts_at, Booking.ends_at, Booking.space_id).where(Booking.state.in_(LIVE))
_LIES_NEAR: Final = (Booking.starts_at > bindparam("after")) & (Booking.starts_at < bindparam("before"))
_OF_MEMBER: Final = _LIVE.where(
    Booking.member_id == bindparam("member_id"), or_(_LIES_NEAR, Booking.ends_at > bindparam("now"))
)
_OF_BRANCH: Final = _LIVE.where(
    Booking.member_id.in_(select(Membership.member_id).where(Membership.group_id == bindparam("branch"))), _LIES_NEAR
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What `judge` needs, read once, good for any time within a day of the one it was read for."""

    hours: Hours
    now: datetime
    bounds: Sequence[Bound]
    held: Sequence[Held]
    held_by_branch: Mapping[str, Sequence[Held]]
    has_low_credit: bool
    most_people: int | None

    @classmethod
    def of(
        cls,
        session: Session,
        *,
        member: Member,
        space: Space,
        span: Span,
        policy: Policy,
        now: datetime,
        apart_from: str | None = None,
        in_turn: bool = False,
    ) -> Self:
        """Read it. `apart_from`: a booking that shall not count. `in_turn`: let nobody else of them count meanwhile.

        What counts by branch is counted by one member of it after the other; whoever acts has their member's row first.
        """
        bounds = policies.bounds_for(
            session, member_id=member.id, scopes=scopes_of(session, space.id), defaults=policy.defaults()
        )
        branches = sorted({bound.branch for bound in bounds if bound.limit in OF_A_BRANCH and bound.branch is not None})
        if in_turn:
            for branch in branches:
                take_turn(session, Group, branch)
        near_days = {"after": span.starts_at - _COUNTED_WITHIN, "before": span.ends_at + _COUNTED_WITHIN}
        tell = partial(_held, session, _where(session, bounds), apart_from)
        return cls(
            hours=spaces.hours_of(session, space, zone=policy.zone),
            now=now,
            bounds=bounds,
            held=tell(_OF_MEMBER, {"member_id": member.id, "now": now, **near_days}),
            held_by_branch={branch: tell(_OF_BRANCH, {"branch": branch, **near_days}) for branch in branches},
            has_low_credit=any(bound.limit in OF_CREDIT for bound in bounds)
            and credit.score_of(session, member_id=member.id, now=now).is_low,
            most_people=most_people(places=space.places, capacity=space.capacity),
        )

    def beside(self, had: Sequence[Held]) -> Self:
        """As it would be with these bookings as well."""
        by_branch = {branch: [*held, *had] for branch, held in self.held_by_branch.items()}
        return replace(self, held=[*self.held, *had], held_by_branch=by_branch)

    def opens_at(self, span: Span, *, guests: int = 0) -> datetime | None:
        """When that time is let go at once and they may have it, if they come before and not too early; else None."""
        at = wishes.opening(self._wish(Act.BOOK, span, guests=guests), self.bounds)
        if at is None or not self.now < at <= self.now + LINES_FORM:
            return None
        return at if replace(self, now=at).judge(Act.BOOK, span, guests=guests).code is None else None

    def judge(self, act: Act, span: Span, *, guests: int = 0, gives_up: Span | None = None) -> Judged:
        """What comes of wanting that time."""
        wish = self._wish(act, span, guests=guests, gives_up=gives_up)
        house = None if act is Act.RECLAIM else rules.house_refusal(self.hours, span, self.now)
        # First of all: staff who set other rules aside make no room by that.
        return Judged(rules.crowd_refusal(self.most_people, guests) or house, wishes.judge(wish, self.bounds))

    def _wish(self, act: Act, span: Span, *, guests: int, gives_up: Span | None = None) -> Wish:
        return Wish(
            act=act,
            zone=self.hours.zone,
            now=self.now,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            guests=guests,
            held=self.held,
            held_by_branch=self.held_by_branch,
            gives_up_at=gives_up.starts_at if gives_up else None,
            has_low_credit=self.has_low_credit,
        )


def cancelling(session: Session, *, booking: Booking, now: datetime) -> Judged:
    """What comes of giving a booking back now."""
    bounds = policies.bounds_for(
        session, member_id=booking.member_id, scopes=scopes_of(session, booking.space_id), defaults=()
    )
    wish = Wish(act=Act.CANCEL, now=now, starts_at=booking.starts_at, ends_at=booking.ends_at)
    refusal = rules.change_refusal(booking, now)
    return Judged(Refusal(refusal) if refusal else None, wishes.judge(wish, bounds))


def scopes_of(session: Session, space_id: str) -> frozenset[Scope]:
    """Where rules for a space are looked for: the centre, its kind, itself, and what it is part of."""
    line = spaces.line_up(session, space_id)
    return frozenset({CENTRE, Scope(Layer.SPACE_KIND, line[0].kind), *(Scope(Layer.SPACE, one.id) for one in line)})


def _where(session: Session, bounds: Sequence[Bound]) -> Callable[[str], frozenset[Scope]]:
    """Tells in which scopes a space lies; where no rule is about less than the centre nobody needs to know more."""
    if all(bound.scope == CENTRE for bound in bounds):
        return lambda space_id: frozenset({CENTRE})
    return cache(partial(scopes_of, session))


def _held(
    session: Session,
    where: Callable[[str], frozenset[Scope]],
    apart_from: str | None,
    which: Select[str, datetime, datetime, str],
    asked: Mapping[str, object],
) -> list[Held]:
    rows = session.connection().execute(which, asked)
    return [
        Held(starts_at, ends_at, where(at)) for booking_id, starts_at, ends_at, at in rows if booking_id != apart_from
    ]
