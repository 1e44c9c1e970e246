"""What a monitoring program is told, read from the database: it is right whichever process is asked. Read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gateway.alerts.model import Alert
from gateway.channels.model import Delivery, DeliveryState
from gateway.fleet.model import DeadLetter, Device, DeviceState
from gateway.jobs import queries as jobs
from gateway.jobs.model import Job
from gateway.unlocking.model import Unlock, UnlockState

LATELY: Final = timedelta(hours=1)
QUANTILES: Final = (0.5, 0.9, 0.99)


@dataclass(frozen=True)
class Figures:
    """`opening_s`, by quantile: how long it took those asked for within the last hour that opened; None: none did."""

    unlocks: Mapping[str, int]  # by what came of them
    opening_s: Mapping[float, float | None]
    dead_letters: Mapping[tuple[str, str], int]  # by channel and fault
    devices: Mapping[str, int]  # approved ones, by presence
    alerts: Mapping[str, int]  # that stand, by severity
    deliveries_waiting: int
    jobs: Sequence[Job]
    core_bytes: int


def figures(session: Session, *, now: datetime) -> Figures:
    """As things are now."""
    settled = select(Unlock.state, func.count()).where(Unlock.settled_at.is_not(None)).group_by(Unlock.state)
    dead = select(DeadLetter.channel, DeadLetter.fault, func.sum(DeadLetter.count))
    there = select(Device.presence, func.count()).where(Device.state == DeviceState.APPROVED)
    alerts = select(Alert.severity, func.count()).where(Alert.cleared_at.is_(None)).group_by(Alert.severity)
    waiting = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.WAITING)
    return Figures(
        unlocks={state.value: count for state, count in session.execute(settled)},
        opening_s=_quantiles(session, since=now - LATELY),
        dead_letters={
            (channel, fault): int(count)
            for channel, fault, count in session.execute(dead.group_by(DeadLetter.channel, DeadLetter.fault))
        },
        devices={presence.value: count for presence, count in session.execute(there.group_by(Device.presence))},
        alerts={severity.value: count for severity, count in session.execute(alerts)},
        deliveries_waiting=session.scalar(waiting) or 0,
        jobs=jobs.jobs(session),
        core_bytes=_bytes(session),
    )


def _quantiles(session: Session, *, since: datetime) -> dict[float, float | None]:
    rows = session.execute(
        select(Unlock.requested_at, Unlock.settled_at).where(
            Unlock.requested_at >= since, Unlock.state == UnlockState.OPENED, Unlock.settled_at.is_not(None)
        )
    )
    took = sorted((settled - requested).total_seconds() for requested, settled in rows if settled is not None)
    return {one: quantile(took, one) for one in QUANTILES}


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The least value that so large a share of them does not exceed. None: there are none."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def _bytes(session: Session) -> int:
    """What the core takes up on its disk."""
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":
        path = Path(bind.engine.url.database or "")
        return path.stat().st_size if path.is_file() else 0
    return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
