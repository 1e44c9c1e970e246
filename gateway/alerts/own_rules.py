"""A centre changes the rules by which its alerts are raised. These acts never commit, send or sleep."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.alerts import limits
from gateway.alerts.in_force import InForce, in_force, made, measure_of, terms_of
from gateway.alerts.kinds import KINDS, OWN, Kind, Measure, Terms
from gateway.alerts.levels import SPANS
from gateway.alerts.model import WHOLE_CENTRE, AlertRule, Layer, OwnKind, Where
from gateway.kit import audit
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.zones import queries as zones

MOST_OWN: Final = 30  # kinds that a centre has made: each asks one question more of what it looks at


def kind(session: Session, name: str, *, measure: Measure | None = None) -> Kind:
    """What lies beneath a centre's rules of a kind; of one that it makes: by what that shall look at.

    Raises NotFound("alert_kind"), Malformed("alert_metric_unknown"), Conflict("alert_measures_stay") for one that looks
    at something else already, and Conflict("alert_kinds_full").
    """
    if name in KINDS:
        if measure is not None:
            raise Malformed("alert_rule_has_none", field="measures")
        return KINDS[name]
    own = in_force(session).own
    known = own.get(name)
    wanted = measure or known
    if wanted is None or not name.startswith(OWN):
        raise NotFound("alert_kind")
    if wanted.metric not in SPANS:
        raise Malformed("alert_metric_unknown", field="measures.metric", metric=wanted.metric)
    if known is not None and known[:2] != wanted[:2]:
        raise Conflict("alert_measures_stay")
    if known is None and len(own) >= MOST_OWN:
        raise Conflict("alert_kinds_full", most=MOST_OWN)
    return made(wanted)


def put_rule(
    session: Session,
    *,
    name: str,
    wanted: Mapping[str, Any],
    measure: Measure | None = None,
    where: Where = WHOLE_CENTRE,
    actor: str,
    now: datetime,
) -> Terms:
    """Have a kind otherwise than the house: in the whole centre, in one zone, or of one thing.

    What stands is judged by it at each look from now on: `queries.due` finds it. `wanted`: values of `Terms` by their
    names; what is left out is as the house has it. `measure`: what a kind looks at that the centre makes by this, or
    calls otherwise. Harmless to repeat.

    Raises what `kind` does, and Malformed naming the field, and what may stand there.
    """
    # The trail's turn first: on PostgreSQL two who change one rule then come one after the other.
    audit.take_turn(session)
    house = kind(session, name, measure=measure)
    if fault := limits.field_that_is_none(house, wanted, where):
        raise Malformed("alert_rule_has_none", field=fault)
    terms = replace(house.terms, **wanted)
    if wrong := limits.fault(house, terms):
        raise Malformed(wrong.code, field=wrong.field, **wrong.facts)
    before, known = _now(session, name, where), in_force(session).own.get(name)
    is_news = measure is not None and measure != known
    if session.get(AlertRule, (name, *where)) is not None and before == terms and not is_news:
        return terms
    told = _told(where, before, terms) | (_of_measure(measure) if measure is not None and is_news else {})
    if measure is not None and known is None:
        del told["old"]  # there was none
    audit.append(session, actor=actor, act="alert_rule_set", thing=name, now=now, **told)
    if measure is not None:
        session.merge(OwnKind(kind=name, **measure._asdict()))
    session.merge(_row(name, where, terms, now))
    session.flush()
    return terms


def drop_rule(session: Session, *, name: str, where: Where = WHOLE_CENTRE, actor: str, now: datetime) -> None:
    """Back to what lies beneath: of a thing its zone's rule, of a zone the whole centre's, of that the house's.

    With its last rule a kind is gone that the centre has made. Harmless to repeat. Raises NotFound("alert_kind").
    """
    audit.take_turn(session)
    kind(session, name)
    row = session.get(AlertRule, (name, *where))
    if row is None:
        return
    before = terms_of(row)
    session.delete(row)
    session.flush()
    told = _told(where, before, _now(session, name, where))
    own = session.get(OwnKind, name)
    if own is not None and session.scalar(select(AlertRule.kind).where(AlertRule.kind == name).limit(1)) is None:
        told |= _of_measure(measure_of(own))
        session.delete(own)
    audit.append(session, actor=actor, act="alert_rule_dropped", thing=name, now=now, **told)


def _told(where: Where, before: Terms, after: Terms) -> dict[str, object]:
    """As the trail tells of it."""
    about = {} if where == WHOLE_CENTRE else {"zone" if where.layer is Layer.ZONE else "about": where.scope}
    return limits.change(before, after) | about


def _of_measure(measure: Measure) -> dict[str, object]:
    return {"measures": measure._asdict()}


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
