"""Public holidays and make-up workdays of the country a centre stands in: the one place that knows the library.

The days of China are decreed a year at a time, so what is known ends with a year. Elsewhere staff enter them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chinese_calendar.constants import Holiday, holidays, workdays

from gateway.calendar.model import DayKind
from gateway.calendar.rules import Said, Why

_LOOK_AHEAD: Final = timedelta(days=31)  # by then somebody has to enter or install what comes

_CHINA: Final = frozenset(
    {
        "Asia/Shanghai",
        "Asia/Urumqi",
        "Asia/Chongqing",
        "Asia/Chungking",
        "Asia/Harbin",
        "Asia/Kashgar",
        "PRC",
    }
)
_FIRST_YEAR: Final = min(holidays).year
_IN_FULL: Final = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
_NAMES: Final = {
    str(one.value): Why(_IN_FULL.get(str(one.chinese), str(one.chinese)), str(one.value))  # type: ignore[attr-defined]
    for one in Holiday
}


@dataclass(frozen=True)
class PublicCalendar:
    """What is decreed for everybody. `known_until`: the last year of which it is; None where nothing is known."""

    known_until: int | None

    def of(self, day: date) -> Said | None:
        """A public holiday or a make-up workday by its name; None: a day like any other, or nobody knows yet."""
        if not self.knows(day):
            return None
        if day in holidays:
            return Said(DayKind.HOLIDAY, _NAMES[holidays[day]])
        if day in workdays:
            zh, en = _NAMES[workdays[day]]
            return Said(DayKind.WORKDAY, Why(f"{zh}调休上班", f"Workday in exchange for {en}"))
        return None

    def of_year(self, year: int) -> dict[date, Said]:
        """Every holiday and make-up workday of a year, in order."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = (first + timedelta(days=count) for count in range((last - first).days + 1))
        return {day: said for day in days if (said := self.of(day))}

    def knows(self, day: date) -> bool:
        """Whether it says anything of that day's year."""
        return self.known_until is not None and _FIRST_YEAR <= day.year <= self.known_until

    def unknown_year(self, today: date) -> int | None:
        """The year that comes within a month and of which nothing is decreed, or not to us; else None."""
        ahead = today + _LOOK_AHEAD
        return None if self.known_until is None or self.knows(ahead) else ahead.year


def public_calendar(zone: ZoneInfo) -> PublicCalendar:
    """That of the country whose clocks show this zone: China's, or one that knows nothing."""
    return PublicCalendar(max(holidays).year if zone.key in _CHINA else None)
