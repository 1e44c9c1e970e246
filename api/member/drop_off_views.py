"""What members ask and are answered about things that they leave for one another."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from api.locker_views import RentedCompartment
from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of
from gateway.fleet.model import DoorLevel
from gateway.lockers import drop_offs
from gateway.lockers.model import DropOffState, Size, Stage
from gateway.members.model import Member


class NewDropOff(Ask):
    """For whom things are left, and in what kind of compartment; what is left out is for us to choose.

    The other reads `note`.
    """

    to_member_no: Annotated[PlainText, StringConstraints(max_length=32)]
    bank_id: AnyId | None = None
    zone: PlainText | None = None
    size: Size | None = None
    note: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class DropOffView(View):
    """Things that the reader left for somebody, or somebody for them. Both may open `lock_id` while they wait.

    `stage`: how far it is past `until`; null once it is over. `from_name`: who left them, for whoever they are for.
    """

    id: str
    state: DropOffState
    direction: Literal["from_me", "to_me"]
    from_name: str
    to_member_no: str
    note: str
    bank_id: str
    bank_name: InBothLanguages
    compartment: RentedCompartment
    lock_id: str
    door: DoorLevel
    from_at: datetime = Field(alias="from")
    until: datetime | None
    stage: Stage | None
    waiting_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, found: drop_offs.DropOffView, reader: Member, now: datetime) -> Self:
        """As one of the two sees it."""
        place, box = found.place, found.place.compartment
        return cls.model_validate(
            {
                "id": place.rental.id,
                "state": found.state,
                "direction": "from_me" if reader.id == found.depositor.id else "to_me",
                "from_name": found.depositor.name,
                "to_member_no": found.recipient.member_no,
                "note": place.rental.note,
                "bank_id": place.bank.id,
                "bank_name": name_of(place.bank.name_zh, place.bank.name_en),
                "compartment": RentedCompartment(id=box.id, label=box.label, size=box.size),
                "lock_id": box.lock_id,
                "door": place.door,
                "from": place.rental.from_at,
                "until": place.rental.until_at,
                "stage": place.stage(now),
                "waiting_at": found.drop_off.waiting_at,
                "ended_at": place.rental.ended_at,
            }
        )
