"""A centre changes the rules by which its alerts are raised. These acts never commit, send or sleep."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway.alerts import limits
from gateway.alerts.in_force import InForce, in_force, terms_of
from gateway.alerts.kinds import KINDS, Kind, Terms
from gateway.alerts.model import WHOLE_CENTRE, AlertRule
from gateway.kit import audit
from gateway.kit.errors import Malformed, NotFound


def kind(name: str) -> Kind:
    """The house's. Raises NotFound("alert_kind")."""
    found = KINDS.get(name)
    if found is None:
        raise NotFound("alert_kind")
    return found


def put_rule(
    session: Session,
    *,
    name: str,
    wanted: Mapping[str, Any],
    zone_id: str = WHOLE_CENTRE,
    actor: str,
    now: datetime,
) -> Terms:
    """Have a kind otherwise than the house, in one zone or the whole centre.

    What stands is judged by it at each look from now on: `queries.due` finds it. `wanted`: values of `Terms` by their
    names; what is left out is as the house has it. Harmless to repeat.

    Raises NotFound("alert_kind"), and Malformed naming the field, and what may stand there.
    """
    house = kind(name)
    if fault := limits.field_that_is_none(house, wanted, zone_id):
        raise Malformed("alert_rule_has_none", field=fault)
    terms = replace(house.terms, **wanted)
    if wrong := limits.fault(house, terms):
        raise Malformed(wrong.code, field=wrong.field, **wrong.facts)
    # The trail's turn first: on PostgreSQL two who change one rule then come one after the other.
    audit.take_turn(session)
    before = _now(session, name, zone_id)
    if session.get(AlertRule, (name, zone_id)) is not None and before == terms:
        return terms
    audit.append(
        session, actor=actor, act="alert_rule_set", thing=name, now=now, **limits.change(before, terms), zone=zone_id
    )
    session.merge(_row(name, zone_id, terms, now))
    session.flush()
    return terms


def drop_rule(session: Session, *, name: str, zone_id: str = WHOLE_CENTRE, actor: str, now: datetime) -> None:
    """Back to what lies beneath: for a zone the whole centre's rule, else the house's. Harmless to repeat.

    Raises NotFound("alert_kind").
    """
    kind(name)
    audit.take_turn(session)
    row = session.get(AlertRule, (name, zone_id))
    if row is None:
        return
    before = terms_of(row)
    session.delete(row)
    session.flush()
    after = _now(session, name, zone_id)
    audit.append(
        session,
        actor=actor,
        act="alert_rule_dropped",
        thing=name,
        now=now,
        **limits.change(before, after),
        zone=zone_id,
    )


def _now(session: Session, name: str, zone_id: str) -> Terms:
    rules_now: InForce = in_force(session)
    return rules_now.of(name, zone_id).terms


def _row(name: str, zone_id: str, terms: Terms, now: datetime) -> AlertRule:
    from_min, until_min = terms.quiet or (None, None)
    return AlertRule(
        kind=name,
        zone_id=zone_id,
        is_on=terms.on,
        severity=terms.severity,
        raise_at=terms.raise_at,
        clear_below=terms.clear_below,
        hold_s=round(terms.hold.total_seconds()),
        keeps_quiet=terms.keeps_quiet,
        quiet_from_min=from_min,
        quiet_until_min=until_min,
        set_at=now,
    )
