"""What stands retained on the broker for Home Assistant: a document for each device and zone, and how they are now.

The keys are those of Home Assistant's MQTT discovery, device based, in its abbreviations. No entity has a command
topic: a door is a `binary_sensor`, so there is nothing to press.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from devices.wire.metrics import BOOLEANS, METRICS
from devices.wire.topics import GATEWAY, MAX_BYTES, Address, Channel

Language = Literal["zh-CN", "en"]
Topics = dict[str, bytes]

PREFIX: Final = "homeassistant"  # Home Assistant's default
STATUS: Final = f"{PREFIX}/status"
BIRTH: Final = b"online"

_KINDS: Final = ("devices", "zones")  # of what is shown
_NOT_AN_ID: Final = re.compile(r"[^a-zA-Z0-9_-]+")
_PRESENCE: Final = "{{ value_json.presence }}"
ONLINE: Final = "online"  # Home Assistant's own words, unless told otherwise
OFFLINE: Final = "offline"

_BOOLEAN_CLASS: Final = MappingProxyType(
    {
        "occupancy": "occupancy",
        "motion": "motion",
        "open": "opening",
        "on": "power",
        "water_leak": "moisture",
        "tamper": "tamper",
        "battery_low": "battery",
        "alarm": "problem",
    }
)
_NUMBER_CLASS: Final = MappingProxyType(
    {
        "temperature": "temperature",
        "device_temperature": "temperature",
        "dew_point": "temperature",
        "humidity": "humidity",
        "battery": "battery",
        "pressure": "atmospheric_pressure",
        "illuminance": "illuminance",
        "co2": "carbon_dioxide",
        "power": "power",
        "energy": "energy",
        "energy_today": "energy",
        "energy_yesterday": "energy",
        "voltage": "voltage",
        "battery_voltage": "voltage",
        "supply_voltage": "voltage",
        "current": "current",
        "frequency": "frequency",
        "power_factor": "power_factor",
        "distance": "distance",
        "rssi": "signal_strength",
        "uptime": "duration",
    }
)
_RISING: Final = frozenset({"energy", "energy_today", "entries", "exits"})
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        "zh-CN": {"online": "在线", "free": "空闲格口", "people": "人数", "occupied": "有人"},
        "en": {"online": "Online", "free": "Free compartments", "people": "People", "occupied": "Occupied"},
    }
)


@dataclass(frozen=True)
class Door:
    """A door: `open` None is unknown."""

    no: int
    name: str
    open: bool | None


@dataclass(frozen=True)
class Measure:
    """One metric of one sensor: `value` None is unknown."""

    sensor: str
    metric: str
    value: float | None


@dataclass(frozen=True)
class Thing:
    """A device of the house, as it is now. `free`: of a locker bank, how many compartments; else None."""

    id: str
    name: str
    online: bool
    firmware: str = ""
    free: int | None = None
    doors: Sequence[Door] = ()
    measures: Sequence[Measure] = ()


@dataclass(frozen=True)
class Room:
    """A zone of the house, as it is now: `people` and `is_occupied` None are unknown.

    `is_counted`: whether anything counts how many are there; else a sensor can tell only that somebody is.
    """

    id: str
    name: str
    is_counted: bool
    people: int | None
    is_occupied: bool | None


def documents(
    site: str, things: Iterable[Thing], rooms: Iterable[Room] = (), *, language: Language, version: str
) -> Topics:
    """Everything that should stand there, by topic, but for whether the gateway is there."""
    wanted: Topics = {}
    for thing in things:
        wanted[state_topic(site, thing.id)] = _json(_state(thing))
        for number, document in enumerate(_in_parts(site, thing, language, version)):
            wanted[f"{own_documents(site)}/{_id(thing.id)}-{number}/config"] = document
    for room in rooms:
        wanted[zone_topic(site, room.id)] = _json(_room_state(room))
        wanted[f"{own_documents(site)}/{_zone_name(room.id)}-0/config"] = _json(_room(site, room, language, version))
    return wanted


def presence_topic(site: str) -> str:
    """Where `online` stands while the gateway is there, and its will, `offline`, when it is not."""
    return str(Address(site, GATEWAY, Channel.SHOWN, "presence"))


def state_topic(site: str, device_id: str) -> str:
    """How a device's things are now."""
    return str(Address(site, GATEWAY, Channel.SHOWN, f"devices/{device_id}"))


def zone_topic(site: str, zone_id: str) -> str:
    """How many people are in a zone now."""
    return str(Address(site, GATEWAY, Channel.SHOWN, f"zones/{zone_id}"))


def is_ours(site: str, topic: str) -> bool:
    """Whether we alone write this topic: what stands there and should not is to be cleared."""
    shown = (str(Address(site, GATEWAY, Channel.SHOWN, f"{kind}/")) for kind in _KINDS)
    return topic.startswith((*shown, f"{own_documents(site)}/"))


def own_topics(site: str) -> list[str]:
    """What to listen to, to know what stands on the topics that are ours."""
    shown = (str(Address(site, GATEWAY, Channel.SHOWN, f"{kind}/+")) for kind in _KINDS)
    return [f"{own_documents(site)}/+/config", *shown, presence_topic(site)]


def own_documents(site: str) -> str:
    """Below this we alone describe devices: a level of its own (a node, in their words), which a broker can fence."""
    return f"{PREFIX}/device/hearth-{site}"


def _in_parts(site: str, thing: Thing, language: Language, version: str) -> Iterator[bytes]:
    """As many documents as it takes, none longer than a message may be; Home Assistant joins them by `ids`."""
    state = state_topic(site, thing.id)
    root = {
        "dev": _device(site, thing),
        "o": _origin(version),
        "stat_t": state,
        "avty": [{"t": presence_topic(site)}, {"t": state, "val_tpl": _PRESENCE}],
        "avty_mode": "all",
        "qos": 1,
    }
    part: dict[str, Any] = {}
    for name, entity in _entities(site, thing, language):
        if part and len(_json(root | {"cmps": part | {name: entity}})) > MAX_BYTES:
            yield _json(root | {"cmps": part})
            part = {}
        part[name] = entity
    yield _json(root | {"cmps": part})


def _room(site: str, room: Room, language: Language, version: str) -> dict[str, Any]:
    """Its two entities are far shorter than a message may be."""
    unique, words = f"hearth-{site}-{_zone_name(room.id)}", _WORDS[language]
    entities: dict[str, Any] = {
        "occupied": {
            "p": "binary_sensor",
            "uniq_id": f"{unique}-occupied",
            "name": words["occupied"],
            "dev_cla": "occupancy",
            "val_tpl": "{{ value_json.occupied }}",
        }
    }
    if room.is_counted:
        entities["people"] = {
            "p": "sensor",
            "uniq_id": f"{unique}-people",
            "name": words["people"],
            "val_tpl": "{{ value_json.people }}",
            "stat_cla": "measurement",
        }
    return {
        "dev": {"ids": [unique], "name": room.name, "mf": "Hearth"},
        "o": _origin(version),
        "stat_t": zone_topic(site, room.id),
        "avty": [{"t": presence_topic(site)}],
        "qos": 1,
        "cmps": entities,
    }


def _room_state(room: Room) -> dict[str, Any]:
    return {"occupied": _on(room.is_occupied)} | ({"people": room.people} if room.is_counted else {})


def _zone_name(zone_id: str) -> str:
    """Of no two zones alike, and of no device: a device's name has no underscore."""
    return "zone_" + zone_id.replace("_", "__").replace(".", "_d")


def _origin(version: str) -> dict[str, Any]:
    return {"name": "Hearth", "sw": version}


def _device(site: str, thing: Thing) -> dict[str, Any]:
    device = {"ids": [f"hearth-{site}-{thing.id}"], "name": thing.name, "mf": "Hearth"}
    return device | ({"sw": thing.firmware} if thing.firmware else {})


def _state(thing: Thing) -> dict[str, Any]:
    """`doors` by number, `measures` by sensor and metric; null is unknown."""
    state: dict[str, Any] = {"presence": ONLINE if thing.online else OFFLINE}
    if thing.free is not None:
        state["free"] = thing.free
    if thing.doors:
        state["doors"] = {str(door.no): _on(door.open) for door in thing.doors}
    if thing.measures:
        state["measures"] = {_key(one): _value(one) for one in thing.measures}
    return state


def _entities(site: str, thing: Thing, language: Language) -> Iterator[tuple[str, dict[str, Any]]]:
    unique = f"hearth-{site}-{thing.id}"
    words = _WORDS[language]
    yield (
        "online",
        {
            "p": "binary_sensor",
            "uniq_id": f"{unique}-online",
            "name": words["online"],
            "dev_cla": "connectivity",
            "ent_cat": "diagnostic",
            "val_tpl": _PRESENCE,
            "pl_on": ONLINE,
            "pl_off": OFFLINE,
            # It says that the device is away, so it must not be away with it.
            "avty": [{"t": presence_topic(site)}],
        },
    )
    if thing.free is not None:
        free = {"p": "sensor", "uniq_id": f"{unique}-free", "name": words["free"], "val_tpl": "{{ value_json.free }}"}
        yield "free", free | {"stat_cla": "measurement"}
    for door in thing.doors:
        yield (
            f"door-{door.no}",
            {
                "p": "binary_sensor",
                "uniq_id": f"{unique}-door-{door.no}",
                "name": door.name,
                "dev_cla": "door",
                "val_tpl": f"{{{{ value_json.doors['{door.no}'] }}}}",
            },
        )
    for one in thing.measures:
        yield _key(one), _measure(unique, one)


def _measure(unique: str, one: Measure) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "uniq_id": f"{unique}-{_key(one)}",
        "name": f"{one.sensor} {one.metric}",
        "val_tpl": f"{{{{ value_json.measures['{_key(one)}'] }}}}",
    }
    if one.metric in BOOLEANS:
        kind = {"dev_cla": _BOOLEAN_CLASS[one.metric]} if one.metric in _BOOLEAN_CLASS else {}
        return {"p": "binary_sensor"} | entity | kind
    if one.metric in _NUMBER_CLASS:
        entity["dev_cla"] = _NUMBER_CLASS[one.metric]
    if unit := METRICS.get(one.metric):
        entity["unit_of_meas"] = unit
    if one.metric in _RISING:
        entity["stat_cla"] = "total_increasing"
    elif entity.get("dev_cla") != "energy":  # which Home Assistant takes for a total only
        entity["stat_cla"] = "measurement"
    return {"p": "sensor"} | entity


def _key(one: Measure) -> str:
    return _id(f"{one.sensor}-{one.metric}")  # whatever a sensor is called, it ends no template


def _value(one: Measure) -> float | str | None:
    if one.value is None:
        return None
    return _on(one.value != 0) if one.metric in BOOLEANS else one.value


def _on(is_so: bool | None) -> str | None:
    return None if is_so is None else "ON" if is_so else "OFF"


def _id(text: str) -> str:
    return _NOT_AN_ID.sub("-", text)


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
