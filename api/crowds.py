"""How many people are where now, as every door asks it."""

from zoneinfo import ZoneInfo

from api.deps import Desk
from gateway.crowd import queries as crowd
from gateway.crowd.queries import Crowds, Readings
from gateway.telemetry.store import NoReadingsError


def crowds_now(desk: Desk) -> Crowds:
    """Of every zone and of the house. Blocks: call it in the back room, and in no transaction of your own."""
    now = desk.clock.now()
    with desk.sessions.read() as session:
        frame = crowd.frame(session, zone=ZoneInfo(desk.centre.settings.zone), now=now)
    try:
        with desk.readings.read() as connection:
            readings = crowd.readings_since(connection, since=frame.before_at, now=now)
    except NoReadingsError:
        readings = Readings()
    with desk.sessions.read() as session:
        return crowd.crowds(session, readings, frame=frame, now=now)
