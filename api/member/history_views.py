"""What happened to a member's rentals, and by whom, as JSON."""

from datetime import datetime
from typing import Literal, Self

from api.views import View
from gateway.lockers.history import Happening
from gateway.members.rules import is_staff


class Doer(View):
    """Who did something: the reader, another member, staff, the house by itself, or nobody can tell (a forced door)."""

    who: Literal["you", "member", "staff", "house", "unknown"]
    name: str | None


class HappeningView(View):
    """Something that happened to a rental of the reader's or at its door. `act`: as in the audit trail.

    `reason`: why staff did it; `bag_label`: where the things lie; both empty where there is none.
    """

    id: str
    at: datetime
    act: str
    rental_id: str
    label: str
    by: Doer
    reason: str
    bag_label: str

    @classmethod
    def of(cls, found: Happening, reader_id: str) -> Self:
        """As the query found it."""
        return cls(
            id=str(found.entry.seq),
            at=found.entry.at,
            act=found.entry.act,
            rental_id=found.rental.id,
            label=found.label,
            by=_doer(found, reader_id),
            reason=found.reason,
            bag_label=found.bag_label,
        )


def _doer(found: Happening, reader_id: str) -> Doer:
    by = found.by
    if by is None:
        by_itself = found.entry.actor == "gateway" or found.entry.act == "door_emergency"
        return Doer(who="house" if by_itself else "unknown", name=None)
    if by.id == reader_id:
        return Doer(who="you", name=by.name)
    return Doer(who="staff" if is_staff(by.role) else "member", name=by.name)
