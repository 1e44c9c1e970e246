"""Everything that goes wrong, by name and as data: `{"fault": "lost", "word": "open"}`.

Faults of letters wait for their letter; the others happen `at_s` after they were applied.
"""

from collections.abc import Mapping
from functools import partial
from typing import Literal

import msgspec

from firmware_sim.bank import SimulatedBank
from firmware_sim.building import Building
from firmware_sim.post import Letter


class _Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="fault"):
    """The base."""


class _LetterFault(_Fault, frozen=True, kw_only=True):
    """Befalls `times` letters of that word and device, after `skip` of them have passed unharmed."""

    word: str | None = None  # see Letter.words; None: any
    device: str | None = None  # None: any
    skip: int = 0
    times: int = 1


class Lost(_LetterFault, frozen=True, kw_only=True, tag="lost"):
    """It never arrives."""


class Doubled(_LetterFault, frozen=True, kw_only=True, tag="doubled"):
    """It arrives, and `gap_s` later again."""

    gap_s: float = 0.0


class Delayed(_LetterFault, frozen=True, kw_only=True, tag="delayed"):
    """It arrives `by_s` late."""

    by_s: float


class Reordered(_LetterFault, frozen=True, kw_only=True, tag="reordered"):
    """It is overtaken by the next letter that goes the same way, or arrives `at_most_s` late."""

    at_most_s: float = 1.0


class _DeviceFault(_Fault, frozen=True, kw_only=True):
    """Befalls one device."""

    device: str
    at_s: float = 0.0


class Silent(_DeviceFault, frozen=True, kw_only=True, tag="silent"):
    """A partition: for `for_s` nothing gets `to` the device, `from` it, or either way."""

    for_s: float
    way: Literal["both", "to", "from"] = "both"


class Frozen(_DeviceFault, frozen=True, kw_only=True, tag="frozen"):
    """The program hangs for `for_s`; with a `step`, when it next comes there."""

    for_s: float
    step: str | None = None
    nth: int = 1


class Reboot(_DeviceFault, frozen=True, kw_only=True, tag="reboot"):
    """The power fails for `for_s`; with a `step`, when the program next comes there."""

    for_s: float = 0.0
    step: str | None = None
    nth: int = 1


class _DoorFault(_DeviceFault, frozen=True, kw_only=True):
    """Befalls one door."""

    door: int


class Jam(_DoorFault, frozen=True, kw_only=True, tag="jam"):
    """It is stuck, for `for_s` or for good."""

    for_s: float | None = None


class Bounce(_DoorFault, frozen=True, kw_only=True, tag="bounce"):
    """From then on its contact flutters, as SimulatedDoor's `bounce_s` says."""

    spans_s: tuple[float, ...]


class Forced(_DoorFault, frozen=True, kw_only=True, tag="forced"):
    """Somebody levers it open."""


class Shut(_DoorFault, frozen=True, kw_only=True, tag="shut"):
    """Somebody pushes it shut."""


class Replayed(_Fault, frozen=True, kw_only=True, tag="replayed"):
    """Every letter of that word (None: of any) ever sent arrives again."""

    word: str | None = None
    at_s: float = 0.0
    retained: bool = False


LetterFault = Lost | Doubled | Delayed | Reordered
Fault = LetterFault | Silent | Frozen | Reboot | Jam | Bounce | Forced | Shut | Replayed


def read_fault(data: Mapping[str, object]) -> Fault:
    """A fault from plain data. Raises ValueError that says which member is wrong."""
    fault: Fault = msgspec.convert(data, Fault)
    return fault


def befall(building: Building, fault: Fault) -> None:
    """Let a fault happen, in its time. Raises KeyError when it names a device the building has not."""
    match fault:
        case Lost() | Doubled() | Delayed() | Reordered():
            building.post.rules.append(_Rule(building, fault))
        case Replayed():
            building.clockwork.call_later(fault.at_s, lambda: _replay(building, fault))
        case _:
            bank = building.banks[fault.device]
            building.clockwork.call_later(fault.at_s, lambda: _befall_device(building, bank, fault))


def _befall_device(
    building: Building, bank: SimulatedBank, fault: Silent | Frozen | Reboot | Jam | Bounce | Forced | Shut
) -> None:
    match fault:
        case Silent():
            building.post.cut(fault.device, to=fault.way != "from", from_=fault.way != "to")
            building.clockwork.call_later(fault.for_s, lambda: building.post.mend(fault.device))
        case Frozen():
            _freeze(building, bank, fault)
        case Reboot():
            _reboot(building, bank, fault)
        case Jam():
            bank.doors[fault.door].jam()
            if fault.for_s is not None:
                building.clockwork.call_later(fault.for_s, bank.doors[fault.door].unjam)
        case Bounce():
            bank.doors[fault.door].bounce_s = fault.spans_s
        case Forced():
            bank.doors[fault.door].force()
        case Shut():
            bank.doors[fault.door].shut()


def _freeze(building: Building, bank: SimulatedBank, fault: Frozen) -> None:
    if fault.step is not None:
        bank.stall_at(fault.step, lambda: building.clockwork.advance(fault.for_s), nth=fault.nth)
    elif bank.is_running:
        bank.freeze()
        building.clockwork.call_later(fault.for_s, bank.thaw)


def _reboot(building: Building, bank: SimulatedBank, fault: Reboot) -> None:
    if fault.step is not None:
        bank.crash_at(fault.step, nth=fault.nth, back_after_s=fault.for_s)
    else:
        building.clockwork.call_later(fault.for_s, bank.power_on)
        bank.power_off()


def _replay(building: Building, fault: Replayed) -> None:
    letters = building.post.sent(fault.word) if fault.word else list(building.post.history)
    for letter in letters:
        building.post.deliver(letter, retained=fault.retained)


class _Rule:
    """A letter fault at work on the post."""

    def __init__(self, building: Building, fault: LetterFault) -> None:
        self._building = building
        self._fault = fault
        self._seen = 0
        self._waiting: list[Letter] = []  # to be overtaken

    def __call__(self, letter: Letter) -> list[float] | None:
        """The letter's fate; None when it is not this fault's."""
        self._overtake(letter)
        if not self._concerns(letter):
            return None
        self._seen += 1
        if not self._fault.skip < self._seen <= self._fault.skip + self._fault.times:
            return None
        return self._fate(letter)

    def _concerns(self, letter: Letter) -> bool:
        fault = self._fault
        return (fault.word is None or fault.word in letter.words) and fault.device in (None, letter.device)

    def _fate(self, letter: Letter) -> list[float]:
        match self._fault:
            case Lost():
                return []
            case Doubled(gap_s=gap):
                return [0.0, gap]
            case Delayed(by_s=by):
                return [by]
            case Reordered(at_most_s=most):
                self._waiting.append(letter)
                return [most]

    def _overtake(self, letter: Letter) -> None:
        post, clockwork = self._building.post, self._building.clockwork
        for late in [one for one in self._waiting if (one.sender, one.device) == (letter.sender, letter.device)]:
            self._waiting.remove(late)
            # Twice soon: `letter` itself is only now being put on its way.
            clockwork.call_soon(partial(clockwork.call_soon, partial(post.land, late)))
