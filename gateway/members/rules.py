"""When somebody is signed in, and how long a wrong password makes one wait."""

from datetime import datetime, timedelta
from typing import Final

from gateway.members.model import Role

FORGET_FAILURES_AFTER: Final = timedelta(days=1)
SEEN_EVERY: Final = timedelta(minutes=1)  # how exactly we know when somebody was last here

_LONGEST_WAIT_S: Final = 60.0
_FREE_MISTAKES: Final = 2  # a slip of the finger costs nothing


def is_staff(role: Role) -> bool:
    """Whether somebody works here."""
    return role is not Role.MEMBER


def session_length(role: Role) -> timedelta:
    """How long after signing in one must do so again: a month for members, a shift for staff."""
    return timedelta(hours=12) if is_staff(role) else timedelta(days=30)


def idle_limit(role: Role) -> timedelta:
    """How long somebody may be away and still be signed in."""
    return timedelta(minutes=30) if is_staff(role) else timedelta(days=7)


def is_over(*, role: Role, seen_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """A session has ended, by age or because nobody used it.

    One that was used further ahead than that was used under a clock that was wrong: it is over too, and does not wait
    for the clock to come there.
    """
    return now >= ends_at or abs(now - seen_at) >= idle_limit(role)


def is_seen_anew(seen_at: datetime, now: datetime) -> bool:
    """Long enough since we last wrote down that somebody was here."""
    return now - seen_at >= SEEN_EVERY


def sign_in_delay_s(wrong: int) -> float:
    """How long to wait after that many wrong passwords: 0, 0, 0, 2, 4, 8 … 60 s. Never longer."""
    if wrong <= _FREE_MISTAKES:
        return 0.0
    doublings = min(wrong - _FREE_MISTAKES, 6)  # 2**6 is past the longest wait
    return min(2.0**doublings, _LONGEST_WAIT_S)


def left_of_wait_s(wrong: int, *, last_at: datetime, now: datetime) -> float:
    """How much of that is left, so long after the last of them.

    One from further ahead than the longest wait was written down under a clock that was wrong: nobody waits for it.
    """
    since_s = (now - last_at).total_seconds()
    if since_s < -_LONGEST_WAIT_S:
        return 0.0
    return max(sign_in_delay_s(wrong) - max(since_s, 0.0), 0.0)


def may_sign_in(*, disabled_at: datetime | None, password_ends_at: datetime | None, now: datetime) -> bool:
    """The account is in use, and its one-time code (when it has one) is still good."""
    return disabled_at is None and (password_ends_at is None or now < password_ends_at)
