"""Judgements of a cabinet's wiring: what was tried in, how each door is wired and what is wrong out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from devices.commission.notes import Trial
from devices.commission.places import Place


class Trouble(StrEnum):
    """What is wrong with a door, or with a place where no door was found."""

    CROSSED = auto()  # its contact is wired to another channel of the same board: the profile says so, and it works
    FAR_CONTACT = auto()  # its contact is wired to another board
    DEAD_CONTACT = auto()  # it opened and no contact moved
    MANY_CONTACTS = auto()  # it opened and several contacts moved
    SHARED_CONTACT = auto()  # another door moves the same contact
    TWICE = auto()  # another lock opens it too
    TOGETHER = auto()  # its lock opens another door too
    NOTHING_OPENED = auto()  # a lock was released and nobody saw a door open


WORKS_ALL_THE_SAME = frozenset({Trouble.CROSSED})


@dataclass(frozen=True)
class Finding:
    """What is known of one lock. `door` 0: nothing opened."""

    door: int
    strike: Place
    contact: Place | None = None
    shut_is: bool | None = None  # the bit by which its contact says that it is shut
    opens_after_ms: int | None = None
    trouble: Trouble | None = None
    other: int | None = None  # the door that it is crossed with, or that the trouble is shared with

    @property
    def works(self) -> bool:
        """Whether the firmware can use it as it is wired."""
        return bool(self.door) and (self.trouble is None or self.trouble in WORKS_ALL_THE_SAME)


def judge(trials: Sequence[Trial], shut: Mapping[Place, bool]) -> list[Finding]:
    """Everything that was tried and told, in its order. A lock that opens several doors is found once for each."""
    told = [trial for trial in trials if trial.doors is not None]
    doors = Counter(door for trial in told for door in trial.doors or ())
    contacts = Counter(contact for trial in told if trial.doors for contact in trial.contacts)
    owners = {trial.strike: (trial.doors or [0])[0] for trial in told}
    return [
        _finding(trial, door, shut, doors=doors, contacts=contacts, owners=owners)
        for trial in told
        for door in trial.doors or [0]
    ]


def _finding(
    trial: Trial,
    door: int,
    shut: Mapping[Place, bool],
    *,
    doors: Counter[int],
    contacts: Counter[Place],
    owners: Mapping[Place, int],
) -> Finding:
    contact = trial.contacts[0] if len(trial.contacts) == 1 else None
    trouble, other = _trouble(trial, door, contact, doors=doors, contacts=contacts)
    if contact is not None and trouble in {Trouble.CROSSED, Trouble.FAR_CONTACT}:
        other = owners.get(contact) or None
    return Finding(
        door=door,
        strike=trial.strike,
        contact=contact,
        shut_is=None if contact is None else shut.get(contact),
        opens_after_ms=None if contact is None else (trial.moved or {}).get(str(contact)),
        trouble=trouble,
        other=other,
    )


def _trouble(
    trial: Trial, door: int, contact: Place | None, *, doors: Counter[int], contacts: Counter[Place]
) -> tuple[Trouble | None, int | None]:
    """The first thing that is wrong, the worst first."""
    together = [one for one in trial.doors or () if one != door]
    wrong: dict[Trouble, bool] = {
        Trouble.NOTHING_OPENED: not door,
        Trouble.TOGETHER: bool(door and together),
        Trouble.TWICE: doors[door] > 1,
        Trouble.DEAD_CONTACT: not trial.contacts,
        Trouble.MANY_CONTACTS: contact is None,
        Trouble.SHARED_CONTACT: contact is not None and contacts[contact] > 1,
        Trouble.FAR_CONTACT: contact is not None and contact.board != trial.strike.board,
        Trouble.CROSSED: contact != trial.strike,
    }
    trouble = next((name for name, is_so in wrong.items() if is_so), None)
    return trouble, together[0] if trouble is Trouble.TOGETHER else None
