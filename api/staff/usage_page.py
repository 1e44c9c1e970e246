"""The figures of a month as a page that prints well: no script, every text escaped by the tree that it is put into."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

from api.staff import usage_words as words
from api.staff.usage_tables import Cell, Table
from gateway.members.model import Language
from gateway.usage.queries import Period

STYLE: Final = "/api/v1/staff/usage/report.css"
_SHADES: Final = 5


def render(
    tables: Sequence[Table], *, period: Period, language: Language, zone: ZoneInfo, printed_by: str, now: datetime
) -> str:
    """The whole page, for one reader."""
    facts = {
        "first": period.first,
        "last": period.last,
        "at": now.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
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
        body.append(_section(table, words.UNKNOWN.sentence(language, {})))
    return "<!doctype html>\n" + tostring(page, encoding="unicode", method="html")


def _section(table: Table, unknown: str) -> Element:
    section = Element("section", {"class": table.name})
    SubElement(section, "h2").text = table.title
    grid = SubElement(section, "table")
    head = SubElement(SubElement(grid, "thead"), "tr")
    for column in table.columns:
        SubElement(head, "th", scope="col").text = column
    body = SubElement(grid, "tbody")
    most = max((cell for row in table.rows for cell in row if isinstance(cell, float)), default=0.0)
    for row in table.rows:
        line = SubElement(body, "tr")
        SubElement(line, "th", scope="row").text = str(row[0])
        for no, cell in enumerate(row[1:], start=1):
            shade = {"class": f"shade-{_shade(cell, most)}"} if table.name == "heat" else {}
            SubElement(line, "td", shade).text = _shown(cell, unknown, is_share=no in table.shares)
    return section


def _shown(cell: Cell, unknown: str, *, is_share: bool) -> str:
    if cell is None:
        return unknown
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.1%}" if is_share else f"{cell:g}"


def _shade(cell: Cell, most: float) -> int:
    return round((_SHADES - 1) * cell / most) if isinstance(cell, float) and most > 0 else 0
