"""Readings that staff must know of: a leak, a call for help, air that nobody should breathe for long."""

from collections.abc import Iterable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts_queries
from gateway.alerts import rules as alerts_rules
from gateway.alerts import service as alerts
from gateway.alerts.in_force import InForce, in_force
from gateway.alerts.kinds import Kind
from gateway.alerts.levels import SPANS
from gateway.facility.place import place_of
from gateway.telemetry.rules import HOLDS_MS
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import queries as zones
from gateway.zones.model import Zone

KIND_OF: Final = MappingProxyType(
    {
        "water_leak": "leak",
        "call": "call_staff",
        "tamper": "sensor_tamper",
        "alarm": "sensor_alarm",
        "battery_low": "battery_low",
        "battery": "battery_low",
        "co2": "stale_air",
    }
)
"""Which metric speaks for which kind of alert: true and false are 1 and 0, of a level `raise_at` and `clear_at`."""


def metrics_of(kind: str) -> frozenset[str]:
    """Which metrics speak for a kind of alert."""
    return frozenset(metric for metric, spoken_for in KIND_OF.items() if spoken_for == kind)


def is_worth_a_look(letter: Letter) -> bool:
    """Whether it says anything that staff may have to know of by the house's rules: no question is asked for that."""
    return any(value.metric in KIND_OF for value in letter.values)


class _Pending(NamedTuple):
    """What is so and has not held for long enough: when it will have, and what said so."""

    at: datetime
    letter: Letter
    value: Value


class Watch:
    """Looks at each reading once, in the order of its device. Since when a level is too high, it keeps in mind."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], datetime] = {}  # by kind and thing
        self._pending: dict[tuple[str, str], _Pending] = {}
        self._empty: dict[str, set[str]] = {}  # which metrics say so of a battery, by thing

    def note(self, session: Session, letters: Iterable[Letter], *, now: datetime) -> None:
        """Raise, count and let go what these say. Harmless to repeat: what is so already is not counted again."""
        said = [(letter, value) for letter in letters for value in letter.values]
        rules_now: InForce | None = None
        for letter, value in said:
            if value.metric in KIND_OF:
                rules_now = self._judge(session, KIND_OF[value.metric], letter, value, now) or rules_now
        # The centre's own come after: by then it is known which there are, and nothing was asked for that.
        own = (rules_now or in_force(session)).measured
        for letter, value in said:
            for kind in own.get(value.metric, ()):
                self._judge(session, kind, letter, value, now)

    def is_due(self, now: datetime) -> bool:
        """Whether something has been so for long enough of which nobody has said anything since."""
        return any(one.at <= now for one in self._pending.values())

    def look_again(self, session: Session, *, now: datetime) -> None:
        """Judge what is due by what was last said of it: a contact that is open does not say so twice.

        What was said too long ago is unknown by now, and speaks for nothing. What is raised by this is looked at once
        more: should it not have been written down, nobody would say it again.
        """
        for (kind, thing), one in list(self._pending.items()):
            if one.at > now:
                continue
            if now_ms(now) - one.letter.taken_ms > HOLDS_MS:
                self._forget(kind, thing)
            else:
                self._judge(session, kind, one.letter, one.value, now, pending=one)

    def _judge(
        self,
        session: Session,
        kind: str,
        letter: Letter,
        value: Value,
        now: datetime,
        *,
        pending: _Pending | None = None,
    ) -> InForce | None:
        """Answers with the rules by which it was judged; None: it is unknown, and was not."""
        thing, level = f"{letter.device}/{value.sensor}", value.value
        if level is None:
            self._forget(kind, thing)
            return None
        history = alerts_queries.history(session, kind=kind, thing=thing)
        was_so = (kind, thing) in self._since or history.is_so
        # Where it is, is asked only where it matters: of what is so, and where some zone has a rule of its own.
        rules_now = in_force(session)
        is_zoned = rules_now.is_zoned(kind)
        zone = _zone(session, letter, value) if is_zoned else None
        rule = rules_now.of(kind, zone_id=zone.id if zone else None, thing=thing)
        if kind == "battery_low":
            is_so = rule.on and self._is_empty(rule, thing, value.metric, level, was_so=was_so)
        else:
            is_so = rule.on and alerts_rules.is_so(rule, level, was_so=was_so)
        taken_at = min(now, datetime.fromtimestamp(letter.taken_ms / 1000, UTC))
        since = self._since.setdefault((kind, thing), taken_at) if is_so else None
        self._pending.pop((kind, thing), None)
        if since is None:
            self._since.pop((kind, thing), None)
        else:
            zone = zone if is_zoned else _zone(session, letter, value)
            began = max(since, history.cleared_by_hand_at or since)
            if not alerts_rules.has_held(rule, since=began, now=now):
                pending = _Pending(alerts_rules.held_at(rule, since=began), letter, value)
            if pending is not None and not history.is_so:
                self._pending[kind, thing] = pending
        alerts.note_condition(
            session,
            kind=kind,
            thing=thing,
            is_so=is_so,
            since=since,
            now=now,
            facts={"place": place_of(f"{letter.device} · {value.sensor}", zone)} | _said(rules_now, kind, level),
            links={"device": letter.device, "zone": zone.id if zone else None},
            history=history,
        )
        return rules_now

    def _forget(self, kind: str, thing: str) -> None:
        """It is unknown: since when it is so, is asked anew once it is known again."""
        self._pending.pop((kind, thing), None)
        self._since.pop((kind, thing), None)

    def _is_empty(self, rule: Kind, thing: str, metric: str, level: float, *, was_so: bool) -> bool:
        """While a battery's percentage or its own word says so: neither takes back the other's."""
        said = self._empty.setdefault(thing, set())
        is_empty = alerts_rules.is_so(rule, level, was_so=was_so) if metric == "battery" else level >= 1
        (said.add if is_empty else said.discard)(metric)
        return bool(said)


def _said(rules_now: InForce, kind: str, level: float) -> dict[str, object]:
    """What fills the gaps of its sentence."""
    measure = rules_now.own.get(kind)
    if measure is None:
        return {"level": round(level)}
    span = SPANS.get(measure.metric)
    now = "" if span is None else f"{round(level, 2):g} {span.unit}".rstrip()
    return {
        "what": {"zh-CN": measure.name_zh, "en": measure.name_en},
        "now": {"zh-CN": f"，现在 {now}" if now else "", "en": f", {now} now" if now else ""},
    }


def _zone(session: Session, letter: Letter, value: Value) -> Zone | None:
    return zones.zone_of_sensor(session, device_id=letter.device, sensor=value.sensor)
