"""What staff want to know of doors. Read-only."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.fleet.model import Lock
from gateway.lockers.model import Bank, Compartment
from gateway.spaces.model import Space


@dataclass(frozen=True)
class LockThere:
    """A lock and what is behind its door: a compartment with its bank, spaces, or as yet nothing."""

    lock: Lock
    bank: Bank | None
    compartment: Compartment | None
    spaces: Sequence[Space]


def locks(session: Session) -> list[LockThere]:
    """All of them, by device and door."""
    behind: dict[str | None, list[Space]] = defaultdict(list)
    for space in session.scalars(select(Space).where(Space.lock_id.is_not(None)).order_by(Space.id)):
        behind[space.lock_id].append(space)
    rows = session.execute(
        select(Lock, Bank, Compartment)
        .outerjoin(Compartment, Compartment.lock_id == Lock.id)
        .outerjoin(Bank, Bank.id == Compartment.bank_id)
        .order_by(Lock.device_id, Lock.door)
    )
    return [LockThere(lock, bank, compartment, behind[lock.id]) for lock, bank, compartment in rows]
