"""What can be seen of the machine that the gateway runs on."""

import ctypes
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.backups import making
from gateway.house.rules import Look, Sync
from gateway.settings import Settings

_MB: Final = 2**20
_TIMEX_BYTES: Final = 512  # more than `struct timex` has on any Linux
_TIME_ERROR: Final = 5  # adjtimex(2): the clock follows no better one


@dataclass(frozen=True)
class Machine:
    """Where to look. `is_broker_there`, `are_readings_refused`: the gateway's own parts know."""

    directory: Path
    settings: Settings
    is_broker_there: Callable[[], bool]
    are_readings_refused: Callable[[], bool]

    def look(self, *, commit_s: float | None) -> Look:
        """How it is now. `commit_s`: how long the last commit took, if one was timed."""
        return Look(
            free_mb=shutil.disk_usage(self.directory).free // _MB,
            sync=sync_of(_asked_of_the_kernel()),
            is_broker_there=self.is_broker_there(),
            commit_s=commit_s,
            are_readings_refused=self.are_readings_refused(),
            copied_at=making.newest(self.directory, self.settings),
            are_copies_ours=making.are_ours(self.directory, self.settings),
        )


def sync_of(answer: int | None) -> Sync:
    """What adjtimex(2) returned, in a word; None: there is no such call here."""
    if answer is None or answer < 0:
        return Sync.UNKNOWN
    return Sync.NO if answer == _TIME_ERROR else Sync.YES


def _asked_of_the_kernel() -> int | None:
    """Only asks: `modes` is zero, for which no privilege is needed."""
    try:
        ask = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    return int(ask(ctypes.create_string_buffer(_TIMEX_BYTES)))
