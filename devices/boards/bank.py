"""A bank's boards from its configuration: lines, buses, and the two parts of each door."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from devices.boards.bus import PULSE_S, Board, BoardBeam, BoardContact, BoardStrike, Bus
from devices.boards.families import FAMILIES, family
from devices.boards.frames import Family, FrameError, Profile
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
    """One board as it is wired; None is what is usual for its family.

    Either `first_door`, the door behind channel 1, with the next behind the next channel; or `numbers`, the door behind
    each channel, 0 for none. `contacts`: for each channel, to which one the contact of its door is wired, where that is
    another. `reversed_contacts`: the inputs that mean shut by the bit that is not `shut_is`.

    `occupied_is`: the bit of a beam across a compartment that something stands in; None: no beams are connected, and
    nobody knows what is inside. `no_beam`: channels without one all the same.
    """

    family: str
    port: str
    address: int
    first_door: int | None = None
    ways: int | None = None
    doors: int | None = None
    shut_is: bool | None = None
    pulse_s: float = PULSE_S
    lock_amperes: float = LOCK_A
    supply: str = "main"
    baud: int | None = None
    numbers: Sequence[int] | None = None
    contacts: Sequence[int] | None = None
    reversed_contacts: Collection[int] = ()
    occupied_is: bool | None = None
    no_beam: Collection[int] = ()


@dataclass(frozen=True, kw_only=True)
class BoardPart:
    """One board as its node tells of it: its port and address, which stand on it, and its doors in runs."""

    name: str
    is_lost: bool
    doors: Sequence[tuple[int, int]]


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
        self.beams: dict[int, BoardBeam] = {}  # of doors that have one
        self.when_changed: Callable[[], None] | None = None  # a board was lost, or answers again
        self._wired: list[tuple[BoardPlan, Board, Mapping[int, int]]] = []
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
                doors=runs_of(doors.values()),
            )
            for plan, board, doors in self._wired
            if doors
        ]

    def close(self) -> None:
        """Give every port up."""
        for bus in self._buses:
            bus.close()

    def _bus(self, wired: Sequence[tuple[int, BoardPlan]], timers: Timers, open_port: OpenPort) -> Bus:
        place, first = wired[0]
        spoken = _family(place, first)
        boards = [self._board(place, plan, spoken.profile) for place, plan in wired]
        line = Line(open_port(first.port, spoken.profile.baud, timers), spoken, timers=timers)
        bus = Bus(line, spoken, [board for board, _ in boards], timers=timers)
        for (board, doors), (_, plan) in zip(boards, wired, strict=True):
            board.when_changed = self._changed
            self._wired.append((plan, board, doors))
            for channel, door in doors.items():
                self.doors[door] = (BoardStrike(bus, board, channel), board.contacts[board.inputs[channel]])
                if channel in board.beams:
                    self.beams[door] = board.beams[channel]
        return bus

    def _changed(self) -> None:
        if self.when_changed is not None:
            self.when_changed()

    def _board(self, place: int, plan: BoardPlan, profile: Profile) -> tuple[Board, Mapping[int, int]]:
        """A board, and the doors behind its channels."""
        if plan.address not in profile.addresses:
            expected = f"expected {profile.addresses[0]} to {profile.addresses[-1]} for {profile.name}"
            raise _wrong(place, "address", expected, plan.address)
        shut_is = profile.shut_is if plan.shut_is is None else plan.shut_is
        if shut_is is None:
            raise _wrong(
                place, "shut_is", f"a {profile.name} board means shut by 0 or by 1; expected one of them", None
            )
        if plan.occupied_is is not None and not profile.senses_inside:
            expected = f"expected nothing: a {profile.name} board has no inputs for beams"
            raise _wrong(place, "occupied_is", expected, int(plan.occupied_is))
        doors = doors_by_channel(plan, profile, place=place)
        self._take_doors(place, plan, doors)
        board = Board(
            plan.address,
            channels=doors,
            shut_is=shut_is,
            supply=self._supply(place, plan),
            lock_amperes=plan.lock_amperes,
            pulse_s=plan.pulse_s,
            inputs=inputs_by_channel(plan, profile, place=place),
            reversed_inputs=plan.reversed_contacts,
            occupied_is=plan.occupied_is,
            no_beam=plan.no_beam,
        )
        return board, doors

    def _take_doors(self, place: int, plan: BoardPlan, doors: Mapping[int, int]) -> None:
        key, found = ("numbers", "") if plan.numbers is not None else ("first_door", plan.first_door)
        for door in doors.values():
            if not 1 <= door <= HIGHEST_DOOR:
                raise _wrong(place, key, f"expected doors of 1 to {HIGHEST_DOOR}", door)
            if door in self._taken:
                raise _wrong(place, key, f"door {door} stands there twice", found or door)
            self._taken.add(door)

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


def runs_of(doors: Iterable[int]) -> list[tuple[int, int]]:
    """Doors that follow one another, as their first and last: 1, 2, 3 and 7 are (1, 3), (7, 7)."""
    runs: list[tuple[int, int]] = []
    for door in sorted(doors):
        if runs and runs[-1][1] == door - 1:
            runs[-1] = (runs[-1][0], door)
        else:
            runs.append((door, door))
    return runs


def doors_by_channel(plan: BoardPlan, profile: Profile, *, place: int = 0) -> Mapping[int, int]:
    """The door behind each channel that has one. Raises PlanError, of the board that stands at `place` in the file."""
    if (plan.numbers is None) is (plan.first_door is None):
        raise _wrong(place, "first_door", "expected this or numbers, one of the two", plan.first_door)
    if plan.numbers is not None:
        _refuse_list(place, "numbers", plan.numbers, profile.ways)
        return {channel: door for channel, door in enumerate(plan.numbers, start=1) if door}
    doors = profile.ways if plan.doors is None else plan.doors
    if not 1 <= doors <= profile.ways:
        raise _wrong(place, "doors", f"expected 1 to {profile.ways}, which is what the board has", plan.doors)
    return {channel: (plan.first_door or 0) + channel - 1 for channel in range(1, doors + 1)}


def inputs_by_channel(plan: BoardPlan, profile: Profile, *, place: int = 0) -> Mapping[int, int]:
    """For each channel with a door, the one to which that door's contact is wired. Raises PlanError likewise."""
    contacts = list(plan.contacts or ())
    _refuse_list(place, "contacts", contacts, profile.ways)
    inputs = {
        channel: contacts[channel - 1] if channel <= len(contacts) else channel
        for channel in doors_by_channel(plan, profile, place=place)
    }
    for channel in (*inputs.values(), *plan.reversed_contacts):
        if not 1 <= channel <= profile.ways:
            raise _wrong(place, "contacts", f"expected channels of 1 to {profile.ways}", channel)
    if len(set(inputs.values())) < len(inputs):
        raise _wrong(place, "contacts", "expected a contact of its own for each door", contacts)
    return inputs


def _refuse_list(place: int, key: str, found: Sequence[int], ways: int) -> None:
    if len(found) > ways:
        raise _wrong(place, key, f"expected at most {ways}, which is what the board has", len(found))


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
