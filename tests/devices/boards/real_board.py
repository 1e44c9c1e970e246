"""The board that HEARTH_BOARD names, for the family suite to run on, and what only pretended boards can do for a test.

`HEARTH_BOARD=FAMILY:PORT:ADDRESS:CHANNELS:SHUT_IS`, as in `cu48:/dev/ttyUSB0:0:1,2,3:1`. Each of those channels has a
lock with a door, which somebody shuts again whenever the suite asks for it.
"""

import inspect
import os
import re
import sys
from dataclasses import dataclass

import pytest

from devices.boards.families import FAMILIES, family

VARIABLE = "HEARTH_BOARD"
HAND_S = 120.0  # how long somebody takes at most to shut a door
PRETENDED = re.compile(r"rig\.(cabinet|wires|simulated|port)\b|\b(Rig)\(")


@dataclass(frozen=True)
class RealBoard:
    """One board, and those of its channels that have a door."""

    family: str
    url: str
    address: int
    channels: tuple[int, ...]
    shut_is: bool

    @classmethod
    def parse(cls, text):
        """Raises ValueError for anything else."""
        name, rest = text.split(":", 1)
        url, address, channels, shut_is = rest.rsplit(":", 3)  # a bridge's url has colons of its own
        if name not in FAMILIES or shut_is not in {"0", "1"}:
            raise ValueError(f"{VARIABLE}: expected one of {', '.join(FAMILIES)} and a last 0 or 1, found {text!r}")
        return cls(name, url, int(address), tuple(int(one) for one in channels.split(",")), shut_is == "1")

    @property
    def ways(self):
        return family(self.family).profile.ways


def named():
    """The board of the environment; None: the suite runs on every family, pretended."""
    text = os.environ.get(VARIABLE)
    return RealBoard.parse(text) if text else None


def what_is_pretended(function):
    """What a test needs that a real board cannot do, as it calls it: jams, faults, a count of pulses."""
    return sorted({one or other for one, other in PRETENDED.findall(inspect.getsource(function))})


def say(sentence):
    """To whoever stands before the board, past pytest's capture."""
    print(f"\n{VARIABLE}: {sentence}", file=sys.__stderr__, flush=True)


def skip_what_is_pretended(items):
    """Loudly: each with what it needs, and all of them named at the end."""
    for item in items:
        if needs := what_is_pretended(item.function):
            item.add_marker(pytest.mark.skip(reason=f"no real board has: {', '.join(needs)}"))
