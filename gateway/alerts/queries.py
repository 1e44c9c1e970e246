"""Questions about alerts. Read-only."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from gateway.alerts import rules
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import Kind
from gateway.alerts.model import Alert, AlertLink, AlertState
from gateway.channels.model import Severity
from gateway.kit import edition
from gateway.kit.errors import NotFound

# Made once: every event of a door and every call asks these, and to put them together takes as long as to answer them.
_OF_ONE: Final = (Alert.kind == bindparam("kind"), Alert.thing == bindparam("thing"))
_STANDING: Final = select(Alert).where(*_OF_ONE, Alert.cleared_at.is_(None))
_CLEARED_BY_HAND_AT: Final = select(func.max(Alert.cleared_at)).where(*_OF_ONE, Alert.cleared_by_id.is_not(None))
_HISTORY: Final = select(Alert, _CLEARED_BY_HAND_AT.scalar_subquery(), edition.NAME).select_from(
    select(literal(1).label("one")).subquery().outerjoin(Alert, and_(*_OF_ONE, Alert.cleared_at.is_(None)))
)


class History(NamedTuple):
    """What there is already of a kind and thing."""

    stands: Alert | None  # the one that is not cleared
    cleared_by_hand_at: datetime | None  # when a person last cleared one

    @property
    def is_so(self) -> bool:
        """One stands, and when it was last looked at it was still so."""
        return self.stands is not None and self.stands.over_at is None


def alert(session: Session, alert_id: str) -> Alert:
    """Raises NotFound("alert")."""
    found = session.get(Alert, alert_id)
    if found is None:
        raise NotFound("alert")
    return found


def alerts(
    session: Session,
    *,
    limit: int,
    after: str | None = None,
    state: AlertState | None = None,
    kind: str | None = None,
    about: str | None = None,
) -> Sequence[Alert]:
    """Those not cleared first, then the newest first. `about`: the id of a thing that they concern.

    `after` is the id of the last one already seen. Raises NotFound("alert") when there is none.
    """
    query = select(Alert).order_by(Alert.cleared_at.is_not(None), Alert.raised_at.desc(), Alert.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Alert.state == state)
    if kind is not None:
        query = query.where(Alert.kind == kind)
    if about is not None:
        linked = select(AlertLink.alert_id).where(AlertLink.ref == about)
        query = query.where((Alert.thing == about) | Alert.id.in_(linked))
    if after is not None:
        query = query.where(_comes_after(alert(session, after)))
    return session.scalars(query).all()


def standing(session: Session, *, kind: str, thing: str) -> Alert | None:
    """The one that is not cleared; there is never a second."""
    return session.scalar(_STANDING, {"kind": kind, "thing": thing})


def history(session: Session, *, kind: str, thing: str) -> History:
    """All that a judgement needs, by one question: also whether the rules that were kept are still in force."""
    stands, cleared_at, rules_are_called = session.execute(_HISTORY, {"kind": kind, "thing": thing}).one()
    edition.was_told(session, rules_are_called)
    return History(stands, cleared_at)


def is_standing(session: Session, *, kind: str, thing: str) -> bool:
    """Whether there is one that is not cleared."""
    return standing(session, kind=kind, thing=thing) is not None


def stood_since(session: Session, *, kind: str, since: datetime) -> bool:
    """Whether one of the kind, about whatever thing, stands or was cleared only after that."""
    stood = select(Alert.id).where(Alert.kind == kind, or_(Alert.cleared_at.is_(None), Alert.cleared_at >= since))
    return session.scalar(stood.limit(1)) is not None


def all_standing(session: Session, *, things: Collection[str] | None = None) -> Sequence[Alert]:
    """Every alert that is not cleared, the oldest first; `things`: of these alone."""
    query = select(Alert).where(Alert.cleared_at.is_(None)).order_by(Alert.raised_at, Alert.id)
    return session.scalars(query if things is None else query.where(Alert.thing.in_(things))).all()


def open_alarms(session: Session) -> set[str]:
    """The ids of what is most urgent and nobody has taken up."""
    query = select(Alert.id).where(Alert.state == AlertState.OPEN, Alert.severity == Severity.ALARM)
    return set(session.scalars(query))


def due(session: Session, *, zone: ZoneInfo, now: datetime) -> list[str]:
    """Alerts of which time asks something, or a changed rule: to clear, to come back from the shelf, to escalate."""
    standing = all_standing(session)
    by = rules_of(session, standing)
    return [one.id for one in standing if rules.what_is_due(one, by[one.id], zone=zone, now=now)]


def rules_of(session: Session, alerts: Collection[Alert]) -> dict[str, Kind]:
    """The rule that is in force for each of these, by its id."""
    rules_now = in_force(session)
    zoned = [one.id for one in alerts if rules_now.is_zoned(one.kind)]
    where = select(AlertLink.alert_id, AlertLink.ref).where(AlertLink.alert_id.in_(zoned), AlertLink.what == "zone")
    zones: dict[str, str] = dict(iter(session.execute(where))) if zoned else {}
    return {one.id: rules_now.of(one.kind, zone_id=zones.get(one.id), thing=one.thing) for one in alerts}


def links(session: Session, alert_ids: Collection[str]) -> dict[str, list[AlertLink]]:
    """What each of these is about, by its id."""
    found: dict[str, list[AlertLink]] = {alert_id: [] for alert_id in alert_ids}
    query = select(AlertLink).where(AlertLink.alert_id.in_(alert_ids)).order_by(AlertLink.what, AlertLink.ref)
    for link in session.scalars(query):
        found[link.alert_id].append(link)
    return found


def cleared_by_hand_at(session: Session, *, kind: str, thing: str) -> datetime | None:
    """When a person last cleared such an alert: what spoke for it before that no longer counts."""
    return session.scalar(_CLEARED_BY_HAND_AT, {"kind": kind, "thing": thing})


def _comes_after(seen: Alert) -> ColumnElement[bool]:
    older = tuple_(Alert.raised_at, Alert.id) < tuple_(seen.raised_at, seen.id)
    if seen.cleared_at is not None:
        return Alert.cleared_at.is_not(None) & older
    return Alert.cleared_at.is_not(None) | older
