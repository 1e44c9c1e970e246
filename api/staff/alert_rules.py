"""The rules by which alerts are raised, as a manager changes them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Path, Query
from sqlalchemy.orm import Session

from api.deps import Caller, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff import alert_rule_things as things
from api.staff.alert_rule_views import AlertRules, AlertRuleView, AlertRuleWish, Measurable, metrics_of
from api.staff.channel_views import QuietHoursView
from api.views import AnyId
from gateway.alerts import own_rules, rules, service
from gateway.alerts import queries as alerts
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import Measure
from gateway.alerts.levels import SPANS
from gateway.alerts.model import WHOLE_CENTRE, Layer, Where
from gateway.kit.errors import Malformed
from gateway.members.model import Role
from gateway.zones import queries as zones

router = Doors("/staff/alerts/rules", tags=["staff"])

_READERS = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_NOT_SO = (
    "malformed",
    "alert_rule_has_none",
    "alert_metric_unknown",
    "alert_measures_stay",
    "alert_kinds_full",
    "alert_rule_guarded",
    "alert_limit_out_of_range",
    "alert_clear_out_of_range",
    "alert_clear_from_out_of_range",
    "alert_hold_out_of_range",
    "alert_escalation_out_of_range",
    "alert_alarm_never_quiet",
    "alert_info_always_quiet",
    "alert_quiet_hours_unused",
    "alert_quiet_hours_empty",
)

OfKind = Annotated[str, Path(max_length=48, pattern=r"^[a-z0-9_]+$")]
InZone = Annotated[AnyId | None, Query(alias="zone_id", description="In one zone; without, in the whole centre.")]
OfThing = Annotated[
    str | None,
    Query(
        max_length=64,
        description="Of one sensor (`device/sensor`), device or door (its lock), as an alert names its thing.",
    ),
]


@router.get("", responses=problems(*STAFF_ONLY))
async def list_alert_rules(who: SignedIn) -> AlertRules:
    """Every kind: as the house has it, as this centre does, and what may be changed of it."""

    def look() -> AlertRules:
        with who.desk.sessions.read() as session:
            who.staff(session, *_READERS)
            quiet = QuietHoursView(**rules.QUIET._asdict())
            return AlertRules(
                items=AlertRuleView.several(session, who.language),
                quiet=quiet,
                measurable=[Measurable.of(metric) for metric in SPANS],
                own=AlertRuleView.blank(session, who.language),
            )

    return await who.desk.backroom.read(look)


@router.put("/{kind}", responses=problems(*STAFF_ONLY, "not_found", *_NOT_SO))
async def put_alert_rule(
    kind: OfKind, wanted: AlertRuleWish, who: SignedIn, zone_id: InZone = None, thing: OfThing = None
) -> AlertRuleView:
    """Have it otherwise, from now on: in the whole centre, in one zone or of one thing. What stands follows.

    The rule of a thing goes before its zone's, and that before the whole centre's. With `measures` a centre makes a
    kind of its own, whose name begins with `own_`: wherever it has no rule it is not looked for.
    """
    desk = who.desk

    def act() -> AlertRuleView:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            house = own_rules.kind(session, kind, measure=wanted.measure)
            where = _where(session, zone_id, thing)
            own_rules.put_rule(
                session,
                name=kind,
                wanted=wanted.wanted(house),
                measure=wanted.measure,
                where=where,
                actor=manager.audit_id,
                now=desk.clock.now(),
            )
            if where.layer is Layer.THING:
                things.check(desk, session, metrics=metrics_of(session, kind), house=house, thing=where.scope)
        return _followed(who, kind)

    return await desk.backroom.write(act)


@router.delete("/{kind}", responses=problems(*STAFF_ONLY, "not_found"))
async def drop_alert_rule(kind: OfKind, who: SignedIn, zone_id: InZone = None, thing: OfThing = None) -> AlertRuleView:
    """Back to the house's rule; for a thing to its zone's, for a zone to the whole centre's. Harmless to repeat.

    With its last rule a kind is gone that the centre has made.
    """
    desk = who.desk

    def act() -> AlertRuleView:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            before = in_force(session).own
            own_rules.drop_rule(
                session,
                name=kind,
                where=_where(session, zone_id, thing),
                actor=manager.audit_id,
                now=desk.clock.now(),
            )
        return _followed(who, kind, before)

    return await desk.backroom.write(act)


def _followed(who: Caller, kind: str, before: Mapping[str, Measure] = MappingProxyType({})) -> AlertRuleView:
    """What stands is judged by the new rule at once: one by one, as the timetable does, so that no reading waits.

    `before`: the centre's own kinds, of which one may be gone now.
    """
    desk, zone, now = who.desk, ZoneInfo(who.desk.centre.settings.zone), who.desk.clock.now()
    with desk.sessions.read() as session:
        due = alerts.due(session, zone=zone, now=now)
    for one in due:
        with desk.sessions.begin() as session:
            service.look_after(session, alert_id=one, zone=zone, now=now)
    with desk.sessions.read() as session:
        return AlertRuleView.of(session, kind, who.language, before=before)


def _where(session: Session, zone_id: str | None, thing: str | None) -> Where:
    """Raises NotFound("zone"), and Malformed where both are said."""
    if zone_id is not None and thing is not None:
        raise Malformed("malformed", field="thing")
    if thing is not None:
        return Where(Layer.THING, thing)
    return WHOLE_CENTRE if zone_id is None else Where(Layer.ZONE, zones.zone(session, zone_id).id)
