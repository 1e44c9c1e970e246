"""What a kiosk asks and is told, as JSON. No whole name, no other person's thing."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from api.pins import CardNumber, PinDigits
from api.views import AnyId, Ask, InBothLanguages, View, wrong
from gateway.kiosks.model import Kiosk, KioskVisit
from gateway.kiosks.queries import Guest
from gateway.kiosks.rules import masked
from gateway.members.model import Language

PassCode = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]


class KioskView(View):
    """The kiosk that asks. `bank_id`: the locker bank it stands at, whose numbers need no bank named.

    `stopped_until`: there were so many wrong PINs that it takes none until then; null: it does. `has_reader`: what is
    held to a reader of its own is told by `GET /kiosk/presented`.
    """

    id: str
    name: str
    names: InBothLanguages
    bank_id: str | None
    stopped_until: datetime | None
    has_reader: bool

    @classmethod
    def of(cls, kiosk: Kiosk, stopped_until: datetime | None, *, has_reader: bool) -> Self:
        """As the row says."""
        return cls(
            id=kiosk.id,
            name=kiosk.name,
            names=InBothLanguages.model_validate(kiosk.names),
            bank_id=kiosk.bank_id,
            stopped_until=stopped_until,
            has_reader=has_reader,
        )


class KioskSignIn(Ask):
    """Who somebody says they are, by a locker's number or by a card, and the PIN that proves it; or a pass, and no PIN.

    `qr`: the code that a member's phone shows. `presented`: the handle of a card or a code that was held to the kiosk's
    own reader; a PIN goes with a card's. `bank_id`: whose number it is; needed only where several banks have it
    and the kiosk stands at none of them.
    """

    locker_no: Annotated[str, StringConstraints(min_length=1, max_length=16, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = (
        None
    )
    bank_id: AnyId | None = None
    card: CardNumber | None = None
    qr: PassCode | None = None
    presented: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    pin: PinDigits | None = Field(None, validate_default=True)

    @field_validator("pin")
    @classmethod
    def _goes_with_what_it_proves(cls, pin: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("presented") is None and (pin is None) is (info.data.get("qr") is None):
            raise ValueError("a PIN goes with a locker_no or a card, and with no qr")
        return pin

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if [self.locker_no, self.card, self.qr, self.presented].count(None) != 3:
            raise wrong("locker_no", "name locker_no, card, qr or presented, and only one of them")
        return self


class CameBy(StrEnum):
    """What somebody proved themselves by, and so how far they reach."""

    LOCKER = "locker"  # that rental, and nothing else
    CARD = "card"  # whatever is the member's
    PASS = "pass"  # noqa: S105 - the same, shown on their phone


class VisitView(View):
    """Who stands before the kiosk. `name` is masked: a screen is read over shoulders.

    `ends_at`: when it is over unless something is asked before; `ends_at_last`: however much is asked. `idle_s`: how
    long one may be idle. `must_choose_pin`: they came with a one-time PIN, and can only choose their own.
    """

    came_by: CameBy
    name: str
    rental_id: str | None
    language: Language | None
    elder_mode: bool
    must_choose_pin: bool
    idle_s: int
    ends_at: datetime
    ends_at_last: datetime

    @classmethod
    def of(cls, guest: Guest) -> Self:
        """As it stands."""
        visit = guest.visit
        return cls(
            came_by=_came_by(visit),
            name=masked(guest.member.name),
            rental_id=visit.rental_id,
            language=guest.member.chosen_language,
            elder_mode=guest.member.elder_mode,
            must_choose_pin=guest.must_choose_pin,
            idle_s=visit.idle_s,
            ends_at=guest.ends_at,
            ends_at_last=visit.ends_at,
        )


def _came_by(visit: KioskVisit) -> CameBy:
    if visit.phone_id is not None:
        return CameBy.PASS
    return CameBy.CARD if visit.rental_id is None else CameBy.LOCKER


class NewVisitView(VisitView):
    """A visit that has just begun. `token`: for the header `Kiosk-Visit` of what is asked in it."""

    token: str


class KioskUnlockWish(Ask):
    """Which door to open, by the rental or the booking that gives the right. Just one of them."""

    rental_id: AnyId | None = None
    booking_id: AnyId | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.rental_id is None) is (self.booking_id is None):
            raise wrong("rental_id", "name rental_id or booking_id, and only one of them")
        return self
