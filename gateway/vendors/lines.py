"""Messages as JSON lines, and what was understood as JSON lines: for people who try their own devices."""

import base64
import binascii
import json
from typing import Final

from gateway.vendors import payload
from gateway.vendors.known import Known
from gateway.vendors.profile import Profile, named, profiles
from gateway.vendors.reading import guess, read
from gateway.vendors.results import SAMPLE_BYTES, Kind, Message, Result, Unreadable

AUTO: Final = "auto"
"""The vendor's name when the topic shall tell."""


def translate(known: Known, line: bytes, vendor: str = AUTO) -> str:
    """One line in, one line out, always JSON; `known` learns. `vendor`: for a line that names none.

    Of several things understood, the most telling is the line, and the others are its `also`.
    """
    try:
        said = _object(line)
        message = _message(said)
        profile = _profile(known, said.get("vendor", vendor), message)
    except Unreadable as unreadable:
        sample = line.strip()[:SAMPLE_BYTES]
        return _told(Result(Kind.MALFORMED, reason=str(unreadable), sample=sample).as_object())
    found = read(known, message, profile)
    known.learn(found.facts)
    first, *others = (result.as_object() for result in found.results)
    also = {"also": others} if others else {}
    return _told({**first, "vendor": profile.name, **also})


def known_vendors() -> str:
    """Their names, for a sentence."""
    return ", ".join(profiles())


def _told(said: dict[str, object]) -> str:
    """Half a surrogate pair, which JSON can say and UTF-8 cannot, becomes a question mark."""
    return json.dumps(said, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace").decode()


def _object(line: bytes) -> dict[str, object]:
    if not line.strip():
        raise Unreadable("an empty line")
    try:
        said = payload.decode_text(line.decode())
    except UnicodeDecodeError as error:
        raise Unreadable(f"the line is no UTF-8 at byte {error.start}") from None
    if not isinstance(said, dict):
        raise Unreadable(f"the line is {payload.shown(said)}, not an object with topic and payload")
    return said


def _message(said: dict[str, object]) -> Message:
    topic = said.get("topic")
    if not isinstance(topic, str):
        raise Unreadable(f"topic: {payload.shown(topic)} where a text was expected")
    if "payload" not in said:
        raise Unreadable('payload: not there; an empty one is ""')
    retained = said.get("retained", said.get("retain", False))
    if not isinstance(retained, bool) and retained not in (0, 1):
        raise Unreadable(f"retained: {payload.shown(retained)} is neither true nor false")
    return Message(topic, _payload(said["payload"]), bool(retained))


def _payload(said: object) -> bytes:
    """A text as it is, null as none, `{"base64": …}` as its bytes, anything else as JSON."""
    if said is None:
        return b""
    if isinstance(said, str):
        return said.encode("utf-8", "surrogatepass")
    if isinstance(said, dict) and set(said) == {"base64"} and isinstance(coded := said["base64"], str):
        try:
            return base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError):
            raise Unreadable("payload: base64 that is none") from None
    try:
        return json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (RecursionError, ValueError):
        raise Unreadable("payload: nested too deeply") from None


def _profile(known: Known, vendor: object, message: Message) -> Profile:
    if vendor == AUTO or vendor is None:
        if (found := guess(known, message)) is None:
            raise Unreadable(f"vendor: this topic does not tell; name one of {known_vendors()}")
        return found
    if not isinstance(vendor, str) or (found := named(vendor)) is None:
        raise Unreadable(f"vendor: {payload.shown(vendor)} is not known; known are {known_vendors()}")
    return found
