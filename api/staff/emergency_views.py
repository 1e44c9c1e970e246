"""What is asked and answered about emergencies."""

from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from api.views import AnyId, Ask, PlainText, View
from gateway.emergencies import queries as emergencies
from gateway.emergencies.model import Emergency, EmergencyKind, EmergencyState
from gateway.members.model import Member


class NewEmergency(Ask):
    """Where, and why. Without `bank_id`: the whole centre."""

    bank_id: AnyId | None = None
    reason: PlainText


class DoorCountView(View):
    """How many of the doors that it is about stand how, now."""

    open: int
    shut: int
    unknown: int


class EmergencyView(View):
    """A freeze, or the opening of every door. `first` and `second` declared it, `clear_first` asked to end it."""

    id: str
    kind: EmergencyKind
    bank_id: str | None
    reason: str
    state: EmergencyState
    first: str
    second: str | None
    by_key_switch: bool
    proposed_at: datetime
    begun_at: datetime | None
    clear_first: str | None
    clear_asked_at: datetime | None
    clear_second: str | None
    closed_at: datetime | None
    doors: DoorCountView

    @classmethod
    def of(cls, session: Session, found: Emergency) -> Self:
        """As the row says; people by their numbers."""
        doors = emergencies.count_doors(session, found)
        return cls(
            id=found.id,
            kind=found.kind,
            bank_id=found.bank_id,
            reason=found.reason,
            state=found.state,
            first=_number(session, found.first_id) or "",
            second=_number(session, found.second_id),
            by_key_switch=found.by_key_switch,
            proposed_at=found.proposed_at,
            begun_at=found.begun_at,
            clear_first=_number(session, found.clear_first_id),
            clear_asked_at=found.clear_asked_at,
            clear_second=_number(session, found.clear_second_id),
            closed_at=found.closed_at,
            doors=DoorCountView(open=doors.open, shut=doors.shut, unknown=doors.unknown),
        )


def _number(session: Session, member_id: str | None) -> str | None:
    return None if member_id is None else session.get_one(Member, member_id).member_no
