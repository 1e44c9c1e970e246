"""Topic patterns: `{device}` is one level, `{device+}` one or more, `{x:a|b}` one of those words, `#` the rest."""

import re
from functools import lru_cache
from typing import Final

from gateway.vendors.results import Unreadable

_PLACE: Final = re.compile(r"\{([a-z]+)(\+|:[^{}]+)?\}|(#)")
_MAX_BYTES: Final = 65_535  # MQTT's own limit


def match(pattern: str, topic: str) -> dict[str, str] | None:
    """What stands at the pattern's places, or None when the topic is another."""
    found = _compiled(pattern).fullmatch(topic)
    return None if found is None else {name: value for name, value in found.groupdict().items() if value is not None}


def check(topic: str) -> None:
    """Raises Unreadable for what no message can be published to."""
    if not topic:
        raise Unreadable("no topic")
    if any(sign in topic for sign in "+#\0"):
        raise Unreadable("a topic to publish to has no +, # or NUL in it")
    if len(topic.encode("utf-8", "replace")) > _MAX_BYTES:
        raise Unreadable(f"a topic of more than {_MAX_BYTES} bytes")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """At most one place without end, so that matching takes a time proportional to the topic."""
    pieces, last = [], 0
    for place in _PLACE.finditer(pattern):
        pieces += [re.escape(pattern[last : place.start()]), _group(place)]
        last = place.end()
    if sum(piece.endswith((".+)", ".*")) for piece in pieces) > 1:
        raise ValueError(f"{pattern!r} has more than one place without end")
    return re.compile("".join([*pieces, re.escape(pattern[last:])]), re.DOTALL)


def _group(place: re.Match[str]) -> str:
    name, extent, rest = place.groups()
    if rest:
        return ".*"
    if extent is None:
        return f"(?P<{name}>[^/]+)"
    if extent == "+":
        return f"(?P<{name}>.+)"
    return f"(?P<{name}>{'|'.join(re.escape(word) for word in extent[1:].split('|'))})"
