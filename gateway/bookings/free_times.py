"""What is free in many spaces over many days, from a handful of questions to the database.

A month of two hundred rooms is some 84,000 slots and 28,000 claims. So nothing is made for a slot or a claim by itself:
rooms with the same days share their slots, and a claim's times are compared as the database gives them.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, compress
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import String, bindparam, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from gateway.bookings import claims
from gateway.kit.db import Instant
from gateway.spaces import queries as spaces
from gateway.spaces.model import Claim, ClaimKind, Space, SpaceKind
from gateway.spaces.rules import Span, most_people, places_needed, slots

_CLOSURE: Final = ClaimKind.CLOSURE.value
_BALLOT: Final = ClaimKind.BALLOT.value
_MAINTENANCE: Final = ClaimKind.MAINTENANCE.value
_AT_ONCE: Final = 200  # rows; thousands at once would let Python look again and again for what it can throw away

_CLAIMS: Final = select(
    Claim.space_id,
    Claim.place,
    type_coerce(Claim.starts_at, NullType()),
    type_coerce(Claim.ends_at, NullType()),
    type_coerce(Claim.kind, String()),
).where(
    Claim.released_at.is_(None),
    Claim.starts_at < bindparam("until"),
    Claim.ends_at > bindparam("since"),
)
_CLAIMS_OF: Final = _CLAIMS.where(Claim.space_id.in_(bindparam("space_ids", expanding=True)))


class Stretch(NamedTuple):
    """A time that is free without a gap. `places_free`: so many places are free in every slot of it, not always the
    same.
    """

    starts_at: datetime
    ends_at: datetime
    places_free: int


@dataclass(frozen=True)
class FreeTimes:
    """Every bookable slot of a space, in order, and why so many people cannot have it; None: it is free for them.

    A reason is `slot_taken`, `in_ballot`, `in_maintenance`, `closed`, `in_the_past` or `too_many_people`.
    `taken`: the places of each slot that somebody has, in bits; `places`: how many there are, of a space that is had
    whole one.
    """

    space: Space
    spans: Sequence[Span]
    reasons: Sequence[str | None]
    taken: Sequence[int]
    places: int

    @property
    def places_free(self) -> list[int]:
        """How many places of each slot nobody has, whatever the reason."""
        return [max(0, self.places - bits.bit_count()) for bits in self.taken]

    def slots(self) -> Iterator[tuple[Span, str | None]]:
        """Both, slot by slot."""
        return zip(self.spans, self.reasons, strict=True)

    def stretches(self, at_least: timedelta) -> list[Stretch]:
        """What is free without a gap for so long, from slot to slot.

        Of several places another may be free in every slot.
        """
        edges: list[datetime] = []  # from, until, from, until …
        for starts_at, ends_at in compress(self.spans, [reason is None for reason in self.reasons]):
            if edges and edges[-1] == starts_at:
                edges[-1] = ends_at
            else:
                edges += starts_at, ends_at
        both = zip(edges[::2], edges[1::2], strict=True)
        found = [(since, until) for since, until in both if until - since >= at_least]
        if self.places == 1:
            return [Stretch(since, until, 1) for since, until in found]
        return [Stretch(since, until, self._fewest(since, until)) for since, until in found]

    def _fewest(self, since: datetime, until: datetime) -> int:
        first, beyond = (bisect_left(self.spans, at, key=lambda span: span.starts_at) for at in (since, until))
        return self.places - max(bits.bit_count() for bits in self.taken[first:beyond])


def look(
    session: Session, *, wanted: Sequence[Space], zone: ZoneInfo, within: Span, now: datetime, people: int = 1
) -> list[FreeTimes]:
    """The slots of these spaces that lie whole within a span, space by space as they were given."""
    plan = spaces.plan(session)
    dialect = session.get_bind().dialect
    raw = Instant().dialect_impl(dialect).bind_processor(dialect)
    grids: dict[object, _Grid] = {}
    sheets: dict[str, list[_Sheet]] = defaultdict(list)
    found = []
    for space, hours in spaces.all_hours(session, plan, wanted, zone=zone):
        key = hours.alike, space.slot_min, space.buffer_min
        if key not in grids:
            spans = list(slots(hours, within))
            grids[key] = _Grid(spans, timedelta(minutes=space.buffer_min), raw)
        parts = plan.undivided(space.id)
        sheet = _Sheet(space, grids[key], is_divided=[part.id for part in parts] != [space.id])
        found.append(sheet)
        for part in parts:
            sheets[part.id].append(sheet)
    late = claims.late(session, now=now) if any(space.kind is SpaceKind.LOCKER for space in wanted) else set()
    latest_buffer = timedelta(minutes=max((space.buffer_min for space in wanted), default=0))
    _mark(session, sheets, Span(within.starts_at, within.ends_at + latest_buffer), is_all=len(wanted) == len(plan.all))
    return [
        sheet.read(now, people, closed_until=now + claims.LATE_CLOSES if sheet.space.id in late else now)
        for sheet in found
    ]


class _Grid:
    """The slots that spaces with the same days and buffers have, and which of them lie where on the database's scale.

    Times from the database stay as they are; so the slots' edges are turned into what the database would say.
    """

    def __init__(self, spans: list[Span], buffer: timedelta, raw: Any) -> None:  # noqa: ANN401 - a database's own values
        self.spans = spans
        self._starts = [raw(span.starts_at) for span in spans]
        self._ends = [raw(span.ends_at + buffer) for span in spans]
        self.first_after: dict[Any, int] = _Found(lambda starts_at: bisect_right(self._ends, starts_at))
        self.first_beyond: dict[Any, int] = _Found(lambda ends_at: bisect_left(self._starts, ends_at))


class _Found(dict[Any, int]):
    """Looks for a time once: most claims begin and end where others do."""

    def __init__(self, find: Callable[[Any], int]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, at: Any) -> int:  # noqa: ANN401 - a database's own value
        self[at] = found = self._find(at)
        return found


@dataclass
class _Sheet:
    """One space's slots, with what is claimed of each as a set of places in bits."""

    space: Space
    grid: _Grid
    is_divided: bool
    taken: list[int] = field(init=False)
    closed: dict[int, int] = field(default_factory=dict)
    out_of_order: set[int] = field(default_factory=set)  # slots of which some place is in maintenance
    drawn_for: set[int] = field(default_factory=set)  # slots of which some place is given by ballot

    def __post_init__(self) -> None:
        self.taken = [0] * len(self.grid.spans)

    def read(self, now: datetime, people: int, *, closed_until: datetime) -> FreeTimes:
        """What became of it, for so many people. `closed_until`: what nobody has and begins before is closed."""
        if self.is_divided or self.space.places == 1:
            places = 1
            reasons = ["slot_taken" if bits else None for bits in self.taken]
            closed = set(self.closed)
        else:
            places = self.space.places
            most_taken = places - places_needed(people, places=places, capacity=self.space.capacity)
            reasons = ["slot_taken" if bits.bit_count() > most_taken else None for bits in self.taken]
            closed = {at for at, bits in self.closed.items() if bits.bit_count() > most_taken}
        for at in closed:
            reasons[at] = "closed"
        for at in self.out_of_order:
            reasons[at] = reasons[at] and "in_maintenance"
        for at in self.drawn_for:
            reasons[at] = reasons[at] and "in_ballot"
        most = most_people(places=self.space.places, capacity=self.space.capacity)
        if most is not None and people > most:
            reasons = ["too_many_people"] * len(reasons)
        gone, near = (bisect_left(self.grid.spans, at, key=lambda span: span.starts_at) for at in (now, closed_until))
        for at in range(gone, near):
            reasons[at], self.taken[at] = reasons[at] or "closed", 1
        reasons[:gone] = ["in_the_past"] * gone
        return FreeTimes(self.space, self.grid.spans, reasons, self.taken, places)


def _mark(session: Session, sheets: dict[str, list[_Sheet]], within: Span, *, is_all: bool) -> None:
    """Write every claim on the sheets of the spaces that it is about."""
    asked: dict[str, object] = {"since": within.starts_at, "until": within.ends_at}
    connection = session.connection()  # beneath the ORM, which would look at every row once more
    rows = (
        connection.execute(_CLAIMS, asked)
        if is_all
        else connection.execute(_CLAIMS_OF, asked | {"space_ids": list(sheets)})
    )
    for space_id, place, starts_at, ends_at, kind in chain.from_iterable(rows.partitions(_AT_ONCE)):
        for sheet in sheets[space_id]:
            taken, bit = sheet.taken, 1 << place
            slots_of_it = range(sheet.grid.first_after[starts_at], sheet.grid.first_beyond[ends_at])
            for at in slots_of_it:
                taken[at] |= bit
            if kind == _CLOSURE:
                for at in slots_of_it:
                    sheet.closed[at] = sheet.closed.get(at, 0) | bit
            elif kind == _MAINTENANCE:
                sheet.out_of_order.update(slots_of_it)
            elif kind == _BALLOT:
                sheet.drawn_for.update(slots_of_it)
