"""gpiozero's mock pins, with something soldered to them."""

from collections.abc import Callable, Iterator
from functools import cache
from time import monotonic

from gpiozero import PinInvalidPin
from gpiozero.pins import PinInfo
from gpiozero.pins.mock import MockFactory, MockPin

MOST_PINS = 1024  # a header has 28; a bank of many doors hangs on expanders, which look like pins to the firmware


class SolderedPin(MockPin):
    """A pin on which the building can see what is driven, and drive what is read.

    `when_driven` is called with each new level the firmware drives (None: it drives nothing), on the thread that
    does it.
    """

    def __init__(self, factory: "SolderedPins", info: PinInfo) -> None:
        self._wire: bool | None = None
        self._driven: bool | None = None
        self.when_driven: Callable[[bool | None], None] | None = None
        super().__init__(factory, info)

    def wire(self, level: bool) -> None:
        """Put a level on the pin from outside; stronger than any pull."""
        self._wire = level
        if self._function == "input":
            self._follow_wire()

    def output_with_state(self, state: bool) -> None:
        """Level and direction in one step, as the kernel does it: an active-low strike must not twitch at start."""
        self._state = bool(state)
        self._set_function("output")

    def _set_function(self, value: str) -> None:
        super()._set_function(value)
        self._tell()

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        self._tell()

    def _set_pull(self, value: str) -> None:
        if self._wire is None:
            super()._set_pull(value)
        else:
            self._pull = value
            self._follow_wire()

    def _change_state(self, value: bool) -> bool:
        # MockPin keeps every change for ever; a building that runs for weeks must not.
        if self._state == value:
            return False
        self._state = value
        self._last_change = monotonic()
        return True

    def _follow_wire(self) -> None:
        if self._wire:
            self.drive_high()
        else:
            self.drive_low()

    def _tell(self) -> None:
        driven = bool(self._state) if self._function == "output" else None
        if driven != self._driven:
            self._driven = driven
            if self.when_driven is not None:
                self.when_driven(driven)


class SolderedPins(MockFactory):
    """A pretended board with as many pins as a building needs."""

    def __init__(self) -> None:
        super().__init__(pin_class=SolderedPin)

    def pin(self, name: int | str) -> SolderedPin:  # type: ignore[override]  # gpiozero asks by name alone
        """The pin of that GPIO number; always the same one. Raises PinInvalidPin when the board has no such pin."""
        for _, info in _BOARD.find_pin(name):
            if info not in self.pins:
                self.pins[info] = SolderedPin(self, info)
            pin: SolderedPin = self.pins[info]
            return pin
        raise PinInvalidPin(f"{name} is not a pin of this board")

    def _get_board_info(self) -> "_Board":
        return _BOARD


class _Board:
    """What gpiozero asks of a board: its pins by name."""

    def find_pin(self, name: int | str) -> Iterator[tuple[None, PinInfo]]:
        number = int(str(name).removeprefix("GPIO"))
        if 0 <= number < MOST_PINS:
            yield None, _pin_info(number)


_BOARD = _Board()


@cache
def _pin_info(number: int) -> PinInfo:
    names = frozenset({number, str(number), f"GPIO{number}"})
    return PinInfo(number, f"GPIO{number}", names, "", number, 1, frozenset({"gpio"}))
