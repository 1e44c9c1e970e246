"""The rules by which alerts are raised here: the house's, and over them what this centre has otherwise. Read-only.

A rule that was set stands whole in place of the one beneath it: a thing's, else its zone's, else the whole centre's,
else the house's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.alerts.kinds import KINDS, LEVEL, OWN, Hours, Kind, Measure, Terms, house
from gateway.alerts.levels import SPANS
from gateway.alerts.model import WHOLE_CENTRE, AlertRule, Layer, OwnKind, Where
from gateway.kit.edition import kept


@dataclass(frozen=True)
class InForce:
    """All of them."""

    by_kind: Mapping[str, Mapping[Where, Kind]]
    own: Mapping[str, Measure]  # what the kinds that this centre has made look at, by their names
    measured: Mapping[str, Sequence[str]]  # the kinds that this centre has made, by what they look at

    def house(self, kind: str) -> Kind:
        """What lies beneath every rule of a kind, and is off where this centre has made it. Raises KeyError."""
        return made(self.own[kind]) if kind in self.own else house(kind)

    def of(self, kind: str, *, zone_id: str | None = None, thing: str = "") -> Kind:
        """The rule of a kind, for a thing that is in a zone. Raises KeyError for what is nobody's kind."""
        own = self.by_kind.get(kind, {})
        nearest = (Where(Layer.THING, thing), Where(Layer.ZONE, zone_id or ""), WHOLE_CENTRE)
        return next((own[where] for where in nearest if where in own), self.house(kind))

    def has_own(self, kind: str, thing: str) -> bool:
        """Whether a thing has a rule of its own."""
        return Where(Layer.THING, thing) in self.by_kind.get(kind, ())

    def is_zoned(self, kind: str) -> bool:
        """Whether it matters in which zone it is: some zone has a rule of its own."""
        return any(where.layer is Layer.ZONE for where in self.by_kind.get(kind, ()))


@kept
def in_force(session: Session) -> InForce:
    """As of now, kept from one transaction to the next."""
    own = {row.kind: measure_of(row) for row in session.scalars(select(OwnKind).order_by(OwnKind.kind))}
    measured: dict[str, list[str]] = {}
    for kind, measure in own.items():
        measured.setdefault(measure.metric, []).append(kind)
    rules_now = InForce({}, own, measured)
    found: dict[str, dict[Where, Kind]] = {}
    for row in stored(session):
        found.setdefault(row.kind, {})[row.where] = rules_now.house(row.kind).by(terms_of(row))
    return replace(rules_now, by_kind=found)


def stored(session: Session) -> Iterator[AlertRule]:
    """What this centre has set, in one order. A kind that a later release no longer has is passed over."""
    rows = session.scalars(select(AlertRule).order_by(AlertRule.kind, AlertRule.layer, AlertRule.scope))
    return (row for row in rows if row.kind in KINDS or row.kind.startswith(OWN))


def made(measure: Measure) -> Kind:
    """A kind that a centre has made to look at that, as it is before any rule."""
    return replace(LEVEL, span=SPANS.get(measure.metric), falls=measure.falls)


def measure_of(row: OwnKind) -> Measure:
    """What it looks at, as plain values."""
    return Measure(row.metric, row.falls, row.name_zh, row.name_en)


def terms_of(row: AlertRule) -> Terms:
    """A rule that was set, as plain values."""
    has_hours = row.quiet_from_min is not None and row.quiet_until_min is not None
    return Terms(
        on=row.is_on,
        severity=row.severity,
        raise_at=row.raise_at,
        clear_at=row.clear_at,
        hold=timedelta(seconds=row.hold_s),
        escalate_after=None if row.escalate_after_s is None else timedelta(seconds=row.escalate_after_s),
        keeps_quiet=row.keeps_quiet,
        quiet=Hours(row.quiet_from_min or 0, row.quiet_until_min or 0) if has_hours else None,
    )
