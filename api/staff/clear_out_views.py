"""The clearing out of a compartment by two witnesses, as JSON."""

from datetime import datetime
from typing import Self

from pydantic import StrictBool
from sqlalchemy.orm import Session

from api.views import Ask, PlainText, View
from gateway.lockers import queries as lockers
from gateway.lockers.model import ClearOut, ClearOutState
from gateway.lockers.rules import CLEAR_OUT_WINDOW
from gateway.members.model import Member


class NewClearOut(Ask):
    """Why somebody's things must be taken out, and what stands on the bag they will be in."""

    reason: PlainText
    bag_label: PlainText


class Witnessing(Ask):
    """The bag that the second witness sees."""

    bag_label: PlainText


class Bagging(Ask):
    """That everything is in the bag. `seen_shut_and_empty`: they see the door shut, which its contact cannot tell."""

    seen_shut_and_empty: StrictBool = False


class ClearOutView(View):
    """How far a clear-out has come. From WITNESSED until `open_until` its two witnesses may open `lock_id`."""

    id: str
    rental_id: str
    lock_id: str
    state: ClearOutState
    reason: str
    bag_label: str
    first_witness: str
    second_witness: str | None
    proposed_at: datetime
    witnessed_at: datetime | None
    open_until: datetime | None
    closed_at: datetime | None
    handed_over_at: datetime | None

    @classmethod
    def of(cls, session: Session, clear_out: ClearOut) -> Self:
        """As the row says; witnesses by their numbers."""
        second = clear_out.second_witness_id
        return cls(
            id=clear_out.id,
            rental_id=clear_out.rental_id,
            lock_id=lockers.view(session, lockers.rental(session, clear_out.rental_id)).compartment.lock_id,
            state=clear_out.state,
            reason=clear_out.reason,
            bag_label=clear_out.bag_label,
            first_witness=session.get_one(Member, clear_out.first_witness_id).member_no,
            second_witness=session.get_one(Member, second).member_no if second else None,
            proposed_at=clear_out.proposed_at,
            witnessed_at=clear_out.witnessed_at,
            open_until=clear_out.witnessed_at + CLEAR_OUT_WINDOW if clear_out.witnessed_at else None,
            closed_at=clear_out.closed_at,
            handed_over_at=clear_out.handed_over_at,
        )
