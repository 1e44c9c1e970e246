"""Who of the staff may do what at a door, and for how long a word of theirs counts."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

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


def may(role: Role, power: Power) -> bool:
    """Whether somebody of that role may do it."""
    return role in POWERS[power]
