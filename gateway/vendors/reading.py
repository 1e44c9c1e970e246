"""The one way in: what a maker's message says."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gateway.vendors import components, described, entities, homie, sensors, shapes, topics
from gateway.vendors.known import Fact, Known
from gateway.vendors.look import Look, Read, filled, malformed
from gateway.vendors.profile import Profile, Rewrite, Route, Shape, profiles
from gateway.vendors.results import Kind, Message, Result, Unreadable

HISTORY: Final = "a retained event is history: it happened before, not now"

_SHAPES: Final[Mapping[Shape, Callable[[Look], Read]]] = MappingProxyType(
    {
        "ignore": shapes.read_ignore,
        "availability": shapes.read_availability,
        "object": shapes.read_object,
        "member": shapes.read_member,
        "info": shapes.read_info,
        "devices": shapes.read_devices,
        "power": shapes.read_power,
        "frame": components.read_frame,
        "component": components.read_component,
        "sensors": sensors.read_sensors,
        "announcement": sensors.read_announcement,
        "config": described.read_config,
        "described": described.read_described,
        "entity": entities.read_entity,
        "lifecycle": homie.read_lifecycle,
        "description": homie.read_description,
        "property": homie.read_property,
        "notice": homie.read_notice,
    }
)
_READS_EMPTY: Final = frozenset({"config", "described", "ignore", "lifecycle", "description", "property", "notice"})


def read(known: Known, message: Message, profile: Profile) -> Read:
    """Everything that the message says, at least one result, the most telling first; never an exception.

    Pure: `known` is only looked at. What the message teaches is in the answer's `facts`, for `known.learn` once the
    results are safe. What cannot be read is a result too, of kind `malformed`, with a sample.
    """
    try:
        topics.check(message.topic)
        found = _read(known, message, profile)
    except Unreadable as unreadable:
        found = Read([malformed(message, str(unreadable))])
    if message.retained:
        return Read([_as_history(result) for result in found.results], found.facts)
    return found


def guess(known: Known, topic: str) -> Profile | None:
    """Whose topic it is, if only one maker uses such; None when nobody can tell."""
    fits = [p for p in profiles().values() if any(topics.match(pattern, topic) is not None for pattern in p.guess)]
    if not fits and known.get("bound", topic) is not None:
        fits = [p for p in profiles().values() if any(route.read == "described" for route in p.routes)]
    return fits[0] if len(fits) == 1 else None


def _read(known: Known, message: Message, profile: Profile) -> Read:
    topic = _in_one_layout(known, message.topic, profile)
    found = _routed(topic, profile)
    if found is None:
        return Read([Result(Kind.IGNORE, reason=f"not a topic of {profile.title}")])
    route, places = found
    look = Look(profile, route, message, places, known)
    if not message.payload and route.read not in _READS_EMPTY:
        return _emptied(look)
    try:
        return _SHAPES[route.read](look)
    except Unreadable as unreadable:
        return Read([malformed(message, str(unreadable), shapes.renamed(look))])


def _routed(topic: str, profile: Profile) -> tuple[Route, Mapping[str, str]] | None:
    for route in profile.routes:
        if (places := topics.match(route.topic, topic)) is not None:
            return route, places
    return None


def _in_one_layout(known: Known, topic: str, profile: Profile) -> str:
    base, _, member = topic.rpartition("/")
    alias = known.get("alias", profile.name, base)
    if isinstance(alias, str):
        return f"{alias}/{member}"
    return next((told for rewrite in profile.rewrites if (told := _rewritten(rewrite, topic)) is not None), topic)


def _rewritten(rewrite: Rewrite, topic: str) -> str | None:
    places = topics.match(rewrite.seen, topic)
    return None if places is None else filled(rewrite.told, places)


def _emptied(look: Look) -> Read:
    described = look.known.get("described", look.message.topic)
    device = described if isinstance(described, str) else shapes.renamed(look)
    if look.route.empty == "removal":
        return Read([Result(Kind.REMOVAL, device or None)], [Fact(("described", look.message.topic), None)])
    return look.ignored("cleared", device)


def _as_history(result: Result) -> Result:
    """The broker says it again: values may be old, and nothing happens now."""
    if result.kind is not Kind.EVENT:
        return replace(result, retained=True)
    kind = Kind.TELEMETRY if result.readings else Kind.IGNORE
    return replace(result, kind=kind, event=None, info={}, reason=HISTORY, note=None, retained=True)
