"""A zone that fills up: staff should know before nobody can get in or out. Nothing here commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts_queries
from gateway.alerts import rules as alerts_rules
from gateway.alerts import service as alerts
from gateway.alerts.in_force import in_force
from gateway.crowd.rules import Crowd
from gateway.zones import queries as zones

KIND: Final = "crowded"


class Watch:
    """Is told once in a while how many are where. Since when a zone is too full, it keeps in mind."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}  # by zone

    def note(self, session: Session, crowds: Mapping[str, Crowd], *, now: datetime) -> None:
        """Judge each zone. Harmless to repeat; a count that is not known changes nothing."""
        for zone_id, crowd in crowds.items():
            if crowd.fullness is not None:
                self._judge(session, zone_id, crowd, crowd.fullness, now)

    def _judge(self, session: Session, zone_id: str, crowd: Crowd, fullness: float, now: datetime) -> None:
        history = alerts_queries.history(session, kind=KIND, thing=zone_id)
        was_so = zone_id in self._since or history.is_so
        rule = in_force(session).of(KIND, zone_id=zone_id)
        is_so = rule.on and alerts_rules.is_so(rule, fullness, was_so=was_so)
        since = self._since.setdefault(zone_id, now) if is_so else self._since.pop(zone_id, now)
        zone = zones.zone(session, zone_id)
        alerts.note_condition(
            session,
            kind=KIND,
            thing=zone_id,
            is_so=is_so,
            since=since,
            now=now,
            facts={
                "place": {"zh-CN": zone.name_zh, "en": zone.name_en},
                "people": crowd.people,
                "capacity": crowd.capacity,
            },
            links={"zone": zone_id},
            history=history,
        )
