"""How the wizard and a person speak: sentences at a terminal, or one JSON object a line for programs."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Protocol, TextIO

from devices.commission.words import LANGUAGES, sentence


class Hung(Exception):
    """Nobody answers any more."""


class Talk(Protocol):
    """Somebody stands at the open cabinet. Sentences are named as in `words`."""

    def say(self, what: str, /, **facts: Any) -> None:  # noqa: ANN401 - JSON values
        """Tell them."""

    def ask(self, what: str, /, **facts: Any) -> str:  # noqa: ANN401 - as above
        """What they answer, without the spaces around it. Raises Hung."""

    def phrase(self, what: str, /, **facts: Any) -> str:  # noqa: ANN401 - as above
        """A part of a sentence."""


class Terminal:
    """Plain sentences in one language."""

    def __init__(self, language: str, *, into: TextIO | None = None, out: TextIO | None = None) -> None:
        """`language`: one of LANGUAGES."""
        self._language = language
        self._in = into or sys.stdin
        self._out = out or sys.stdout

    def say(self, what: str, /, **facts: Any) -> None:  # noqa: ANN401 - JSON values
        """A line."""
        self._out.write(sentence(what, self._language, facts) + "\n")
        self._out.flush()

    def phrase(self, what: str, /, **facts: Any) -> str:  # noqa: ANN401 - as above
        """In that language."""
        return sentence(what, self._language, facts)

    def ask(self, what: str, /, **facts: Any) -> str:  # noqa: ANN401 - as above
        """A line, and one back."""
        self._out.write(sentence(what, self._language, facts) + " ")
        self._out.flush()
        return _line(self._in)


class JsonLines:
    """`{"say": …}` or `{"ask": …}` out, each with its facts; an answer is a line of text in."""

    def __init__(self, *, into: TextIO | None = None, out: TextIO | None = None) -> None:
        self._in = into or sys.stdin
        self._out = out or sys.stdout

    def say(self, what: str, /, **facts: Any) -> None:  # noqa: ANN401 - JSON values
        """A line."""
        self._write({"say": what, **facts})

    def ask(self, what: str, /, **facts: Any) -> str:  # noqa: ANN401 - as above
        """A line, and one back."""
        self._write({"ask": what, **facts})
        return _line(self._in)

    def phrase(self, what: str, /, **facts: Any) -> str:  # noqa: ANN401 - as above
        """In English."""
        return sentence(what, "en", facts)

    def _write(self, told: dict[str, Any]) -> None:
        self._out.write(json.dumps(told, ensure_ascii=False) + "\n")
        self._out.flush()


def language_from(environ: Mapping[str, str]) -> str:
    """What the terminal is set to; Chinese when that is neither."""
    chosen = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return LANGUAGES[1] if chosen.lower().startswith("en") else LANGUAGES[0]


def _line(stream: TextIO) -> str:
    line = stream.readline()
    if not line:
        raise Hung
    return line.strip()
