"""The floor plan as staff draw it and read it, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from api.floor_plan_views import AreaNowView, FloorPlanShape, WayView
from api.views import AnyId, Ask, View
from gateway.channels.model import Severity
from gateway.crowd.rules import Crowd
from gateway.fleet.model import DoorLevel
from gateway.floor_plan.drawing import AreaKind
from gateway.floor_plan.now import People, StaffAreaNow
from gateway.floor_plan.rules import Fault, Found


class VersionView(View):
    """One saving that is kept. The first of a list is the one that holds."""

    version: int
    saved_at: datetime


class FaultView(View):
    """What is wrong with one thing of a plan: an area, a spot, a way or a floor."""

    thing: str
    why: Fault

    @classmethod
    def of(cls, found: Found) -> Self:
        """As the rule found it."""
        return cls(thing=found.thing, why=found.why)


class WayWish(Ask):
    """Which way to try. `start` null: from the nearest entrance."""

    start: AnyId | None = None
    to: AnyId
    step_free: bool = False


class FloorPlanCheck(Ask):
    """A plan that is being drawn, and a way to try in it."""

    plan: FloorPlanShape
    way: WayWish | None = None


class CheckedView(View):
    """What is wrong with it, and which areas no way leads to from an entrance; those may be saved.

    `way`: the one that was asked for; null: none was, there is none, or the plan is wrong.
    """

    faults: list[FaultView]
    cut_off: list[str]
    way: WayView | None


class AreaAlertView(View):
    """An alert that is not cleared."""

    id: str
    kind: str
    severity: Severity


class DoorCounts(View):
    """How many doors are so."""

    open: int
    shut: int
    unknown: int


class AirView(View):
    """What sensors of its zone say, on average; null: unknown."""

    co2: float | None
    temperature: float | None
    humidity: float | None


class StaffAreaNowView(View):
    """An area now, for staff. `now` null: it is neither space nor bank. `zone`: whose sensors tell of it.

    `headcount`: how many are there, of a zone alone; null: unknown, which is not nobody.
    """

    area: str
    now: AreaNowView | None
    zone: str | None
    people: People
    headcount: int | None
    air: AirView
    doors: DoorCounts
    alerts: list[AreaAlertView]

    @classmethod
    def of(cls, found: StaffAreaNow, crowds: Mapping[str, Crowd]) -> Self:
        """As the query found it."""
        air, doors = found.air, found.doors
        crowd = crowds.get(found.zone or "") if found.area.kind is AreaKind.ZONE else None
        return cls(
            area=found.area.id,
            now=AreaNowView.of(found.now) if found.now else None,
            zone=found.zone,
            people=found.people,
            headcount=crowd.people if crowd else None,
            air=AirView(co2=air.get("co2"), temperature=air.get("temperature"), humidity=air.get("humidity")),
            doors=DoorCounts(
                open=doors.get(DoorLevel.OPEN, 0),
                shut=doors.get(DoorLevel.SHUT, 0),
                unknown=doors.get(DoorLevel.UNKNOWN, 0),
            ),
            alerts=[AreaAlertView(id=one.id, kind=one.kind, severity=one.severity) for one in found.alerts],
        )


class StaffFloorPlanNow(View):
    """The centre now. `as_of`: the centre's time when it was so."""

    as_of: datetime
    areas: list[StaffAreaNowView]
