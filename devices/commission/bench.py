"""The cabinet as the wizard has it under its hands: pulse one lock, and see which contacts move.

Contacts are read as they are on the wire: true or false, with no opinion about which of them means shut.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from devices.boards.bus import WATCH_S, Board, BoardContact, BoardError, BoardStrike, Bus
from devices.commission.places import Place
from devices.ports import Timers

PULSE_S: Final = 0.4
_PATIENCE_S: Final = 30.0  # for a look at every board
SWEEP_S: Final = 0.05  # between two sweeps: nobody else needs the line

Levels = Mapping[Place, bool | None]  # None: cannot be read
Moves = Mapping[Place, int | None]  # milliseconds from the pulse; None: nobody was looking at the moment


class Stage(Protocol):
    """Time, and the thread on which hardware is used."""

    @property
    def timers(self) -> Timers:
        """Those of the hardware."""

    def do(self, act: Callable[[], None]) -> None:
        """Run it on the hardware's thread, and raise here what it raises."""

    def wait(self, is_so: Callable[[], bool], patience_s: float) -> bool:
        """Let time pass until it is so, or no longer than that; whether it is so."""


class Lines(Protocol):
    """Some part of the cabinet: boards, or pins."""

    def levels(self) -> dict[Place, bool | None]:
        """As last seen."""

    def start(self, when_seen: Callable[[], None]) -> None:
        """Begin to look."""

    def close(self) -> None:
        """Give everything back."""

    def places(self) -> Sequence[Place]:
        """Where a lock may be wired."""

    def pulse(self, place: Place, seconds: float) -> None:
        """Raises OSError when it is certain that nothing was sent."""

    def pulsed_at(self, place: Place) -> float:
        """When the last pulse went out."""

    def seen_since(self, moment: float) -> bool:
        """Whether everything that can be seen has been looked at since."""

    def lost(self) -> Sequence[int]:
        """Boards that do not answer, by their place in node.toml."""

    def when_moved(self, tell: Callable[[Place], None]) -> None:
        """Whom to tell of every contact that moves."""


class Bench:
    """Everything together, called from the wizard's own thread."""

    def __init__(self, parts: Sequence[Lines], stage: Stage) -> None:
        self._parts = parts
        self._stage = stage
        self._moved_at: dict[Place, float] = {}
        for part in parts:
            part.when_moved(self._note)

    def start(self) -> None:
        """Open the ports and look at everything once."""
        waiting = [part.start for part in self._parts]
        seen: list[bool] = []
        for start in waiting:
            self._stage.do(partial(start, lambda: seen.append(True)))
        self._stage.wait(lambda: len(seen) == len(waiting), _PATIENCE_S)

    def close(self) -> None:
        """Give everything back."""
        for part in self._parts:
            self._stage.do(part.close)

    def places(self) -> list[Place]:
        """Where a lock may be wired, in order."""
        return [place for part in self._parts for place in part.places()]

    def lost(self) -> list[int]:
        """Boards that do not answer, by their place in node.toml."""
        return sorted(no for part in self._parts for no in part.lost())

    def now(self) -> float:
        """The hardware's seconds."""
        return self._stage.timers.now()

    def look(self) -> Levels:
        """Every contact, freshly looked at."""
        now = self._stage.timers.now()
        self._stage.wait(lambda: all(part.seen_since(now) for part in self._parts), _PATIENCE_S)
        return {place: level for part in self._parts for place, level in part.levels().items()}

    def pulse(self, place: Place) -> Moves:
        """Release that lock once; which contacts have moved. Raises OSError when certainly nothing was sent."""
        (part,) = [part for part in self._parts if place in part.places()]
        before = self.look()
        self._moved_at.clear()
        self._stage.do(lambda: part.pulse(place, PULSE_S))
        self._stage.wait(lambda: place in self._moved_at, WATCH_S)
        after = self.look()
        pulsed_at = part.pulsed_at(place)
        return {
            moved: self._after_ms(moved, pulsed_at) if moved == place else None
            for moved, level in after.items()
            if level is not None and before[moved] is not None and level is not before[moved]
        }

    def _note(self, place: Place) -> None:
        self._moved_at.setdefault(place, self._stage.timers.now())

    def _after_ms(self, place: Place, pulsed_at: float) -> int | None:
        """Only of the one that was looked at all the time."""
        moved_at = self._moved_at.get(place)
        return None if moved_at is None else round((moved_at - pulsed_at) * 1000)


class BoardLines:
    """The boards of one line, each channel of them."""

    def __init__(self, bus: Bus, boards: Mapping[int, Board]) -> None:
        """`boards` by their place in node.toml. Their contacts must say "shut" for a true bit."""
        self._bus = bus
        self._boards = boards

    def places(self) -> Sequence[Place]:
        """Every channel."""
        return [Place(no, channel) for no, board in self._boards.items() for channel in board.contacts]

    def start(self, when_seen: Callable[[], None]) -> None:
        """As `Bus.start`."""
        self._bus.start(when_seen)

    def close(self) -> None:
        """As `Bus.close`."""
        self._bus.close()

    def levels(self) -> dict[Place, bool | None]:
        """Bits."""
        bits = {"shut": True, "open": False, "unknown": None}
        return {place: bits[self._contact(place).level] for place in self.places()}

    def pulse(self, place: Place, seconds: float) -> None:
        """As `Bus.pulse`."""
        BoardStrike(self._bus, self._board(place), place.channel).pulse(seconds)

    def pulsed_at(self, place: Place) -> float:
        """Of any channel of that board."""
        return self._board(place).pulsed_at

    def seen_since(self, moment: float) -> bool:
        """A board that is lost sees nothing."""
        return all(board.is_lost or board.swept_from >= moment for board in self._boards.values())

    def when_moved(self, tell: Callable[[Place], None]) -> None:
        """Of every bit that turns."""
        for place in self.places():
            contact = self._contact(place)
            contact.when_opened = contact.when_shut = lambda place=place: tell(place)

    def lost(self) -> Sequence[int]:
        """Their places in node.toml."""
        return [no for no, board in self._boards.items() if board.is_lost]

    def _board(self, place: Place) -> Board:
        if place.board is None:
            raise BoardError(f"{place} is no channel of a board")
        return self._boards[place.board]

    def _contact(self, place: Place) -> BoardContact:
        return self._board(place).contacts[place.channel]


class PinPart(Protocol):
    """A strike on a pin."""

    def pulse(self, seconds: float) -> None: ...


class ContactPart(Protocol):
    """A contact on a pin."""

    when_opened: Callable[[], None] | None
    when_shut: Callable[[], None] | None

    @property
    def level(self) -> str: ...


class PinLines:
    """Doors on pins. A contact's bit is true while it is closed the way that node.toml says."""

    def __init__(
        self, parts: Mapping[int, tuple[PinPart, ContactPart]], timers: Timers, close: Callable[[], None]
    ) -> None:
        """`parts` by their place among the [[doors]], from 1."""
        self._parts = parts
        self._timers = timers
        self._pulsed_at = 0.0
        self.close = close

    def places(self) -> Sequence[Place]:
        """Every pair of pins."""
        return [Place(None, no) for no in self._parts]

    def start(self, when_seen: Callable[[], None]) -> None:
        """A contact was read when its pin was taken."""
        when_seen()

    def levels(self) -> dict[Place, bool | None]:
        """Bits."""
        bits = {"shut": True, "open": False, "unknown": None}
        return {Place(None, no): bits[contact.level] for no, (_, contact) in self._parts.items()}

    def pulse(self, place: Place, seconds: float) -> None:
        """By the guard."""
        self._pulsed_at = self._timers.now()
        self._parts[place.channel][0].pulse(seconds)

    def pulsed_at(self, place: Place) -> float:  # noqa: ARG002 - one at a time
        """The last."""
        return self._pulsed_at

    def seen_since(self, moment: float) -> bool:
        """Pins tell by themselves; what bounces has settled after that."""
        return self._timers.now() >= moment + SWEEP_S

    def lost(self) -> Sequence[int]:
        """A pin is there or the program has not started."""
        return []

    def when_moved(self, tell: Callable[[Place], None]) -> None:
        """Of every settled edge."""
        for no, (_, contact) in self._parts.items():
            contact.when_opened = contact.when_shut = lambda no=no: tell(Place(None, no))
