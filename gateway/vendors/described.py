"""Devices whose topics mean something only after they have described themselves, in Home Assistant's way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from gateway.vendors import fields, payload, templates, topics
from gateway.vendors.known import Fact, Known
from gateway.vendors.look import NOTHING, Look, Read, malformed, plain
from gateway.vendors.metrics import can_tell
from gateway.vendors.profile import Profile, Take, profiles
from gateway.vendors.results import Kind, Message, Reading, Result, Unreadable
from gateway.vendors.templates import Said, Template

_MOST_ENTITIES = 500
_BY_TOPIC = "{device+}/{component}/{entity}/state"
_TELL_ONLY = ("sensor", "binary_sensor")  # what has nothing but its state
_DESCRIPTION = {
    "name": "name",
    "maker": "manufacturer",
    "model": "model",
    "firmware": "sw_version",
    "hardware": "hw_version",
}
_DESCRIPTION |= {"id": "identifiers", "serial": "serial_number", "via": "via_device", "area": "suggested_area"}
_LOCK = {"locked": "locked", "unlocked": "unlocked", "jammed": "jammed", "locking": "unknown", "unlocking": "unknown"}
_LOCK |= {"open": "unlocked", "opening": "unknown"}  # its latch drawn back, so that the door can be pulled
_UNSAID = ("state_topic", "json_attributes_topic")  # whose topics are known to be a device's though nothing is read


@dataclass(frozen=True)
class Binding:
    """What one entity reads from one topic.

    `maker`: whose profile its description was read by. `words`: the entity's payloads and what each means. `config`:
    the topic on which it was described. `only`: the events that it declared. `others`: the topics that say with this
    one whether it is there, and `together` how. `why`: what of the description cannot be followed, so that nothing said
    there can be read.
    """

    maker: str
    config: str
    device: str
    entity: str
    role: Literal["value", "availability", "event", "card", "nothing", "unreadable"]
    template: Template = templates.WHOLE
    take: Take | None = None
    words: Mapping[str, bool | str | None] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    together: Literal["all", "any", "latest"] = "latest"
    why: str = ""


@dataclass(frozen=True)
class _Entity:
    """One entity's description, spelt out."""

    maker: str
    config: str
    component: str
    name: str
    device: str
    said: Mapping[str, object]


def read_config(look: Look) -> Read:
    """One entity's description, or a whole device's. What in it cannot be followed is flagged, not guessed."""
    config = look.message.topic
    if not look.message.payload:
        device = look.known.get("described", config)
        return Read(
            [Result(Kind.REMOVAL, device if isinstance(device, str) else look.places["object"])],
            [*_forgotten(look.known, config), Fact(("described", config), None)],
        )
    manner = _manner(look)
    said = _spelt(payload.decode_object(look.message.payload), manner.abbreviations)
    if said.get("migrate_discovery") is True:
        return look.ignored("the maker moves this description to another topic")
    entities = list(_entities(look, said))
    device = entities[0].device if entities else _device(said, look.places["object"])
    bindings, flags = _bindings(manner, entities)
    if look.route.role != "by topic":  # those are called by their topics before any description, and after it too
        for topic, binding in _unsaid(entities):
            bindings.setdefault(topic, [binding])
    info = {**_facts_of(said), "entities": [f"{entity.component}: {entity.name}" for entity in entities[:20]]}
    if flags:
        info["flags"] = flags[:20]
    facts = [*_bound(look.known, config, bindings), Fact(("described", config), device)]
    return Read([Result(Kind.DISCOVERY, device, info=info)], facts)


def describer(known: Known, topic: str) -> Profile | None:
    """Whose profile the description was read by that names this topic."""
    bound = known.get("bound", topic)
    return profiles()[bound[0].maker] if isinstance(bound, tuple) else None


def in_whose_layout(profile: Profile, message: Message) -> Profile | None:
    """Of those who describe themselves in this profile's way: the one whose topics name device and entity.

    It must name the same entity as the description's own topic, and not stand where descriptions stand.
    """
    others = [one for one in profiles().values() if one.describes == profile.name]
    places = topics.match("{prefix}/{component}/{rest+}/config", message.topic)
    if not others or places is None:
        return None
    try:
        said = _spelt(payload.decode_object(message.payload), profile.abbreviations)
    except Unreadable:
        return None
    named = _named_by(said.get("state_topic"))
    if named is None or named["device"].partition("/")[0] == places["prefix"]:
        return None
    same = (named["component"], named["entity"]) == (places["component"], places["rest"].rpartition("/")[2])
    return others[0] if same else None


def _named_by(topic: object) -> Mapping[str, str] | None:
    return topics.match(_BY_TOPIC, topic) if isinstance(topic, str) else None


def _manner(look: Look) -> Profile:
    """The profile in whose way this maker's devices describe themselves."""
    return profiles()[look.profile.describes] if look.profile.describes else look.profile


def read_described(look: Look) -> Read:
    """A topic that some description has named; nothing is guessed of any other."""
    bound = look.known.get("bound", look.message.topic)
    if not isinstance(bound, tuple):
        return look.ignored("no description seen that names this topic", look.message.topic)
    if not look.message.payload:
        return look.ignored("cleared", bound[0].device)
    return read_bound(look.known, look.message, bound)


def read_bound(known: Known, message: Message, bound: tuple[Binding, ...]) -> Read:
    """Every entity's value of one message, device by device; what several entities say alike is said once."""
    results: list[Result] = []
    facts: list[Fact] = []
    said = Said(message.payload)
    for device in dict.fromkeys(binding.device for binding in bound):
        found = [_found(known, binding, message, said, facts) for binding in bound if binding.device == device]
        readings = dict.fromkeys(one for one in found if isinstance(one, Reading))
        if readings:
            results.append(Result(Kind.TELEMETRY, device, tuple(readings)))
        for one in found:
            if isinstance(one, Result) and one not in results:
                results.append(one)
    order = [Kind.EVENT, Kind.TELEMETRY, Kind.AVAILABILITY, Kind.MALFORMED]
    results.sort(key=lambda result: order.index(result.kind))
    return Read(results or [Result(Kind.IGNORE, bound[0].device, reason=NOTHING)], facts)


def _found(known: Known, binding: Binding, message: Message, said: Said, facts: list[Fact]) -> Reading | Result | None:
    try:
        found = _read(binding, said)
    except ValueError as error:
        return malformed(message, f"{binding.entity}: {error}", binding.device)
    if binding.together == "latest" or not isinstance(found, Result) or found.available is None:
        return found
    facts.append(Fact(("there", binding.config, binding.entity, message.topic), found.available))
    return replace(found, available=_together(known, binding, said_here=found.available))


def _together(known: Known, binding: Binding, *, said_here: bool) -> bool:
    """Of the topics that all or any must say so; one that has said nothing yet has no say."""
    others = (known.get("there", binding.config, binding.entity, topic) for topic in binding.others)
    heard = [said_here, *(there is True for there in others if there is not None)]
    return all(heard) if binding.together == "all" else any(heard)


def _read(binding: Binding, said: Said) -> Reading | Result | None:
    if binding.role == "unreadable":
        raise Unreadable(binding.why)
    if binding.role == "nothing":
        return None
    value = templates.evaluate(binding.template, said)
    if binding.role == "availability":
        return _available(binding, value)
    if binding.role == "card":
        card = fields.happening(value)
        return Result(Kind.EVENT, binding.device, event="card", info={"card": card}) if card else None
    if binding.role == "event":
        return _event(binding, value)
    if binding.take is None:
        return None
    return _reading(binding, binding.take, value)


def _reading(binding: Binding, take: Take, value: object) -> Reading:
    if not binding.words:
        return fields.reading(value, take, sensor=binding.entity)
    word = _rendered(value)
    if word not in binding.words and word.casefold() in {"true", "false"}:
        word = next((known for known in binding.words if known.casefold() == word.casefold()), word)
    if word not in binding.words and not payload.is_unknown(value):
        raise Unreadable(f"{payload.shown(value)} is none of {', '.join(binding.words)}")
    meaning = binding.words.get(word)
    words: dict[str, str | bool] = {meaning: meaning} if isinstance(meaning, str) else {}
    return fields.reading(meaning, Take(take.metric, words=words), sensor=binding.entity)


def _available(binding: Binding, value: object) -> Result | None:
    if payload.is_unknown(value) and _rendered(value) not in binding.words:
        return None
    available = binding.words.get(_rendered(value))
    if not isinstance(available, bool):
        raise Unreadable(f"{payload.shown(value)} says neither here nor gone")
    return Result(Kind.AVAILABILITY, binding.device, available=available)


def _event(binding: Binding, value: object) -> Result | None:
    if binding.words:  # a trigger names the one payload that fires it
        fired = binding.words.get(_rendered(value))
        return Result(Kind.EVENT, binding.device, event=fired) if isinstance(fired, str) else None
    said = payload.decode_text(value) if isinstance(value, str) and value.startswith("{") else value
    happened = fields.happening(payload.find(said, "event_type") if isinstance(said, dict) else said)
    if happened and binding.only and happened not in binding.only:
        raise Unreadable(f"{payload.shown(happened)} is none of {', '.join(binding.only[:10])}")
    return Result(Kind.EVENT, binding.device, event=happened) if happened else None


def _rendered(value: object) -> str:
    """As Home Assistant compares it: text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return value if isinstance(value, str) else str(plain(value))


def _spelt(said: Mapping[str, object], abbreviations: Mapping[str, str]) -> dict[str, object]:
    """Abbreviations written out, `~` replaced; at every level that has members of its own."""
    spelt = {abbreviations.get(name, name): value for name, value in said.items()}
    base = spelt.pop("~", None)
    for name in ("device", "origin"):
        if isinstance(inner := spelt.get(name), dict):
            spelt[name] = {abbreviations.get(f"device.{key}", key): value for key, value in inner.items()}
    if isinstance(many := spelt.get("availability"), list):
        spelt["availability"] = [_spelt(one, abbreviations) for one in many[:10] if isinstance(one, dict)]
    if isinstance(base, str):
        spelt = {name: _based(name, value, base) for name, value in spelt.items()}
    return spelt


def _based(name: str, value: object, base: str) -> object:
    if isinstance(value, list) and name == "availability":
        return [{key: _based(key, one, base) for key, one in item.items()} for item in value]
    if not isinstance(value, str) or not (name == "topic" or name.endswith("_topic")):
        return value
    if value.startswith("~"):
        return base + value[1:]
    return value[:-1] + base if value.endswith("~") else value


def _entities(look: Look, said: Mapping[str, object]) -> Iterator[_Entity]:
    config, component, name = look.message.topic, look.places["component"], look.places["object"]
    if component != "device":
        device, entity = _by_topic(look, said) or (_device(said, name), _name(said, name))
        yield _Entity(look.profile.name, config, component, entity, device, said)
        return
    shared = {key: value for key, value in said.items() if key not in {"components", "origin"}}
    for key, inner in list(payload.an_object(said.get("components")).items())[:_MOST_ENTITIES]:
        spelt = _spelt(payload.an_object(inner), _manner(look).abbreviations)
        if set(spelt) - {"platform"} and isinstance(platform := spelt.get("platform"), str):
            yield _Entity(
                look.profile.name, config, platform, _name(spelt, key), _device(said, name), {**shared, **spelt}
            )


def _name(said: Mapping[str, object], otherwise: str) -> str:
    unique = said.get("unique_id")
    return unique[:200] if isinstance(unique, str) and unique else otherwise[:200]


def _device(said: Mapping[str, object], otherwise: str) -> str:
    """By its first identifier: a unique_id is not unique between devices."""
    ids = payload.find(said, "device.identifiers")
    first = ids[0] if isinstance(ids, list) and ids else ids
    connections = payload.find(said, "device.connections")
    if not isinstance(first, str | int) and isinstance(connections, list) and connections:
        first = connections[0][-1] if isinstance(connections[0], list) and connections[0] else None
    return str(plain(first)) if isinstance(first, str | int) and str(plain(first)).strip() else _name(said, otherwise)


def _by_topic(look: Look, said: Mapping[str, object]) -> tuple[str, str] | None:
    """Device and entity of a maker whose topics name both: they are called so before any description too."""
    places = _named_by(said.get("state_topic")) if look.route.role == "by topic" else None
    return (places["device"], places["entity"]) if places else None


def _facts_of(said: Mapping[str, object]) -> dict[str, object]:
    found = {name: plain(payload.find(said, f"device.{path}")) for name, path in _DESCRIPTION.items()}
    return {name: value for name, value in found.items() if value is not None}


def _bindings(manner: Profile, entities: list[_Entity]) -> tuple[dict[str, list[Binding]], list[str]]:
    """By topic; and one sentence for each thing that was described but cannot be read."""
    found: dict[str, list[Binding]] = {}
    flags: list[str] = []
    for entity in entities:
        for bind in (_values, _happenings, _availabilities):
            try:
                for topic, binding in bind(manner, entity):
                    found.setdefault(topic, []).append(binding)
            except Unreadable as error:
                flags.append(f"{entity.name}: {error}"[:200])
                if bind is not _availabilities and isinstance(said_at := entity.said.get("state_topic"), str):
                    unreadable = Binding(
                        entity.maker, entity.config, entity.device, entity.name, "unreadable", why=str(error)
                    )
                    found.setdefault(said_at, []).append(unreadable)
    return found, flags


def _unsaid(entities: list[_Entity]) -> Iterator[tuple[str, Binding]]:
    """Topics of which it is known whose they are, and that Hearth keeps nothing of what they say."""
    for entity in entities:
        for name in _UNSAID:
            if isinstance(topic := entity.said.get(name), str):
                yield topic, Binding(entity.maker, entity.config, entity.device, entity.name, "nothing")


def _values(manner: Profile, entity: _Entity) -> Iterator[tuple[str, Binding]]:
    said = entity.said
    classes = manner.classes.get(entity.component)
    topic = said.get("state_topic")
    if classes is None or (topic is None and entity.component not in _TELL_ONLY):
        return
    if not isinstance(topic, str):
        raise Unreadable(f"{payload.shown(topic)} is no state_topic")
    wanted = said.get("device_class")
    take = classes.get(wanted if isinstance(wanted, str) else "")
    if take is None or take.metric is None:
        return
    if entity.component == "sensor":
        take = _in_unit(take.metric, said.get("unit_of_measurement"))
    template = _template(said.get("value_template") or said.get("state_value_template"))
    if said.get("schema") == "json":
        template = Template(json=True, path=("state",), operations=())
    words = _words(entity, take)
    yield topic, Binding(entity.maker, entity.config, entity.device, entity.name, "value", template, take, words)


def _in_unit(metric: str, unit: object) -> Take:
    given = unit if isinstance(unit, str) else None
    if not can_tell(metric, given):
        raise Unreadable(f"unit {payload.shown(unit)} for {metric}")
    return Take(metric, unit=given)


def _template(written: object) -> Template:
    if written is None:
        return templates.WHOLE
    if not isinstance(written, str):
        raise Unreadable(f"{payload.shown(written)} is no template")
    return templates.parse(written)


def _words(entity: _Entity, take: Take) -> dict[str, bool | str | None]:
    """The payloads that this entity declared, or Home Assistant's defaults, and what each means."""
    said = entity.said
    if entity.component == "sensor":
        return {}
    if entity.component == "lock":
        return {_rendered(said.get(f"state_{word}", word.upper())): meaning for word, meaning in _LOCK.items()}
    if entity.component in {"cover", "valve"}:
        moving = {_rendered(said.get(f"state_{word}", word)): None for word in ("opening", "closing", "stopped")}
        return {
            **moving,
            _rendered(said.get("state_open", "open")): True,
            _rendered(said.get("state_closed", "closed")): False,
        }
    on = said.get("state_on", said.get("payload_on", "ON"))
    off = said.get("state_off", said.get("payload_off", "OFF"))
    return {_rendered(on): take.words.get("on", True), _rendered(off): take.words.get("off", False)}


def _happenings(_: Profile, entity: _Entity) -> Iterator[tuple[str, Binding]]:
    said = entity.said
    topic = said.get("state_topic" if entity.component == "event" else "topic")
    if entity.component not in {"event", "tag", "device_automation"} or not isinstance(topic, str):
        return
    template = _template(said.get("value_template"))
    if entity.component == "tag":
        yield topic, Binding(entity.maker, entity.config, entity.device, entity.name, "card", template)
    elif entity.component == "event":
        types = said.get("event_types")
        only = tuple(one for one in types[:100] if isinstance(one, str)) if isinstance(types, list) else ()
        yield topic, Binding(entity.maker, entity.config, entity.device, entity.name, "event", template, only=only)
    elif said.get("payload") is None:  # whatever is said there fires it
        yield topic, Binding(entity.maker, entity.config, entity.device, entity.name, "event", template)
    elif isinstance(fired := said.get("payload"), str):
        name = " ".join(str(plain(said[key])) for key in ("subtype", "type") if key in said) or fired
        yield (
            topic,
            Binding(
                entity.maker, entity.config, entity.device, entity.name, "event", template, words={fired: name[:64]}
            ),
        )


def _availabilities(_: Profile, entity: _Entity) -> Iterator[tuple[str, Binding]]:
    said = entity.said
    many = said.get("availability")
    one = {"topic": said.get("availability_topic"), "value_template": said.get("availability_template")}
    one |= {key: said[key] for key in ("payload_available", "payload_not_available") if key in said}
    named = [payload.find(item, "topic") for item in many] if isinstance(many, list) else []
    mode: Literal["all", "any", "latest"] = "latest"
    if said.get("availability_mode") in ("all", "any"):
        mode = "all" if said["availability_mode"] == "all" else "any"
    for listed in many if isinstance(many, list) else [one]:
        if isinstance(listed, dict) and isinstance(topic := listed.get("topic"), str):
            words: dict[str, bool | str | None] = {
                _rendered(listed.get("payload_available", "online")): True,
                _rendered(listed.get("payload_not_available", "offline")): False,
            }
            template = _template(listed.get("value_template"))
            others = tuple(other for other in named if isinstance(other, str) and other != topic)
            yield (
                topic,
                Binding(
                    entity.maker,
                    entity.config,
                    entity.device,
                    entity.name,
                    "availability",
                    template,
                    words=words,
                    others=others,
                    together=mode,
                ),
            )


def _forgotten(known: Known, config: str) -> Iterator[Fact]:
    topics = known.get("topics", config)
    for topic in topics if isinstance(topics, tuple) else ():
        yield Fact(("bound", topic), _others(known, config, topic) or None)
    yield Fact(("topics", config), None)


def _bound(known: Known, config: str, bindings: Mapping[str, list[Binding]]) -> Iterator[Fact]:
    """What this description said before is replaced as a whole."""
    yield from _forgotten(known, config)
    for topic, added in bindings.items():
        yield Fact(("bound", topic), (*_others(known, config, topic), *added)[-_MOST_ENTITIES:])
    yield Fact(("topics", config), tuple(bindings) or None)


def _others(known: Known, config: str, topic: str) -> tuple[Binding, ...]:
    bound = known.get("bound", topic)
    return tuple(binding for binding in bound if binding.config != config) if isinstance(bound, tuple) else ()
