"""What a program may do with a member's token, and for how long."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MOST_TOKENS: Final = 10  # a member
LONGEST: Final = timedelta(days=366)
LONGEST_FOR_STAFF: Final = timedelta(days=92)  # a quarter: whoever finds it has the whole house before them
USED_EVERY: Final = timedelta(hours=1)  # how exactly we know when a program last came
SHOWN_AFTER_END: Final = timedelta(days=30)  # so that whoever wonders why a program fails finds it

PREFIX: Final = "hearth_token_"
"""How each begins, so that programs that look through what was published find one that leaked."""


class Right(StrEnum):
    """What a token may do beyond reading what is its member's."""

    ACT = "act"
    OPEN = "open"  # doors, and let others open them
    STAFF = "staff"  # read, and with `act` change, what staff do, as far as its member's role goes


def longest(*, for_staff: bool) -> timedelta:
    """How far ahead a token may end."""
    return LONGEST_FOR_STAFF if for_staff else LONGEST


def end_fault(*, ends_at: datetime, for_staff: bool, now: datetime) -> str | None:
    """What is wrong with an end, as a code."""
    if ends_at <= now:
        return "token_ends_before"
    if ends_at > now + longest(for_staff=for_staff):
        return "token_ends_late_staff" if for_staff else "token_ends_late"
    return None


def is_used_anew(used_at: datetime | None, now: datetime) -> bool:
    """Long enough since we last wrote down that a program came."""
    return used_at is None or now - used_at >= USED_EVERY
