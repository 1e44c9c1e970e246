"""Whether the house's clock is believed, and saying that it is right."""

from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from api.deps import Desk, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Ask, Instant, View
from gateway.members.model import Role
from gateway.timekeeping import queries, rules, service

router = Doors("/staff/clock", tags=["staff"])


class ClockView(View):
    """What the clock shows, and the latest time that is known to have come; null: none was kept yet.

    `is_believed`: false while it shows a time that is over; then nothing opens that has an end.
    """

    shows: datetime
    known: datetime | None
    is_believed: bool

    @classmethod
    def of(cls, session: Session, desk: Desk) -> Self:
        """As it is now."""
        now, known = desk.clock.now(), queries.known_time(session)
        return cls(shows=now, known=known, is_believed=not rules.is_behind(now, known=known))


class OtherClock(Ask):
    """The time that another clock shows: a telephone's, a radio's, never this machine's own."""

    it_is: Instant


@router.get("", responses=problems(*STAFF_ONLY))
async def read_clock(who: SignedIn) -> ClockView:
    """What the house's clock shows, and whether it is believed."""

    def look() -> ClockView:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
            return ClockView.of(session, who.desk)

    return await who.desk.backroom.read(look)


@router.put("", responses=problems(*STAFF_ONLY, "clock_differs", "malformed"))
async def believe_clock(said: OtherClock, who: SignedIn) -> ClockView:
    """Say what time it is. Where the house's clock agrees to two minutes it is believed again.

    For one that ran ahead and was set right. One that is behind is set right on the machine, and believed by itself.
    """
    desk = who.desk

    def act() -> ClockView:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            service.believe(session, it_is=said.it_is, actor=manager.audit_id, clock=desk.clock)
            return ClockView.of(session, desk)

    return await desk.backroom.write(act)
