"""Banks, compartments and rentals as staff see and keep them, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StrictInt, StringConstraints
from sqlalchemy.orm import Session

from api.locker_views import zone_of
from api.views import Ask, InBothLanguages, PlainText, View, name_of
from gateway.fleet.model import DoorLevel, Inside
from gateway.lockers import queries as lockers
from gateway.lockers.model import CareAfter, Condition, Mode, Size, Stage, Use
from gateway.members.model import Member

Minutes = Annotated[StrictInt, Field(ge=0, le=30 * 24 * 60)]
UseMinutes = Annotated[StrictInt, Field(ge=10, le=366 * 24 * 60)]
ZoneName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class BankTermsChange(Ask):
    """How a bank should be rented, and what it should say of rentals that come to their end; null stays as it is.

    `usual_min`, `longest_min`: for how long, when time-limited. `idle_after_days`: after how long unopened a rental
    without an end counts as at its end, until it is opened; 0: never. `zone_zh`, `zone_en`: where it stands, which is
    its device's zone: the one of that name, made when there is none; both empty: nobody knows.
    `care_after`: what is done with a compartment between two holders. `ajar_after_min`: how long a door may stand open
    before staff are told.

    Nobody's things are cleared out sooner than a day after the grace.
    """

    mode: Mode | None = None
    usual_min: UseMinutes | None = None
    longest_min: UseMinutes | None = None
    idle_after_days: Annotated[StrictInt, Field(ge=0, le=3660)] | None = None
    zone_zh: ZoneName | None = None
    zone_en: ZoneName | None = None
    remind_before_min: Minutes | None = None
    grace_min: Minutes | None = None
    clear_out_after_min: Annotated[StrictInt, Field(ge=24 * 60, le=366 * 24 * 60)] | None = None
    care_after: CareAfter | None = None
    ajar_after_min: Annotated[StrictInt, Field(ge=1, le=24 * 60)] | None = None


class BankTerms(View):
    """How a bank is rented; and what it says of the end: minutes before it, after it, and after the grace."""

    id: str
    name: InBothLanguages
    zone: InBothLanguages | None
    mode: Mode
    usual_min: int
    longest_min: int
    idle_after_days: int
    remind_before_min: int
    grace_min: int
    clear_out_after_min: int
    care_after: CareAfter
    ajar_after_min: int

    @classmethod
    def of(cls, found: lockers.BankView) -> Self:
        """As the query found it."""
        bank = found.bank
        return cls(
            id=bank.id,
            name=name_of(bank.name_zh, bank.name_en),
            zone=zone_of(found),
            mode=bank.mode,
            usual_min=bank.usual_min,
            longest_min=bank.longest_min,
            idle_after_days=bank.idle_after_days,
            remind_before_min=bank.remind_before_min,
            grace_min=bank.grace_min,
            clear_out_after_min=bank.clear_out_after_min,
            care_after=bank.care_after,
            ajar_after_min=bank.ajar_after_min,
        )


class ConditionChange(Ask):
    """Whether a compartment can have a next holder, and why."""

    condition: Condition
    reason: PlainText


class ModeChange(Ask):
    """How a compartment should come to its holders; null: as its bank's do."""

    mode: Mode | None


class StaffCompartment(View):
    """A compartment, for staff. `rental_id`, `use`, `until`, `note`: by what it is somebody's; null when it is not."""

    id: str
    bank_id: str
    label: str
    size: Size
    accessible: bool
    mode: Mode
    lock_id: str
    door: DoorLevel
    inside: Inside
    condition: Condition
    condition_reason: str
    condition_at: datetime | None
    rental_id: str | None
    use: Use | None
    until: datetime | None
    note: str | None

    @classmethod
    def of(cls, found: lockers.CompartmentView) -> Self:
        """As the query found it."""
        one, rental = found.compartment, found.rental
        return cls(
            id=one.id,
            bank_id=one.bank_id,
            label=one.label,
            size=one.size,
            accessible=one.accessible,
            mode=found.mode,
            lock_id=one.lock_id,
            door=found.door,
            inside=found.inside,
            condition=one.condition,
            condition_reason=one.condition_reason,
            condition_at=one.condition_at,
            rental_id=rental.id if rental else None,
            use=rental.use if rental else None,
            until=rental.until_at if rental else None,
            note=rental.note if rental else None,
        )


class StaffRentalView(View):
    """Somebody's rental, for staff. Of several whose it is, `member_no` and `member_name` are the first's."""

    id: str
    use: Use
    member_no: str
    member_name: str
    bank_id: str
    label: str
    lock_id: str
    door: DoorLevel
    from_at: datetime = Field(alias="from")
    until: datetime | None
    stage: Stage | None

    @classmethod
    def of(cls, session: Session, found: lockers.RentalView, now: datetime) -> Self:
        """As it stands in this transaction."""
        holder = session.get_one(Member, lockers.people_of(session, found.rental)[0])
        return cls.model_validate(
            {
                "id": found.rental.id,
                "use": found.rental.use,
                "member_no": holder.member_no,
                "member_name": holder.name,
                "bank_id": found.bank.id,
                "label": found.compartment.label,
                "lock_id": found.compartment.lock_id,
                "door": found.door,
                "from": found.rental.from_at,
                "until": found.rental.until_at,
                "stage": found.stage(now),
            }
        )
