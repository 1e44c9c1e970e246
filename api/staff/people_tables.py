"""How many people the zones of the house had, as tables among those about use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from api.staff import usage_words as words
from api.staff.usage_tables import Cell, Table
from gateway.crowd.days import LivedDay
from gateway.crowd.rules import Doubt
from gateway.kit.sentences import Sentence
from gateway.members.model import Language
from gateway.usage import people

_MEASURED: Final = ("days_counted", "entered", "stay_min", "most_people")
_OF_A_DAY: Final = ("entered", "most_people")
_OF_COUNTING: Final = ("left_over", "corrected", "surety")


@dataclass(frozen=True)
class Lived:
    """A zone and its days, in order."""

    name: Mapping[Language, str]
    capacity: int | None
    days: Sequence[tuple[date, LivedDay]]

    @property
    def is_counted(self) -> bool:
        """Whether anything there counts people, or sees them."""
        return any(one.doubt is not Doubt.NO_COUNTER for _, one in self.days)


def people_tables(found: Sequence[Lived], *, zone: ZoneInfo, language: Language) -> list[Table]:
    """Zone by zone, by the hour of the week, and day by day; of zones where people are counted. Times are `zone`'s."""
    counted = [one for one in found if one.is_counted]

    def say(sentence: Sentence) -> str:
        return sentence.sentence(language, {})

    def named(*figures: str) -> list[str]:
        return [say(words.FIGURES[figure][0]) for figure in figures]

    return [
        Table(
            "zones",
            say(words.ZONES),
            [say(words.ZONE), say(words.CAPACITY), *named(*_MEASURED), say(words.SINCE)],
            [[one.name[language], one.capacity, *_measured(one, zone)] for one in counted],
        ),
        Table(
            "people",
            say(words.PEOPLE),
            [say(words.ZONE), say(words.HOUR), *map(say, words.WEEKDAYS)],
            [[one.name[language], *row] for one in counted for row in _hours(one, zone)],
        ),
        Table(
            "days",
            say(words.ZONE_DAYS),
            [say(words.ZONE), say(words.DAY), *named(*_OF_A_DAY), say(words.SINCE), *named(*_OF_COUNTING)],
            [
                [one.name[language], day.isoformat(), *_lived(lived, zone), say(words.SURETIES[lived.confidence])]
                for one in counted
                for day, lived in one.days
            ],
        ),
    ]


def _measured(one: Lived, zone: ZoneInfo) -> list[Cell]:
    found = people.of_days(one.days, zone)
    fullest = max((day for _, day in one.days if day.most is not None), key=lambda day: day.most or 0, default=None)
    stay_min = None if found.stay_min is None else round(found.stay_min, 1)
    most, since = (None, None) if fullest is None else (fullest.most, _at(fullest.most_at, zone))
    return [found.days, found.entered, stay_min, most, since]


def _hours(one: Lived, zone: ZoneInfo) -> list[list[Cell]]:
    week = people.of_days(one.days, zone).hours
    return [
        [f"{hour:02}:00", *(None if day[hour] is None else round(day[hour] or 0.0, 2) for day in week)]
        for hour in range(24)
    ]


def _lived(one: LivedDay, zone: ZoneInfo) -> list[Cell]:
    return [one.entered, one.most, _at(one.most_at, zone), one.left_over, one.corrected]


def _at(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
