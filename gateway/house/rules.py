"""Judgements about the machine: plain values in, an answer out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.timekeeping.rules import is_behind

SLOW_S: Final = 1.0  # for one commit; on a sound card it is 0.01 s
FIRST_DAY: Final = datetime(2025, 1, 1, tzinfo=UTC)  # a Pi without network time starts in the past
COPY_OLD_AFTER: Final = timedelta(days=2)  # one night may fail


class Sync(StrEnum):
    """Whether the clock follows a better one."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # this machine does not say


@dataclass(frozen=True)
class Look:
    """What was seen of the machine. `commit_s`: how long the last commit took; None: none was timed yet.

    `copied_at`: when the newest copy of the centre was made; None: there is none. `are_copies_ours`: Hearth makes them.
    """

    free_mb: int
    sync: Sync
    is_broker_there: bool
    commit_s: float | None
    are_readings_refused: bool
    copied_at: datetime | None = None
    are_copies_ours: bool = False


def is_clock_wrong(now: datetime, *, known: datetime | None) -> bool:
    """It shows a time that cannot be: before there was a Hearth, or before the latest that is known to have come."""
    return now < FIRST_DAY or is_behind(now, known=known)


def is_copy_old(copied_at: datetime | None, *, began_at: datetime | None, now: datetime) -> bool:
    """There has been no copy for too long. `began_at`: since when there is something to copy; None: nothing."""
    since = copied_at or began_at
    return since is not None and now - since > COPY_OLD_AFTER
