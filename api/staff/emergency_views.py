"""What is asked and answered about emergencies."""

from datetime import datetime
from typing import Final, Self

from sqlalchemy.orm import Session

from api.views import AnyId, Ask, PlainText, View
from gateway.emergencies import queries as emergencies
from gateway.emergencies import rules
from gateway.emergencies.model import Emergency, EmergencyKind, EmergencyState
from gateway.fleet.model import DoorLevel, Lock
from gateway.kit.sentences import Sentence
from gateway.lockers import queries as lockers
from gateway.members.model import Language, Member
from gateway.unlocking import pacing

LEVER: Final = Sentence(
    "打开柜体检修盖，拉动这些门锁上的机械应急扳手；没有扳手的，用机械钥匙。",
    "Open the cabinet's service cover and pull the emergency lever of these locks; where there is none, use the"
    " mechanical key.",
)


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


class CabinetView(View):
    """What opening every door means at one device. Doors of one that is `away` take the lever."""

    device_id: str
    doors: int
    seconds: float
    second_key_is_on: bool
    away: bool
    frozen: bool


class DryRun(View):
    """What opening every door would do. Cabinets open side by side, so `seconds` is the longest of theirs."""

    bank_id: str | None
    seconds: float
    begins_at_once: bool
    cabinets: list[CabinetView]

    @classmethod
    def of(cls, session: Session, bank_id: str | None) -> Self:
        """As everything stands now. Raises NotFound("bank")."""
        found = emergencies.cabinets(session, bank_id=bank_id)
        there = [one.seconds for one in found if not one.is_away]
        return cls(
            bank_id=bank_id,
            seconds=max(there, default=0.0),
            begins_at_once=rules.is_key_on_everywhere(found),
            cabinets=[
                CabinetView(
                    device_id=one.device_id,
                    doors=one.doors,
                    seconds=one.seconds,
                    second_key_is_on=one.second_key_is_on,
                    away=one.is_away,
                    frozen=one.is_frozen,
                )
                for one in found
            ],
        )


class ShutDoor(View):
    """A door that has not opened. `label`: what is printed on it, or its number at its device."""

    lock_id: str
    label: str
    level: DoorLevel
    tries: int


class StillShut(View):
    """The doors of one device that have not opened, and what to do about them."""

    device_id: str
    doors: list[ShutDoor]
    instruction: str


class EmergencyDetail(EmergencyView):
    """With, for an opening of every door, those that are still shut, by device."""

    still_shut: list[StillShut]

    @classmethod
    def in_detail(cls, session: Session, found: Emergency, language: Language) -> Self:
        """As it stands now, in the reader's language."""
        by_device: dict[str, list[ShutDoor]] = {}
        if found.kind is EmergencyKind.EMERGENCY_OPEN:
            for lock, tried in pacing.doors_of(session, found):
                if rules.is_still_shut(tried):
                    shut = ShutDoor(lock_id=lock.id, label=_label(session, lock), level=lock.level, tries=tried.tries)
                    by_device.setdefault(lock.device_id, []).append(shut)
        return cls(
            **EmergencyView.of(session, found).model_dump(),
            still_shut=[
                StillShut(device_id=device_id, doors=doors, instruction=LEVER.sentence(language, {}))
                for device_id, doors in by_device.items()
            ],
        )


def _label(session: Session, lock: Lock) -> str:
    return lockers.label_behind(session, lock.id) or str(lock.door)
