"""Homie 5: a device describes its nodes and properties in one document, and then says bare values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from gateway.vendors import fields, payload
from gateway.vendors.entities import by_name
from gateway.vendors.fields import Taken
from gateway.vendors.known import Fact
from gateway.vendors.look import Look, Read, plain
from gateway.vendors.metrics import can_tell
from gateway.vendors.profile import Take
from gateway.vendors.results import Kind, Reading, Result, Unreadable

_MOST_PROPERTIES = 500
_MOST_CHILDREN = 200
_LONGEST_FORMAT = 2000  # a longer one is not held against the values
_EMPTY = "\0"  # how Homie says an empty text: zero bytes clear a topic


@dataclass(frozen=True)
class Property:
    """One property as described in `document`. `retained` False: its values are moments, not states."""

    document: str
    datatype: str
    unit: str | None
    retained: bool
    format: str | None


def read_lifecycle(look: Look) -> Read:
    """`$state`. A lost root takes its children with it; cleared, the device is gone, and what it described."""
    if not look.message.payload:
        return Read([Result(Kind.REMOVAL, look.device)], list(_forgotten(look.device)))
    word = payload.text(look.message.payload)
    if word not in look.route.words and word != "sleeping":
        raise Unreadable(f"{payload.shown(word)} is no state: expected {', '.join(look.route.words)} or sleeping")
    available = look.route.words.get(word) is True
    own = Result(Kind.AVAILABILITY, look.device, available=available, asleep=word == "sleeping", info={"state": word})
    lost = _descendants(look) if word == "lost" else []
    gone = [
        Result(Kind.AVAILABILITY, child, available=False, info={"state": "lost", "via": look.device}, own_topic=False)
        for child in lost
    ]
    return Read([own, *gone])


def _descendants(look: Look) -> list[str]:
    """Children, and theirs; one that names an ancestor as its child goes round once."""
    found = [look.device]
    for device in found:  # which grows meanwhile
        children = look.known.get("children", device)
        listed = children if isinstance(children, tuple) else ()
        found += [child for child in listed if child not in found][: _MOST_CHILDREN - len(found)]
    return found[1:]


def _forgotten(device: str) -> Iterator[Fact]:
    yield Fact(("document", device), None)
    yield Fact(("children", device), None)


def read_description(look: Look) -> Read:
    """`$description`: what the values that follow mean."""
    if not look.message.payload:
        return Read(look.ignored("cleared").results, list(_forgotten(look.device)))
    said = payload.decode_object(look.message.payload)
    nodes = payload.an_object(said.get("nodes", {}))
    document = sha256(look.message.payload).hexdigest()[:16]
    found = list(_properties(nodes, document))
    facts = [Fact(("property", look.device, *path), described) for path, described in found]
    facts.append(Fact(("document", look.device), document))
    children = said.get("children")
    named = children[:_MOST_CHILDREN] if isinstance(children, list) else []
    listed = tuple(child for child in named if isinstance(child, str))
    facts.append(Fact(("children", look.device), listed or None))
    told: tuple[str, ...] = ("name", "type", "version", "root", "parent")
    info = {name: plain(said[name]) for name in told if name in said}
    entities = [f"{node}/{name}: {described.datatype}" for (node, name), described in found[:20]]
    if said.get("homie") is None:
        raise Unreadable("a description without its Homie version, `homie`")
    return Read([Result(Kind.DISCOVERY, look.device, info={**info, "entities": entities})], facts)


def _properties(nodes: Mapping[str, object], document: str) -> Iterator[tuple[tuple[str, str], Property]]:
    for node, described in list(nodes.items())[:_MOST_PROPERTIES]:
        properties = payload.find(described, "properties")
        for name, said in list(properties.items())[:_MOST_PROPERTIES] if isinstance(properties, dict) else ():
            datatype, unit, shape = (payload.find(said, key) for key in ("datatype", "unit", "format"))
            if isinstance(datatype, str):
                yield (
                    (node, name),
                    Property(
                        document,
                        datatype,
                        unit if isinstance(unit, str) else None,
                        payload.find(said, "retained") is not False,
                        shape if isinstance(shape, str) and len(shape) <= _LONGEST_FORMAT else None,
                    ),
                )


def read_property(look: Look) -> Read:
    """One value; without its description it could be anything."""
    node, name = look.places["node"], look.places["member"]
    described = look.known.get("property", look.device, node, name)
    if not isinstance(described, Property) or described.document != look.known.get("document", look.device):
        return look.ignored(f"no $description seen that explains {node}/{name}")
    said = payload.text(look.message.payload)
    if not described.retained:
        if said in {"", _EMPTY}:
            return look.ignored("no event in it")
        if fault := _fault(said, described):
            raise Unreadable(f"{node}/{name}: {fault}")
        return Read([Result(Kind.EVENT, look.device, event=said[:64], info={"part": f"{node}/{name}"})])
    take = _meaning(look, node, name, described)
    if take is None:
        return look.ignored(f"nothing is known of {node}/{name}, {described.datatype} in {described.unit or 'no unit'}")
    return Read(look.settled(_taken(said, take, described, f"{node}/{name}")))


def _meaning(look: Look, node: str, name: str, described: Property) -> Take | None:
    """A property's own name first; one called `value` or the like is named for its node."""
    kind = {"integer": "number", "float": "number"}.get(described.datatype, described.datatype)
    classes = look.profile.classes.get(kind, {})
    generic = {"value", "state", "status", "level"}
    names = [node, f"{node}-{name}"] if name in generic else [name]
    for called in names:
        take = by_name(classes, called)
        if take is None or take.metric is None:
            continue
        if kind != "number" or can_tell(take.metric, described.unit):
            return take
    return None


def _taken(said: str, take: Take, described: Property, sensor: str) -> Taken:
    try:
        value = None if said in {"", _EMPTY} else said
        if value is not None and (fault := _fault(value, described)):
            raise Unreadable(fault)
        return Taken(readings=[fields.reading(value, take, sensor=sensor, unit=described.unit)])
    except ValueError as error:
        return Taken(problems=[f"{sensor}: {error}"])


def _fault(said: str, described: Property) -> str | None:
    """What in a value is against its description: that is worth seeing, and no value."""
    shape = described.format or ""
    match described.datatype:
        case "boolean" if said not in {"true", "false"}:
            return f"{payload.shown(said)} is neither true nor false"
        case "enum" if shape and said not in shape.split(","):
            return f"{payload.shown(said)} is none of {shape}"
        case "integer" | "float" if (number := payload.number(said)) is not None:
            if described.datatype == "integer" and number != int(number):
                return f"{payload.shown(said)} is no integer"
            return None if _is_within(number, shape) else f"{payload.shown(said)} is not within {shape}"
    return None


def _is_within(number: float, shape: str) -> bool:
    """`least:most:step`, each of which may be left out."""
    least, most = (payload.bound(part) for part in (*shape.split(":"), "", "")[:2])
    return (least is None or least <= number) and (most is None or number <= most)


def read_notice(look: Look) -> Read:
    """`$alert`: a text that stands there while it is so, and is cleared when it is resolved."""
    said = payload.text(look.message.payload)
    raised = Reading("alarm", value=said not in {"", _EMPTY}, sensor=look.places["member"])
    return Read([Result(Kind.TELEMETRY, look.device, (raised,), info={"text": said[:200]} if raised.value else {})])
