"""Questions about spaces and claims. Read-only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.calendar import queries as calendar
from gateway.calendar.national import public_calendar
from gateway.calendar.rules import Opening
from gateway.kit.edition import kept
from gateway.kit.errors import NotFound
from gateway.spaces.model import Claim, ClaimKind, Closure, Outage, Space
from gateway.spaces.rules import Hours, Span
from gateway.zones import queries as zones


def space(session: Session, space_id: str) -> Space:
    """To be read only, as `plan` has it. Raises NotFound("space")."""
    found = plan(session).all.get(space_id)
    if found is None:
        raise NotFound("space")
    return found


def spaces(session: Session) -> list[Space]:
    """All of them, by id; to be read only."""
    return list(plan(session).all.values())


def has_parts(session: Session, space_id: str) -> bool:
    """Whether others are parts of it."""
    return space_id in plan(session).parts


def undivided(session: Session, space_id: str) -> list[Space]:
    """What a space comes down to: itself, or the smallest of its parts, by id; nothing where there is no such space."""
    found = plan(session)
    return found.undivided(space_id) if space_id in found.all else []


def parts_of(session: Session, space_id: str) -> list[str]:
    """The ids of everything that is part of it, and of their parts."""
    return [one.id for one in plan(session).below(space_id)]


def line_up(session: Session, space_id: str) -> list[Space]:
    """The space itself, what it is part of, and so on up to the whole. Raises NotFound("space")."""
    found = plan(session)
    return [found.all[one] for one in found.line_up(space(session, space_id).id)]


def lock_of(session: Session, space_id: str) -> str | None:
    """The lock of the door that leads there: its own, else that of the nearest whole it is part of."""
    return next((one.lock_id for one in line_up(session, space_id) if one.lock_id is not None), None)


def in_zone(session: Session, zone_id: str) -> list[str]:
    """The ids of the spaces there: where nothing else is said, a part is where its whole is."""
    where, all_spaces = zones.whole_map(session), plan(session)
    return [one for one in all_spaces.all if where.of_space(all_spaces.line_up(one)) == zone_id]


_SPACES: Final = select(Space.__table__).order_by(Space.id)


@dataclass(frozen=True)
class Plan:
    """Every space, to be read only, and which is part of which."""

    all: Mapping[str, Space]  # in the order of their ids
    parts: Mapping[str, Sequence[Space]]  # by the id of what they are directly part of

    def below(self, space_id: str) -> list[Space]:
        """Everything that is part of it, and their parts."""
        direct = self.parts.get(space_id, ())
        return [one for part in direct for one in (part, *self.below(part.id))]

    def undivided(self, space_id: str) -> list[Space]:
        """What a space comes down to: itself, or the smallest of its parts, by id."""
        tree = (self.all[space_id], *self.below(space_id))
        return sorted((one for one in tree if one.id not in self.parts), key=lambda one: one.id)

    def line_up(self, space_id: str) -> list[str]:
        """The ids of the space itself, what it is part of, and so on up to the whole."""
        line = [space_id]
        while (above := self.all[line[-1]].parent_id) is not None:
            line.append(above)
        return line


@kept
def plan(session: Session) -> Plan:
    """Of the whole centre."""
    parts: dict[str, list[Space]] = defaultdict(list)
    found = [Space(**row._asdict()) for row in session.connection().execute(_SPACES)]
    for one in found:
        if one.parent_id is not None:
            parts[one.parent_id].append(one)
    return Plan({one.id: one for one in found}, dict(parts))


def all_hours(
    session: Session, plan: Plan, wanted: Sequence[Space], *, zone: ZoneInfo
) -> Iterator[tuple[Space, Hours]]:
    """When each of these spaces is open; those with the same days are `alike`."""
    said = calendar.all_said(session)
    for space in wanted:
        almanac = said.at(
            line=plan.line_up(space.id),
            parts=[part.id for part in plan.below(space.id)],
            usual=Opening(space.opens_min, space.closes_min),
            public=public_calendar(zone),
        )
        yield space, Hours(zone=zone, slot_min=space.slot_min, day=almanac.day, alike=almanac.alike)


def hours_of(session: Session, space: Space, *, zone: ZoneInfo) -> Hours:
    """When a space is open, in the centre's zone."""
    [(_, hours)] = all_hours(session, plan(session), [space], zone=zone)
    return hours


class Taken(NamedTuple):
    """A claim as whoever looks for free places needs it: there may be thousands."""

    space_id: str
    place: int
    starts_at: datetime
    ends_at: datetime
    kind: ClaimKind


def claims(session: Session, space_ids: Collection[str], within: Span) -> list[Taken]:
    """What is claimed of these undivided spaces at any time within a span, in order."""
    asked = {"space_ids": list(space_ids), "since": within.starts_at, "until": within.ends_at}
    return [Taken(*row) for row in session.connection().execute(_CLAIMS, asked)]


def taken(claims: Iterable[Taken], span: Span) -> dict[str, set[int]]:
    """Which places of which undivided spaces are not free at some time in a span."""
    found: dict[str, set[int]] = defaultdict(set)
    for claim in claims:
        if span.overlaps(Span(claim.starts_at, claim.ends_at)):
            found[claim.space_id].add(claim.place)
    return found


def is_closure_of(session: Session, *, space_id: str, closure_id: str) -> bool:
    """Whether a closure of that id keeps this space, or what it comes down to, from being booked."""
    parts = [part.id for part in undivided(session, space_id)]
    live = select(Claim.id).where(
        Claim.kind == ClaimKind.CLOSURE,
        Claim.source_id == closure_id,
        Claim.space_id.in_(parts),
        Claim.released_at.is_(None),
    )
    return session.scalar(live.limit(1)) is not None


class Closed(NamedTuple):
    """A closure's hold on one undivided space. `reason` None: no staff closed it, but an activity or a late locker."""

    closure_id: str
    space_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str | None


def closures(session: Session, within: Span) -> list[Closed]:
    """What keeps spaces closed at some moment of a span, a row for each undivided space."""
    rows = session.execute(
        select(Claim.source_id, Claim.space_id, Claim.starts_at, Claim.ends_at, Closure.reason)
        .outerjoin(Closure, Closure.id == Claim.source_id)
        .distinct()
        .where(
            Claim.kind == ClaimKind.CLOSURE,
            Claim.released_at.is_(None),
            Claim.starts_at < within.ends_at,
            Claim.ends_at > within.starts_at,
        )
        .order_by(Claim.space_id, Claim.starts_at)
    )
    return [Closed._make(row) for row in rows]


FOR_EVER: Final = datetime(9000, 1, 1, tzinfo=UTC)  # the end of a claim whose end nobody knows


def outage(session: Session, outage_id: str) -> Outage:
    """Raises NotFound("outage")."""
    found = session.get(Outage, outage_id)
    if found is None:
        raise NotFound("outage")
    return found


def span_of_outage(outage: Outage) -> Span:
    """From when until when it lasts, as far as anybody knows."""
    return Span(outage.starts_at, outage.ends_at or FOR_EVER)


def outages(session: Session, within: Span) -> Sequence[Outage]:
    """Those that stand at some moment of a span, the soonest first."""
    query = select(Outage).where(
        Outage.ended_at.is_(None),
        Outage.starts_at < within.ends_at,
        or_(Outage.ends_at.is_(None), Outage.ends_at > within.starts_at),
    )
    return session.scalars(query.order_by(Outage.starts_at, Outage.id)).all()


def family(session: Session, space_id: str) -> set[str]:
    """The ids of whatever shares a part with a space: itself, what it is part of, and its parts."""
    return {one.id for one in line_up(session, space_id)} | set(parts_of(session, space_id))


def is_claimed(session: Session, space_id: str) -> bool:
    """Whether any claim on this undivided space still stands, past ones too."""
    live = select(Claim.id).where(Claim.space_id == space_id, Claim.released_at.is_(None))
    return session.scalar(live.limit(1)) is not None


# Made once: every booking asks it, and to put it together takes longer than to answer it.
_CLAIMS: Final = (
    select(Claim.space_id, Claim.place, Claim.starts_at, Claim.ends_at, Claim.kind)
    .where(
        Claim.space_id.in_(bindparam("space_ids", expanding=True)),
        Claim.released_at.is_(None),
        Claim.starts_at < bindparam("until"),
        Claim.ends_at > bindparam("since"),
    )
    .order_by(Claim.starts_at)
)
