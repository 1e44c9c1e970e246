"""Judgements about channels and messages: plain values in, an answer out."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from gateway.channels.model import Severity, Why

SETTLE: Final = timedelta(seconds=2)  # so long what comes together is waited for
MOST_A_MINUTE: Final = 3  # messages to one channel; what comes on top is folded into the next
WHILE_FAILING: Final = timedelta(minutes=10)  # behind a message that does not get out the next is folded for so long
AGAIN_AFTER: Final = timedelta(minutes=10)  # how often it has happened since is told after so long
LEASE: Final = timedelta(seconds=60)  # a try that nobody heard the end of is repeated after so long
GIVE_UP_AFTER: Final = timedelta(hours=24)
KEEP_FOR: Final = timedelta(days=90)

WEBHOOKS: Final = frozenset({"http", "https"})
CHATS: Final = frozenset(
    {
        *("mailto", "mailtos"),  # e-mail
        *("wecombot", "dingtalk", "feishu", "lark"),
        *("ntfy", "ntfys", "gotify", "gotifys", "bark", "barks"),
        *("schan", "pushplus", "pushdeer", "pushdeers", "spush"),  # to WeChat
        *("matrix", "matrixs", "mmost", "mmosts", "rocket", "rockets", "slack", "tgram", "discord", "workflows"),
    }
)
"""What Apprise is asked to send to, by how the address begins: what leads to people, and nothing on this machine."""

_FIRST_WAIT: Final = timedelta(seconds=10)
_LONGEST_WAIT: Final = timedelta(minutes=30)
_MINUTE: Final = timedelta(minutes=1)
_ORDER: Final = list(Severity)
_PLAIN: Final = re.compile(r"[\x21-\x7e]+")


def hears(*, from_severity: Severity, hears_escalated: bool, severity: Severity, why: Why) -> bool:
    """Whether something that presses so much is told here."""
    if _ORDER.index(severity) >= _ORDER.index(from_severity):
        return True
    return hears_escalated and why is Why.ESCALATED


def quiet_until(at: datetime, *, zone: ZoneInfo, from_min: int | None, until_min: int | None) -> datetime:
    """From when on somebody may be disturbed: at once, or when these quiet hours of the centre's day are over."""
    if from_min is None or until_min is None or from_min == until_min:
        return at
    there = at.astimezone(zone)
    minute = there.hour * 60 + there.minute
    over_night = from_min > until_min
    is_quiet = minute >= from_min or minute < until_min if over_night else from_min <= minute < until_min
    if not is_quiet:
        return at
    day = there.date() + timedelta(days=1 if over_night and minute >= from_min else 0)
    return datetime.combine(day, time(until_min // 60, until_min % 60), zone).astimezone(at.tzinfo)


def is_ripe(why: Why, at: datetime, *, now: datetime) -> bool:
    """It can be told. How often something has happened is worth a message only once in a while."""
    return why is not Why.AGAIN or now >= at + AGAIN_AFTER


def may_send(oldest_at: datetime, *, made: Sequence[datetime], waiting_since: datetime | None, now: datetime) -> bool:
    """A further message may be made for a channel.

    `oldest_at`: since when something is to be told; `made`: when the last messages were; `waiting_since`: when the
    newest was made that has not got out yet.
    """
    if now < oldest_at + SETTLE:
        return False
    if waiting_since is not None:
        return now >= waiting_since + WHILE_FAILING
    return sum(now - one < _MINUTE for one in made) < MOST_A_MINUTE


def next_try(tries: int, *, chance: float, now: datetime) -> datetime:
    """When a message that did not get out is tried again: ever later, by chance a little apart from the others.

    `chance`: from 0 to 1.
    """
    wait: timedelta = min(_FIRST_WAIT * 2 ** min(tries - 1, 10), _LONGEST_WAIT)
    return now + wait * (0.75 + 0.5 * chance)


def must_give_up(made_at: datetime, *, now: datetime) -> bool:
    """It was tried for long enough; whoever should have read it sees it in the list of alerts."""
    return now >= made_at + GIVE_UP_AFTER


def address_fault(url: str) -> str | None:
    """What is wrong with an address; None when nothing is that can be seen from here."""
    if not _PLAIN.fullmatch(url):
        return "not_an_address"
    parts = _parts(url)
    if parts is None:
        return "not_an_address"
    if parts.scheme not in WEBHOOKS | CHATS:
        return "not_known"
    if not parts.netloc or (parts.scheme in WEBHOOKS and not parts.hostname):
        return "not_an_address"
    return None


def is_webhook(url: str) -> bool:
    """It leads to a program, and is signed."""
    parts = _parts(url)
    return parts is not None and parts.scheme in WEBHOOKS


def goes_to(url: str) -> str:
    """What of an address may be shown: of a webhook where it goes, of all others only by what."""
    parts = urlsplit(url)
    if parts.scheme not in WEBHOOKS:
        return f"{parts.scheme}://…"
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}/…"[:128]


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts
