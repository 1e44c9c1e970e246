"""How many people are where now, as every door asks it."""

from zoneinfo import ZoneInfo

from api.deps import Desk
from gateway.crowd.look import look
from gateway.crowd.queries import Crowds


def crowds_now(desk: Desk) -> Crowds:
    """Of every zone and of the house. Blocks: call it in the back room, and in no transaction of your own."""
    zone = ZoneInfo(desk.centre.settings.zone)
    return look(desk.sessions, desk.readings, zone=zone, now=desk.clock.now())
