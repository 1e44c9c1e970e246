"""The page to print and to keep in the cabinet: how each door is wired, in both languages."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, Final

from devices.commission.places import Place
from devices.commission.rules import Finding, Trouble
from devices.commission.words import LANGUAGES, sentence

_STYLE: Final = """
@page { size: A4; margin: 14mm }
body { font: 11pt/1.4 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #000 }
h1 { font-size: 16pt; margin: 0 } p { margin: 1mm 0 5mm }
table { border-collapse: collapse; width: 100% } thead { display: table-header-group }
th, td { border: 0.3mm solid #000; padding: 1mm 2mm; text-align: left; vertical-align: top }
tr { break-inside: avoid } td:first-child { font-weight: bold; white-space: nowrap }
small { display: block; font-size: 9pt }
"""
_COLUMNS: Final = ("door", "place", "contact", "polarity", "opens", "remarks")


def page(
    findings: Sequence[Finding],
    *,
    names: Mapping[Place, Mapping[str, Any]],
    device: str,
    who: str,
    date: str,
) -> str:
    """HTML, complete in itself. Doors in the order of their numbers, then what has none."""
    rows = sorted(findings, key=lambda finding: (finding.door == 0, finding.door, str(finding.strike)))
    by = {"who": who, "date": date, "device": device}
    head = "".join(f"<th>{_both(partial(_heading, column))}</th>" for column in _COLUMNS)
    body = "\n".join(f"<tr>{_cells(finding, names)}</tr>" for finding in rows)
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(device)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{_both(lambda language: sentence('title', language, {}))}</h1>\n"
        f"<p>{_both(lambda language: sentence('by', language, by))}</p>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></body></html>\n"
    )


def opens_after(finding: Finding, phrase: Callable[..., str]) -> str:
    """From the pulse to the open contact."""
    if finding.opens_after_ms is None:
        return phrase("not_measured")
    return phrase("ms", ms=finding.opens_after_ms)


def remark(finding: Finding, phrase: Callable[..., str]) -> str:
    """What is wrong, in words; empty when nothing is."""
    if finding.trouble is None:
        return ""
    if finding.trouble is Trouble.CROSSED and finding.other is None:
        return phrase("crossed_alone")
    return phrase(str(finding.trouble), other=finding.other)


def _heading(column: str, language: str) -> str:
    return sentence(f"head_{column}", language, {})


def _cells(finding: Finding, names: Mapping[Place, Mapping[str, Any]]) -> str:
    def name(place: Place, language: str) -> str:
        return sentence("at_pins" if place.board is None else "at_board", language, names[place])

    def cell(words: Callable[[str, Callable[..., str]], str]) -> str:
        def say(language: str) -> str:
            return words(language, lambda what, **facts: sentence(what, language, facts))

        return f"<td>{_both(say)}</td>"

    def contact(language: str, phrase: Callable[..., str]) -> str:
        if finding.contact is None:
            return "-"
        return phrase("own") if finding.contact == finding.strike else name(finding.contact, language)

    def remarks(_language: str, phrase: Callable[..., str]) -> str:
        left_out = phrase("left_out") if finding.door and not finding.works else ""
        return " · ".join(filter(None, [left_out, remark(finding, phrase)]))

    return "".join(
        [
            cell(lambda _language, phrase: str(finding.door) if finding.door else phrase("no_door")),
            cell(lambda language, _phrase: name(finding.strike, language)),
            cell(contact),
            cell(lambda _language, _phrase: "-" if finding.shut_is is None else str(int(finding.shut_is))),
            cell(lambda _language, phrase: opens_after(finding, phrase) if finding.door else "-"),
            cell(remarks),
        ]
    )


def _both(words: Callable[[str], str]) -> str:
    chinese, english = (escape(words(language)) for language in LANGUAGES)
    return chinese if chinese == english else f"{chinese}<small>{english}</small>"
