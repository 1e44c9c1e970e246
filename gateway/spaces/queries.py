"""Questions about spaces and claims. Read-only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, select
from sqlalchemy.orm import Session, aliased

from gateway.calendar import queries as calendar
from gateway.calendar.national import public_calendar
from gateway.calendar.rules import Opening
from gateway.kit.errors import NotFound
from gateway.spaces.model import Claim, ClaimKind, Space
from gateway.spaces.rules import Hours, Span


def space(session: Session, space_id: str) -> Space:
    """Raises NotFound("space")."""
    found = session.get(Space, space_id)
    if found is None:
        raise NotFound("space")
    return found


def spaces(session: Session) -> Sequence[Space]:
    """All of them, by id."""
    return session.scalars(select(Space).order_by(Space.id)).all()


def has_parts(session: Session, space_id: str) -> bool:
    """Whether others are parts of it."""
    return session.scalar(select(Space.id).where(Space.parent_id == space_id).limit(1)) is not None


def undivided(session: Session, space_id: str) -> list[Space]:
    """What a space comes down to: itself, or the smallest of its parts, by id."""
    below = _below(space_id)
    part = aliased(Space)
    is_divided = select(part.id).where(part.parent_id == Space.id).exists()
    return list(
        session.scalars(select(Space).join(below, below.c.id == Space.id).where(~is_divided).order_by(Space.id))
    )


def parts_of(session: Session, space_id: str) -> Sequence[str]:
    """The ids of everything that is part of it, and of their parts."""
    below = _below(space_id)
    return session.scalars(select(below.c.id).where(below.c.id != space_id)).all()


def line_up(session: Session, space_id: str) -> list[Space]:
    """The space itself, what it is part of, and so on up to the whole."""
    line = [space(session, space_id)]
    while (above := line[-1].parent_id) is not None:
        line.append(space(session, above))
    return line


def lock_of(session: Session, space_id: str) -> str | None:
    """The lock of the door that leads there: its own, else that of the nearest whole it is part of."""
    return next((one.lock_id for one in line_up(session, space_id) if one.lock_id is not None), None)


def hours_of(session: Session, space: Space, *, zone: ZoneInfo, within: Span) -> Hours:
    """When a space is open on the days that a span touches, in the centre's zone."""
    almanac = calendar.almanac(
        session,
        line=[one.id for one in line_up(session, space.id)],
        parts=parts_of(session, space.id),
        usual=Opening(space.opens_min, space.closes_min),
        public=public_calendar(zone),
        first=within.starts_at.astimezone(zone).date(),
        last=within.ends_at.astimezone(zone).date(),
    )
    return Hours(zone=zone, slot_min=space.slot_min, day=almanac.day)


class Taken(NamedTuple):
    """A claim as whoever looks for free places needs it: there may be thousands."""

    space_id: str
    place: int
    starts_at: datetime
    ends_at: datetime
    kind: ClaimKind


def claims(session: Session, space_ids: Collection[str], within: Span) -> list[Taken]:
    """What is claimed of these undivided spaces at any time within a span, in order."""
    rows = session.execute(
        select(Claim.space_id, Claim.place, Claim.starts_at, Claim.ends_at, Claim.kind)
        .where(
            Claim.space_id.in_(space_ids),
            Claim.released_at.is_(None),
            Claim.starts_at < within.ends_at,
            Claim.ends_at > within.starts_at,
        )
        .order_by(Claim.starts_at)
    )
    return [Taken._make(row) for row in rows]


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


def is_claimed(session: Session, space_id: str) -> bool:
    """Whether any claim on this undivided space still stands, past ones too."""
    live = select(Claim.id).where(Claim.space_id == space_id, Claim.released_at.is_(None))
    return session.scalar(live.limit(1)) is not None


def _below(space_id: str) -> CTE:
    """The space and everything that is part of it."""
    below = select(Space.id).where(Space.id == space_id).cte(recursive=True)
    return below.union_all(select(Space.id).join(below, Space.parent_id == below.c.id))
