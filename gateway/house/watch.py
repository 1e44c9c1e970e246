"""Raising and letting go the alerts about the machine, from what was seen of it. Nothing here commits or looks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.alerts import queries as alert_queries
from gateway.alerts import rules as alert_rules
from gateway.alerts import service as alerts
from gateway.alerts.in_force import in_force
from gateway.house import rules
from gateway.house.rules import Look, Sync
from gateway.kit import audit
from gateway.timekeeping.queries import known_time

MACHINE: Final = "gateway"  # the thing that these alerts are about

_DISK: Final = "disk_nearly_full"
_PLACE: Final = {"zh-CN": "中心主机", "en": "The centre's computer"}


class Watch:
    """Is told once in a while how the machine is. Since when something is so, it keeps in mind."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}  # by kind

    def note(self, session: Session, look: Look, *, now: datetime) -> None:
        """Judge what was seen. Harmless to repeat; what cannot be known changes nothing."""
        began_at = session.scalar(select(audit.AuditEntry.at).order_by(audit.AuditEntry.seq).limit(1))
        is_full = self._is_nearly_full(session, look.free_mb)
        found: list[tuple[str, bool, Mapping[str, object]]] = [
            (_DISK, is_full, {"free_mb": look.free_mb}),
            ("clock_wrong", rules.is_clock_wrong(now, known=known_time(session)), {"shows": now.isoformat()}),
            ("broker_away", not look.is_broker_there, {}),
            ("readings_refused", look.are_readings_refused, {}),
        ]
        if look.sync is not Sync.UNKNOWN:
            found.append(("clock_unsynchronised", look.sync is Sync.NO, {}))
        if look.commit_s is not None:
            found.append(("database_slow", look.commit_s >= rules.SLOW_S, {"took_s": round(look.commit_s, 1)}))
        if look.are_copies_ours:
            is_old = rules.is_copy_old(look.copied_at, began_at=began_at, now=now)
            found.append(("backup_old", is_old, {"copied": look.copied_at.isoformat() if look.copied_at else "—"}))
        for kind, is_so, facts in found:
            self._judge(session, kind, now, facts, is_so=is_so)

    def _is_nearly_full(self, session: Session, free_mb: int) -> bool:
        was_so = _DISK in self._since or alert_queries.history(session, kind=_DISK, thing=MACHINE).is_so
        return alert_rules.is_so(in_force(session).of(_DISK), free_mb, was_so=was_so)

    def _judge(self, session: Session, kind: str, now: datetime, facts: Mapping[str, object], *, is_so: bool) -> None:
        since = self._since.setdefault(kind, now) if is_so else self._since.pop(kind, now)
        told = {"place": _PLACE, **facts}
        alerts.note_condition(session, kind=kind, thing=MACHINE, is_so=is_so, since=since, now=now, facts=told)
