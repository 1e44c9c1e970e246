"""A house with all that the demo's floor plan shows, and the plan."""

from gateway.demo.floor_plan import floor_plan
from gateway.floor_plan import queries as floor_plans
from gateway.floor_plan import service as floor_plan_service
from gateway.kiosks import queries as kiosks
from gateway.spaces.model import SpaceKind
from gateway.zones import service as zones
from tests.centre_builder import a_bank, a_space
from tests.web.conftest import House

ALL_DAY = {"opens_min": 0, "closes_min": 1440, "slot_min": 5}


def furnish(house: House) -> None:
    """The hall with its courts, two rooms, a third bank, the zone of the lobby: all open all day."""
    with house.centre.sessions.begin() as session:
        now = house.centre.clock.now()
        a_bank(session, "bank-c", sizes="SM", now=now)
        zones.make_zone(session, zone_id="hall", name_zh="大厅", name_en="Lobby", actor="test", now=now)
        court = {"kind": SpaceKind.COURT, **ALL_DAY}
        a_space(session, "hall", name_zh="篮球馆", name_en="Sports hall", **court)
        for half in "ab":
            a_space(session, f"half-{half}", parent_id="hall", **court)
        for no, half in enumerate("aabb", start=1):
            a_space(session, f"court-{no}", parent_id=f"half-{half}", **court)
        a_space(session, "piano-room", name_zh="琴房", name_en="Piano room", **ALL_DAY)
        a_space(session, "meeting-room", name_zh="会议室", name_en="Meeting room", **ALL_DAY)


def draw(house: House, *, has_kiosk: bool = True) -> None:
    """The demo's plan; the first kiosk that was registered stands in the lobby, or has been forgotten."""
    with house.centre.sessions.begin() as session:
        own = next((one.id for one in kiosks.kiosks(session) if has_kiosk), None)
        plan, before = floor_plan(kiosk_id=own), floor_plans.newest(session)
        floor_plan_service.save(session, plan=plan, based_on=before, actor="test", now=house.centre.clock.now())
