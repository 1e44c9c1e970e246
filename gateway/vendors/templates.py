"""The part of Home Assistant's `value_template` that Hearth reads: a path, filters, a calculation. Nothing is executed.

    {{ value }}   {{ value_json.a.b['c'][0] | float | round(1) }}   {{ value_json.mv | int / 1000 }}

Filters: float, int, round(n), abs, multiply(n), is_defined, string, lower, upper, trim, default(x). The first two and
the last may name what to show in place of a missing value. That is the maker's wish, not the device's word: a missing
value stays unknown.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.vendors import payload
from gateway.vendors.results import Unreadable

Step = str | int
_MAX_CHARS: Final = 500
_MAX_STEPS: Final = 32
_WHOLE: Final = re.compile(r"\s*\{\{-?\s*(.*?)\s*-?\}\}\s*", re.DOTALL)
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<sign>[.\[\]()|*/+=-]))"
)


@dataclass(frozen=True)
class Template:
    """Where the value lies (`json` False: the payload itself), and what is done to it, in order."""

    json: bool
    path: tuple[Step, ...]
    operations: tuple[tuple[str, float | None], ...]


WHOLE: Final = Template(json=False, path=(), operations=())
"""No template: the payload itself."""


@lru_cache(maxsize=4096)
def parse(written: str) -> Template:
    """Raises Unreadable for anything beyond the part above, naming the first thing that is."""
    if len(written) > _MAX_CHARS:
        raise Unreadable(f"a template of more than {_MAX_CHARS} characters")
    found = _WHOLE.fullmatch(written)
    if found is None or "{%" in written or "{{" in found[1]:
        raise Unreadable("a template that is more than one {{ … }}")
    return _Parser(list(_tokens(found[1]))).template()


class Said:
    """A payload as text and as JSON, decoded once however many templates look at it."""

    def __init__(self, said: bytes) -> None:
        self._bytes = said
        self._json: tuple[object, Unreadable | None] | None = None

    def text(self) -> str:
        """Raises Unreadable for what is no text."""
        return payload.text(self._bytes)

    def json(self) -> object:
        """Raises Unreadable for what is no JSON."""
        if self._json is None:
            try:
                self._json = payload.decode(self._bytes), None
            except Unreadable as unreadable:
                self._json = None, unreadable
        value, why_not = self._json
        if why_not is not None:
            raise why_not
        return value


def evaluate(template: Template, said: Said) -> object:
    """The value, None when it is not there or unknown. Raises Unreadable for a payload without the promised shape."""
    value: object = said.json() if template.json else said.text()
    for step in template.path:
        value = _step(value, step)
    for name, number in template.operations:
        if payload.is_unknown(value):
            return None
        value = _OPERATIONS[name](value, number)
    return value


def _step(value: object, step: Step) -> object:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
        return value[step]
    return None


def _tokens(written: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(written):
        found = _TOKEN.match(written, at)
        if found is None:
            raise Unreadable(f"a template with {written[at : at + 20].strip()!r} in it")
        yield str(found.lastgroup), found[found.lastgroup or 0]
        at = found.end()


class _Parser:
    """value: path filter* (calculation filter*)*; no nesting, so no depth."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._sign = ""  # of the calculation to whose number a filter would belong

    def template(self) -> Template:
        """All of it, or Unreadable."""
        brackets = 0
        while self._takes("("):
            brackets += 1
        root = self._take("name")
        if root not in {"value", "value_json"}:
            raise Unreadable(f"a template about {root!r}")
        path = tuple(self._path())
        operations: list[tuple[str, float | None]] = []
        while self._at < len(self._tokens):
            if brackets and self._takes(")"):
                brackets -= 1
                self._sign = ""
                continue
            operations.append(self._operation())
            if len(operations) > _MAX_STEPS:
                raise Unreadable(f"a template of more than {_MAX_STEPS} steps")
        if brackets:
            raise Unreadable("a template with an open bracket")
        if root == "value" and path:
            raise Unreadable("a template that looks into the bare value")
        return Template(root == "value_json", path, tuple(operations))

    def _path(self) -> Iterator[Step]:
        while True:
            if self._takes("."):
                yield self._take("name")
            elif self._takes("["):
                kind, said = self._next()
                if kind == "text":
                    yield said[1:-1]
                elif kind == "number" and said.lstrip("-").isdigit():
                    yield int(said[:6])
                else:
                    raise Unreadable(f"a template with [{said}] in it")
                self._expect("]")
            else:
                return

    def _operation(self) -> tuple[str, float | None]:
        kind, said = self._next()
        if kind == "sign" and said == "|" and not self._sign:
            return self._filter()
        if kind == "number" and said.startswith("-"):  # `a -1`, which a tokeniser cannot tell from a negative number
            self._sign = "-"
            return "-", _number(said[1:])
        if kind == "sign" and said in "*/+-" and (said in "+-" or self._sign not in {"+", "-"}):
            self._sign = said
            return said, _number(self._take("number"))
        raise Unreadable(
            f"a template with {said!r} in it"
        )  # also a filter or a product that would bind to the number before it

    def _filter(self) -> tuple[str, float | None]:
        name = self._take("name")
        if name not in _FILTERS:
            raise Unreadable(f"a template with the filter {name!r}")
        argument = self._argument()
        if (name == "multiply") != (argument is not None) and name not in _OPTIONAL:
            raise Unreadable(f"a template with the filter {name!r} used otherwise")
        return name, argument if name in {"multiply", "round"} else None

    def _argument(self) -> float | None:
        """A filter's bracket; a text or name in it counts as none, for a default is not looked at."""
        if not self._takes("("):
            return None
        found: float | None = None
        while not self._takes(")"):
            kind, said = self._next()
            if kind == "number":
                found = _number(said)
            elif kind not in {"text", "name"} and said != "=":  # `default=0`
                raise Unreadable(f"a template with {said!r} in a filter's bracket")
        return found

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise Unreadable("a template that ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str) -> str:
        found, said = self._next()
        if found != kind:
            raise Unreadable(f"a template with {said!r} in it")
        return said

    def _takes(self, sign: str) -> bool:
        here = self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)
        self._at += here
        return here

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise Unreadable(f"a template without its {sign!r}")


def _number(said: str) -> float:
    return float(said[:20])


def _counted(value: object) -> float:
    counted = payload.number(value)
    if counted is None:
        raise Unreadable("nothing to calculate with")
    return counted


def _divide(value: object, number: float | None) -> float:
    if not number:
        raise Unreadable("a template that divides by nothing")
    return _counted(value) / number


_OPERATIONS: Final[dict[str, Callable[[object, float | None], object]]] = {
    "float": lambda value, _: _counted(value),
    "int": lambda value, _: int(_counted(value)),
    "round": lambda value, digits: round(_counted(value), min(int(digits or 0), 10)),
    "abs": lambda value, _: abs(_counted(value)),
    "multiply": lambda value, number: _counted(value) * (number or 0),
    "*": lambda value, number: _counted(value) * (number or 0),
    "/": _divide,
    "+": lambda value, number: _counted(value) + (number or 0),
    "-": lambda value, number: _counted(value) - (number or 0),
    "is_defined": lambda value, _: value,
    "default": lambda value, _: value,
    "string": lambda value, _: value,
    "lower": lambda value, _: value.lower() if isinstance(value, str) else value,
    "upper": lambda value, _: value.upper() if isinstance(value, str) else value,
    "trim": lambda value, _: value.strip() if isinstance(value, str) else value,
}
_FILTERS: Final = frozenset(name for name in _OPERATIONS if name.isidentifier())
_OPTIONAL: Final = frozenset({"float", "int", "round", "default"})
