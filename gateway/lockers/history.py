"""What happened to a member's rentals, from the audit trail: who opened what of theirs, when and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session, aliased

from gateway.kit.audit import AuditEntry
from gateway.lockers import queries
from gateway.lockers.model import ClearOut, Compartment, Rental
from gateway.members.model import Member

ASKED_BY_STAFF: Final = "asked_by_staff"
"""The act of staff who ask for a door that others may hold; its detail has their `reason` and the `unlock`."""

ASKED_IN_EMERGENCY: Final = "asked_in_emergency"
"""The same of a door that was asked for because every door must open. Nobody looked into it."""


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
    reasons = _Reasons.of_staff(
        session, rental_ids={rental.id for _, rental, _, _ in rows}, lock_ids={found.thing for found, *_ in rows}
    )
    return [_happening(found, rental, label, by, reasons) for found, rental, label, by in rows]


@dataclass(frozen=True)
class _Reasons:
    """Why staff did what they did at doors: by the unlock that they asked for, or by the rental they cleared out."""

    by_unlock: Mapping[str, str]
    clear_outs: Mapping[str, Sequence[ClearOut]]

    @classmethod
    def of_staff(cls, session: Session, *, rental_ids: set[str], lock_ids: set[str]) -> Self:
        """Those that could be behind what happened to these."""
        asked = select(AuditEntry.detail).where(
            AuditEntry.thing.in_(lock_ids), AuditEntry.act.in_([ASKED_BY_STAFF, ASKED_IN_EMERGENCY])
        )
        by_unlock = {detail["unlock"]: detail["reason"] for detail in map(json.loads, session.scalars(asked))}
        clear_outs: dict[str, list[ClearOut]] = {}
        for clear_out in session.scalars(select(ClearOut).where(ClearOut.rental_id.in_(rental_ids))):
            clear_outs.setdefault(clear_out.rental_id, []).append(clear_out)
        return cls(by_unlock, clear_outs)

    def given(self, entry: AuditEntry, detail: Mapping[str, Any], rental: Rental, by: Member | None) -> str:
        """The reason of the one who did it, or empty."""
        return (
            detail.get("reason")
            or self.by_unlock.get(detail.get("unlock", ""))
            or self._of_a_witness(entry, rental, by)
        )

    def _of_a_witness(self, entry: AuditEntry, rental: Rental, by: Member | None) -> str:
        """What a witness of a clear-out gave, for what they did at the door during it."""
        for one in self.clear_outs.get(rental.id, ()):
            is_theirs = by is not None and by.id in {one.first_witness_id, one.second_witness_id}
            if is_theirs and one.witnessed_at is not None and one.witnessed_at <= entry.at:
                return one.reason
        return ""


def _to_rentals(member_id: str) -> Select[Any]:
    columns = AuditEntry.__table__.columns
    return (
        select(*columns, Rental.id.label("rental_id"))
        .join(Rental, Rental.id == AuditEntry.thing)
        .where(queries.concerns(member_id))
    )


def _at_doors(member_id: str) -> Select[Any]:
    """Between the beginning and the end of a rental as the trail has them: nothing of the holder before or after."""
    columns = AuditEntry.__table__.columns
    begun, ended = aliased(AuditEntry), aliased(AuditEntry)
    return (
        select(*columns, Rental.id.label("rental_id"))
        .join(Compartment, Compartment.lock_id == AuditEntry.thing)
        .join(Rental, Rental.compartment_id == Compartment.id)
        .join(begun, (begun.thing == Rental.id) & begun.act.in_(("rented", "assigned", "drop_off_begun")))
        .outerjoin(ended, (ended.thing == Rental.id) & (ended.act == "rental_ended"))
        .where(
            queries.concerns(member_id),
            AuditEntry.seq > begun.seq,
            ended.seq.is_(None) | (AuditEntry.seq < ended.seq),
        )
    )


def _happening(entry: AuditEntry, rental: Rental, label: str, by: Member | None, reasons: _Reasons) -> Happening:
    detail = json.loads(entry.detail)
    reason = reasons.given(entry, detail, rental, by)
    return Happening(entry, rental, label, by, reason, detail.get("bag_label", ""))
