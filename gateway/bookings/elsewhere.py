"""What a member might have in place of a booking whose space is out of order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from gateway.bookings import queries, rules
from gateway.bookings.model import Booking
from gateway.bookings.rules import Policy
from gateway.bookings.standing import Standing
from gateway.members.model import Member
from gateway.policies.wishes import Act
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space
from gateway.spaces.rules import Span

_SISTERS_FIRST = 2  # so that of three one is at another time, where there are both


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Looks for one booking's. Changes nothing."""

    session: Session
    booking: Booking
    member: Member
    policy: Policy
    now: datetime

    @property
    def here(self) -> Space:
        """What they have booked."""
        return spaces.space(self.session, self.booking.space_id)

    def sisters(self) -> list[Space]:
        """Others of its kind and size that share no part with it, those beside it first."""
        here, kin = self.here, spaces.family(self.session, self.booking.space_id)
        found = [
            one
            for one in spaces.spaces(self.session)
            if one.kind is here.kind and one.id not in kin and self._size(one) == self._size(here)
        ]
        return sorted(found, key=lambda one: (one.parent_id != here.parent_id, one.id))

    def near(self) -> Iterator[tuple[Space, Span]]:
        """What the rules allow them, free or not: the same time in a sister, then other times here, then the rest."""
        at_its_time = list(self._at_its_time())
        yield from chain(at_its_time[:_SISTERS_FIRST], self._at_other_times(), at_its_time[_SISTERS_FIRST:])

    def _at_its_time(self) -> Iterator[tuple[Space, Span]]:
        span = rules.span_of(self.booking)
        for space in self.sisters():
            if self._is_allowed(self._standing(space), span):
                yield space, span

    def _at_other_times(self) -> Iterator[tuple[Space, Span]]:
        here = self.here
        standing = self._standing(here)
        for span in queries.alternatives(
            self.session,
            space=here,
            wanted=rules.span_of(self.booking),
            people=self.booking.people,
            hours=standing.hours,
            now=self.now,
            is_allowed=lambda span: self._is_allowed(standing, span),
        ):
            yield here, span

    def _standing(self, space: Space) -> Standing:
        """As if they had not booked yet: the house moves them, and they give nothing up of their own."""
        return Standing.of(
            self.session,
            member=self.member,
            space=space,
            span=rules.span_of(self.booking),
            policy=self.policy,
            now=self.now,
            apart_from=self.booking.id,
        )

    def _is_allowed(self, standing: Standing, span: Span) -> bool:
        return standing.judge(Act.BOOK, span, guests=self.booking.guests).code is None

    def _size(self, space: Space) -> int:
        """How many undivided parts: a half court is no hall."""
        return len(spaces.undivided(self.session, space.id))
