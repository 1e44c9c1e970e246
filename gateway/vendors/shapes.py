"""The shapes that need no memory of their own: words, objects, bare values, facts."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.vendors import payload
from gateway.vendors.fields import Taken, take_all
from gateway.vendors.known import Fact
from gateway.vendors.look import Look, Read, plain
from gateway.vendors.results import Kind, Result, Unreadable

_MOST_DEVICES = 1000


def read_ignore(look: Look) -> Read:
    """Not about a device's state."""
    return look.ignored(look.route.reason)


def read_availability(look: Look) -> Read:
    """There or gone, in the maker's words; of a device, or with `kind` of the maker's gateway."""
    device = renamed(look)
    said = payload.text(look.message.payload).strip()
    word = payload.find(payload.decode_text(said), look.route.inside) if said.startswith("{") else said
    words = look.known.get("words", device)
    known: Mapping[str, object] = words if isinstance(words, dict) else look.route.words
    if not isinstance(word, str) or not isinstance(available := known.get(word), bool):
        raise Unreadable(f"{payload.shown(word)} says neither here nor gone: expected {' or '.join(known)}")
    return Read([Result(Kind(look.route.kind or Kind.AVAILABILITY), device or None, available=available)])


def renamed(look: Look) -> str:
    """The device's own id where it has been learned; its topic may have been renamed."""
    own = look.known.get("id of", look.profile.name, look.device)
    return own if isinstance(own, str) else look.device


def read_object(look: Look) -> Read:
    """An object whose members are the route's table; or one member alone, under a topic that ends with its name."""
    device, _, member = look.device.rpartition("/")
    if device and not payload.text(look.message.payload).lstrip().startswith("{"):
        return read_member(replace(look, places={**look.places, "device": device, "member": member}))
    said = payload.decode_object(look.message.payload)
    units = look.known.get("units", look.device)
    taken = take_all(
        said,
        look.profile.tables[look.route.table],
        suffixes=look.profile.suffixes,
        units=units if isinstance(units, dict) else None,
    )
    at = payload.instant(payload.find(said, look.route.at)) if look.route.at else None
    return Read(look.settled(taken, at=at, kind=Kind(look.route.kind or Kind.TELEMETRY)))


def read_member(look: Look) -> Read:
    """A bare value whose name ends the topic."""
    member = look.places["member"]
    table = look.profile.tables[look.route.table]
    said = payload.text(look.message.payload)
    if member not in table:
        if said.lstrip().startswith(("{", "[")):
            raise Unreadable("no JSON object")
        return look.ignored(f"nothing is known of {member!r}")
    try:
        value = payload.decode_text(said)
    except Unreadable:
        value = said
    return Read(look.settled(take_all({member: value}, {member: table[member]})))


def read_power(look: Look) -> Read:
    """A bare ON or OFF; the topic says of which relay."""
    member = look.places["member"]
    said = in_its_words(look, payload.text(look.message.payload))
    return Read(look.settled(take_all({"POWER": said}, look.profile.tables["relay"], sensor=member)))


def in_its_words(look: Look, said: object) -> object:
    """On or off, where the device has announced words of its own for them; else as it was said."""
    states = look.known.get("states", look.device)
    return states.get(said, said) if isinstance(states, dict) and isinstance(said, str) else said


def read_info(look: Look) -> Read:
    """Facts about a device or a maker's gateway."""
    said = payload.decode(look.message.payload)
    inside = payload.find(said, look.route.inside) if look.route.inside else said
    info = picked(look, inside)
    at = payload.instant(payload.find(said, look.route.at)) if look.route.at else None
    return Read([Result(Kind(look.route.kind or Kind.DEVICE_INFO), look.device or None, at=at, info=info)])


def picked(look: Look, said: object) -> dict[str, object]:
    """The route's facts, each from the first of its paths that has it."""
    found: dict[str, object] = {}
    for name, paths in look.route.pick.items():
        for path in paths if isinstance(paths, list) else [paths]:
            if name not in found and (value := plain(payload.find(said, path))) is not None:
                found[name] = value
    return found


def read_devices(look: Look) -> Read:
    """A bridge describes its devices: one discovery each, with the units that it gives to their members."""
    said = payload.decode(look.message.payload)
    if not isinstance(said, list):
        raise Unreadable(f"{payload.shown(said)} where an array of devices was expected")
    results: list[Result] = []
    facts: list[Fact] = []
    taken = Taken()
    for device in said[:_MOST_DEVICES]:
        name = payload.find(device, "friendly_name")
        if not isinstance(name, str) or not name:
            taken.problems.append("a device without friendly_name")
        elif payload.find(device, "type") != "Coordinator":
            results.append(Result(Kind.DISCOVERY, name, info=picked(look, device), own_topic=False))
            facts.append(Fact(("units", name), dict(_units(payload.find(device, "definition.exposes"), 4)) or None))
    if not results or taken.problems:
        results += look.settled(taken)
    return Read(results, facts)


def _units(exposes: object, deep: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for expose in exposes[:200] if isinstance(exposes, list) else []:
        member, unit = payload.find(expose, "property"), payload.find(expose, "unit")
        if isinstance(member, str) and isinstance(unit, str):
            found.append((member, unit))
        if deep:
            found += _units(payload.find(expose, "features"), deep - 1)
    return found
