"""Judgements about days: plain values in, an answer out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from gateway.calendar.model import DayKind, DayName


class Opening(NamedTuple):
    """Wall-clock minutes after midnight in the centre's zone."""

    opens_min: int
    closes_min: int


class Why(NamedTuple):
    """The name of a day, or the reason for it, in both languages."""

    zh: str
    en: str

    def told(self) -> dict[str, str]:
        """As a fact that goes with a refusal: by language."""
        return {"zh-CN": self.zh, "en": self.en}


Week = Mapping[DayName, Opening | None]  # None: closed; a day that is missing is said elsewhere


@dataclass(frozen=True)
class Said:
    """What staff, or the public calendar, say of one date. `opening`: of special hours."""

    kind: DayKind
    why: Why
    opening: Opening | None = None


@dataclass(frozen=True)
class Day:
    """How one day is at one place. `opening` None: closed, and `why` says why; else `why` is the day's name, if any."""

    opening: Opening | None
    why: Why | None = None


_WEEKDAYS: Final = (
    (DayName.MON, Why("周一休息", "every Monday")),
    (DayName.TUE, Why("周二休息", "every Tuesday")),
    (DayName.WED, Why("周三休息", "every Wednesday")),
    (DayName.THU, Why("周四休息", "every Thursday")),
    (DayName.FRI, Why("周五休息", "every Friday")),
    (DayName.SAT, Why("周六休息", "every Saturday")),
    (DayName.SUN, Why("周日休息", "every Sunday")),
)
_SATURDAY: Final = 5


def day_at(day: date, *, said: Iterable[Said], public: Said | None, weeks: Sequence[Week], usual: Opening) -> Day:
    """How a date is at one place.

    `said` and `weeks` go from the place itself up to the whole centre, and what is nearer goes first; only a word that
    closes counts from wherever it is: a room is not open in a house that is shut. What staff say goes before the
    public calendar. A public holiday is closed unless a week has hours for holidays; any other day for which no week
    says anything is open as usual.
    """
    words = list(said)
    closing = next((word for word in words if word.kind is DayKind.CLOSED), None)
    if closing is not None:
        return Day(None, closing.why)
    word = words[0] if words else public
    if word is not None and word.kind is DayKind.SPECIAL_HOURS:
        return Day(word.opening, word.why)
    (own_name, *like), why_closed = _names(day, word)
    name_of_day = word.why if word else None
    for week in weeks:
        if own_name in week:
            opening = week[own_name]
            return Day(opening, name_of_day if opening else why_closed)
        for name in like:
            if week.get(name) is not None:
                return Day(week[name], name_of_day)
    is_holiday = word is not None and word.kind is DayKind.HOLIDAY
    return Day(None if is_holiday else usual, name_of_day)


def kind_at(day: date, *, said: Iterable[Said], public: Said | None) -> DayKind | None:
    """What an open day is beside its weekday: a holiday, or a weekend day on which people work. None: like any other.

    `said` as for `day_at`. Special hours change when a day is open, not what it is.
    """
    words = (word for word in (*said, public) if word is not None and word.kind is not DayKind.SPECIAL_HOURS)
    word = next(words, None)
    if word is None or (word.kind is DayKind.WORKDAY and day.weekday() < _SATURDAY):
        return None
    return word.kind


def _names(day: date, word: Said | None) -> tuple[list[DayName], Why]:
    """Its own name, then those whose hours it has when they are open; and why it is closed if its own says so."""
    name, why = _WEEKDAYS[day.weekday()]
    if word is None:
        return [name], why
    if word.kind is DayKind.HOLIDAY:
        return [DayName.HOLIDAY], word.why
    if day.weekday() < _SATURDAY:
        return [name], why
    # Worked instead of another day, it is like the first day of the working week on which the house is open.
    return [DayName.WORKDAY, *(one for one, _ in _WEEKDAYS[:_SATURDAY])], word.why
