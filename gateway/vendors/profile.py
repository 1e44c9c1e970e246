"""A maker's profile: which topics say what, and which member is which metric. Data only; `profiles/*.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

from gateway.vendors.metrics import BOOLEANS, CANONICAL, LOCK_WORDS, can_tell

Shape = Literal[
    "ignore",  # nothing to say: `reason`
    "availability",  # a word, or an object with the word at `inside`: `words`
    "object",  # a JSON object whose members are `table`, or one of them alone at the topic's end
    "member",  # a bare value; the topic's {member} says which member of `table`
    "info",  # an object of facts: `kind`, `pick`
    "devices",  # a JSON array in which a bridge describes its devices
    "frame",  # a notification or an answer about named components
    "component",  # one component's whole status; the topic's {component} names it
    "sensors",  # an object of sensors by name
    "power",  # a bare ON or OFF of one relay
    "announcement",  # a device says which topics it uses
    "config",  # an entity's or a device's description, in Home Assistant's way
    "entity",  # a bare value of an entity whose component and name stand in the topic
    "described",  # a topic that only an earlier description explains
    "lifecycle",  # $state
    "description",  # $description
    "property",  # a value that $description explains
    "notice",  # a text for people, there while it is so
]


class Take(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one member becomes one reading, or what happened.

    `unit`: the maker's. `words`: what the maker's words mean; `unknown` that they mean nothing. `invert`: true there is
    false here. Of several, the first whose conditions hold is taken: `beside`, any of these members is there; `unless`,
    none is; `above`, the number's least size. `unknown_if` and `unknown_with` say when a value that is there says
    nothing: when all those members are so; when that array names the word. `phases`: it may be an array, one a phase.
    `part`: which part of the thing the member is about.
    """

    metric: str | None = None
    unit: str | None = None
    words: dict[str, str | bool] = {}
    invert: bool = False
    beside: list[str] = []
    unless: list[str] = []
    above: float | None = None
    event: bool = False
    unknown_if: dict[str, bool | int] = {}
    unknown_with: dict[str, str] = {}
    phases: bool = False
    part: str | None = None


Table = dict[str, Take | list[Take]]


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of topic.

    `device`: the topic's places that name it. `role`: which of several ways to read the shape. `inside`: the path where
    the object or word lies. `at`: the path of the time. `pick`: facts, and the paths where one may lie. `empty`: what
    zero bytes mean there.
    """

    topic: str
    read: Shape
    kind: Literal["bridge", "command_result", "device_info", "discovery"] | None = None
    device: str = "{device}"
    table: str = "fields"
    inside: str = ""
    role: str = ""
    at: str = ""
    words: dict[str, bool | str] = {}
    pick: dict[str, str | list[str]] = {}
    reason: str = ""
    empty: Literal["removal", "ignore"] = "ignore"


class Rewrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another layout of the same topics. Both speak of the same places."""

    seen: str
    told: str


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything known of one maker.

    `names`: how people may call it. `guess`: topics that nobody else uses. `rewrites`: other layouts of the same topics
    and the one that `routes` speak of. `suffixes`: endpoints that end a member's name. `rides_along`: metrics that
    are worth telling beside an event; whatever else comes with one may be old. `classes`: a described thing's class, or
    the end of its name, to its metric, by kind of thing. `describes`: the profile in whose way its devices describe
    themselves. `about`: components that are the device itself, and the facts in them. `cards`: members that hold a card
    just read. `signals`: members that hold what a radio just heard, and where in them. `happenings`, `upkeep`: whose
    events concern people, and which are the device's own.
    """

    name: str
    title: str
    names: list[str]
    sources: list[str]
    guess: list[str]
    routes: list[Route]
    tables: dict[str, Table] = {}
    suffixes: list[str] = []
    rides_along: list[str] = []
    classes: dict[str, dict[str, Take]] = {}
    abbreviations: dict[str, str] = {}
    describes: str = ""
    rewrites: list[Rewrite] = []
    about: dict[str, dict[str, str]] = {}
    cards: list[str] = []
    signals: dict[str, str] = {}
    happenings: list[str] = []
    upkeep: list[str] = []

    def __post_init__(self) -> None:
        """Raises ValueError for a metric or unit that is not canonical, naming it."""
        for where, take in self.takes():
            _check(f"{self.name}: {where}", take)
        for route in self.routes:
            if route.read in {"object", "member"} and route.table not in self.tables:
                raise ValueError(f"{self.name}: {route.topic} reads a table that is not there: {route.table}")

    def takes(self) -> Iterator[tuple[str, Take]]:
        """Every rule, with where it stands."""
        for name, table in self.tables.items():
            for member, takes in table.items():
                yield from ((f"{name}.{member}", take) for take in alternatives(takes))
        for component, classes in self.classes.items():
            yield from ((f"{component}.{name}", take) for name, take in classes.items())


def alternatives(takes: Take | list[Take]) -> list[Take]:
    """One or several, as several."""
    return takes if isinstance(takes, list) else [takes]


def _check(where: str, take: Take) -> None:
    if take.metric is None:
        if not take.event:
            raise ValueError(f"{where} is neither a metric nor an event")
        return
    if take.metric not in CANONICAL:
        raise ValueError(f"{where}: {take.metric} is not a metric")
    if take.metric == "lock" and not set(take.words.values()) <= LOCK_WORDS:
        raise ValueError(f"{where}: a lock is one of {', '.join(sorted(LOCK_WORDS))}")
    numeric = take.metric not in BOOLEANS and take.metric != "lock"
    if numeric and take.unit is not None and not can_tell(take.metric, take.unit):
        raise ValueError(f"{where}: {take.unit} is no unit of {take.metric}")


@cache
def profiles() -> Mapping[str, Profile]:
    """All that ship with Hearth, by name. Raises ValueError for one that is wrong."""
    folder = files("gateway.vendors").joinpath("profiles")
    found = [_load(entry.read_text("utf-8")) for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return {profile.name: profile for profile in sorted(found, key=lambda profile: profile.name)}


@lru_cache(maxsize=256)
def named(name: str) -> Profile | None:
    """By any of its names, however it is spelt; None when there is no such."""
    plain = _plain(name)
    return next((p for p in profiles().values() if plain in {_plain(known) for known in [p.name, *p.names]}), None)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _load(text: str) -> Profile:
    return msgspec.convert(tomllib.loads(text), Profile)
