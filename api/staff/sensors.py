"""What sensors say now, and what they said; in which zone each hangs."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field
from sqlalchemy import Connection

from api.deps import Desk, Id, Paged, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.zone_views import SensorPlace
from api.views import AnyId, Instant, Items, View, behind, items
from gateway.kit.errors import Malformed, NotFound
from gateway.members.model import Role
from gateway.telemetry import queries as telemetry
from gateway.telemetry.queries import Point, Series, Step
from gateway.telemetry.store import NoReadingsError, now_ms
from gateway.zones import queries as zones
from gateway.zones import service as zones_service
from gateway.zones.model import Placed
from gateway.zones.queries import Map

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_PLACERS = (Role.TECHNICIAN, Role.MANAGER)
_MOST_POINTS = 2_000

Since = Annotated[Instant, Query(alias="from", description="The first instant wanted.")]
Until = Annotated[Instant, Query(alias="to", description="Up to before then.")]
AtStep = Annotated[Step, Query(description="How long a span each point stands for.")]
InZone = Annotated[AnyId | None, Query(description="Only those that hang there: a zone's id.")]
Most = Annotated[int, Query(ge=1, le=_MOST_POINTS)]


class SensorView(View):
    """One metric of one sensor. `value` null: unknown now, whatever it was; true and false are 1 and 0.

    `zone`: the id of the one it hangs in; null when nobody has said. `comes_from`, of what counts people at a door: the
    zone that they come from into `zone`; null: the street.
    """

    id: str
    device: str
    sensor: str
    metric: str
    zone: str | None
    comes_from: str | None
    value: float | None
    taken_at: datetime | None

    @classmethod
    def of(cls, series: Series, at_ms: int, where: Map) -> "SensorView":
        """As it is at that instant."""
        return cls(
            id=str(series.id),
            device=series.device,
            sensor=series.sensor,
            metric=series.metric,
            zone=where.of_sensor(series.device, series.sensor),
            comes_from=where.outside_of(series.device, series.sensor),
            value=series.value_at(at_ms),
            taken_at=_instant(series.last.taken_ms) if series.last else None,
        )


class PointView(View):
    """What it said for one step. `mean` counts each value once, `time_weighted` for as long as it held."""

    from_at: datetime = Field(alias="from")
    measured: int
    least: float | None
    most: float | None
    mean: float | None
    time_weighted: float | None
    last: float | None

    @classmethod
    def of(cls, point: Point) -> "PointView":
        """As it was added up."""
        rollup = point.rollup
        return cls.model_validate(
            {
                "from": _instant(point.from_ms),
                "measured": rollup.measured,
                "least": rollup.least,
                "most": rollup.most,
                "mean": rollup.mean,
                "time_weighted": rollup.time_weighted,
                "last": rollup.last_value,
            }
        )


@router.get("/sensors", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_sensors(who: SignedIn, page: Paged, zone: InZone = None) -> Items[SensorView]:
    """Every metric of every sensor, and its present value."""
    desk = who.desk

    def look() -> Items[SensorView]:
        where = _check(who)
        at_ms = now_ms(desk.clock.now())
        wanted = [one for one in all_sensors(desk) if zone is None or where.of_sensor(one.device, one.sensor) == zone]
        rest = behind(wanted, page, name=lambda series: str(series.id))
        return items(rest, page, view=lambda one: SensorView.of(one, at_ms, where), name=lambda one: str(one.id))

    return await desk.backroom.read(look)


@router.put("/sensors/{sensor_id}/zone", responses=problems(*STAFF_ONLY, "not_found", "zone_retired", "malformed"))
async def place_sensor(sensor_id: Id, wanted: SensorPlace, who: SignedIn) -> SensorView:
    """Say in which zone a sensor hangs, with all that it measures; null: where its device is."""
    desk = who.desk

    def act() -> SensorView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_PLACERS).audit_id
            series = one_sensor(desk, sensor_id)
            zones_service.place(
                session,
                what=Placed.SENSOR,
                ref=zones.sensor_ref(series.device, series.sensor),
                zone_id=wanted.zone,
                outer_zone_id=wanted.comes_from,
                actor=actor,
                now=desk.clock.now(),
            )
            return SensorView.of(series, now_ms(desk.clock.now()), zones.whole_map(session))

    return await desk.backroom.write(act)


@router.get("/sensors/{sensor_id}/history", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def read_sensor_history(  # noqa: PLR0917 - FastAPI hands them in by name
    sensor_id: Id, who: SignedIn, since: Since, until: Until, step: AtStep = Step.HOUR, limit: Most = 500
) -> Items[PointView]:
    """What a sensor said, oldest first. `next` is the instant to ask `from` for the rest."""
    desk = who.desk
    if until <= since:
        raise Malformed("malformed", field="to")

    def look() -> Items[PointView]:
        _check(who)
        found = _points(desk, sensor_id, step, from_ms=now_ms(since), to_ms=now_ms(until), limit=limit + 1)
        rest = found[limit].from_ms if len(found) > limit else None
        return Items(
            items=[PointView.of(point) for point in found[:limit]],
            next=None if rest is None else _instant(rest).isoformat(),
        )

    return await desk.backroom.read(look)


def _check(who: SignedIn) -> Map:
    """Whether they may read this; and where everything stands."""
    with who.desk.sessions.read() as session:
        who.staff(session, *_ROLES)
        return zones.whole_map(session)


def all_sensors(desk: Desk, metrics: Collection[str] | None = None) -> list[Series]:
    """Everything that is measured, or what is measured as one of these."""
    try:
        with desk.readings.read() as connection:
            found = telemetry.all_series(connection)
    except NoReadingsError:
        return []
    return [one for one in found if metrics is None or one.metric in metrics]


def one_sensor(desk: Desk, sensor_id: str) -> Series:
    """Raises NotFound("sensor")."""
    try:
        with desk.readings.read() as connection:
            return _found(connection, sensor_id)
    except NoReadingsError as error:
        raise NotFound("sensor") from error


def _points(desk: Desk, sensor_id: str, step: Step, *, from_ms: int, to_ms: int, limit: int) -> list[Point]:
    try:
        with desk.readings.read() as connection:
            series_id = _found(connection, sensor_id).id
            return telemetry.points(
                connection, series_id=series_id, step=step, from_ms=from_ms, to_ms=to_ms, limit=limit
            )
    except NoReadingsError as error:
        raise NotFound("sensor") from error


def _found(connection: Connection, sensor_id: str) -> Series:
    found = telemetry.one_series(connection, int(sensor_id)) if sensor_id.isdecimal() else None
    if found is None:
        raise NotFound("sensor")
    return found


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
