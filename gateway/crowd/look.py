"""How many people are where now: core and readings asked one after the other, so that neither is held for the other."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.crowd import queries
from gateway.crowd.queries import Crowds, Readings
from gateway.kit.db import Sessions
from gateway.telemetry.store import NoReadingsError, ReadingStore

HOLDS: Final = timedelta(seconds=4)


def look(sessions: Sessions, readings: ReadingStore, *, zone: ZoneInfo, now: datetime) -> Crowds:
    """Of every zone and of the house. Blocks: call it in no transaction of your own."""
    with sessions.read() as session:
        frame = queries.frame(session, zone=zone, now=now)
    try:
        with readings.read() as connection:
            said = queries.readings_since(connection, since=frame.before_at, now=now)
    except NoReadingsError:
        said = Readings()
    with sessions.read() as session:
        return queries.crowds(session, said, frame=frame, now=now)


class Lookout:
    """For whoever asks every moment: a day of passages is added up only so often."""

    def __init__(self, sessions: Sessions, readings: ReadingStore, *, zone: ZoneInfo) -> None:
        self._sessions = sessions
        self._readings = readings
        self._zone = zone
        self._seen: tuple[datetime, Crowds] | None = None

    def now(self, now: datetime) -> Crowds:
        """At most `HOLDS` old; a clock that was put back makes no difference."""
        if self._seen is None or not timedelta() <= now - self._seen[0] < HOLDS:
            self._seen = (now, look(self._sessions, self._readings, zone=self._zone, now=now))
        return self._seen[1]
