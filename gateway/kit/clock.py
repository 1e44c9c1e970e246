"""Time, handed in."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Two kinds of time: instants for people, spans for deadlines."""

    def now(self) -> datetime:
        """The aware UTC instant. Can jump when somebody sets the clock."""

    def monotonic(self) -> float:
        """Seconds since this machine started, counting suspend; never jumps."""

    def host_boot(self) -> str:
        """Names the machine and its start: two `monotonic` values compare only under the same name."""


@dataclass(frozen=True)
class SystemClock:
    """The machine's own."""

    def now(self) -> datetime:
        """The aware UTC instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """CLOCK_BOOTTIME, in seconds; the same clock for every process of the machine."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def host_boot(self) -> str:
        """The kernel's boot id."""
        return _kernel_boot_id()


@lru_cache(maxsize=4096)
def at_wall(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """The instant at which clocks in `zone` show so many minutes after midnight.

    A wall time that a change of clocks skips or repeats is the first instant that can bear its name.
    """
    midnight = datetime.combine(day, wall_time(), zone)
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)  # wall arithmetic first, then the zone's offset


@cache
def _kernel_boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
