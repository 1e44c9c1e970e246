"""The rules by which alerts are raised here: the house's, and over them what this centre has otherwise. Read-only.

A rule that was set stands whole in place of the one beneath it: a zone's, else the whole centre's, else the house's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.alerts.kinds import KINDS, Hours, Kind, Terms
from gateway.alerts.model import WHOLE_CENTRE, AlertRule
from gateway.kit.edition import kept


@dataclass(frozen=True)
class InForce:
    """All of them."""

    by_kind: Mapping[str, Mapping[str, Kind]]  # of a kind by zone; of the whole centre by WHOLE_CENTRE

    def of(self, kind: str, zone_id: str | None = None) -> Kind:
        """The rule of a kind, in a zone. Raises KeyError for a kind that is not in `KINDS`."""
        own = self.by_kind.get(kind, {})
        return own.get(zone_id or WHOLE_CENTRE) or own.get(WHOLE_CENTRE) or KINDS[kind]

    def is_zoned(self, kind: str) -> bool:
        """Whether it matters where it is: some zone has a rule of its own."""
        return any(zone_id != WHOLE_CENTRE for zone_id in self.by_kind.get(kind, ()))


@kept
def in_force(session: Session) -> InForce:
    """As of now, kept from one transaction to the next."""
    found: dict[str, dict[str, Kind]] = {}
    for row in stored(session):
        found.setdefault(row.kind, {})[row.zone_id] = KINDS[row.kind].by(terms_of(row))
    return InForce(found)


def stored(session: Session) -> Iterator[AlertRule]:
    """What this centre has set, in one order. A kind that a later release no longer has is passed over."""
    rows = session.scalars(select(AlertRule).order_by(AlertRule.kind, AlertRule.zone_id))
    return (row for row in rows if row.kind in KINDS)


def terms_of(row: AlertRule) -> Terms:
    """A rule that was set, as plain values."""
    has_hours = row.quiet_from_min is not None and row.quiet_until_min is not None
    return Terms(
        on=row.is_on,
        severity=row.severity,
        raise_at=row.raise_at,
        clear_below=row.clear_below,
        hold=timedelta(seconds=row.hold_s),
        keeps_quiet=row.keeps_quiet,
        quiet=Hours(row.quiet_from_min or 0, row.quiet_until_min or 0) if has_hours else None,
    )
