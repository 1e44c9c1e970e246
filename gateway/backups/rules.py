"""Judgements about copies: plain values in, an answer out. A copy is known by its name, which says when it was made."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

NIGHTLY: Final = time(3, 0)  # by the centre's clock: from then on the night's copy is due
DAILY: Final = 7  # of so many days the newest is kept …
WEEKLY: Final = 4  # … and of so many weeks

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"hearth-(?P<site>[a-z0-9-]{1,32})-(?P<at>\d{8}T\d{6}Z)\.backup")


def name_of(site: str, made_at: datetime) -> str:
    """What a copy's file is called."""
    return f"hearth-{site}-{made_at.astimezone(UTC):{_STAMP}}.backup"


def made_at(name: str, *, site: str) -> datetime | None:
    """When the copy of that name was made; None when that is no name of a copy of this site."""
    found = _NAME.fullmatch(name)
    if found is None or found["site"] != site:
        return None
    try:
        return datetime.strptime(found["at"], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def is_due(newest: datetime | None, *, zone: ZoneInfo, now: datetime) -> bool:
    """The newest copy is from before the last night's hour, or there is none."""
    there = now.astimezone(zone)
    day = there.date() if there.time() >= NIGHTLY else there.date() - timedelta(days=1)
    return newest is None or newest < datetime.combine(day, NIGHTLY, zone)


def surplus(made: Iterable[datetime], *, zone: ZoneInfo) -> set[datetime]:
    """Those to let go: all but the newest of each of the last seven days, and of the last four weeks, that have one."""
    newest_first = sorted(made, reverse=True)
    by_day: dict[object, datetime] = {}
    by_week: dict[object, datetime] = {}
    for one in newest_first:
        day = one.astimezone(zone).date()
        by_day.setdefault(day, one)
        by_week.setdefault(day.isocalendar()[:2], one)
    kept = {*list(by_day.values())[:DAILY], *list(by_week.values())[:WEEKLY]}
    return set(newest_first) - kept
