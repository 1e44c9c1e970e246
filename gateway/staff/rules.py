"""Who of the staff may do what at a door, and for how long a word of theirs counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.members.model import Role
from gateway.unlocking.rules import T_GW_S


class Power(StrEnum):
    """Something that not everybody who works here may do."""

    OPEN = "open"  # a door behind which nobody has anything just now
    OPEN_HELD = "open_held"  # a compartment that somebody rents, a room that somebody has booked for now
    RELEASE = "release"  # end somebody's rental
    COUNT = "count"  # say what is inside


POWERS: Final[Mapping[Power, frozenset[Role]]] = MappingProxyType(
    {
        Power.OPEN: frozenset({Role.DESK, Role.TECHNICIAN, Role.MANAGER}),
        # Whoever repairs doors can repair this one together with somebody who answers to its holder.
        Power.OPEN_HELD: frozenset({Role.DESK, Role.MANAGER}),
        Power.RELEASE: frozenset({Role.DESK, Role.MANAGER}),
        Power.COUNT: frozenset({Role.DESK, Role.TECHNICIAN, Role.MANAGER}),
    }
)
"""The role matrix. What stands in no row is nobody's."""

OPENING_WINDOW: Final = timedelta(seconds=T_GW_S)
"""Before and after a member of staff asked: nothing is signed for it any later. Clocks may differ by that much."""


PROVED_FOR: Final = timedelta(minutes=5)
"""So long after somebody gave their password they may open what somebody else holds; then they give it again."""

SEVERAL_WITHIN: Final = timedelta(minutes=5)
"""Who has asked for somebody's door asks for no other's so soon: several doors take several persons."""

MOST_A_DAY: Final = 20
"""Doors of others that one person asks for within 24 hours, with the words they are told that lead to some."""


def is_proved(signed_in_at: datetime, now: datetime) -> bool:
    """They gave their password just now: whoever finds their screen unlocked has not."""
    return abs(now - signed_in_at) < PROVED_FOR  # one from far ahead was given under a clock that was wrong


class ComeTo(NamedTuple):
    """What of others one person came to within a day."""

    asked: Sequence[tuple[str, datetime]] = ()  # the locks that they asked for, and when
    told: int = 0  # how often they were told a word that leads to one


def opening_refusal(lock_id: str, come_to: ComeTo, *, now: datetime) -> str | None:
    """Why one person cannot ask for somebody's door now, or None."""
    if any(lock != lock_id and now < at + SEVERAL_WITHIN for lock, at in come_to.asked):
        return "second_person_needed"
    return "staff_openings_used_up" if is_used_up(come_to) else None


def is_used_up(come_to: ComeTo) -> bool:
    """They came to as many as one person may in a day."""
    return len(come_to.asked) + come_to.told >= MOST_A_DAY


def may(role: Role, power: Power) -> bool:
    """Whether somebody of that role may do it."""
    return role in POWERS[power]
