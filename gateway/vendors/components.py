"""Devices made of named components (`switch:0`), which tell only what has changed."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from gateway.vendors import payload
from gateway.vendors.fields import Taken, take_all
from gateway.vendors.known import Fact
from gateway.vendors.look import NOTHING, Look, Read, plain
from gateway.vendors.metrics import CANONICAL
from gateway.vendors.profile import Table, alternatives
from gateway.vendors.results import Kind, Reading, Result, Unreadable
from gateway.vendors.shapes import renamed


def read_frame(look: Look) -> Read:
    """A notification, or the answer to a request."""
    frame = payload.decode_object(look.message.payload)
    method = frame.get("method")
    source = frame.get("src")
    device = source if isinstance(source, str) and source else look.device
    facts = list(_introduced(look, device)) if look.route.role == "events" else []
    if "result" in frame or "error" in frame:
        read = _answer(look, frame, device)
    elif method in ("NotifyStatus", "NotifyFullStatus"):
        read = _status(look, payload.an_object(frame.get("params")), device, full=method == "NotifyFullStatus")
    elif method == "NotifyEvent":
        read = _events(look, payload.an_object(frame.get("params")), device)
    elif look.route.role == "events":
        raise Unreadable(f"a notification of the kind {payload.shown(method)}")
    else:
        return look.ignored("a request to a device, not from one")
    return Read(read.results, read.facts + facts)


def _introduced(look: Look, device: str) -> Iterator[Fact]:
    """Which topics are this device's; no longer those below the beginning that it has given up."""
    maker, begins = look.profile.name, look.device
    before = look.known.get("begins", maker, device)
    if isinstance(before, str) and before != begins:
        yield Fact(("id of", maker, before), None)
    yield from (Fact(("id of", maker, begins), device), Fact(("begins", maker, device), begins))


def read_component(look: Look) -> Read:
    """One component's whole status."""
    said = payload.decode(look.message.payload)
    return _status(look, {look.places["component"]: said}, renamed(look), full=True)


def _status(look: Look, said: Mapping[str, object], device: str, *, full: bool) -> Read:
    """`full` False: what is not named has not changed."""
    taken, facts = _components(look, said, device, full=full)
    info = _about(look, said)
    kinds = {_kind_of(name) for name in said}
    itself = kinds & look.profile.about.keys() and not kinds & (look.profile.tables.keys() - look.profile.about.keys())
    kind = Kind.DEVICE_INFO if itself and (info or taken.readings) else Kind.TELEMETRY
    return Read(look.settled(taken, device=device, at=payload.instant(said.get("ts")), kind=kind, info=info), facts)


def _components(look: Look, said: Mapping[str, object], device: str, *, full: bool) -> tuple[Taken, list[Fact]]:
    taken, facts = Taken(), []
    for name, news in said.items():
        table = _table(look, device, name)
        if news is None:
            taken.readings += _unknown(look, device, name, table)
            facts += [Fact(("status", device, name), None), Fact(("told", device, name), None)]
        if not isinstance(news, dict):
            if table and news is not None:
                taken.problems.append(f"{name}: {payload.shown(news)} where its status was expected")
            continue
        before = {} if full else look.known.get("status", device, name)
        whole = {**before, **news} if isinstance(before, dict) else news
        found = take_all(news, table, sensor=name, whole=whole)
        facts += _told(look, device, name, found.readings)
        taken.add(found)
        if _needs_memory(table):
            facts.append(Fact(("status", device, name), {member: plain(value) for member, value in whole.items()}))
    return taken, facts


def _told(look: Look, device: str, component: str, readings: list[Reading]) -> Iterator[Fact]:
    """What the component has ever measured, kept for when it goes."""
    before = look.known.get("told", device, component)
    already = before if isinstance(before, frozenset) else frozenset()
    told = already | {(one.metric, one.sensor) for one in readings}
    if told != already:
        yield Fact(("told", device, component), told)


def _unknown(look: Look, device: str, component: str, table: Table) -> list[Reading]:
    """A component that is null is gone, and what it measured unknown; of one never heard, all that it could say."""
    told = look.known.get("told", device, component)
    if not isinstance(told, frozenset):
        return take_all(_nothing(table), table, sensor=component).readings
    return [Reading(metric, None, CANONICAL[metric], sensor) for metric, sensor in sorted(told)]


def _nothing(table: Table) -> dict[str, object]:
    return {path.partition(".")[0]: None for path in table}


def _kind_of(component: str) -> str:
    return component.partition(":")[0]


def _table(look: Look, device: str, component: str) -> Table:
    """A radio sensor's component says a bare value; what it measures stood in its configuration."""
    meaning = look.known.get("meaning", device, component)
    if _kind_of(component) != "bthomesensor":
        return look.profile.tables.get(_kind_of(component), {})
    takes = look.profile.tables["bthome"].get(str(meaning))
    return {"value": takes} if takes is not None else {}


def _needs_memory(table: Table) -> bool:
    return any(take.unknown_if or take.unknown_with for takes in table.values() for take in alternatives(takes))


def _about(look: Look, said: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for component, picks in look.profile.about.items():
        for name, path in picks.items():
            if (value := plain(payload.find(said.get(component), path))) is not None:
                found.setdefault(name, value)
    return found


def _events(look: Look, said: Mapping[str, object], device: str) -> Read:
    events = said.get("events")
    if not isinstance(events, list) or not events:
        raise Unreadable("a notification without its events")
    results = [_event(look, payload.an_object(event), device, payload.instant(said.get("ts"))) for event in events[:50]]
    return Read(sorted(results, key=lambda result: result.kind is not Kind.EVENT))


def _event(look: Look, said: Mapping[str, object], device: str, told_at: datetime | None) -> Result:
    component, name = said.get("component"), said.get("event")
    if not isinstance(component, str) or not isinstance(name, str) or not name:
        raise Unreadable("an event without its component or name")
    at = payload.instant(said.get("ts")) or told_at
    info = {"component": component[:64]}
    if name in look.profile.upkeep:
        return Result(Kind.DEVICE_INFO, device, at=at, info=info | {"event": name[:64]})
    if _kind_of(component) in look.profile.happenings:
        return Result(Kind.EVENT, device, at=at, event=name[:64], info=info)
    return Result(Kind.IGNORE, device, reason=NOTHING)


def _answer(look: Look, frame: Mapping[str, object], device: str) -> Read:
    result = frame.get("result")
    said = result if isinstance(result, dict) else {}
    statuses = {**said, **{name: status for name, status, _ in _listed(said)}}
    facts = [Fact(("meaning", device, name), meaning) for name, meaning in _meanings(said)]
    taken, learned = _components(look, statuses, device, full=True)
    info = {"id": plain(frame.get("id")), "ok": "error" not in frame, "error": plain(frame.get("error"))}
    info = {name: value for name, value in info.items() if value is not None}
    return Read(look.settled(taken, device=device, kind=Kind.COMMAND_RESULT, info=info), learned + facts)


def _listed(said: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    """A device's list of its components, each with status and configuration."""
    listed = said.get("components")
    for component in listed[:500] if isinstance(listed, list) else []:
        name = payload.find(component, "key")
        if isinstance(name, str):
            yield name, payload.find(component, "status"), payload.find(component, "config")


def _meanings(said: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    configs = [*said.items(), *((name, config) for name, _, config in _listed(said))]
    if isinstance(number := said.get("id"), int):
        configs.append((f"bthomesensor:{number}", said) if abs(number) < 2**31 else ("", None))
    for name, config in configs:
        if isinstance(meaning := payload.find(config, "obj_id"), int) and abs(meaning) < 2**31:
            yield name, meaning
