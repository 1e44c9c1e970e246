"""Questions about the count. Read-only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.counts import rules
from gateway.counts.model import Sighting
from gateway.counts.rules import EXPLAIN_WITHIN, Difference, Facts
from gateway.fleet import queries as fleet
from gateway.fleet.model import DoorLevel, Lock, Presence
from gateway.lockers import queries as lockers
from gateway.lockers.model import Bank, Compartment, Rental, Use
from gateway.members.model import Member


@dataclass(frozen=True)
class Line:
    """One compartment at the count. `forced`: openings of the last day that nobody asked for; newest last."""

    compartment: Compartment
    rental: Rental | None
    door: DoorLevel
    forced: Sequence[datetime]
    differences: Sequence[Difference]
    sighting: Sighting | None  # the newest
    seen_by: Member | None


@dataclass(frozen=True)
class BankCount:
    """A bank at the count: its lines, those with the gravest difference first."""

    bank: Bank
    presence: Presence
    lines: Sequence[Line]

    def tally(self) -> Counter[tuple[bool, DoorLevel]]:
        """How many are somebody's or not, behind a door that stands how."""
        return Counter((line.rental is not None, line.door) for line in self.lines)


def count(session: Session, *, now: datetime, bank_id: str | None = None) -> list[BankCount]:
    """Every bank, or one of them, as it stands. Raises NotFound("bank")."""
    views = lockers.banks(session) if bank_id is None else [lockers.bank(session, bank_id)]
    forced = fleet.forced_since(session, since=now - EXPLAIN_WITHIN)
    return [BankCount(one.bank, one.presence, _lines(session, one.bank.id, forced)) for one in views]


def _lines(session: Session, bank_id: str, forced: Mapping[str, Sequence[datetime]]) -> list[Line]:
    newest = (
        select(Sighting.id)
        .where(Sighting.compartment_id == Compartment.id)
        .order_by(Sighting.seen_at.desc(), Sighting.id.desc())
        .limit(1)
        .correlate(Compartment)
        .scalar_subquery()
    )
    left = select(func.max(Rental.ended_at)).where(Rental.compartment_id == Compartment.id)
    rows = session.execute(
        select(Compartment, Lock.level, Rental, left.correlate(Compartment).scalar_subquery(), Sighting, Member)
        .join(Lock, Lock.id == Compartment.lock_id)
        .outerjoin(Rental, (Rental.compartment_id == Compartment.id) & Rental.ended_at.is_(None))
        .outerjoin(Sighting, Sighting.id == newest)
        .outerjoin(Member, Member.id == Sighting.seen_by_id)
        .where(Compartment.bank_id == bank_id)
    )
    lines: list[Line] = []
    for compartment, door, rental, left_at, seen, seen_by in rows:
        forced_at = forced.get(compartment.lock_id, ())
        facts = _facts(rental, left_at, door, forced_at, seen)
        lines.append(Line(compartment, rental, door, forced_at, rules.differences(facts), seen, seen_by))
    return sorted(lines, key=_gravest_first)


def _facts(
    rental: Rental | None, left_at: datetime | None, door: DoorLevel, forced: Sequence[datetime], seen: Sighting | None
) -> Facts:
    return Facts(
        taken=rental is not None,
        rented=rental is not None and rental.use in {Use.RENTED, Use.DROP_OFF},
        stands_since=rental.from_at if rental else left_at,
        door=door,
        forced_at=forced[-1] if forced else None,
        seen=seen.seen if seen else None,
        seen_at=seen.seen_at if seen else None,
        seen_taken=seen is not None and seen.rental_id is not None,
    )


def _gravest_first(line: Line) -> tuple[int, str]:
    order = list(Difference)
    gravest = order.index(line.differences[0]) if line.differences else len(order)
    return gravest, line.compartment.label
