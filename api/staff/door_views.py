"""What staff ask of a door, and what they are answered, as JSON."""

from typing import Literal, Self

from pydantic import StrictBool

from api.views import Ask, InBothLanguages, PlainText, View, name_of
from gateway.fleet.model import DoorLevel
from gateway.staff.queries import LockThere


class StaffOpening(Ask):
    """Why a door is opened. Whoever holds what is behind it reads this."""

    reason: PlainText


class Release(Ask):
    """Why somebody's rental ends, and that its compartment is empty.

    `seen_shut_and_empty`: they see the door shut with their own eyes. It counts only while its contact tells nothing.
    """

    reason: PlainText
    empty: Literal[True]
    seen_shut_and_empty: StrictBool = False


class CompartmentBehind(View):
    """The compartment behind a door."""

    id: str
    bank_name: InBothLanguages
    label: str


class SpaceBehind(View):
    """A space behind a door."""

    id: str
    name: InBothLanguages


class LockView(View):
    """A door that can be opened, how it stands, and what is behind it."""

    id: str
    device_id: str
    door: int
    level: DoorLevel
    compartment: CompartmentBehind | None
    spaces: list[SpaceBehind]

    @classmethod
    def of(cls, found: LockThere) -> Self:
        """As the query found it."""
        return cls(
            id=found.lock.id,
            device_id=found.lock.device_id,
            door=found.lock.door,
            level=found.lock.level,
            compartment=_compartment(found),
            spaces=[SpaceBehind(id=one.id, name=name_of(one.name_zh, one.name_en)) for one in found.spaces],
        )


def _compartment(found: LockThere) -> CompartmentBehind | None:
    if found.bank is None or found.compartment is None:
        return None
    bank_name = name_of(found.bank.name_zh, found.bank.name_en)
    return CompartmentBehind(id=found.compartment.id, bank_name=bank_name, label=found.compartment.label)
