"""Questions about bookings and about what is free. Read-only."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from gateway.bookings import rules
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.kit.errors import NotFound
from gateway.spaces import queries as spaces
from gateway.spaces.model import Claim, ClaimKind, Space
from gateway.spaces.rules import Hours, Span, places_for, slots


@dataclass(frozen=True)
class Slot:
    """One bookable time of a space. `reason` says why it is not free: `slot_taken`, `closed` or `in_the_past`."""

    span: Span
    reason: str | None


def booking_of(session: Session, *, member_id: str, booking_id: str) -> Booking:
    """The member's own. Raises NotFound("booking"), for other people's too."""
    found = session.scalar(select(Booking).where(Booking.id == booking_id, Booking.member_id == member_id))
    if found is None:
        raise NotFound("booking")
    return found


def bookings_of(session: Session, *, member_id: str, limit: int, after: str | None = None) -> Sequence[Booking]:
    """The member's own, the latest time first. `after` is the id of the last one already seen."""
    query = select(Booking).where(Booking.member_id == member_id)
    if after is not None:
        last = booking_of(session, member_id=member_id, booking_id=after)
        query = query.where(tuple_(Booking.starts_at, Booking.id) < tuple_(last.starts_at, last.id))
    return session.scalars(query.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(limit)).all()


def held_by(session: Session, *, member_id: str, now: datetime, apart_from: str | None = None) -> int:
    """How many bookings a member has that are not over."""
    live = select(func.count()).where(
        Booking.member_id == member_id, Booking.state == BookingState.CONFIRMED, Booking.ends_at > now
    )
    return session.scalar(live if apart_from is None else live.where(Booking.id != apart_from)) or 0


def hours_of(space: Space, zone: ZoneInfo) -> Hours:
    """When a space is open."""
    return Hours(zone=zone, opens_min=space.opens_min, closes_min=space.closes_min, slot_min=space.slot_min)


def availability(session: Session, *, space: Space, within: Span, policy: Policy, now: datetime) -> list[Slot]:
    """Every bookable slot of a space within a span, free or not."""
    free = _Freedom(session, space, within)
    return [Slot(slot, free.reason(slot, now)) for slot in slots(hours_of(space, policy.zone), within)]


def alternatives(session: Session, *, space: Space, wanted: Span, policy: Policy, now: datetime) -> list[Span]:
    """Up to three free times of the same space and length, near the one that was wanted and not too far ahead."""
    near = Span(wanted.starts_at - rules.ALTERNATIVES_WITHIN, wanted.ends_at + rules.ALTERNATIVES_WITHIN)
    free = _Freedom(session, space, near)
    spans = _runs(list(slots(hours_of(space, policy.zone), near)), wanted)
    last = now + timedelta(days=policy.days_ahead)
    return rules.nearest(wanted, (span for span in spans if span.starts_at <= last and free.reason(span, now) is None))


def _runs(found: list[Span], wanted: Span) -> Iterator[Span]:
    """Slots that follow one another without a gap, joined to the length that is wanted."""
    count = round(wanted.minutes / found[0].minutes) if found else 0
    for first in range(len(found) - count + 1):
        run = found[first : first + count]
        if run and all(one.ends_at == next_.starts_at for one, next_ in pairwise(run)):
            yield Span(run[0].starts_at, run[-1].ends_at)


class _Freedom:
    """What is claimed of a space within a span, read once and asked of slot by slot."""

    def __init__(self, session: Session, space: Space, within: Span) -> None:
        parts = spaces.undivided(session, space.id)
        self._places = {part.id: part.places for part in parts}
        self._is_divided = [part.id for part in parts] != [space.id]
        self._buffer = timedelta(minutes=space.buffer_min)
        self._by_day: dict[date, list[Claim]] = defaultdict(list)
        for claim in spaces.claims(session, self._places, Span(within.starts_at, within.ends_at + self._buffer)):
            for day in _days(Span(claim.starts_at, claim.ends_at)):
                self._by_day[day].append(claim)

    def reason(self, slot: Span, now: datetime) -> str | None:
        """Why nobody can have this time; None: it is free."""
        if slot.starts_at < now:
            return "in_the_past"
        span = Span(slot.starts_at, slot.ends_at + self._buffer)
        claims = [claim for day in _days(span) for claim in self._by_day.get(day, ())]
        if self._has_room(spaces.taken(claims, span)):
            return None
        closed = spaces.taken((claim for claim in claims if claim.kind is ClaimKind.CLOSURE), span)
        return "slot_taken" if self._has_room(closed) else "closed"

    def _has_room(self, taken: dict[str, set[int]]) -> bool:
        return bool(places_for(self._places, taken, whole=self._is_divided))


def _days(span: Span) -> Iterator[date]:
    """Every day, by UTC, that a span touches."""
    day = span.starts_at.astimezone(UTC).date()
    while day <= span.ends_at.astimezone(UTC).date():
        yield day
        day += timedelta(days=1)
