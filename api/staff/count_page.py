"""The count as a page that prints well: no script, and every text is escaped by the tree that it is put into."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, tostring
from zoneinfo import ZoneInfo

from api.staff.count_views import Tally, sentence_of
from api.staff.count_words import CONDITIONS, DOORS, PRESENCES, SEEN, USES
from gateway.counts.queries import BankCount, Line
from gateway.kit.sentences import Sentence
from gateway.members.model import Language

STYLE: Final = "/api/v1/staff/reconciliation/print.css"

_TITLE: Final = Sentence("储物柜盘点表", "Locker count")
_PRINTED: Final = Sentence("打印：{at}，{by}", "Printed {at} by {by}")
_TALLY: Final = Sentence(
    "使用中 {taken}：关 {taken_shut}，开 {taken_open}，未知 {taken_unknown}；"
    "空闲 {free}：关 {free_shut}，开 {free_open}，未知 {free_unknown}。需查看 {to_look} 格。",
    "In use {taken}: {taken_shut} shut, {taken_open} open, {taken_unknown} unknown. Free {free}: {free_shut} shut,"
    " {free_open} open, {free_unknown} unknown. To look at: {to_look}.",
)
_COLUMNS: Final = (
    Sentence("空", "Empty"),
    Sentence("有物", "Things"),
    Sentence("柜号", "No."),
    Sentence("大小", "Size"),
    Sentence("系统", "Software"),
    Sentence("门", "Door"),
    Sentence("需要查看", "To look at"),
    Sentence("上次查看", "Last seen"),
    Sentence("备注", "Note"),
)
_FREE: Final = Sentence("空闲", "free")
_SIGNED: Final = Sentence("盘点人：", "Counted by:")
_DATE: Final = Sentence("日期和时间：", "Date and time:")


def render(found: Sequence[BankCount], *, language: Language, zone: ZoneInfo, printed_by: str, now: datetime) -> str:
    """The whole page, for one reader."""
    page = _Page(language, zone)
    return "<!doctype html>\n" + tostring(page.whole(found, printed_by, now), encoding="unicode", method="html")


class _Page:
    """Puts the page together in one language."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self._language = language
        self._zone = zone

    def whole(self, found: Sequence[BankCount], printed_by: str, now: datetime) -> Element:
        title = self._say(_TITLE)
        head = _tag(
            "head",
            _tag("meta", charset="utf-8"),
            _tag("meta", name="viewport", content="width=device-width"),
            _tag("title", title),
            _tag("link", rel="stylesheet", href=STYLE),
        )
        printed = self._say(_PRINTED, at=self._time(now), by=printed_by)
        header = _tag("header", _tag("h1", title), _tag("p", printed))
        return _tag("html", head, _tag("body", header, *(self._bank(one) for one in found)), lang=self._language)

    def _bank(self, found: BankCount) -> Element:
        name = found.bank.name_zh if self._language is Language.ZH_CN else found.bank.name_en
        columns = [_tag("th", self._say(one), scope="col") for one in _COLUMNS]
        # In the table's head, which is repeated on every sheet: a loose one still says where it belongs.
        bank = _tag(
            "th",
            _tag("h2", name, " ", _tag("small", self._say(PRESENCES[found.presence]))),
            _tag("div", self._tally(found)),
            colspan=str(len(_COLUMNS)),
            **{"class": "bank"},
        )
        head = _tag("thead", _tag("tr", bank), _tag("tr", *columns))
        return _tag(
            "section",
            _tag("p", self._say(_SIGNED), _tag("span"), self._say(_DATE), _tag("span"), **{"class": "signed"}),
            _tag("table", head, _tag("tbody", *(self._row(one) for one in found.lines))),
        )

    def _row(self, line: Line) -> Element:
        box = line.compartment
        to_look_at = [sentence_of(line, one, self._language, self._zone) for one in line.differences]
        cells: list[Element] = [
            _tag("td", _tag("i"), **{"class": "tick"}),
            _tag("td", _tag("i"), **{"class": "tick"}),
            _tag("th", box.label, scope="row"),
            _tag("td", box.size),
            _tag("td", *_lines([self._say(USES[line.rental.use] if line.rental else _FREE), self._condition(line)])),
            _tag("td", self._say(DOORS[line.door])),
            _tag("td", *_lines(to_look_at)),
            _tag("td", *_lines(self._last_seen(line))),
            _tag("td", **{"class": "note"}),
        ]
        return _tag("tr", *cells, **({"class": "differs"} if line.differences else {}))

    def _tally(self, found: BankCount) -> str:
        tally = Tally.of(found).model_dump()
        taken = sum(count for name, count in tally.items() if name.startswith("taken"))
        return self._say(
            _TALLY,
            **tally,
            taken=taken,
            free=sum(tally.values()) - taken,
            to_look=sum(bool(line.differences) for line in found.lines),
        )

    def _condition(self, line: Line) -> str:
        return self._say(CONDITIONS[line.compartment.condition])

    def _last_seen(self, line: Line) -> list[str]:
        seen = line.sighting
        if seen is None or line.seen_by is None:
            return []
        return [f"{self._say(SEEN[seen.seen])} · {line.seen_by.name}", self._time(seen.seen_at), seen.note]

    def _time(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _say(self, sentence: Sentence, **facts: object) -> str:
        return sentence.sentence(self._language, facts)


def _lines(texts: Iterable[str]) -> list[Element]:
    return [_tag("div", text) for text in texts if text]


def _tag(kind: str, /, *children: Element | str, **attributes: str) -> Element:
    """One element; a text among its children goes behind the one before it."""
    made = Element(kind, attributes)
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + child
        else:
            made.text = (made.text or "") + child
    return made
