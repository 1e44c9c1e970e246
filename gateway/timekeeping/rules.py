"""Judgements about the clock: plain values in, an answer out."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

TOLERANCE: Final = timedelta(minutes=2)  # network time sets a clock back a little, and two machines differ a little


class Mark(NamedTuple):
    """A time, and where a count of seconds that nobody can set stood then. Two counts compare under one `host_boot`."""

    at: datetime
    mono_s: float
    host_boot: str


def is_behind(now: datetime, *, known: datetime | None) -> bool:
    """The clock shows a time that is over: nobody can tell by it what is due. `known`: the latest that has come."""
    return known is not None and known > now + TOLERANCE


def next_mark(kept: Mark | None, now: Mark) -> Mark:
    """What to keep from now on, given what the clock and the count show: the latest time that is known to have come.

    That is the clock's own time. While it is behind, it is what was kept, and what has been counted since: a clock that
    was set back does not become right by waiting until it is there again.
    """
    if kept is None:
        return now
    counted_s = now.mono_s - kept.mono_s if now.host_boot == kept.host_boot else 0.0
    at_least = kept.at + timedelta(seconds=counted_s)
    return now._replace(at=at_least if is_behind(now.at, known=at_least) else max(kept.at, now.at))
