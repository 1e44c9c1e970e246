"""A centre changes the rules by which its alerts are raised. These acts never commit, send or sleep."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway.alerts import limits
from gateway.alerts.in_force import InForce, in_force, terms_of
from gateway.alerts.kinds import KINDS, Kind, Terms
from gateway.alerts.model import WHOLE_CENTRE, AlertRule, Layer, Where
from gateway.kit import audit
from gateway.kit.errors import Malformed, NotFound
from gateway.zones import queries as zones


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
    where: Where = WHOLE_CENTRE,
    actor: str,
    now: datetime,
) -> Terms:
    """Have a kind otherwise than the house: in the whole centre, in one zone, or of one thing.

    What stands is judged by it at each look from now on: `queries.due` finds it. `wanted`: values of `Terms` by their
    names; what is left out is as the house has it. Harmless to repeat.

    Raises NotFound("alert_kind"), and Malformed naming the field, and what may stand there.
    """
    house = kind(name)
    if fault := limits.field_that_is_none(house, wanted, where):
        raise Malformed("alert_rule_has_none", field=fault)
    terms = replace(house.terms, **wanted)
    if wrong := limits.fault(house, terms):
        raise Malformed(wrong.code, field=wrong.field, **wrong.facts)
    # The trail's turn first: on PostgreSQL two who change one rule then come one after the other.
    audit.take_turn(session)
    before = _now(session, name, where)
    if session.get(AlertRule, (name, *where)) is not None and before == terms:
        return terms
    _append(session, act="alert_rule_set", name=name, where=where, before=before, after=terms, actor=actor, now=now)
    session.merge(_row(name, where, terms, now))
    session.flush()
    return terms


def drop_rule(session: Session, *, name: str, where: Where = WHOLE_CENTRE, actor: str, now: datetime) -> None:
    """Back to what lies beneath: of a thing its zone's rule, of a zone the whole centre's, of that the house's.

    Harmless to repeat. Raises NotFound("alert_kind").
    """
    kind(name)
    audit.take_turn(session)
    row = session.get(AlertRule, (name, *where))
    if row is None:
        return
    before = terms_of(row)
    session.delete(row)
    session.flush()
    after = _now(session, name, where)
    _append(session, act="alert_rule_dropped", name=name, where=where, before=before, after=after, actor=actor, now=now)


def _append(
    session: Session, *, act: str, name: str, where: Where, before: Terms, after: Terms, actor: str, now: datetime
) -> None:
    told = limits.change(before, after)
    if where.scope:
        told["zone" if where.layer is Layer.ZONE else "about"] = where.scope
    audit.append(session, actor=actor, act=act, thing=name, now=now, **told)


def _now(session: Session, name: str, where: Where) -> Terms:
    """What holds there now, by whichever rule."""
    is_of_thing = where.layer is Layer.THING
    zone_id = where.scope if where.layer is Layer.ZONE else None
    rules_now: InForce = in_force(session)
    if is_of_thing and rules_now.is_zoned(name):
        device_id, _, sensor = where.scope.partition("/")
        zone = zones.zone_of_sensor(session, device_id=device_id, sensor=sensor)
        zone_id = zone.id if zone else None
    return rules_now.of(name, zone_id=zone_id, thing=where.scope if is_of_thing else "").terms


def _row(name: str, where: Where, terms: Terms, now: datetime) -> AlertRule:
    from_min, until_min = terms.quiet or (None, None)
    escalate_after = terms.escalate_after
    return AlertRule(
        kind=name,
        layer=where.layer,
        scope=where.scope,
        is_on=terms.on,
        severity=terms.severity,
        raise_at=terms.raise_at,
        clear_at=terms.clear_at,
        hold_s=round(terms.hold.total_seconds()),
        escalate_after_s=None if escalate_after is None else round(escalate_after.total_seconds()),
        keeps_quiet=terms.keeps_quiet,
        quiet_from_min=from_min,
        quiet_until_min=until_min,
        set_at=now,
    )
