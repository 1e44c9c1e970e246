"""Lamps and buzzers of our own nodes that say: somebody should come.

Two ways lead there. What a node cries out (a call, water, a detector) is shown before anything is written, so that
neither the disk nor a database stands between it and whoever helps; its device says it again until it is kept. And
whatever stands open as an alarm is shown once it is committed, until somebody takes it up.
"""

from typing import Final, Protocol

from devices.wire import codec
from devices.wire.errors import WireError
from devices.wire.messages import Readings
from devices.wire.metrics import COMES_AT_ONCE
from gateway.alerts import queries as alerts
from gateway.fleet import queries as fleet
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions
from gateway.recorder import HURRY

CRY_S: Final = 20  # so long a cry is shown that is not kept: its device says it again every 15 s until it is
STAND_S: Final = 60  # so long an alarm is shown …
AGAIN_S: Final = 20.0  # … unless it is said again, as it is so often
NEW_S: Final = 60.0  # older than that it is no cry, but what a node kept while it was away
LOOK_AGAIN_S: Final = 10.0  # for devices that have been approved, or suspended


class Shower(Protocol):
    """Has one lamp show something."""

    def show(self, device_id: str, *, alarm: bool, beep: bool, for_s: int) -> None:
        """Never raises and never waits."""


class Lamps:
    """`hear` is for the network's thread, `look` for the program's, once a second."""

    def __init__(self, sessions: Sessions, *, shower: Shower, clock: Clock) -> None:
        """`shower`: safe from both threads."""
        self._sessions = sessions
        self._shower = shower
        self._clock = clock
        self._lamps: tuple[str, ...] = ()
        self._heeded: frozenset[str] = frozenset()  # whose cries count; as long as there is a lamp
        self._heeded_until = 0.0  # monotonic
        self._standing: set[str] | None = None  # alarms; None: not looked yet
        self._said_at = 0.0  # monotonic

    def hear(self, topic: str, payload: bytes) -> None:
        """A message of readings has come: show it if it is a cry. Never waits."""
        if not self._lamps or HURRY not in payload:
            return
        try:
            said = codec.decode_readings(payload)
        except WireError:  # the recorder counts it
            return
        if topic.split("/")[-2] in self._heeded and _is_a_cry(said):
            for lamp in self._lamps:
                self._shower.show(lamp, alarm=True, beep=True, for_s=CRY_S)

    def look(self) -> None:
        """Show what stands, and what no longer does."""
        now = self._clock.monotonic()
        with self._sessions.read() as session:
            lamps = tuple(fleet.alarm_lamps(session))
            standing = alerts.open_alarms(session) if lamps else set[str]()
            if lamps and now >= self._heeded_until:
                self._heeded = frozenset(fleet.approved_ids(session))
                self._heeded_until = now + LOOK_AGAIN_S
        before, self._lamps = self._lamps, lamps
        is_new = self._standing is not None and not standing <= self._standing
        was_shown, self._standing = bool(self._standing), standing
        for lamp in set(before) - set(lamps):
            self._shower.show(lamp, alarm=False, beep=False, for_s=1)
        is_due = standing and now - self._said_at >= AGAIN_S
        if is_new or is_due or bool(standing) != was_shown or lamps != before:
            self._said_at = now
            for lamp in lamps:
                self._shower.show(lamp, alarm=bool(standing), beep=is_new, for_s=STAND_S)


def _is_a_cry(said: Readings) -> bool:
    is_new = said.age_ms is not None and said.age_ms <= NEW_S * 1_000
    return is_new and any(one.value is True and one.metric in COMES_AT_ONCE for one in said.readings)
