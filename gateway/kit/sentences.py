"""What the house says to a person: the same in both languages, with gaps that facts fill."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

CHINESE: Final = "zh-CN"  # of the languages of members; every other one reads English

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")  # as every notice keeps one


class Sentence(NamedTuple):
    """The same in both languages. `{names}` in them are facts that come along."""

    zh: str
    en: str

    def sentence(self, language: str, facts: Mapping[str, object]) -> str:
        """The sentence for one reader."""
        text = self.zh if language == CHINESE else self.en
        return text.format_map(_Facts(facts))


def in_language(language: str, facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as one reader reads them: what has a name in both languages by the one of theirs."""
    return {name: value.get(language) if isinstance(value, Mapping) else value for name, value in facts.items()}


def told_to(language: str, zone: ZoneInfo, facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as one reader reads them: names in their language, instants (RFC 3339 text) by the centre's clock."""
    return {name: _told(value, zone) for name, value in in_language(language, facts).items()}


def _told(value: object, zone: ZoneInfo) -> object:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return value


class _Facts(dict[str, object]):
    """A fact that was not given leaves a gap in the sentence, not a crash in the answer."""

    def __missing__(self, name: str) -> str:
        return "…"
