"""How full the centre is now and later today: for everybody, signed in or not. No word about anybody."""

from datetime import datetime
from zoneinfo import ZoneInfo

from api.busy_views import BusyView
from api.crowds import crowds_now
from api.deps import AtDesk, Desk
from api.signpost import Doors
from gateway.usage.busy import Busy, busy

router = Doors(tags=["busy"])


@router.get("/busy")
async def read_busy(desk: AtDesk) -> BusyView:
    """The live count, and the hours to come by the days that were like today. Half a minute old at most."""

    def look() -> BusyView:
        return BusyView.of_house(*desk.busy.ask(lambda: _worked_out(desk), now_s=desk.clock.monotonic()))

    return await desk.backroom.read(look)


def _worked_out(desk: Desk) -> tuple[Busy, datetime]:
    crowds, now = crowds_now(desk), desk.clock.now()
    with desk.sessions.read() as session:
        return busy(session, crowds, zone=ZoneInfo(desk.centre.settings.zone), now=now), now
