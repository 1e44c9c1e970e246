"""How evenly peak hours are spread, as a table among those about use: what each figure counts stands beside it."""

from collections.abc import Iterator
from typing import Final

from api.staff import fairness_words as words
from api.staff import usage_words
from api.staff.fairness_views import GroupShareView
from api.staff.usage_tables import Cell, Table
from gateway.kit.sentences import Sentence
from gateway.members.model import Language
from gateway.policies.rules import Peak
from gateway.usage.fairness import Fairness

_COLUMNS: Final = (usage_words.FIGURE, words.OF, words.VALUE, usage_words.MEANING)
_OF_GROUPS: Final = ("members", "wanting", "peak_h", "peak_h_each", "entries", "won", "waits", "waits_unseated")
_EVERY_DAY: Final = "1234567"


def fairness_table(found: Fairness, language: Language) -> Table:
    """Nobody's name is in it. Nobody knows: an empty cell; of a group of few nothing but how many are in it."""
    rows = [*_peaks(found, language), *_figures(found, language), *_spread(found, language), *_groups(found, language)]
    columns = [one.sentence(language, {}) for one in _COLUMNS]
    return Table("fairness", words.TITLE.sentence(language, {}), columns, rows)


def _peaks(found: Fairness, language: Language) -> Iterator[list[Cell]]:
    for peak in found.peaks:
        yield _row("peaks", _days(peak, language), f"{_clock(peak.from_min)}–{_clock(peak.until_min)}", language)


def _figures(found: Fairness, language: Language) -> Iterator[list[Cell]]:
    told: dict[str, Cell] = {
        "wanting": found.wanting,
        "peak_bookings": found.peak_bookings,
        "peak_h": round(found.peak_h, 2),
        "gini": _rounded(found.gini),
        "top_tenth_share": _rounded(found.top_tenth),
        "first_timers": found.first_timers,
        "entries": found.entries,
        "won": found.won,
        "won_first": found.won_first,
        "waits": found.waits,
        "waits_unseated": found.waits_unseated,
    }
    for figure, value in told.items():
        yield _row(figure, "", value, language)


def _spread(found: Fairness, language: Language) -> Iterator[list[Cell]]:
    for bookings, members in found.spread:
        yield _row("spread", words.TIMES.sentence(language, {"count": bookings}), members, language)


def _groups(found: Fairness, language: Language) -> Iterator[list[Cell]]:
    for share in map(GroupShareView.of, found.groups):
        name = share.name.zh if language is Language.ZH_CN else share.name.en
        for figure in _OF_GROUPS:
            value: Cell = getattr(share, figure)
            if value is not None:
                called, meaning = words.OF_GROUPS.get(figure) or words.FIGURES[figure]
                yield [called.sentence(language, {}), name, value, meaning.sentence(language, {})]


def _row(figure: str, of: str, value: Cell, language: Language) -> list[Cell]:
    name, meaning = words.FIGURES[figure]
    return [name.sentence(language, {}), of, value, meaning.sentence(language, {})]


def _days(peak: Peak, language: Language) -> str:
    if peak.days == _EVERY_DAY:
        return words.EVERY_DAY.sentence(language, {})
    named: list[Sentence] = [usage_words.WEEKDAYS[int(day) - 1] for day in peak.days]
    return " ".join(one.sentence(language, {}) for one in named)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
