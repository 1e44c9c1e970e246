"""Members to readings, as a profile's table says."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.vendors import payload
from gateway.vendors.metrics import BOOLEANS, CANONICAL, Value, tell
from gateway.vendors.profile import Table, Take, alternatives
from gateway.vendors.results import Reading, Unreadable

_MOST_PHASES: Final = 8


@dataclass
class Taken:
    """What one object gave: readings, what happened in it, and what in it could not be read."""

    readings: list[Reading] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        """Both together."""
        self.readings += other.readings
        self.events += other.events
        self.problems += other.problems


@dataclass(frozen=True)
class _Place:
    """Where a value stood. `whole`: everything that stood, or stands, beside it."""

    path: str
    sensor: str | None
    whole: Mapping[str, object]
    unit: str | None = None


def take_all(
    said: Mapping[str, object],
    table: Table,
    *,
    sensor: str | None = None,
    suffixes: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
    whole: Mapping[str, object] | None = None,
) -> Taken:
    """Every member that the table knows; the rest says nothing.

    `sensor`: the part of the device that the object is about. `suffixes`: endpoints that a member's name may end with,
    as in `state_l1`. `units`: the device's own word on a member's unit, which goes before the table's. `whole`: what
    `said` is the news of. Members that tell of one metric in one message are told apart by their names.
    """
    whole = whole or said
    taken = Taken()
    named: list[str] = []
    for path, takes, part in _known(said, table, suffixes, whole):
        value = payload.find(whole, path)
        place = _Place(path, _part(sensor, part), whole, (units or {}).get(path))
        if isinstance(value, list) and any(take.phases for take in takes):
            for number, one in enumerate(value[:_MOST_PHASES], start=1):
                _take(taken, one, takes, replace(place, sensor=_part(place.sensor, str(number))))
        else:
            _take(taken, value, takes, place)
        named += [path] * (len(taken.readings) - len(named))
    taken.readings = list(_told_apart(taken.readings, named))
    return taken


def _told_apart(readings: list[Reading], named: list[str]) -> Iterator[Reading]:
    """Smoke is not silenced by "no gas" beside it."""
    alike = Counter((one.metric, one.sensor) for one in readings)
    for one, name in zip(readings, named, strict=True):
        alone = alike[one.metric, one.sensor] == 1
        yield one if alone else replace(one, sensor=_part(one.sensor, name))


def _take(taken: Taken, value: object, takes: list[Take], place: _Place) -> None:
    take = _fitting(takes, value, place.whole)
    if take is None:
        return
    try:
        if not take.event:
            meant = None if says_nothing(take, place.whole) else value
            sensor = _part(place.sensor, take.part)
            taken.readings.append(reading(meant, take, sensor=sensor, unit=place.unit))
        elif happened := happening(value):
            taken.events.append(happened)
    except ValueError as error:
        taken.problems.append(f"{place.path}: {error}")


def _known(
    said: Mapping[str, object], table: Table, suffixes: Sequence[str], whole: Mapping[str, object]
) -> Iterator[tuple[str, list[Take], str | None]]:
    """The members that are news, and those whose meaning the news change."""
    for path, takes in table.items():
        if payload.has(said, path) or (payload.has(whole, path) and _is_news_for(said, alternatives(takes))):
            yield path, alternatives(takes), None
    for member in said:
        base, suffix = _endpoint(member, suffixes)
        if suffix and base in table and member not in table:
            yield member, alternatives(table[base]), suffix


def _endpoint(member: str, suffixes: Sequence[str]) -> tuple[str, str]:
    """What a member is called without its endpoint, and that: `state_l1`, `power_phase_b`. Else no endpoint."""
    base, _, last = member.rpartition("_")
    if last in suffixes:
        return base, last
    shorter, _, before = base.rpartition("_")
    return (shorter, f"{before}_{last}") if f"{before}_{last}" in suffixes else (member, "")


def _is_news_for(said: Mapping[str, object], takes: list[Take]) -> bool:
    return any(payload.has(said, path) for take in takes for path in (*take.unknown_if, *take.unknown_with))


def _part(sensor: str | None, part: str | None) -> str | None:
    return ".".join(name for name in (sensor, part) if name) or None


def _fitting(takes: list[Take], value: object, whole: Mapping[str, object]) -> Take | None:
    """The first whose conditions hold, of those that know the word if any does: one that nobody knows is to be seen."""
    knowing = [take for take in takes if isinstance(value, str) and value in take.words]
    return next((take for take in knowing or takes if _holds(take, value, whole)), None)


def _holds(take: Take, value: object, whole: Mapping[str, object]) -> bool:
    if take.beside and not any(member in whole for member in take.beside):
        return False
    if any(member in whole for member in take.unless):
        return False
    if take.above is not None:
        return _size(value) >= take.above
    return True


def _size(value: object) -> float:
    try:
        return abs(payload.number(value) or 0)
    except Unreadable:
        return 0


def says_nothing(take: Take, whole: Mapping[str, object]) -> bool:
    """Whether what stands beside a value takes its meaning: a battery's 0 on mains, "dry" from an unplugged cable."""
    if take.unknown_if and all(payload.find(whole, path) == is_so for path, is_so in take.unknown_if.items()):
        return True
    return any(word in _words(payload.find(whole, path)) for path, word in take.unknown_with.items())


def _words(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def reading(value: object, take: Take, *, sensor: str | None = None, unit: str | None = None) -> Reading:
    """One value in Hearth's words. Raises ValueError, saying why not.

    `unit`: the device's own word on it, which goes before the profile's. One that nobody knows is not guessed at.
    """
    if take.metric is None:
        raise Unreadable("an event has no value")
    told = _value(take.metric, value, take, unit or take.unit)
    return Reading(take.metric, told, CANONICAL[take.metric], sensor)


def _value(metric: str, value: object, take: Take, unit: str | None) -> Value:
    if isinstance(value, str) and value in take.words:
        word = take.words[value]
        return None if word == "unknown" and metric != "lock" else word
    if metric == "lock":
        return _lock(value)
    if metric in BOOLEANS:
        told = payload.truth(value)
        return told if told is None or not take.invert else not told
    number = payload.number(value)
    return None if number is None else tell(metric, number, unit)


def _lock(value: object) -> str:
    """Never a definite word for what is not one."""
    if payload.is_unknown(value):
        return "unknown"
    raise Unreadable(f"{payload.shown(value)} is no word for a lock")


def happening(value: object) -> str | None:
    """What happened, in the maker's word; None for the empty and null with which some makers clear the last one."""
    if payload.is_unknown(value):
        return None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise Unreadable(f"{payload.shown(value)} is no event")
    return str(value)[:64]
