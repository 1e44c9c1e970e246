"""What a door display shows: a space now and next, why it is closed, and nothing of who has it. Read-only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from gateway.bookings.model import Booking
from gateway.bookings.rules import Policy
from gateway.kit.clock import at_wall
from gateway.spaces import queries as spaces
from gateway.spaces.model import SHUT, Claim, ClaimKind, Closure, Outage, Space
from gateway.spaces.rules import Hours, Span, is_closed, open_span, places_for


class AtDoor(StrEnum):
    """What somebody who stands before a space needs to know of a time."""

    FREE = "free"  # nobody has it; of several places at least one
    PARTLY = "partly"  # nobody can have all of it, but some part
    TAKEN = "taken"
    TURNOVER = "turnover"  # kept free after a booking, to tidy and to change over
    CLOSED = "closed"


@dataclass(frozen=True)
class Stretch:
    """A time of which the same is to be said from its beginning to its end.

    `why` it is closed, in the words of those who closed it; empty: there are none, as outside its hours.
    """

    span: Span
    state: AtDoor
    why: str = ""


@dataclass(frozen=True)
class Held:
    """A place that is not free. `used_until`: then its booking is over, and what is left of the claim is its buffer."""

    space_id: str
    place: int
    span: Span
    used_until: datetime
    kind: ClaimKind
    source_id: str
    why: str = ""


def now_and_next(session: Session, *, space: Space, policy: Policy, now: datetime) -> list[Stretch]:
    """From now until the end of tomorrow by the centre's clock, one stretch after another without a gap."""
    tomorrow = now.astimezone(policy.zone).date() + timedelta(days=1)
    within = Span(now, at_wall(policy.zone, tomorrow + timedelta(days=1), 0))
    parts = spaces.undivided(session, space.id)
    return stretches(
        within,
        hours=spaces.hours_of(session, space, zone=policy.zone),
        places={part.id: part.places for part in parts},
        is_divided=[part.id for part in parts] != [space.id],
        held=_held(session, [part.id for part in parts], within),
    )


def stretches(
    within: Span, *, hours: Hours, places: dict[str, int], is_divided: bool, held: Sequence[Held]
) -> list[Stretch]:
    """What is to be said of each time within a span. Two bookings one after the other are two stretches.

    `places`: how many each undivided part has.
    """
    edges = {within.starts_at, within.ends_at, *_edges_of_days(hours, within)}
    for one in held:
        edges |= {one.span.starts_at, one.used_until, one.span.ends_at}
    inside = sorted(edge for edge in edges if within.starts_at <= edge <= within.ends_at)
    found: list[tuple[Stretch, object]] = []
    for span in (Span(*pair) for pair in pairwise(inside)):
        here = [one for one in held if one.span.overlaps(span)]
        state = AtDoor.CLOSED if is_closed(hours, span) else _state(span, places, is_divided, here)
        why = _why(here) if state is AtDoor.CLOSED else ""
        same = why, {one.source_id for one in here} if state is AtDoor.TAKEN and sum(places.values()) == 1 else None
        if found and found[-1][0].state is state and found[-1][1] == same:
            found[-1] = Stretch(Span(found[-1][0].span.starts_at, span.ends_at), state, why), same
        else:
            found.append((Stretch(span, state, why), same))
    return [stretch for stretch, _ in found]


def _why(held: Iterable[Held]) -> str:
    """Everything that closes it, each once, the first to begin first."""
    in_order = sorted(held, key=lambda one: (one.span.starts_at, one.why))
    return " · ".join(dict.fromkeys(one.why for one in in_order if one.why))


def _state(span: Span, places: dict[str, int], is_divided: bool, held: Sequence[Held]) -> AtDoor:
    if _has_room(places, is_divided, held):
        return AtDoor.FREE
    if is_divided and _has_room(places, False, held):
        return AtDoor.PARTLY
    if not _has_room(places, is_divided, [one for one in held if one.kind in SHUT]):
        return AtDoor.CLOSED
    used = [one for one in held if span.starts_at < one.used_until]
    return AtDoor.TURNOVER if _has_room(places, is_divided, used) else AtDoor.TAKEN


def _has_room(places: dict[str, int], is_whole: bool, held: Iterable[Held]) -> bool:
    """Whether the whole is free or, if that is not asked for, any place of any part."""
    taken: dict[str, set[int]] = {}
    for one in held:
        taken.setdefault(one.space_id, set()).add(one.place)
    if is_whole:
        return bool(places_for(places, taken, whole=True))
    return any(len(taken.get(part, ())) < count for part, count in places.items())


def _edges_of_days(hours: Hours, within: Span) -> Iterable[datetime]:
    day, last = (instant.astimezone(hours.zone).date() for instant in within)
    while day <= last:
        if opened := open_span(hours, day):
            yield from opened
        day += timedelta(days=1)


def _held(session: Session, part_ids: list[str], within: Span) -> list[Held]:
    rows = session.execute(
        select(Claim, Booking.ends_at, func.coalesce(Closure.reason, Outage.reason, ""))
        .outerjoin(Booking, and_(Claim.kind == ClaimKind.BOOKING, Booking.id == Claim.source_id))
        .outerjoin(Closure, and_(Claim.kind == ClaimKind.CLOSURE, Closure.id == Claim.source_id))
        .outerjoin(Outage, and_(Claim.kind == ClaimKind.MAINTENANCE, Outage.id == Claim.source_id))
        .where(
            Claim.space_id.in_(part_ids),
            Claim.released_at.is_(None),
            Claim.starts_at < within.ends_at,
            Claim.ends_at > within.starts_at,
        )
    )
    return [
        Held(
            space_id=claim.space_id,
            place=claim.place,
            span=Span(claim.starts_at, claim.ends_at),
            used_until=min(claim.ends_at, ends_at or claim.ends_at),
            kind=claim.kind,
            source_id=claim.source_id,
            why=why,
        )
        for claim, ends_at, why in rows
    ]
