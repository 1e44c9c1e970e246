"""Bytes to plain values, and plain values to numbers, truths and instants. Unknown stays unknown all the way."""

import json
import math
from datetime import UTC, datetime
from typing import Final

from gateway.vendors.results import Unreadable

MAX_BYTES: Final = 1_048_576
"""A larger message is not read. The largest seen, a Zigbee2MQTT list of some hundred devices, is half of it."""

_UNKNOWN: Final = frozenset(
    {
        "",
        "unknown",
        "unavailable",
        "undefined",
        "none",
        "null",
        "nan",
        "-nan",
        "n/a",
        "inf",
        "-inf",
        "infinity",
        "-infinity",
    }
)
_TRUE: Final = frozenset({"on", "true", "1", "yes"})
_FALSE: Final = frozenset({"off", "false", "0", "no"})
_FIRST: Final = 1_577_836_800.0  # 2020: a clock that says less has not been set
_LAST: Final = 4_102_444_800.0  # 2100


def text(payload: bytes) -> str:
    """Raises Unreadable for what is no UTF-8, or more than MAX_BYTES."""
    if len(payload) > MAX_BYTES:
        raise Unreadable(f"{len(payload)} bytes; more than {MAX_BYTES} are not read")
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"no UTF-8 at byte {error.start}") from None


def decode(payload: bytes) -> object:
    """JSON; NaN and Infinity, which some firmware writes, are None. Raises Unreadable."""
    return decode_text(text(payload))


def decode_text(said: str) -> object:
    """The same, of text."""
    try:
        return json.loads(said, parse_constant=lambda _: None)
    except RecursionError:
        raise Unreadable("JSON nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"no JSON: {str(error)[:80]}") from None


def decode_object(payload: bytes) -> dict[str, object]:
    """A JSON object. Raises Unreadable for anything else."""
    return an_object(decode(payload))


def an_object(value: object) -> dict[str, object]:
    """The same, of a value."""
    if not isinstance(value, dict):
        raise Unreadable(f"{shown(value)} where an object was expected")
    return value


def find(value: object, path: str) -> object:
    """What lies at `a.b.c`, None when it is not there."""
    for step in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def has(value: object, path: str) -> bool:
    """Whether something lies there, be it null; within a null everything is null."""
    for step in path.split("."):
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
        if value is None:
            return True
    return True


def is_unknown(value: object) -> bool:
    """The maker's ways to say that there is no value; never to be read as 0 or false."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and value.strip().casefold() in _UNKNOWN)


def number(value: object) -> float | None:
    """A finite number, also when it comes as text; None is unknown. Raises Unreadable."""
    if is_unknown(value):
        return None
    if isinstance(value, str):
        value = _from_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"{shown(value)} is not a number")
    if abs(value) > 2**53:  # infinity too
        raise Unreadable(f"{shown(value)} is too large a number")
    return value


def _from_text(said: str) -> object:
    """Decimal only: Python's own reading would also take 1_000 and other alphabets' digits."""
    if len(said) > 64 or not said.isascii() or "_" in said:
        return said
    try:
        exact = float(said)
    except ValueError:
        return said
    return int(exact) if exact.is_integer() and said.lstrip("+-").isdigit() else exact


def bound(said: str) -> float | None:
    """One end of a range; None where there is none."""
    try:
        return number(said)
    except Unreadable:
        return None


def truth(value: object) -> bool | None:
    """True or false in any of the usual spellings; None is unknown. Raises Unreadable."""
    if is_unknown(value) or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word in _TRUE or value == 1:
        return True
    if word in _FALSE or value == 0:
        return False
    raise Unreadable(f"{shown(value)} is neither true nor false")


def instant(value: object) -> datetime | None:
    """RFC 3339 with its zone, or seconds or milliseconds since 1970; None for local time or a clock that is not set."""
    if isinstance(value, str):
        return _with_zone(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for seconds in (value, value / 1000 if abs(value) < 2**53 else 0):
        if _FIRST <= seconds <= _LAST:
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _with_zone(said: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(said)
        return when.astimezone(UTC) if when.tzinfo and _FIRST <= when.timestamp() <= _LAST else None
    except (ValueError, OverflowError):
        return None


def shown(value: object) -> str:
    """A value in a sentence: short, and never the whole of it."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, int) and abs(value) > 2**53:
        return "an integer of many digits"
    said = json.dumps(value, ensure_ascii=False) if not isinstance(value, float) else repr(value)
    return said if len(said) <= 40 else f"{said[:39]}…"
