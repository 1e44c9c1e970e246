"""Judgements about emergencies: plain values in, an answer out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.fleet.model import DoorLevel
from gateway.members.model import Role

STAFF: Final = frozenset({Role.DESK, Role.TECHNICIAN, Role.MANAGER})
PULSE_EVERY_S: Final = 0.55  # 400 ms and the supply's rest of 150: one pulse at a time, as 12 V and 3 A bear it
OPENINGS_A_MINUTE: Final = 6  # that a device follows without its second key
MINUTE_S: Final = 60.0
MOST_TRIES: Final = 3  # of a door that does not open; then it takes the lever
SECOND_WITHIN: Final = timedelta(minutes=10)  # the second person stands beside the first, and has no other reason


def has_lapsed(*, asked_at: datetime, now: datetime) -> bool:
    """The first person's word is too old to be joined by a second."""
    return now - asked_at > SECOND_WITHIN


def pair_refusal(*, first_id: str, second_id: str, roles: Collection[Role]) -> str | None:
    """Why these two cannot do together what takes two; None when they can: one of them is a manager."""
    if first_id == second_id:
        return "second_is_the_first"
    return None if Role.MANAGER in roles else "needs_a_manager"


@dataclass(frozen=True, kw_only=True)
class Cabinet:
    """A device whose doors are meant. `is_away`: nothing there opens by command now."""

    device_id: str
    doors: int
    second_key_is_on: bool
    is_away: bool
    is_frozen: bool

    @property
    def seconds(self) -> float:
        """How long until the last door has been asked for, at one pulse at a time and at the device's own limit."""
        return seconds_to_open(self.doors, second_key_is_on=self.second_key_is_on)


def is_key_on_everywhere(cabinets: Collection[Cabinet]) -> bool:
    """At every cabinet meant somebody stands with the key turned; one that is away cannot say so."""
    return bool(cabinets) and all(one.second_key_is_on and not one.is_away for one in cabinets)


def seconds_to_open(doors: int, *, second_key_is_on: bool) -> float:
    """From the first pulse to the end of the last, when each door opens at its first."""
    if doors == 0:
        return 0.0
    by_power = doors * PULSE_EVERY_S
    if second_key_is_on:
        return by_power
    full_minutes, rest = divmod(doors - 1, OPENINGS_A_MINUTE)
    return max(by_power, full_minutes * MINUTE_S + (rest + 1) * PULSE_EVERY_S)


def may_follow(ages_s: Collection[float], *, second_key_is_on: bool) -> bool:
    """Whether one more command may follow those that a cabinet was asked for so many seconds ago."""
    if any(age_s < PULSE_EVERY_S for age_s in ages_s):
        return False
    return second_key_is_on or sum(age_s <= MINUTE_S for age_s in ages_s) < OPENINGS_A_MINUTE


@dataclass(frozen=True, kw_only=True)
class DoorTried:
    """A door that is meant, and what has come of asking for it in this emergency."""

    lock_id: str
    door: int
    level: DoorLevel
    tries: int  # pulses, and commands that nobody took in time
    has_opened: bool


def next_door(doors: Iterable[DoorTried]) -> DoorTried | None:
    """Whose turn it is: never tried before tried again, and what is sensed open last of all, for its contact may lie.

    None when every door has opened, or has been tried MOST_TRIES times.
    """
    left = [one for one in doors if not one.has_opened and _is_worth_trying(one)]
    return min(left, key=lambda one: (one.level is DoorLevel.OPEN, one.tries, one.door), default=None)


def _is_worth_trying(one: DoorTried) -> bool:
    return one.tries == 0 or (one.tries < MOST_TRIES and one.level is not DoorLevel.OPEN)


def is_still_shut(one: DoorTried) -> bool:
    """Somebody has to look: it has not opened, or nobody could see it."""
    return not one.has_opened and one.level is not DoorLevel.OPEN
