"""Making spaces, and claiming, moving and releasing parts of them. Nothing here commits."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.kit.ids import new_id
from gateway.spaces import queries, rules
from gateway.spaces.model import SHUT, Claim, ClaimKind, Closure, Space, SpaceKind
from gateway.spaces.rules import Span

_CLAIM: Final = insert(Claim)


def make_space(
    session: Session,
    *,
    space_id: str,
    kind: SpaceKind,
    name_zh: str,
    name_en: str,
    opens_min: int,
    closes_min: int,
    slot_min: int,
    actor: str,
    now: datetime,
    parent_id: str | None = None,
    lock_id: str | None = None,
    places: int = 1,
    buffer_min: int = 0,
    capacity: int | None = None,
) -> Space:
    """Add a space.

    Raises Conflict("space_exists"); Conflict("space_claimed") when what it shall be part of is claimed already, since
    those claims would not count for the new part; NotFound("space") for a parent that is not there; Malformed naming
    `parent_id` when that one has several places or is a locker.
    """
    if session.get(Space, space_id) is not None:
        raise Conflict("space_exists", space_id=space_id)
    if parent_id is not None:
        _refuse_bad_parent(session, parent_id)
    space = Space(
        id=space_id,
        parent_id=parent_id,
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        lock_id=lock_id,
        places=places,
        opens_min=opens_min,
        closes_min=closes_min,
        slot_min=slot_min,
        buffer_min=buffer_min,
        capacity=capacity,
    )
    session.add(space)
    session.flush()
    audit.append(session, actor=actor, act="space_made", thing=space.id, now=now, parent=parent_id)
    return space


def set_capacity(session: Session, *, space_id: str, capacity: int, actor: str, now: datetime) -> Space:
    """Say for how many people a space is; 0: nobody can say. Bookings that there are already stay as they are.

    Raises NotFound("space"), and Malformed for a locker, which nobody goes into.
    """
    space = session.get(Space, space_id)
    if space is None:
        raise NotFound("space")
    if space.kind is SpaceKind.LOCKER:
        raise Malformed("malformed", field="capacity")
    space.capacity = capacity or None
    session.flush()
    audit.append(session, actor=actor, act="space_capacity_set", thing=space.id, now=now, capacity=space.capacity)
    return space


def take_turns(session: Session, space: Space) -> None:
    """On PostgreSQL whoever claims a part of the same whole waits here, so that what is free stays free.

    Whoever only refers to the space, as a series does before its first claim, neither waits nor is waited for. Who
    claims again after writing in the trail comes here before: the trail is waited for too.
    """
    take_turn(session, Space, queries.line_up(session, space.id)[-1].id)


def claim(session: Session, *, space: Space, span: Span, kind: ClaimKind, source_id: str, people: int = 1) -> None:
    """Take as many places of the space as the people need, or none; all of it when it has parts or only one place.

    A closure always takes all.

    Raises Conflict: `slot_taken`, `in_ballot` where a ballot has it, `in_maintenance` where it is out of order; nothing
    is changed then, and the transaction can go on.
    """
    take_turns(session, space)
    buffer_min = space.buffer_min if kind is ClaimKind.BOOKING else 0
    whole_span = Span(span.starts_at, span.ends_at + timedelta(minutes=buffer_min))
    places = _free_places(session, space, whole_span, all_of_it=kind in SHUT, people=people)
    try:
        with session.connection().begin_nested():
            session.connection().execute(
                _CLAIM, [_claim(part_id, place, whole_span, kind, source_id) for part_id, place in places]
            )
    except IntegrityError as error:  # however it came to this: the database has the last word
        raise Conflict("slot_taken") from error


def claim_gaps(session: Session, *, space: Space, within: Span, kind: ClaimKind, source_id: str) -> None:
    """Take whatever nobody has of any place of a space within a span, so that it cannot be booked meanwhile."""
    take_turns(session, space)
    parts = {part.id: part.places for part in queries.undivided(session, space.id)}
    taken = queries.claims(session, parts, within)
    claims = []
    for part_id, places in parts.items():
        for place in range(places):
            here = [Span(one.starts_at, one.ends_at) for one in taken if (one.space_id, one.place) == (part_id, place)]
            claims += [_claim(part_id, place, gap, kind, source_id) for gap in rules.gaps(within, here)]
    if claims:
        session.connection().execute(_CLAIM, claims)


def move(
    session: Session, *, space: Space, span: Span, kind: ClaimKind, source_id: str, now: datetime, people: int = 1
) -> None:
    """Claim another time, another space or both instead. Raises Conflict("slot_taken"); it then stays where it was."""
    with session.begin_nested():
        release(session, kind=kind, source_id=source_id, now=now)
        claim(session, space=space, span=span, kind=kind, source_id=source_id, people=people)


def close(session: Session, *, space: Space, span: Span, reason: str, actor: str, now: datetime) -> str:
    """Let nobody book the space for a time; the id of the closure is returned.

    Raises Conflict("slot_taken") while somebody has any of it then: they are asked, or moved, first.
    """
    closure_id = new_id()
    claim(session, space=space, span=span, kind=ClaimKind.CLOSURE, source_id=closure_id)
    closure = Closure(
        id=closure_id,
        space_id=space.id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        reason=reason,
        made_at=now,
        made_by=actor,
    )
    session.add(closure)
    session.flush()
    facts = {"closure": closure_id, "reason": reason, "until": span.ends_at.isoformat()}
    audit.append(session, actor=actor, act="space_closed", thing=space.id, now=now, **facts)
    return closure_id


def reopen(session: Session, *, space: Space, closure_id: str, actor: str, now: datetime) -> None:
    """End a closure. Raises NotFound("closure") when staff made none of that id that still stands."""
    take_turns(session, space)
    closure = session.get(Closure, closure_id)
    if closure is None or not queries.is_closure_of(session, space_id=space.id, closure_id=closure_id):
        raise NotFound("closure")
    closure.reopened_at, closure.reopened_by = now, actor
    session.flush()
    release(session, kind=ClaimKind.CLOSURE, source_id=closure_id, now=now)
    audit.append(session, actor=actor, act="space_reopened", thing=space.id, now=now, closure=closure_id)


def release(session: Session, *, kind: ClaimKind, source_id: str, now: datetime) -> None:
    """Give back whatever was claimed for this; what is out of order then falls to its outage. Harmless to repeat."""
    claimed = (Claim.kind == kind, Claim.source_id == source_id, Claim.released_at.is_(None))
    held = session.execute(select(Claim.space_id, Claim.starts_at, Claim.ends_at).where(*claimed)).all()
    if not held:
        return
    space_ids = {space_id for space_id, _, _ in held}
    take_turns_at(session, space_ids)
    session.execute(update(Claim).where(*claimed).values(released_at=now))
    within = Span(min(starts_at for _, starts_at, _ in held), max(ends_at for _, _, ends_at in held))
    _fall_to_outages(session, space_ids, within)


def release_rest(session: Session, *, kind: ClaimKind, source_id: str, now: datetime) -> None:
    """Give back what is left of it; that it was claimed until now stays written. Harmless to repeat."""
    claimed = (Claim.kind == kind, Claim.source_id == source_id, Claim.released_at.is_(None), Claim.ends_at > now)
    held = session.execute(select(Claim.space_id, Claim.ends_at).where(*claimed)).all()
    if not held:
        return
    space_ids = {space_id for space_id, _ in held}
    take_turns_at(session, space_ids)
    session.execute(update(Claim).where(*claimed, Claim.starts_at >= now).values(released_at=now))
    session.execute(update(Claim).where(*claimed).values(ends_at=now))
    _fall_to_outages(session, space_ids, Span(now, max(ends_at for _, ends_at in held)))


def hand_over(session: Session, *, kind: ClaimKind, source_id: str, to: str) -> None:
    """What was claimed for one is claimed for another: nobody can come in between."""
    session.execute(
        update(Claim)
        .where(Claim.kind == kind, Claim.source_id == source_id, Claim.released_at.is_(None))
        .values(source_id=to)
    )


def take_turns_at(session: Session, space_ids: AbstractSet[str]) -> None:
    """Take turns at several spaces, in an order that is everybody's."""
    for root_id in sorted({queries.line_up(session, one)[-1].id for one in space_ids}):
        take_turn(session, Space, root_id)


def _fall_to_outages(session: Session, space_ids: AbstractSet[str], within: Span) -> None:
    for outage in queries.outages(session, within):
        if not space_ids & queries.family(session, outage.space_id):
            continue
        if both := rules.overlap(within, queries.span_of_outage(outage)):
            space = queries.space(session, outage.space_id)
            claim_gaps(session, space=space, within=both, kind=ClaimKind.MAINTENANCE, source_id=outage.id)


def _free_places(session: Session, space: Space, span: Span, *, all_of_it: bool, people: int) -> list[tuple[str, int]]:
    parts = queries.undivided(session, space.id)
    wanted = {part.id: part.places for part in parts}
    claims = queries.claims(session, wanted, span)
    taken = queries.taken(claims, span)
    whole = all_of_it or [part.id for part in parts] != [space.id]
    count = rules.places_needed(people, places=space.places, capacity=space.capacity)
    places = rules.places_for(wanted, taken, whole=whole, count=count)
    if not places:
        raise Conflict(_why_not({one.kind for one in claims}))
    return places


def _why_not(kinds: AbstractSet[ClaimKind]) -> str:
    if ClaimKind.BALLOT in kinds:
        return "in_ballot"
    return "in_maintenance" if ClaimKind.MAINTENANCE in kinds else "slot_taken"


def _claim(part_id: str, place: int, span: Span, kind: ClaimKind, source_id: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "space_id": part_id,
        "place": place,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "kind": kind,
        "source_id": source_id,
        "released_at": None,
    }


def _refuse_bad_parent(session: Session, parent_id: str) -> None:
    parent = queries.space(session, parent_id)
    if parent.places != 1 or parent.kind is SpaceKind.LOCKER:
        raise Malformed("malformed", field="parent_id")
    if not queries.has_parts(session, parent_id) and queries.is_claimed(session, parent_id):
        raise Conflict("space_claimed", space_id=parent_id)
