"""A bank's boards from its configuration: lines, buses, and the two parts of each door."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from devices.boards.bus import PULSE_S, Board, BoardContact, BoardStrike, Bus
from devices.boards.families import FAMILIES, family
from devices.boards.frames import Family, FrameError
from devices.boards.line import Line
from devices.boards.port import Port, SerialPort
from devices.boards.power import LOCK_A, SUPPLY_A, Supply
from devices.ports import Timers

HIGHEST_DOOR: Final = 512
_LONGEST_NAME: Final = 31  # of a part, on the wire


class PlanError(ValueError):
    """One sentence: which key of which board, and what was found there."""


@dataclass(frozen=True, kw_only=True)
class BoardPlan:
    """One board as it is wired; None is what is usual for its family."""

    family: str
    port: str
    address: int
    first_door: int
    ways: int | None = None
    doors: int | None = None
    shut_is: bool | None = None
    pulse_s: float = PULSE_S
    lock_amperes: float = LOCK_A
    supply: str = "main"
    baud: int | None = None


@dataclass(frozen=True, kw_only=True)
class BoardPart:
    """One board as its node tells of it: its port and address, which stand on it, and its doors."""

    name: str
    is_lost: bool
    first_door: int
    last_door: int


OpenPort = Callable[[str, int, Timers], Port]


def open_serial(url: str, baud: int, timers: Timers) -> Port:
    """By pyserial."""
    return SerialPort(url, baud=baud, timers=timers)


class BoardBank:
    """Every board of a node, and the doors that hang on them."""

    def __init__(
        self,
        plans: Sequence[BoardPlan],
        *,
        supplies: Mapping[str, float],
        taken: Collection[int] = (),
        timers: Timers,
        open_port: OpenPort = open_serial,
    ) -> None:
        """`supplies` by name, in amperes: without any there is "main" with 3 A. `taken`: doors that hang elsewhere.

        Nothing is opened yet. Raises PlanError for the first thing that does not fit.
        """
        self.doors: dict[int, tuple[BoardStrike, BoardContact]] = {}
        self.when_changed: Callable[[], None] | None = None  # a board was lost, or answers again
        self._wired: list[tuple[BoardPlan, Board]] = []
        self._supplies = {name: Supply(a, name=name) for name, a in (supplies or {"main": SUPPLY_A}).items()}
        self._taken = set(taken)
        lines: dict[str, list[tuple[int, BoardPlan]]] = defaultdict(list)
        for place, plan in enumerate(plans):
            _refuse_another_language(place, plan, [before for _, before in lines[plan.port]])
            lines[plan.port].append((place, plan))
        self._buses = [self._bus(wired, timers, open_port) for wired in lines.values()]

    def start(self, when_seen: Callable[[], None]) -> None:
        """Open every port and look. `when_seen` is called once, when each board was seen or found missing."""
        waiting = len(self._buses)

        def seen() -> None:
            nonlocal waiting
            waiting -= 1
            if waiting == 0:
                when_seen()

        if not self._buses:
            when_seen()
        for bus in self._buses:
            bus.start(seen)

    def parts(self) -> list[BoardPart]:
        """Every board, and whether it answers, in the order of the plans."""
        return [
            BoardPart(
                name=f"{plan.port.rpartition('/')[2]}#{plan.address}"[-_LONGEST_NAME:],
                is_lost=board.is_lost,
                first_door=plan.first_door,
                last_door=plan.first_door + len(board.contacts) - 1,
            )
            for plan, board in self._wired
        ]

    def close(self) -> None:
        """Give every port up."""
        for bus in self._buses:
            bus.close()

    def _bus(self, wired: Sequence[tuple[int, BoardPlan]], timers: Timers, open_port: OpenPort) -> Bus:
        place, first = wired[0]
        spoken = _family(place, first)
        boards = [self._board(place, plan, spoken) for place, plan in wired]
        line = Line(open_port(first.port, spoken.profile.baud, timers), spoken, timers=timers)
        bus = Bus(line, spoken, boards, timers=timers)
        for board, (_, plan) in zip(boards, wired, strict=True):
            board.when_changed = self._changed
            self._wired.append((plan, board))
            for channel, contact in board.contacts.items():
                self.doors[plan.first_door + channel - 1] = (BoardStrike(bus, board, channel), contact)
        return bus

    def _changed(self) -> None:
        if self.when_changed is not None:
            self.when_changed()

    def _board(self, place: int, plan: BoardPlan, spoken: Family) -> Board:
        profile = spoken.profile
        if plan.address not in profile.addresses:
            expected = f"{profile.addresses[0]} to {profile.addresses[-1]}"
            raise _wrong(place, "address", f"expected {expected} for {profile.name}", plan.address)
        doors = profile.ways if plan.doors is None else plan.doors
        if not 1 <= doors <= profile.ways:
            raise _wrong(place, "doors", f"expected 1 to {profile.ways}, which is what the board has", plan.doors)
        shut_is = profile.shut_is if plan.shut_is is None else plan.shut_is
        if shut_is is None:
            raise _wrong(
                place, "shut_is", f"a {profile.name} board means shut by 0 or by 1; expected one of them", None
            )
        self._take_doors(place, plan.first_door, doors)
        return Board(
            plan.address,
            channels=range(1, doors + 1),
            shut_is=shut_is,
            supply=self._supply(place, plan),
            lock_amperes=plan.lock_amperes,
            pulse_s=plan.pulse_s,
        )

    def _take_doors(self, place: int, first: int, count: int) -> None:
        numbers = range(first, first + count)
        if numbers[0] < 1 or numbers[-1] > HIGHEST_DOOR:
            raise _wrong(place, "first_door", f"expected doors of 1 to {HIGHEST_DOOR}", f"{first} to {numbers[-1]}")
        if twice := self._taken.intersection(numbers):
            raise _wrong(place, "first_door", f"door {min(twice)} stands there twice", first)
        self._taken.update(numbers)

    def _supply(self, place: int, plan: BoardPlan) -> Supply:
        if plan.supply not in self._supplies:
            raise _wrong(place, "supply", f"expected one of {', '.join(self._supplies)}", plan.supply)
        supply = self._supplies[plan.supply]
        if plan.lock_amperes > supply.amperes:
            expected = f"expected at most the {supply.amperes:g} A of supply {supply.name}"
            raise _wrong(place, "lock_amperes", expected, plan.lock_amperes)
        return supply


def _family(place: int, plan: BoardPlan) -> Family:
    try:
        spoken = family(plan.family, plan.ways)
    except FrameError as error:
        key = "ways" if plan.family in FAMILIES else "family"
        raise PlanError(f"board[{place}].{key}: {error}") from error
    if plan.baud is not None:
        spoken.profile = replace(spoken.profile, baud=plan.baud)
    return spoken


def _refuse_another_language(place: int, plan: BoardPlan, before: Sequence[BoardPlan]) -> None:
    """All boards of one line speak alike. One with fewer doors than the others says so in `doors`."""
    for other in before:
        for key in ("family", "baud", "ways"):
            if getattr(plan, key) != getattr(other, key):
                expected = f"expected {getattr(other, key)!r} as of the other board on {plan.port}"
                raise _wrong(place, key, expected, getattr(plan, key))
        if plan.address == other.address:
            raise _wrong(place, "address", f"stands there twice on {plan.port}", plan.address)


def _wrong(place: int, key: str, expected: str, found: object) -> PlanError:
    return PlanError(f"board[{place}].{key}: {expected}, found {'nothing' if found is None else repr(found)}")
