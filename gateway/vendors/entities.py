"""Things that carry their meaning in their name, where no class is given: `living_room_temperature`."""

from collections.abc import Mapping

from gateway.vendors import fields, payload
from gateway.vendors.described import read_bound
from gateway.vendors.fields import Taken, take_all
from gateway.vendors.look import Look, Read
from gateway.vendors.profile import Take
from gateway.vendors.results import Kind, Result

_NOTE = "no description seen: meaning from its name, unit as the maker's default"


def by_name(classes: Mapping[str, Take], name: str) -> Take | None:
    """The class that the name ends with, the longest of several; whole words only."""
    words = name.replace("-", "_").casefold().split("_")
    endings = ("_".join(words[start:]) for start in range(max(0, len(words) - 4), len(words)))
    return next((classes[ending] for ending in endings if ending in classes), classes.get(""))


def read_entity(look: Look) -> Read:
    """A bare value, or a small object; after a description by that, before it by its name."""
    bound = look.known.get("bound", look.message.topic)
    if isinstance(bound, tuple) and look.message.payload:
        return read_bound(look.known, look.message, bound)
    component, name = look.places["component"], look.places["entity"]
    if component == "event":
        return _event(look, name)
    said = payload.text(look.message.payload).strip()
    if said.startswith("{"):
        value = payload.an_object(payload.decode_text(said))
        taken = take_all(value, look.profile.tables.get(component, {}), sensor=name)
        return Read(look.settled(taken))
    take = by_name(look.profile.classes.get(component, {}), name)
    if take is None:
        return look.ignored(f"no description seen, and nothing is known of a {component} called {name!r}")
    taken = Taken()
    try:
        taken.readings.append(fields.reading(said, take, sensor=name))
    except ValueError as error:
        taken.problems.append(f"{name}: {error}")
    return Read(look.settled(taken, note=_NOTE if component in {"sensor", "binary_sensor"} else None))


def _event(look: Look, name: str) -> Read:
    said = payload.text(look.message.payload).strip()
    value = payload.find(payload.decode_text(said), "event_type") if said.startswith("{") else said
    happened = fields.happening(value)
    if happened is None:
        return look.ignored("no event in it")
    return Read([Result(Kind.EVENT, look.device, event=happened, info={"part": name})])
