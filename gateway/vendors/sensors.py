"""Devices that tell all their sensors in one object, each under the name of its chip or input."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from gateway.vendors import payload
from gateway.vendors.fields import Taken, take_all
from gateway.vendors.known import Fact
from gateway.vendors.look import Look, Read, malformed, plain
from gateway.vendors.profile import Table
from gateway.vendors.results import Kind, Result, Unreadable
from gateway.vendors.shapes import in_its_words, picked

_SCALES: Final = {"TempUnit": ("Temperature", "DewPoint"), "PressureUnit": ("Pressure",)}
_PREFIXES: Final = ("cmnd", "stat", "tele")
_DIGITS: Final = "0123456789"


def read_sensors(look: Look) -> Read:
    """An object with relays, inputs, sensors, a radio's children, a card, a planned sleep: whatever is in it."""
    said = payload.decode_object(look.message.payload)
    if look.route.inside:
        said = payload.an_object(said.get(look.route.inside))
    at = payload.instant(said.get("Time"))
    if isinstance(sleep := said.get("DeepSleep"), dict):
        return Read([_asleep(look, sleep)])
    results = [*_happened(look, said, at), *_children(look, said)]
    kind = Kind(look.route.kind or Kind.TELEMETRY)
    taken = _own(look, said)
    if results and not taken.readings and not taken.problems:
        return Read(results)
    return Read(results + look.settled(taken, at=at, kind=kind, info=_answered(look, said)))


def _answered(look: Look, said: Mapping[str, object]) -> dict[str, object]:
    command = next((name for name in said if name != "Time"), "")
    return {"command": command[:64]} if look.route.kind == "command_result" else {}


def _own(look: Look, said: Mapping[str, object]) -> Taken:
    units = {
        member: unit if isinstance(unit, str) else payload.shown(unit)
        for scale, members in _SCALES.items()
        for member in members
        if (unit := said.get(scale)) is not None
    }
    taken = take_all(said, look.profile.tables["device"])
    for name, value in said.items():
        taken.add(_named(look, name, value, units))
    return taken


def _named(look: Look, name: str, value: object, units: Mapping[str, str]) -> Taken:
    """A sensor, a relay or an input, by its name without its number."""
    profile = look.profile
    relays, inputs, base = profile.tables["relay"], profile.tables["inputs"], name.rstrip(_DIGITS)
    word = payload.find(value, "Action") if base in inputs else None
    if isinstance(value, dict) and word is None:
        apart = name in {"ZbReceived", "Wifi", *profile.cards, *profile.signals}
        return Taken() if apart else _one(value, profile.tables.get(name, profile.tables["sensor"]), name, units)
    said = in_its_words(look, value if word is None else word)
    if base in relays:
        return take_all({base: said}, relays, sensor=name)
    if base in inputs and (isinstance(said, bool) or said in _words_of(inputs, base)):
        return take_all({base: said}, inputs, sensor=name)
    return Taken()


def _words_of(table: Table, member: str) -> list[str]:
    """The words of a member with only one rule."""
    take = table[member]
    return [] if isinstance(take, list) else list(take.words)


def _one(said: Mapping[str, object], table: Table, name: str, units: Mapping[str, str]) -> Taken:
    """A chip with several of a kind numbers its members."""
    taken = take_all(said, table, sensor=name, units=units)
    for member, value in said.items():
        base = member.rstrip(_DIGITS)
        if base != member and base in table and member not in table:
            numbered = take_all({base: value}, {base: table[base]}, sensor=f"{name}.{member[len(base) :]}", units=units)
            taken.add(numbered)
    return taken


def _happened(look: Look, said: Mapping[str, object], at: datetime | None) -> Iterator[Result]:
    """A card is an event only while it is being held there: an answer that repeats the last one is not."""
    words = look.profile.tables["inputs"]
    for name, value in said.items():
        if name in look.profile.cards and look.route.role != "answer":
            card = payload.find(value, "UID")
            if isinstance(card, str | int) and not isinstance(card, bool) and not payload.is_unknown(card):
                yield Result(Kind.EVENT, look.device, at=at, event="card", info={"card": str(card)[:64], "part": name})
        if name in look.profile.signals and look.route.role != "answer":
            heard = plain(payload.find(value, look.profile.signals[name]))
            yield Result(Kind.EVENT, look.device, at=at, event=name, info={} if heard is None else {"data": heard})
        word = value if name == "ACTION" else payload.find(value, "Action")
        base = name.rstrip(_DIGITS)
        if isinstance(word, str) and word and not (base in words and word in _words_of(words, base)):
            part = look.places.get("member", name) if name == "ACTION" else name
            yield Result(Kind.EVENT, look.device, at=at, event=word[:64], info={"part": part[:64]})


def _children(look: Look, said: Mapping[str, object]) -> Iterator[Result]:
    """What a radio heard: each child is a device of its own."""
    heard = said.get("ZbReceived")
    for address, value in heard.items() if isinstance(heard, dict) else ():
        if not isinstance(value, dict):
            yield malformed(look.message, f"ZbReceived: {payload.shown(value)} is no device", look.device)
            continue
        names = [name.strip() for key in ("Name", "Device") if isinstance(name := value.get(key), str)]
        child = next(filter(None, names), address)
        taken = take_all(value, look.profile.tables["child"])
        for one in look.settled(taken, device=child[:200], info={"via": look.device}):
            yield replace(one, own_topic=False)


def _asleep(look: Look, said: Mapping[str, object]) -> Result:
    wakes = next((when for key in ("Wakeup", "Epoch") if (when := payload.instant(said.get(key)))), None)
    info = {"wakes_at": wakes.isoformat().replace("+00:00", "Z")} if wakes else {}
    return Result(Kind.AVAILABILITY, look.device, available=False, asleep=True, info=info)


def read_announcement(look: Look) -> Read:
    """A device says what it is, and which topics and words it uses."""
    said = payload.decode_object(look.message.payload)
    topic, full, prefixes = said.get("t"), said.get("ft"), said.get("tp")
    if not isinstance(topic, str) or not topic:
        raise Unreadable("an announcement without its topic, `t`")
    facts = [Fact(("words", topic), _words(said)), Fact(("states", topic), _states(said))]
    facts.append(Fact(("described", look.message.topic), topic))
    if isinstance(full, str) and isinstance(prefixes, list) and len(prefixes) == len(_PREFIXES):
        facts += [
            Fact(("alias", look.profile.name, base), f"{role}/{topic}")
            for role, prefix in zip(_PREFIXES, prefixes, strict=True)
            if isinstance(prefix, str) and (base := _base(full, prefix, said)) != f"{role}/{topic}"
        ]
    return Read([Result(Kind.DISCOVERY, topic, info={"id": look.device, **picked(look, said)})], facts)


def _words(said: Mapping[str, object]) -> dict[str, bool] | None:
    online, offline = said.get("onln"), said.get("ofln")
    return {online: True, offline: False} if isinstance(online, str) and isinstance(offline, str) else None


def _states(said: Mapping[str, object]) -> dict[str, bool] | None:
    """The texts that stand for off and on are the device's own, in this order."""
    match said.get("state"):
        case [str(off), str(on), *_] if off and on and off != on:
            return {off: False, on: True}
    return None


def _base(full: str, prefix: str, said: Mapping[str, object]) -> str:
    places = {"prefix": prefix, "topic": said.get("t"), "hostname": said.get("hn"), "id": said.get("mac")}
    for place, value in places.items():
        full = full.replace(f"%{place}%", value if isinstance(value, str) else "")
    return full.strip("/")
