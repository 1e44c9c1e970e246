"""Which centre this is: for everybody, signed in or not. A program asks it first."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from api.calendar_views import DayView
from api.deps import AtDesk
from api.signpost import Doors
from api.views import View
from gateway.crowd import queries as crowd
from gateway.members.model import Language

router = Doors(tags=["centre"])

VERSION: Final = "1"  # of what this API promises


class CentreView(View):
    """`site`: its name, as in every MQTT topic. `zone`: IANA's, by which its days go. `today`: the whole house's."""

    site: str
    zone: str
    languages: list[Language]
    api: str
    today: DayView


@router.get("/centre")
async def read_centre(desk: AtDesk) -> CentreView:
    """Its name, its zone, its languages, and when it is open today."""
    settings = desk.centre.settings

    def look() -> CentreView:
        today: date = desk.centre.today(desk.clock.now())
        with desk.sessions.read() as session:
            day = crowd.of_house(session, zone=ZoneInfo(settings.zone)).day(today)
        return CentreView(
            site=settings.site,
            zone=settings.zone,
            languages=list(Language),
            api=VERSION,
            today=DayView.of(today, day),
        )

    return await desk.backroom.read(look)
