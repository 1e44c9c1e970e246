"""Alerts, and what staff do with them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Attempt, Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.alert_kind_views import AlertKinds, AlertKindView
from api.staff.alert_views import AlertNote, AlertShelf, AlertView
from api.views import Items, items
from gateway.alerts import queries as alerts
from gateway.alerts import service as alerts_service
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import KINDS
from gateway.alerts.model import Alert, AlertState
from gateway.members.model import Member, Role

router = Doors("/staff/alerts", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_POSTED = (*STAFF_ONLY, "not_found", "alert_moved_on", "malformed", "idempotency_key_reused")

InState = Annotated[AlertState | None, Query(description="Only those that stand there.")]
OfKind = Annotated[str | None, Query(max_length=48, pattern=r"^[a-z0-9_]+$", description="Only those of one kind.")]
AboutThing = Annotated[
    str | None,
    Query(max_length=64, pattern=r"^[A-Za-z0-9._:-]+$", description="Only those about this lock, bank, rental …"),
]


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_alerts(
    who: SignedIn, page: Paged, state: InState = None, kind: OfKind = None, about: AboutThing = None
) -> Items[AlertView]:
    """Those not cleared first, then the newest first, in the reader's language."""

    def look() -> Items[AlertView]:
        with who.desk.sessions.read() as session:
            member = who.staff(session, *_ROLES)
            found = alerts.alerts(session, limit=page.limit + 1, after=page.after, state=state, kind=kind, about=about)
            views = AlertView.several(session, found, reader=member, language=who.language, zone=_zone(who))
            return items(found, page, view=lambda one: views[one.id], name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.get("/kinds", responses=problems(*STAFF_ONLY))
async def list_alert_kinds(who: SignedIn) -> AlertKinds:
    """This centre's rules: from which level on each is raised, after how long, how much it presses, when it is over."""

    def look() -> AlertKinds:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            rules_now = in_force(session)
            names = (*KINDS, *rules_now.own)
            return AlertKinds(items=[AlertKindView.of(name, rules_now, who.language) for name in names])

    return await who.desk.backroom.read(look)


@router.get("/{alert_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_alert(alert_id: Id, who: SignedIn) -> AlertView:
    """One of them, cleared or not."""

    def look() -> AlertView:
        with who.desk.sessions.read() as session:
            member = who.staff(session, *_ROLES)
            one = alerts.alert(session, alert_id)
            return AlertView.of(session, one, reader=member, language=who.language, zone=_zone(who))

    return await who.desk.backroom.read(look)


@router.post("/{alert_id}/ack", response_model=AlertView, responses=problems(*_POSTED))
async def acknowledge_alert(alert_id: Id, said: AlertNote, who: SignedIn, attempt: Repeatable) -> Response:
    """Take it up: the others see that somebody looks after it."""

    def act(session: Session, actor: Member, now: datetime) -> Alert:
        return alerts_service.acknowledge(session, alert_id=alert_id, actor=actor, now=now, note=said.note)

    return await _done(who, attempt, act)


@router.post("/{alert_id}/clear", response_model=AlertView, responses=problems(*_POSTED))
async def clear_alert(alert_id: Id, said: AlertNote, who: SignedIn, attempt: Repeatable) -> Response:
    """Say that it is dealt with. When it is still so, it comes back after a while."""

    def act(session: Session, actor: Member, now: datetime) -> Alert:
        return alerts_service.clear(session, alert_id=alert_id, actor=actor, now=now, note=said.note)

    return await _done(who, attempt, act)


@router.post("/{alert_id}/shelve", response_model=AlertView, responses=problems(*_POSTED))
async def shelve_alert(alert_id: Id, shelf: AlertShelf, who: SignedIn, attempt: Repeatable) -> Response:
    """Put it aside until a time; then it is open again, unless it has gone by itself."""

    def act(session: Session, actor: Member, now: datetime) -> Alert:
        return alerts_service.shelve(
            session, alert_id=alert_id, until=shelf.until, actor=actor, now=now, note=shelf.note
        )

    return await _done(who, attempt, act)


async def _done(who: Caller, attempt: Attempt, step: Callable[[Session, Member, datetime], Alert]) -> Response:
    """Take one step, once for each key, and answer with where the alert stands."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            one = step(session, member, now)
            view = AlertView.of(session, one, reader=member, language=who.language, zone=_zone(who))
            return attempt.keep(session, member_id=member.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)


def _zone(who: Caller) -> ZoneInfo:
    return ZoneInfo(who.desk.centre.settings.zone)
