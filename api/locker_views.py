"""Locker banks, what is free in them, and a member's rental, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import Field, StrictBool
from sqlalchemy.orm import Session

from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, name_of
from gateway.fleet.model import DoorLevel, Presence
from gateway.lockers import queries as lockers
from gateway.lockers.model import Compartment, Mode, Rental, RentalState, Size, Stage, Use


class FreeBySize(View):
    """How many compartments are free, by size."""

    S: int
    M: int
    L: int


class Bank(View):
    """A locker bank, from outside. `zone`: where in the building; null when nobody said.

    `usual_min`, `longest_min`: for how long one can be had when `mode` is `time_limited`, else null.
    """

    id: str
    name: InBothLanguages
    zone: InBothLanguages | None
    mode: Mode
    usual_min: int | None
    longest_min: int | None
    presence: Presence
    free: FreeBySize
    total: int

    @classmethod
    def of(cls, found: lockers.BankView) -> Self:
        """As the query found it."""
        return cls(**_bank_fields(found))


class FreeCompartment(View):
    """A compartment to be had."""

    id: str
    label: str
    size: Size
    accessible: bool


class BankDetail(Bank):
    """A locker bank and what is free in it."""

    compartments: list[FreeCompartment]

    @classmethod
    def with_free(cls, found: lockers.BankView, free: Sequence[Compartment]) -> Self:
        """As the queries found them."""
        compartments = [
            FreeCompartment(id=one.id, label=one.label, size=one.size, accessible=one.accessible) for one in free
        ]
        return cls(**_bank_fields(found), compartments=compartments)


def _bank_fields(found: lockers.BankView) -> dict[str, Any]:
    bank, is_limited = found.bank, found.bank.mode is Mode.TIME_LIMITED
    return {
        "id": bank.id,
        "name": name_of(bank.name_zh, bank.name_en),
        "zone": zone_of(found),
        "mode": bank.mode,
        "usual_min": bank.usual_min if is_limited else None,
        "longest_min": bank.longest_min if is_limited else None,
        "presence": found.presence,
        "free": FreeBySize(S=found.free[Size.S], M=found.free[Size.M], L=found.free[Size.L]),
        "total": found.total,
    }


def zone_of(found: lockers.BankView) -> InBothLanguages | None:
    """Where in the building a bank stands; None when nobody said."""
    return name_of(found.zone.name_zh, found.zone.name_en) if found.zone else None


class RentalWish(Ask):
    """What kind of compartment somebody wants. What is left out is for us to choose; `until` is then the usual time.

    `zone`: its name in either language. Where a compartment is kept until it is given back, there is no `until`.
    """

    bank_id: AnyId | None = None
    zone: PlainText | None = None
    size: Size | None = None
    accessible: StrictBool | None = None
    compartment_id: AnyId | None = None
    until: Instant | None = None


class RentalChange(Ask):
    """A new end."""

    until: Instant


class RentedCompartment(View):
    """The compartment of a rental."""

    id: str
    label: str
    size: Size


class RentalView(View):
    """A member's rental and how its door stands, as far as anybody can tell.

    `use`: `rented` by the member, or `assigned` by staff to them and perhaps to others. `until` null: theirs until it
    is given back. `stage`: how far it is past its end; null once given back. The holder may open it at every stage.
    `extendable`: whether a later end may be asked for; the limits of its bank and the member's policies stay.
    """

    id: str
    state: RentalState
    use: Use
    bank_id: str
    bank_name: InBothLanguages
    bank_presence: Presence
    compartment: RentedCompartment
    lock_id: str
    door: DoorLevel
    from_at: datetime = Field(alias="from")
    until: datetime | None
    stage: Stage | None
    extendable: bool
    grace_until: datetime | None
    clear_out_at: datetime | None

    @classmethod
    def of(cls, session: Session, rental: Rental, now: datetime) -> Self:
        """As it stands in this transaction."""
        found = lockers.view(session, rental)
        compartment = found.compartment
        return cls.model_validate(
            {
                "id": rental.id,
                "state": rental.state,
                "use": rental.use,
                "bank_id": found.bank.id,
                "bank_name": name_of(found.bank.name_zh, found.bank.name_en),
                "bank_presence": found.presence,
                "compartment": RentedCompartment(id=compartment.id, label=compartment.label, size=compartment.size),
                "lock_id": compartment.lock_id,
                "door": found.door,
                "from": rental.from_at,
                "until": rental.until_at,
                "stage": found.stage(now),
                "extendable": found.is_extendable(now),
                "grace_until": found.ending.grace_until if found.ending else None,
                "clear_out_at": found.ending.clear_out_at if found.ending else None,
            }
        )
