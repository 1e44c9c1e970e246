"""How often each off-the-shelf device usually speaks, and which have fallen silent."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gateway.fleet import rules
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DeviceState, Presence

_EVERY: Final = timedelta(minutes=1)


class Rhythms:
    """Hears every word of approved devices. What it has learnt is kept with the device; the last gaps are in mind."""

    def __init__(self, *, began_at: datetime) -> None:
        self._began_at = began_at  # who spoke before we listened is given their time
        self._heard_at: dict[str, datetime] = {}
        self._gaps: dict[str, deque[float]] = {}
        self._looked_at = began_at

    def hear(self, device: Device, *, at: datetime) -> None:
        """It has spoken now."""
        before = self._heard_at.get(device.id)
        if before is not None and at - before < rules.SAME_BREATH:
            return
        self._heard_at[device.id] = at
        if before is None:
            return
        gaps = self._gaps.setdefault(device.id, deque(maxlen=rules.MOST_GAPS))
        gaps.append((at - before).total_seconds())
        if len(gaps) >= rules.LEAST_GAPS:
            usual = rules.usual_gap_s(gaps)
            if not rules.is_about(usual, device.usual_s):
                device.usual_s = usual

    def is_due(self, now: datetime) -> bool:
        """It is time to look who has fallen silent."""
        return now - self._looked_at >= _EVERY

    def note_the_silent(self, session: Session, devices: Iterable[Device], *, now: datetime) -> list[Device]:
        """Whoever missed three of their times is not there. Answers those who have just fallen silent."""
        if not self.is_due(now):
            return []
        self._looked_at = now
        silent = []
        for device in devices:
            heard_at = self._heard_at.get(device.id) or max(device.heard_at, self._began_at)
            is_there = device.state is DeviceState.APPROVED and device.presence is Presence.ONLINE
            if is_there and rules.has_gone_silent(heard_at=heard_at, usual_s=device.usual_s, now=now):
                fleet.note_outsider(session, device, is_there=False, now=now)
                silent.append(device)
        return silent
