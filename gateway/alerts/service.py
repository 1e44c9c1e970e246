"""Acts upon alerts. They never commit, send or sleep.

Whoever raises one is a subject above: alerts know kinds, things by their ids, and facts. A person's act writes the
trail first and moves the alert then, as the intake of events does: two that meet wait for each other in one order.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from gateway.alerts import queries, rules
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import Kind
from gateway.alerts.model import MOVES, Alert, AlertLink, AlertState
from gateway.alerts.queries import History
from gateway.alerts.rules import Due
from gateway.channels import service as channels
from gateway.channels.model import Why
from gateway.kit import audit
from gateway.kit.db import Base, announce
from gateway.kit.errors import Conflict, Malformed
from gateway.kit.ids import new_id
from gateway.members.model import Member

_INSERT: Final = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ONE: Final = ["kind", "thing"]  # there is one of while it stands
_HOLDING: Final = "holding"  # in a session's `info`: when the first hold is over of what is so and not raised yet
_STANDS: Final = Alert.cleared_at.is_(None)
_ALERTS: Final = cast("Table", Alert.__table__)
_LINKS: Final = cast("Table", AlertLink.__table__)

Links = Mapping[str, str | None]  # what: id; None when there is none


def raise_alert(
    session: Session,
    *,
    kind: str,
    thing: str,
    now: datetime,
    at: datetime | None = None,
    facts: Mapping[str, object] | None = None,
    links: Links | None = None,
) -> Alert:
    """Something has happened: raise an alert, or count it once more on the one that stands.

    Many at the same instant, in any number of processes, make one alert with the right count. `at`: when it happened,
    if not now. `facts`: JSON values, the newest stay. Raises KeyError for a kind that is not in `KINDS`.
    """
    rule = _rule(session, kind, thing, links)
    row = _row(kind, rule, thing, facts, since=at or now, now=now) | {"over_at": now}
    upsert = _sayings(session).raise_or_count
    raised: Alert = session.scalars(upsert, row, execution_options={"populate_existing": True}).one()
    _link(session, raised, links)
    if rules.is_worth_telling(raised.count):
        _tell(session, raised)
        _send(session, raised, rule, Why.RAISED if raised.count == 1 else Why.AGAIN, now)
    return raised


def note_condition(
    session: Session,
    *,
    kind: str,
    thing: str,
    is_so: bool,
    now: datetime,
    since: datetime | None = None,
    hold: timedelta | None = None,
    facts: Mapping[str, object] | None = None,
    links: Links | None = None,
    history: History | None = None,
) -> None:
    """Something is so, or is not: raise, count or let go as its kind says. Harmless to repeat.

    Raised once it has been so for the kind's hold time, or for `hold`; becoming so again counts. What a person cleared
    while it was so is raised again when it has been so for that long from then on. `since`: since when, if not now.
    `history`: what `queries.history` said in this transaction, of whoever has asked already. Whoever calls this once in
    a while looks again at `look_again_at`.
    """
    stands, cleared_at = history or queries.history(session, kind=kind, thing=thing)
    rule = _rule(session, kind, thing, links)
    if not (is_so and rule.on):
        if stands is not None:
            _let_go(session, stands, rule, now)
        return
    if stands is not None and stands.over_at is None:
        return
    began = max(since or now, cleared_at) if cleared_at else since or now
    if not rules.has_held(rule, since=began, now=now, hold=hold):
        _hold_until(session, rules.held_at(rule, since=began, hold=hold))
        return
    if stands is None:
        _begin(session, _row(kind, rule, thing, facts, since=began, now=now), rule, links)
    else:
        _count_again(session, stands, rule, _json(facts), now)


def look_again_at(session: Session) -> datetime | None:
    """When the first hold is over of what this transaction found to be so; None: there is nothing to wait for."""
    at: datetime | None = session.info.get(_HOLDING)
    return at


def acknowledge(session: Session, *, alert_id: str, actor: Member, now: datetime, note: str = "") -> Alert:
    """Somebody has taken it up. Raises NotFound("alert"), Conflict("alert_moved_on")."""
    return _move(
        session,
        alert_id,
        AlertState.ACKNOWLEDGED,
        actor,
        now,
        detail={"note": note},
        acknowledged_at=now,
        acknowledged_by_id=actor.id,
        shelved_until=None,
    )


def shelve(session: Session, *, alert_id: str, until: datetime, actor: Member, now: datetime, note: str = "") -> Alert:
    """Put it aside: it is counted on, and is open again then. Raises NotFound("alert"), Conflict("alert_moved_on").

    Raises Malformed for a time that is past, or more than 30 days ahead.
    """
    if fault := rules.shelf_fault(until=until, now=now):
        raise Malformed("malformed", field="until", why=fault)
    detail = {"note": note, "until": until.isoformat()}
    return _move(session, alert_id, AlertState.SHELVED, actor, now, detail=detail, shelved_until=until)


def clear(session: Session, *, alert_id: str, actor: Member, now: datetime, note: str = "") -> Alert:
    """It is dealt with. Raises NotFound("alert"), Conflict("alert_moved_on").

    What spoke for it until now no longer counts; when it is still so, it comes back after its hold time.
    """
    return _move(
        session,
        alert_id,
        AlertState.CLEARED,
        actor,
        now,
        detail={"note": note},
        cleared_at=now,
        cleared_by_id=actor.id,
        shelved_until=None,
    )


def look_after(session: Session, *, alert_id: str, zone: ZoneInfo, now: datetime) -> None:
    """Do what time asks of one alert, or a rule that was changed: clear what is over, end a shelf, escalate.

    Harmless to repeat.
    """
    one = session.get_one(Alert, alert_id, populate_existing=True, with_for_update=True)
    rule = queries.rules_of(session, [one])[one.id]
    match rules.what_is_due(one, rule, zone=zone, now=now):
        case Due.DROP:
            _drop(session, one, rule, now)
        case Due.CLEAR:
            over = {"state": AlertState.CLEARED, "cleared_at": now, "shelved_until": None}
            _set(session, one, rule, Why.OVER, now, **over)
        case Due.RATE:
            # Whoever was told already is not told again by this, and whoever hears only of what presses more is.
            news = Why.AGAIN if rules.presses_more(rule.severity, one.severity) else None
            _set(session, one, rule, news, now, severity=rule.severity)
        case Due.END_SHELF:
            back = {"state": AlertState.OPEN, "shelved_until": None, "waiting_since": now, "escalated_at": None}
            _set(session, one, rule, Why.RAISED, now, **back)
        case Due.ESCALATE:
            _set(session, one, rule, Why.ESCALATED, now, escalated_at=now)


class _Sayings(NamedTuple):
    """What is said to a database, put together once: that takes longer than the answer."""

    raise_or_count: ReturningInsert[Alert]
    raise_unless_it_stands: ReturningInsert[str]  # its id
    link: sqlite.Insert


def _sayings(session: Session) -> _Sayings:
    return _sayings_to(session.get_bind().dialect.name)


@cache
def _sayings_to(dialect: str) -> _Sayings:
    """Both databases know ON CONFLICT, and SQLAlchemy says it alike for both."""
    insert = cast("Callable[[type[Base] | Table], sqlite.Insert]", _INSERT[dialect])
    one = insert(Alert)
    again = {"count": Alert.count + 1, **{name: one.excluded[name] for name in ("last_at", "over_at", "facts")}}
    return _Sayings(
        one.on_conflict_do_update(index_elements=_ONE, index_where=_STANDS, set_=again).returning(Alert),
        # Of tables, not of classes: that is half the work where nobody wants the row as an object.
        insert(_ALERTS).on_conflict_do_nothing(index_elements=_ONE, index_where=_STANDS).returning(_ALERTS.c.id),
        insert(_LINKS).on_conflict_do_nothing(),
    )


def _hold_until(session: Session, at: datetime) -> None:
    session.info[_HOLDING] = min(at, session.info.get(_HOLDING, at))


def _rule(session: Session, kind: str, thing: str, links: Links | None) -> Kind:
    """In force where it is so; no question to the database where `history` was asked before."""
    return in_force(session).of(kind, zone_id=(links or {}).get("zone"), thing=thing)


def _row(
    kind: str, rule: Kind, thing: str, facts: Mapping[str, object] | None, *, since: datetime, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": kind,
        "thing": thing,
        "severity": rule.severity,
        "state": AlertState.OPEN,
        "count": 1,
        "facts": _json(facts),
        "since_at": since,
        "raised_at": now,
        "last_at": now,
        "waiting_since": now,
    }


def _json(facts: Mapping[str, object] | None) -> str:
    return json.dumps(dict(facts or {}), sort_keys=True, ensure_ascii=False)


def _begin(session: Session, row: dict[str, Any], rule: Kind, links: Links | None) -> None:
    """Of two who see it at the same instant one raises it."""
    if session.scalars(_sayings(session).raise_unless_it_stands, row).one_or_none() is not None:
        raised = Alert(**row)  # only to be read: what was written needs no reading back
        _link(session, raised, links)
        _tell(session, raised)
        _send(session, raised, rule, Why.RAISED, raised.raised_at)


def _count_again(session: Session, stands: Alert, rule: Kind, facts: str, now: datetime) -> None:
    counted = session.scalars(
        update(Alert)
        .where(Alert.id == stands.id, Alert.cleared_at.is_(None), Alert.over_at.is_not(None))
        .values(count=Alert.count + 1, last_at=now, over_at=None, facts=facts)
        .returning(Alert),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if counted is not None and rules.is_worth_telling(counted.count):
        _tell(session, counted)
        _send(session, counted, rule, Why.AGAIN, now)


def _let_go(session: Session, stands: Alert, rule: Kind, now: datetime) -> None:
    over_at = stands.over_at or now
    if not rule.on:
        _drop(session, stands, rule, now)
    elif rules.is_over(rule, over_at=over_at, now=now):
        over = {"state": AlertState.CLEARED, "over_at": over_at, "cleared_at": now, "shelved_until": None}
        _set(session, stands, rule, Why.OVER, now, **over)
    elif stands.over_at is None:
        _set(session, stands, rule, None, now, over_at=over_at)


def _drop(session: Session, one: Alert, rule: Kind, now: datetime) -> None:
    """Its rule was switched off: nobody is told that it is over, for nobody knows."""
    _set(session, one, rule, None, now, state=AlertState.CLEARED, cleared_at=now, shelved_until=None)


def _set(session: Session, one: Alert, rule: Kind, why: Why | None, now: datetime, **values: object) -> None:
    """Change one that is not cleared, and say so: to who looks at the list, and for a reason out of the house."""
    changed = session.scalars(
        update(Alert).where(Alert.id == one.id, Alert.cleared_at.is_(None)).values(**values).returning(Alert),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if changed is not None:
        _tell(session, changed)
        if why is not None:
            _send(session, changed, rule, why, now)


def _move(
    session: Session,
    alert_id: str,
    to: AlertState,
    actor: Member,
    now: datetime,
    *,
    detail: Mapping[str, str],
    **values: object,
) -> Alert:
    one = queries.alert(session, alert_id)
    said = {name: value for name, value in detail.items() if value}
    audit.append(
        session,
        actor=actor.audit_id,
        act=f"alert_{to.lower()}",
        thing=alert_id,
        now=now,
        alert=one.kind,
        about=one.thing,
        **said,
    )
    moved = session.scalars(
        update(Alert)
        .where(Alert.id == alert_id, Alert.state.in_(MOVES[to]))
        .values(state=to, **values)
        .returning(Alert),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if moved is None:
        raise Conflict("alert_moved_on")
    _tell(session, moved)
    return moved


def _link(session: Session, raised: Alert, links: Links | None) -> None:
    rows = [{"alert_id": raised.id, "what": what, "ref": ref} for what, ref in (links or {}).items() if ref]
    if rows:
        session.execute(_sayings(session).link, rows)


def _tell(session: Session, one: Alert) -> None:
    announce(session, "alert", id=one.id, alert=one.kind, state=one.state, severity=one.severity, count=one.count)


def _send(session: Session, one: Alert, rule: Kind, why: Why, now: datetime) -> None:
    """Have it told out of the house. What was put aside or taken up is only counted."""
    if why is Why.AGAIN and one.state is not AlertState.OPEN:
        return
    keeps_quiet = rule.keeps_quiet or why is Why.OVER
    channels.tell(
        session, alert_id=one.id, about=one.thing, severity=one.severity, why=why, keeps_quiet=keeps_quiet, now=now
    )
