"""What staff ask of a door, and what they are answered, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import StrictBool

from api.views import Ask, InBothLanguages, PlainText, View, name_of
from gateway.alerts.messages import sentence
from gateway.alerts.model import Alert, AlertState
from gateway.fleet.model import DoorLevel
from gateway.members.model import Language
from gateway.staff.queries import LockThere


class StaffOpening(Ask):
    """Why a door is opened. Whoever holds what is behind it reads this."""

    reason: PlainText


class Release(Ask):
    """Why somebody's rental ends, and that its compartment is empty.

    `seen_shut_and_empty`: they see the door shut with their own eyes. It counts while its contact
    tells nothing, and against one that is stuck at open, after they have asked for the door.
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


class DoorFaultView(View):
    """Something that is wrong. `kind`: its alert's own; `text`: what it is and what to do."""

    kind: str
    since: datetime
    text: str
    alert_id: str
    state: AlertState


class LockView(View):
    """A door that can be opened, how it stands, what is behind it, and what is wrong with it or its device.

    `open_since`: null unless it was open when it was last seen.
    """

    id: str
    device_id: str
    door: int
    level: DoorLevel
    open_since: datetime | None
    compartment: CompartmentBehind | None
    spaces: list[SpaceBehind]
    faults: list[DoorFaultView]

    @classmethod
    def of(cls, found: LockThere, wrong: Sequence[Alert], *, language: Language, zone: ZoneInfo) -> Self:
        """As the queries found it, for this reader."""
        return cls(
            id=found.lock.id,
            device_id=found.lock.device_id,
            door=found.lock.door,
            level=found.lock.level,
            open_since=found.lock.open_since,
            compartment=_compartment(found),
            spaces=[SpaceBehind(id=one.id, name=name_of(one.name_zh, one.name_en)) for one in found.spaces],
            faults=[_fault(one, language, zone) for one in wrong],
        )


def _fault(one: Alert, language: Language, zone: ZoneInfo) -> DoorFaultView:
    text = sentence(one, language, zone)
    return DoorFaultView(kind=one.kind, since=one.since_at, text=text, alert_id=one.id, state=one.state)


def _compartment(found: LockThere) -> CompartmentBehind | None:
    if found.bank is None or found.compartment is None:
        return None
    bank_name = name_of(found.bank.name_zh, found.bank.name_en)
    return CompartmentBehind(id=found.compartment.id, bank_name=bank_name, label=found.compartment.label)
