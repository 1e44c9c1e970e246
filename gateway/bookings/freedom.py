"""Whether any time at all of one space is free: slot by slot, or longer."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile

from sqlalchemy.orm import Session

from gateway.bookings import claims
from gateway.spaces import queries as spaces
from gateway.spaces.model import ClaimKind, Space
from gateway.spaces.queries import Taken
from gateway.spaces.rules import Span, most_people, places_for, places_needed


class Freedom:
    """Whether so many people find room in a space within a span: its claims are read once and asked of slot by slot."""

    def __init__(self, session: Session, space: Space, within: Span, *, now: datetime, people: int = 1) -> None:
        self._now = now
        is_late = claims.is_late(session, space=space, span=within, now=now)
        self._closed_until = now + claims.LATE_CLOSES if is_late else now
        most = most_people(places=space.places, capacity=space.capacity)
        self._is_too_many = most is not None and people > most
        self._count = places_needed(people, places=space.places, capacity=space.capacity)
        parts = spaces.undivided(session, space.id)
        self._places = {part.id: part.places for part in parts}
        self._is_divided = [part.id for part in parts] != [space.id]
        self._buffer = timedelta(minutes=space.buffer_min)
        self._diaries: dict[tuple[str, int], _Diary] = defaultdict(_Diary)
        for claim in spaces.claims(session, self._places, Span(within.starts_at, within.ends_at + self._buffer)):
            self._diaries[claim.space_id, claim.place].add(claim)

    def is_free(self, slot: Span) -> bool:
        """Whether so many can have this time."""
        is_open = slot.starts_at >= self._closed_until and not self._is_too_many
        return is_open and self._has_room(self._claims(slot))

    def reason(self, slot: Span) -> str | None:
        """Why nobody can have this time; None: it is free."""
        if self.is_free(slot):
            return None
        if slot.starts_at < self._now:
            return "in_the_past"
        if self._is_too_many:
            return "too_many_people"
        found = self._claims(slot)
        return "closed" if self._has_room(found) else self._why_taken(found)

    def _why_taken(self, found: list[Taken]) -> str:
        kinds = {claim.kind for claim in found}
        if ClaimKind.BALLOT in kinds:
            return "in_ballot"
        if ClaimKind.MAINTENANCE in kinds:
            return "in_maintenance"
        closed = [claim for claim in found if claim.kind is ClaimKind.CLOSURE]
        return "slot_taken" if self._has_room(closed) else "closed"

    def _claims(self, slot: Span) -> list[Taken]:
        span = Span(slot.starts_at, slot.ends_at + self._buffer)
        return [claim for diary in self._diaries.values() for claim in diary.all_in(span)]

    def _has_room(self, claims: list[Taken]) -> bool:
        taken: dict[str, set[int]] = defaultdict(set)
        for claim in claims:
            taken[claim.space_id].add(claim.place)
        return bool(places_for(self._places, taken, whole=self._is_divided, count=self._count))


class _Diary:
    """The claims on one place: in order, and none overlaps another."""

    def __init__(self) -> None:
        self._claims: list[Taken] = []
        self._ends: list[datetime] = []

    def add(self, claim: Taken) -> None:
        """The next one."""
        self._claims.append(claim)
        self._ends.append(claim.ends_at)

    def all_in(self, span: Span) -> Iterator[Taken]:
        """Those that reach into a span."""
        first = bisect_right(self._ends, span.starts_at)
        return takewhile(lambda claim: claim.starts_at < span.ends_at, islice(self._claims, first, None))
