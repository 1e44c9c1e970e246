"""How often somebody may guess, how long a visit lasts, and what of a name a screen may show."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.fleet.model import Presence

VISIT_LASTS: Final = timedelta(minutes=30)  # however much it is used: ten times "more time", even in elder mode
SEEN_EVERY: Final = timedelta(minutes=1)  # how exactly we know when a kiosk was last there
THERE_WITHIN: Final = 3 * SEEN_EVERY  # it asks every ten seconds: so much later it is off, or its network is
OFFERED_FOR: Final = timedelta(seconds=5)  # from the reader on, to the screen beside it; then whoever it was has left
GOOD_FOR: Final = timedelta(minutes=3)  # for whoever has to type a PIN: two minutes of elder mode, and half of one more
TELL_EVERY: Final = timedelta(hours=1)  # the same flood is told to staff once


@dataclass(frozen=True)
class Limit:
    """So many wrong PINs within that time, and no more are looked at."""

    most: int
    within: timedelta


OF_A_SUBJECT: Final = Limit(5, timedelta(minutes=15))  # one locker, or one card
OF_A_KIOSK: Final = Limit(20, timedelta(hours=1))
OF_THE_SITE: Final = Limit(50, timedelta(hours=1))  # nothing stops then: somebody is called


def wait(limit: Limit, tried_at: Iterable[datetime], now: datetime) -> timedelta | None:
    """How long until another PIN is looked at; None: at once.

    Tries from further ahead than the limit reaches were written down under a clock that was wrong: they do not count.
    """
    recent = sorted(at for at in tried_at if now - limit.within < at <= now + limit.within)
    if len(recent) < limit.most:
        return None
    return recent[-limit.most] + limit.within - now


def idle_s(*, elder_mode: bool) -> int:
    """After how many seconds without a touch a visit is over."""
    return 120 if elder_mode else 60


def is_visit_over(*, used_at: datetime, idle_s: int, ends_at: datetime, now: datetime) -> bool:
    """By its time; or it was used further ahead than one may be idle, under a clock that was wrong."""
    if used_at - now >= timedelta(seconds=idle_s):
        return True
    return now >= visit_ends_at(used_at=used_at, idle_s=idle_s, ends_at=ends_at)


def visit_ends_at(*, used_at: datetime, idle_s: int, ends_at: datetime) -> datetime:
    """When a visit is over, unless it is used again before."""
    return min(used_at + timedelta(seconds=idle_s), ends_at)


def is_seen_anew(seen_at: datetime | None, now: datetime) -> bool:
    """Long enough since we last wrote down that a kiosk was there."""
    return seen_at is None or now - seen_at >= SEEN_EVERY


def presence(seen_at: datetime | None, now: datetime) -> Presence:
    """Whether a kiosk is there; UNKNOWN: nobody has switched it on yet."""
    if seen_at is None:
        return Presence.UNKNOWN
    return Presence.ONLINE if now - seen_at < THERE_WITHIN else Presence.OFFLINE


def is_within(span: timedelta, at: datetime, now: datetime) -> bool:
    """Not longer ago than that. What lies further ahead than that was written under a clock that was wrong."""
    return -span < now - at < span


def masked(name: str) -> str:
    """What of a name others may read over somebody's shoulder: 王* of 王晓华."""
    return f"{name[:1]}*"


def plain_label(text: str) -> str:
    """A locker's number as it is compared: 7, 07 and ０７ are the same, and a7 and A07."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


def figures_of(text: str) -> str:
    """A locker's number without the letters before it: 7 of A07."""
    return plain_label(re.sub(r"^[^\W\d]+", "", unicodedata.normalize("NFKC", text).strip()))


def subject_of(kind: str, *names: str) -> str:
    """Under what wrong PINs for a locker or a card are counted: SHA-256, hex. What people type may be a secret."""
    return hashlib.sha256("\0".join((kind, *names)).encode("utf-8", "surrogatepass")).hexdigest()
