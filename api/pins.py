"""Making PINs, and telling them once: what is kept of an answer holds none."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints

from api.deps import Desk
from api.locker_views import RentalView
from api.views import Ask, View
from gateway.credentials.model import Pin, PinOf
from gateway.credentials.rules import DIGITS, card_number
from gateway.credentials.service import HashedPin

PinDigits = Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{DIGITS}}}$")]


_SHORTEST = 4  # of a card's number


def _is_card_number(text: str) -> str:
    if len(card_number(text)) < _SHORTEST:
        raise ValueError(f"a card's number has at least {_SHORTEST} letters or figures")
    return text


CardNumber = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_is_card_number),
]


class RentalPin(View):
    """The new PIN of a rental. `pin`: told this once; null when this request was answered before."""

    rental_id: str
    pin: str | None


class NewRentalView(RentalView):
    """A rental that was just begun. `pin`: told this once, for a kiosk.

    Null when this request was answered before, and to programs: then it has none yet.
    """

    pin: str | None

    @classmethod
    def with_pin(cls, rental: RentalView, pin: str | None) -> Self:
        """The same, and its PIN."""
        return cls.model_validate({**rental.model_dump(by_alias=True), "pin": pin})


class KioskPinState(StrEnum):
    """Whether a member's cards are good for anything."""

    NONE = "none"
    ONE_TIME = "one_time"  # staff gave it: at a kiosk it must be replaced, and opens nothing
    CHOSEN = "chosen"


class KioskPinView(View):
    """Whether the member has a PIN for use with their card, and until when a one-time PIN is good."""

    state: KioskPinState
    made_at: datetime | None
    ends_at: datetime | None

    @classmethod
    def of(cls, pin: Pin | None) -> Self:
        """As the row says."""
        if pin is None:
            return cls(state=KioskPinState.NONE, made_at=None, ends_at=None)
        state = KioskPinState.CHOSEN if pin.ends_at is None else KioskPinState.ONE_TIME
        return cls(state=state, made_at=pin.made_at, ends_at=pin.ends_at)


class ChosenPin(Ask):
    """Six digits that the member chose."""

    pin: PinDigits


async def hashed(desk: Desk, digits: str, *, of: PinOf, of_id: str) -> HashedPin:
    """What to keep of a PIN. Takes a tenth of a second, in no transaction and off the event loop.

    Raises Refused("busy").
    """
    pepper = desk.centre.pepper
    kept = await desk.backroom.hash(lambda: desk.hasher.hash(pepper.pin(digits, of=of, of_id=of_id)))
    return HashedPin(hash=kept, pepper=pepper.name)
