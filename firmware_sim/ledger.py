"""What really happened at the doors, whatever anybody says of it: the oracle of every fault test."""

import os
import threading
from enum import StrEnum
from pathlib import Path

import msgspec


class What(StrEnum):
    """One physical change."""

    STRIKE_ON = "strike_on"
    STRIKE_OFF = "strike_off"
    OPENED = "opened"
    SHUT = "shut"
    JAMMED = "jammed"
    FREED = "freed"


class Cause(StrEnum):
    """What opened a door."""

    STRIKE = "strike"
    FORCED = "forced"


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """At `at` seconds, on the clock of the timers that moved the door, this happened to it."""

    at: float
    device: str
    door: int
    what: What
    cause: Cause | None = None  # of an opening


class Pulse(msgspec.Struct, frozen=True):
    """A strike was energised; `until` is None while it still is."""

    device: str
    door: int
    at: float
    until: float | None


class Ledger:
    """Append-only, in memory; with a `path` also one JSON line a fact, on the disk before the door moves on.

    Safe from any thread. Lines of several processes in one file do not tear.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._facts: list[Fact] = []
        self._file = None if path is None else os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, fact: Fact) -> None:
        """Put a fact down for good."""
        with self._lock:
            self._facts.append(fact)
            if self._file is not None:
                os.write(self._file, msgspec.json.encode(fact) + b"\n")
                os.fsync(self._file)

    def facts(self, device: str | None = None, door: int | None = None) -> list[Fact]:
        """Everything, in order; of one device or one door when named."""
        with self._lock:
            facts = list(self._facts)
        return [f for f in facts if device in (None, f.device) and door in (None, f.door)]

    def openings(self, device: str | None = None, door: int | None = None) -> list[Fact]:
        """Each time a door came open, with its cause."""
        return [f for f in self.facts(device, door) if f.what is What.OPENED]

    def pulses(self, device: str | None = None, door: int | None = None) -> list[Pulse]:
        """Each time a strike was energised."""
        return pulses_of(self.facts(device, door))

    def close(self) -> None:
        """Give the file back. What is in memory stays."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def read_ledger(path: Path) -> list[Fact]:
    """The facts that a ledger wrote to `path`. Raises ValueError for a line that is none."""
    return [msgspec.json.decode(line, type=Fact) for line in path.read_bytes().splitlines()]


def pulses_of(facts: list[Fact]) -> list[Pulse]:
    """Pair each strike's going on with its next going off, in the order of going on."""
    pulses: list[Pulse] = []
    still_on: dict[tuple[str, int], int] = {}
    for fact in facts:
        strike = (fact.device, fact.door)
        if fact.what is What.STRIKE_ON:
            still_on[strike] = len(pulses)
            pulses.append(Pulse(fact.device, fact.door, fact.at, None))
        elif fact.what is What.STRIKE_OFF and strike in still_on:
            place = still_on.pop(strike)
            pulses[place] = msgspec.structs.replace(pulses[place], until=fact.at)
    return pulses
