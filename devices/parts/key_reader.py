"""A card reader or a code scanner that types as a keyboard does, taken away from everybody else who listens to keys.

What the kernel tells of an input device is its documented interface (`struct input_event`, `EVIOCGRAB`, the key codes
of `linux/input-event-codes.h`; Documentation/input/input.rst). A key is named by its place on a US keyboard, which is
what readers pretend to be.
"""

import fcntl
import logging
import os
import select
import struct
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from devices.parts.shown import HELD_S, LONGEST, Shown
from devices.ports import Timers

log = logging.getLogger(__name__)

AGAIN_S: Final = 2.0  # between two tries to open a device that is not there
_LOOK_S: Final = 0.2  # how soon a closed reader's thread notices

EVENT: Final = struct.Struct("@llHHi")  # a timeval of two C longs, type, code, value
_EVIOCGRAB: Final = 0x40044590  # _IOW('E', 0x90, int)
_EV_KEY: Final = 1
_UP, _DOWN = 0, 1  # 2: held, repeated by the kernel
_SHIFTS: Final = frozenset({42, 54})
_ENTERS: Final = frozenset({28, 96})

_PLAIN: Final = {
    **dict(zip(range(2, 12), "1234567890", strict=True)),
    **dict(zip(range(16, 26), "qwertyuiop", strict=True)),
    **dict(zip(range(30, 39), "asdfghjkl", strict=True)),
    **dict(zip(range(44, 51), "zxcvbnm", strict=True)),
    **dict(zip((71, 72, 73, 75, 76, 77, 79, 80, 81, 82), "7894561230", strict=True)),  # the number pad
    12: "-",
    39: ";",
    52: ".",
    57: " ",
    74: "-",
}
_WITH_SHIFT: Final = {12: "_", 39: ":"}


class Keys:
    """What was typed since the last Enter."""

    def __init__(self) -> None:
        self._typed = ""
        self._shifts: set[int] = set()

    def press(self, code: int, value: int) -> str | None:
        """Take one key. What was typed, when it was Enter. A key that no reader types makes the line none of ours."""
        if code in _SHIFTS:
            self._shifts = self._shifts - {code} if value == _UP else self._shifts | {code}
        elif value == _DOWN and code in _ENTERS:
            typed, self._typed = self._typed, ""
            return typed
        elif value == _DOWN and len(self._typed) <= LONGEST:
            self._typed += self._letter(code)
        return None

    def _letter(self, code: int) -> str:
        plain = _PLAIN.get(code, "?")
        if not self._shifts:
            return plain
        return plain.upper() if plain.isalpha() else _WITH_SHIFT.get(code, "?")


class KeyReader:
    """An input device by its path, for this program alone. `when_read` is called once for each card held there."""

    def __init__(
        self,
        name: str,
        path: str,
        *,
        timers: Timers,
        held_s: float = HELD_S,
        again_s: float = AGAIN_S,
        grab: Callable[[int, int, int], object] = fcntl.ioctl,
    ) -> None:
        """Not open yet. `path`: one of /dev/input/by-id/…-event-kbd, which stays the same. `grab`: as `fcntl.ioctl`."""
        self.name = name
        self.is_lost = True
        self.when_changed: Callable[[], None] | None = None
        self.shown = Shown(name, timers=timers, held_s=held_s)
        self._path = Path(path)
        self._timers = timers
        self._again_s = again_s
        self._grab = grab
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reader {name}", daemon=True)

    def start(self) -> None:
        """Listen, now or whenever it is plugged in. Once only."""
        self._thread.start()

    def close(self) -> None:
        """Listen no more; its thread ends within moments. Safe to repeat."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._listen()
            except OSError as error:  # it is not there, was unplugged, or another program has it
                log.warning("reader %s: %s", self.name, error)
            self._closing.wait(self._again_s)

    def _listen(self) -> None:
        with self._path.open("rb", buffering=0) as device:
            # Without this whoever has the screen would be typed a card's number, and hear everything twice.
            self._grab(device.fileno(), _EVIOCGRAB, 1)
            self._timers.call_soon(partial(self._become, is_lost=False))
            try:
                self._read(device.fileno())
            finally:
                self._timers.call_soon(partial(self._become, is_lost=True))

    def _read(self, device: int) -> None:
        keys = Keys()
        poll = select.poll()
        poll.register(device, select.POLLIN)
        while not self._closing.is_set():
            if not poll.poll(_LOOK_S * 1000):
                continue
            told = os.read(device, 64 * EVENT.size)
            if not told:
                raise OSError(f"{self._path} has ended")
            for _, _, kind, code, value in EVENT.iter_unpack(told):
                if kind == _EV_KEY and (typed := keys.press(code, value)) is not None:
                    self._timers.call_soon(partial(self.shown.take, typed))

    def _become(self, *, is_lost: bool) -> None:
        self.is_lost = is_lost
        if self.when_changed is not None:
            self.when_changed()
