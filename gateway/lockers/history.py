"""What happened to a member's rentals, from the audit trail: who opened what of theirs, when and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session, aliased

from gateway.kit.audit import AuditEntry
from gateway.lockers.model import ClearOut, Compartment, Rental
from gateway.members.model import Member


@dataclass(frozen=True)
class Happening:
    """An entry of the trail about a rental. `by` None: nobody of ours. `reason`: why staff did it, or empty."""

    entry: AuditEntry
    rental: Rental
    label: str
    by: Member | None
    reason: str
    bag_label: str


def history_of(session: Session, *, member_id: str, limit: int, before_seq: int | None = None) -> list[Happening]:
    """What happened to the member's rentals, and at their doors while they had them; newest first."""
    concerning = union_all(_to_rentals(member_id), _at_doors(member_id)).subquery()
    entry = aliased(AuditEntry, concerning)
    query = (
        select(entry, Rental, Compartment.label, Member)
        .join(Rental, Rental.id == concerning.c.rental_id)
        .join(Compartment, Compartment.id == Rental.compartment_id)
        .outerjoin(Member, Member.audit_id == concerning.c.actor)
        .order_by(concerning.c.seq.desc())
        .limit(limit)
    )
    if before_seq is not None:
        query = query.where(concerning.c.seq < before_seq)
    rows = session.execute(query).all()
    clear_outs = _clear_outs(session, {rental.id for _, rental, _, _ in rows})
    return [_happening(found, rental, label, by, clear_outs.get(rental.id, ())) for found, rental, label, by in rows]


def _to_rentals(member_id: str) -> Select[Any]:
    columns = AuditEntry.__table__.columns
    return (
        select(*columns, Rental.id.label("rental_id"))
        .join(Rental, Rental.id == AuditEntry.thing)
        .where(Rental.member_id == member_id)
    )


def _at_doors(member_id: str) -> Select[Any]:
    """Between the beginning and the end of a rental as the trail has them: nothing of the holder before or after."""
    columns = AuditEntry.__table__.columns
    begun, ended = aliased(AuditEntry), aliased(AuditEntry)
    return (
        select(*columns, Rental.id.label("rental_id"))
        .join(Compartment, Compartment.lock_id == AuditEntry.thing)
        .join(Rental, Rental.compartment_id == Compartment.id)
        .join(begun, (begun.thing == Rental.id) & (begun.act == "rented"))
        .outerjoin(ended, (ended.thing == Rental.id) & (ended.act == "rental_ended"))
        .where(
            Rental.member_id == member_id,
            AuditEntry.seq > begun.seq,
            ended.seq.is_(None) | (AuditEntry.seq < ended.seq),
        )
    )


def _clear_outs(session: Session, rental_ids: set[str]) -> Mapping[str, Sequence[ClearOut]]:
    found: dict[str, list[ClearOut]] = {}
    for clear_out in session.scalars(select(ClearOut).where(ClearOut.rental_id.in_(rental_ids))):
        found.setdefault(clear_out.rental_id, []).append(clear_out)
    return found


def _happening(
    entry: AuditEntry, rental: Rental, label: str, by: Member | None, clear_outs: Sequence[ClearOut]
) -> Happening:
    detail = json.loads(entry.detail)
    reason = detail.get("reason") or _why(entry, by, clear_outs)
    return Happening(entry, rental, label, by, reason, detail.get("bag_label", ""))


def _why(entry: AuditEntry, by: Member | None, clear_outs: Sequence[ClearOut]) -> str:
    """The reason that a witness of a clear-out gave, for what they did at the door during it."""
    for one in clear_outs:
        is_theirs = by is not None and by.id in {one.first_witness_id, one.second_witness_id}
        if is_theirs and one.witnessed_at is not None and one.witnessed_at <= entry.at:
            return one.reason
    return ""
