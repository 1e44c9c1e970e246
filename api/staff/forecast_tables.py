"""What to expect of the days to come, never without how wrong such words have been: for spreadsheets and for paper."""

from collections.abc import Sequence

from api.staff import usage_words as words
from api.staff.usage_tables import Cell, Table
from gateway.kit.sentences import Sentence
from gateway.members.model import Language
from gateway.usage.queries import Forecast
from gateway.usage.rules import Expected

_EXPECTED = ("expected", "least", "most")
_ERRORS = ("error", "naive_error", "tried_days")


def forecast_table(found: Sequence[Forecast], language: Language) -> Table:
    """An hour a row, its band and the error of all such words beside it. Too few days are known: empty cells."""

    def say(sentence: Sentence) -> str:
        return sentence.sentence(language, {})

    return Table(
        "forecast",
        say(words.FORECAST),
        [
            *map(say, (words.DAY, words.KIND_OF_DAY, words.HOUR)),
            *(say(words.FIGURES[figure][0]) for figure in (*_EXPECTED, *_ERRORS)),
        ],
        [
            [one.day.isoformat(), _kind(one, language), _clock(hour), *_band(one, hour), *_error(one)]
            for one in found
            for hour in range(24)
        ],
    )


def forecast_on_paper(found: Sequence[Forecast], language: Language) -> Table:
    """The same for the eye: the hours of each day side by side, without those at both ends that nobody is expected in.

    The error stands above.
    """
    lively = [at.hour for one in found for at in one.expected or [] if at.most > 0]
    hours = range(min(lively), max(lively) + 1) if lively else []
    return Table(
        "forecast",
        words.FORECAST.sentence(language, {}),
        [
            words.HOUR.sentence(language, {}),
            *(f"{one.day:%m-%d} {_kind(one, language)}" for one in found),
        ],
        [[_clock(hour), *(_shown(one.expected[hour]) if one.expected else None for one in found)] for hour in hours],
        note=_note(found, language),
    )


def _note(found: Sequence[Forecast], language: Language) -> str:
    error = found[0].error
    if error.ours is None or error.naive is None:
        return words.NOT_TRIED.sentence(language, {})
    facts = {"days": error.days, "error": f"{error.ours:.3g}", "naive": f"{error.naive:.3g}"}
    return words.TRIED.sentence(language, facts)


def _kind(one: Forecast, language: Language) -> str:
    kind = words.KINDS_OF_DAY.get(one.kind, words.WEEKDAYS[one.day.weekday()])
    return kind.sentence(language, {})


def _band(one: Forecast, hour: int) -> list[Cell]:
    if one.expected is None:
        return [None] * len(_EXPECTED)
    at = one.expected[hour]
    return [round(value, 2) for value in (at.mean, at.least, at.most)]


def _error(one: Forecast) -> list[Cell]:
    return [
        *(None if value is None else round(value, 4) for value in (one.error.ours, one.error.naive)),
        one.error.days,
    ]


def _shown(at: Expected) -> str:
    return f"{at.mean:.1f} ({at.least:.1f}–{at.most:.1f})"


def _clock(hour: int) -> str:
    return f"{hour:02}:00"
