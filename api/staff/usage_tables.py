"""The figures about use as tables: the same for a spreadsheet, for other programs and for paper."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.staff import usage_words as words
from gateway.kit.sentences import Sentence
from gateway.members.model import Language
from gateway.usage.queries import BankUsage, SpaceUsage, Unmet

Cell = str | float | int | None
CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_SPACE_FIGURES: Final = (
    "open_h",
    "booked_h",
    "used_h",
    "frequency",
    "occupancy",
    "utilisation",
    "bookings",
    "no_shows",
    "late_cancels",
    "recovered_h",
    "lead_h",
)
_SHARES: Final = frozenset({"frequency", "occupancy", "utilisation"})


class Table(NamedTuple):
    """`shares`: columns whose numbers are parts of 1. `note`: what is said above it on paper."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shares: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Usage:
    """What the tables are made of."""

    spaces: Sequence[SpaceUsage]
    banks: Sequence[BankUsage]
    unmet: Unmet
    heat: Sequence[Sequence[float | None]]


def tables(usage: Usage, language: Language) -> list[Table]:
    """All of them, in the reader's language, the meaning of each figure last. Nobody knows: an empty cell."""

    def say(sentence: Sentence) -> str:
        return sentence.sentence(language, {})

    def named(*figures: str) -> list[str]:
        return [say(words.FIGURES[figure][0]) for figure in figures]

    is_chinese = language is Language.ZH_CN
    return [
        Table(
            "spaces",
            say(words.SPACES),
            [say(words.SPACE), *named(*_SPACE_FIGURES)],
            [[one.space.name_zh if is_chinese else one.space.name_en, *_of_space(one)] for one in usage.spaces],
            shares=frozenset(1 + _SPACE_FIGURES.index(one) for one in _SHARES),
        ),
        Table(
            "lockers",
            say(words.BANKS),
            [
                *map(say, (words.BANK, words.COMPARTMENTS, words.RENTALS)),
                *named("turnover", "dwell_h", "overdue", "failed", "forced"),
            ],
            [[one.bank.name_zh if is_chinese else one.bank.name_en, *_of_bank(one)] for one in usage.banks],
        ),
        Table(
            "unmet",
            say(words.UNMET),
            [say(words.WISH), say(words.REASON), say(words.COUNT)],
            _of_unmet(usage.unmet, language),
        ),
        Table(
            "heat",
            say(words.HEAT),
            [say(words.HOUR), *map(say, words.WEEKDAYS)],
            [_hour(hour, usage.heat) for hour in range(24)],
        ),
        Table(
            "definitions",
            say(words.DEFINITIONS),
            [say(words.FIGURE), say(words.MEANING)],
            [[say(name), say(meaning)] for name, meaning in words.FIGURES.values()],
        ),
    ]


def as_csv(table: Table) -> bytes:
    """With the mark by which Excel takes it for UTF-8. A text that Excel would run as a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([[_harmless(cell) for cell in row] for row in table.rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(found: Sequence[Table], language: Language) -> bytes:
    """A sheet a table; texts are texts, whatever they begin with. A figure's column says in a note what it counts."""
    import xlsxwriter  # noqa: PLC0415 - 3 MiB, for whoever wants a spreadsheet

    meanings = {name.sentence(language, {}): said.sentence(language, {}) for name, said in words.FIGURES.values()}
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, share = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "0.0%"})
        for table in found:
            sheet = book.add_worksheet(table.title[:31])
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, table.columns, bold)
            for column, name in enumerate(table.columns):
                if name in meanings:
                    sheet.write_comment(0, column, meanings[name], {"x_scale": 2.5})
            for no, row in enumerate(table.rows, start=1):
                for column, cell in enumerate(row):
                    sheet.write(no, column, cell, share if column in table.shares else None)
            sheet.autofit()
    return out.getvalue()


def _hour(hour: int, heat: Sequence[Sequence[float | None]]) -> list[Cell]:
    return [f"{hour:02}:00", *(_rounded(day[hour]) for day in heat)]


def _of_space(one: SpaceUsage) -> list[Cell]:
    hours = [one.open_h, one.booked_h, one.used_h]
    return [
        *map(_rounded, hours),
        *(_rounded(rate, 4) for rate in one.rates),
        one.bookings,
        one.no_shows,
        one.late_cancels,
        _rounded(one.recovered_h),
        _rounded(one.lead_h.median),
    ]


def _of_bank(one: BankUsage) -> list[Cell]:
    return [
        one.compartments,
        one.rentals,
        _rounded(one.turnover),
        _rounded(one.dwell_h.median),
        one.overdue,
        sum(one.failed.values()),
        one.forced,
    ]


def _of_unmet(unmet: Unmet, language: Language) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for (wish, code), count in unmet.refused.items():
        wanted = words.WISHES[wish].sentence(language, {}) if wish in words.WISHES else wish
        rows.append([wanted, words.reason(code, language), count])
    for code, count in unmet.failed.items():
        rows.append([words.WISHES["unlocks"].sentence(language, {}), words.failure(code, language), count])
    waited = words.WISHES["waitlist"].sentence(language, {})
    in_vain = words.FIGURES["waits_unseated"][0].sentence(language, {})
    return [*rows, [waited, in_vain, unmet.waits_unseated]]


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
