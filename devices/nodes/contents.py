"""What lies behind shut doors, where a beam across the compartment tells.

Told is only what has been steady for SETTLES_S behind a door that is sensed shut: first one of the two, then at most
that something came into the beam after all (a bag falls over). Nothing leaves through a shut door, so a beam that
flickers ends at "occupied", or is told of not at all.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from devices.ports import Timer, Timers
from devices.wire.messages import EventKind, Level

SETTLES_S: Final = 3.0  # some looks of a lock board; a hand that shuts the door is out of the beam by then


class BeamPart(Protocol):
    """What the node needs of a beam."""

    when_changed: Callable[[], None] | None

    @property
    def inside(self) -> str:
        """As last seen: empty, occupied or unknown."""


class Contents:
    """Watches the beams, for as long as the node runs."""

    def __init__(
        self,
        beams: Mapping[int, BeamPart],
        *,
        level: Callable[[int], Level],
        tell: Callable[[EventKind, int], None],
        timers: Timers,
    ) -> None:
        """`level`: how a door stands. `tell` is called with EMPTY or OCCUPIED, and the door."""
        self._beams = beams
        self._level = level
        self._tell = tell
        self._timers = timers
        self._told: dict[int, EventKind] = {}  # since its door was last shut
        self._due: dict[int, Timer] = {}

    def start(self) -> None:
        """Look at every door that has a beam: whoever listens has forgotten what was told before."""
        for no, beam in self._beams.items():
            beam.when_changed = lambda no=no: self._unsettle(no)
            self._unsettle(no)

    def door_moved(self, no: int) -> None:
        """Whatever was known of it is over."""
        if no in self._beams:
            self._told.pop(no, None)
            self._unsettle(no)

    def _unsettle(self, no: int) -> None:
        if due := self._due.pop(no, None):
            due.cancel()
        if self._beams[no].inside == "unknown":
            self._told.pop(no, None)  # out of sight the door may have been opened and shut
        else:
            self._due[no] = self._timers.call_later(SETTLES_S, lambda: self._settled(no))

    def _settled(self, no: int) -> None:
        level = self._level(no)
        if level is Level.UNKNOWN:  # it was pulsed just now, and nobody knows yet whether it moved
            self._unsettle(no)
        elif level is Level.SHUT:
            found = _KINDS[self._beams[no].inside]
            if self._told.get(no) not in {found, EventKind.OCCUPIED}:
                self._told[no] = found
                self._tell(found, no)


_KINDS = MappingProxyType({"empty": EventKind.EMPTY, "occupied": EventKind.OCCUPIED})
