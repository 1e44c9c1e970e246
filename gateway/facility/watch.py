"""Readings that staff must know of: a leak, a call for help, air that nobody should breathe for long."""

from collections.abc import Iterable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts_queries
from gateway.alerts import rules as alerts_rules
from gateway.alerts import service as alerts
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import Kind
from gateway.facility.place import place_of
from gateway.telemetry.store import Letter, Value
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
    """Whether it says anything that staff may have to know of."""
    return any(value.metric in KIND_OF for value in letter.values)


class Watch:
    """Looks at each reading once, in the order of its device. Since when a level is too high, it keeps in mind."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], datetime] = {}  # by kind and thing
        self._empty: dict[str, set[str]] = {}  # which metrics say so of a battery, by thing

    def note(self, session: Session, letters: Iterable[Letter], *, now: datetime) -> None:
        """Raise, count and let go what these say. Harmless to repeat: what is so already is not counted again."""
        for letter in letters:
            for value in letter.values:
                if value.metric in KIND_OF and value.value is not None:
                    self._judge(session, letter, value, value.value, now)

    def _judge(self, session: Session, letter: Letter, value: Value, level: float, now: datetime) -> None:
        kind, thing = KIND_OF[value.metric], f"{letter.device}/{value.sensor}"
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
        if not is_so:
            self._since.pop((kind, thing), None)
        elif not is_zoned:
            zone = _zone(session, letter, value)
        alerts.note_condition(
            session,
            kind=kind,
            thing=thing,
            is_so=is_so,
            since=since,
            now=now,
            facts={"place": place_of(f"{letter.device} · {value.sensor}", zone), "level": round(level)},
            links={"device": letter.device, "zone": zone.id if zone else None},
            history=history,
        )

    def _is_empty(self, rule: Kind, thing: str, metric: str, level: float, *, was_so: bool) -> bool:
        """While a battery's percentage or its own word says so: neither takes back the other's."""
        said = self._empty.setdefault(thing, set())
        is_empty = alerts_rules.is_so(rule, level, was_so=was_so) if metric == "battery" else level >= 1
        (said.add if is_empty else said.discard)(metric)
        return bool(said)


def _zone(session: Session, letter: Letter, value: Value) -> Zone | None:
    return zones.zone_of_sensor(session, device_id=letter.device, sensor=value.sensor)
