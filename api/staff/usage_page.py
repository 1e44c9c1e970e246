"""The figures of a month as a page that prints well: no script, every text escaped by the tree that it is put into."""

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from api.staff import usage_words as words
from api.staff.usage_tables import Cell, Table
from gateway.members.model import Language
from gateway.usage.queries import Period

STYLE: Final = "/api/v1/staff/usage/report.css"
_SHADES: Final = 5
_SHADED: Final = ("heat", "people")


def render(tables: Sequence[Table], *, period: Period, language: Language, printed_by: str) -> str:
    """The whole page, for one reader, as of the period's `until`."""
    facts = {
        "first": period.first,
        "last": period.last,
        "at": period.until.astimezone(period.zone).strftime("%Y-%m-%d %H:%M"),
        "by": printed_by,
    }
    title = words.TITLE.sentence(language, {})
    page = Element("html", lang=language)
    head, body = SubElement(page, "head"), SubElement(page, "body")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width")
    SubElement(head, "title").text = title
    SubElement(head, "link", rel="stylesheet", href=STYLE)
    SubElement(body, "h1").text = title
    SubElement(body, "p").text = words.PRINTED.sentence(language, facts)
    for table in tables:
        body.append(_section(table, language))
    return "<!doctype html>\n" + tostring(page, encoding="unicode", method="html")


def _section(table: Table, language: Language) -> Element:
    unknown = words.UNKNOWN.sentence(language, {})
    section = Element("section", {"class": table.name})
    SubElement(section, "h2").text = table.title
    if table.note:
        SubElement(section, "p").text = table.note
    rows = _lively(table.rows) if table.name == "people" else table.rows
    if not rows:
        SubElement(section, "p").text = words.NOTHING.sentence(language, {})
        return section
    grid = SubElement(section, "table")
    head = SubElement(SubElement(grid, "thead"), "tr")
    for column in table.columns:
        SubElement(head, "th", scope="col").text = column
    body = SubElement(grid, "tbody")
    most = max((cell for row in rows for cell in row if isinstance(cell, float)), default=0.0)
    for row in rows:
        line = SubElement(body, "tr")
        SubElement(line, "th", scope="row").text = str(row[0])
        for no, cell in enumerate(row[1:], start=1):
            shade = {"class": f"shade-{_shade(cell, most)}"} if table.name in _SHADED else {}
            SubElement(line, "td", shade).text = _shown(cell, unknown, is_share=no in table.shares)
    return section


def _lively(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Without the hours in which nobody was."""
    return [row for row in rows if any(isinstance(cell, float) and cell > 0 for cell in row)]


def _shown(cell: Cell, unknown: str, *, is_share: bool) -> str:
    if cell is None:
        return unknown
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.1%}" if is_share else f"{cell:g}"


def _shade(cell: Cell, most: float) -> int:
    return round((_SHADES - 1) * cell / most) if isinstance(cell, float) and most > 0 else 0
