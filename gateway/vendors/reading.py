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
_INTRODUCED: Final = ("id of", "alias")  # facts by which a topic's beginning is known to be some device's
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


def guess(known: Known, message: Message) -> Profile | None:
    """Whose message it is, if only one maker uses such topics; None when nobody can tell.

    What was described in Home Assistant's way is the describer's, unless its maker has topics that nobody else uses. A
    topic beside one on which a device has introduced itself is that device's.
    """
    fits = [p for p in profiles().values() if any(_fits(pattern, message) for pattern in p.guess)]
    base = message.topic.rpartition("/")[0]
    fits = fits or [p for p in profiles().values() if any(known.get(what, p.name, base) for what in _INTRODUCED)]
    describer = described.describer(known, message.topic)
    if describer is not None and all(profile.describes for profile in fits):
        return describer
    if len(fits) == 1:
        return described.in_whose_layout(fits[0], message) or fits[0]
    return None


def _fits(pattern: str, message: Message) -> bool:
    return topics.match(pattern, message.topic) is not None


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
