"""What staff ask and are answered about compartments that they assign or keep."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from api.locker_views import RentedCompartment
from api.views import AnyId, Ask, Instant, PlainText, View
from gateway.fleet.model import DoorLevel
from gateway.lockers import queries as lockers
from gateway.lockers.model import Stage
from gateway.members.model import Member

MemberNos = Annotated[list[Annotated[PlainText, StringConstraints(max_length=32)]], Field(min_length=1, max_length=50)]


class NewAssignment(Ask):
    """Whose a fixed compartment should be: one member's, or a team's; `until` null: without an end."""

    compartment_id: AnyId
    member_nos: MemberNos
    until: Instant | None = None
    note: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class AssignmentChange(Ask):
    """What should be otherwise; what is left out stays. `until` null takes the end away; now is an end, too."""

    member_nos: MemberNos | None = None
    until: Instant | None = None


class NamedMember(View):
    """Somebody to whom a compartment is assigned."""

    member_no: str
    name: str


class AssignmentView(View):
    """A compartment that staff gave to named members. `stage` null: it is over."""

    id: str
    bank_id: str
    compartment: RentedCompartment
    lock_id: str
    door: DoorLevel
    members: list[NamedMember]
    note: str
    from_at: datetime = Field(alias="from")
    until: datetime | None
    stage: Stage | None

    @classmethod
    def of(cls, session: Session, found: lockers.RentalView, now: datetime) -> Self:
        """As it stands in this transaction."""
        people = [session.get_one(Member, one) for one in lockers.people_of(session, found.rental)]
        return cls.model_validate(
            _place(found)
            | {
                "members": [NamedMember(member_no=one.member_no, name=one.name) for one in people],
                "note": found.rental.note,
                "stage": found.stage(now),
            }
        )


class NewHold(Ask):
    """Which compartment staff keep, and what for; `until`: when somebody should look whether it is still needed."""

    compartment_id: AnyId
    reason: PlainText
    until: Instant | None = None


class HoldView(View):
    """A compartment that staff keep. `is_over`: its end has passed, or it was given back, which `ended_at` tells."""

    id: str
    bank_id: str
    compartment: RentedCompartment
    lock_id: str
    door: DoorLevel
    reason: str
    from_at: datetime = Field(alias="from")
    until: datetime | None
    is_over: bool
    ended_at: datetime | None

    @classmethod
    def of(cls, found: lockers.RentalView, now: datetime) -> Self:
        """As the query found it."""
        rental = found.rental
        is_past = rental.until_at is not None and rental.until_at <= now
        return cls.model_validate(
            _place(found)
            | {
                "reason": rental.note,
                "is_over": is_past or rental.ended_at is not None,
                "ended_at": rental.ended_at,
            }
        )


def _place(found: lockers.RentalView) -> dict[str, object]:
    box = found.compartment
    return {
        "id": found.rental.id,
        "bank_id": found.bank.id,
        "compartment": RentedCompartment(id=box.id, label=box.label, size=box.size),
        "lock_id": box.lock_id,
        "door": found.door,
        "from": found.rental.from_at,
        "until": found.rental.until_at,
    }
