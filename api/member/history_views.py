"""What happened to a member's rentals, and by whom, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from api.views import View
from gateway.kit import audit
from gateway.lockers.history import Happening
from gateway.members.rules import is_staff


class Doer(View):
    """Who did something: the reader, another member, staff, the house by itself, or nobody can tell (a forced door).

    `by_program`: a program of theirs did it in their name. `program`: how the reader called it, if it is theirs.
    """

    who: Literal["you", "member", "staff", "house", "unknown"]
    name: str | None
    by_program: bool
    program: str | None


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
    def of(cls, found: Happening, reader_id: str, programs: Mapping[str, str]) -> Self:
        """As the query found it; `programs`: what the reader's own are called, by their tokens' ids."""
        return cls(
            id=str(found.entry.seq),
            at=found.entry.at,
            act=found.entry.act,
            rental_id=found.rental.id,
            label=found.label,
            by=_doer(found, reader_id, programs),
            reason=found.reason,
            bag_label=found.bag_label,
        )


def _doer(found: Happening, reader_id: str, programs: Mapping[str, str]) -> Doer:
    by = found.by
    if by is None:
        by_itself = found.entry.actor == "gateway" or found.entry.act == "door_emergency"
        return Doer(who="house" if by_itself else "unknown", name=None, by_program=False, program=None)
    program = audit.program_of(found.entry)
    return Doer(
        who="you" if by.id == reader_id else "staff" if is_staff(by.role) else "member",
        name=by.name,
        by_program=program is not None,
        program=None if program is None else programs.get(program),
    )
