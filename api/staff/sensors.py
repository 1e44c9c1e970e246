"""What sensors say now, and what they said."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.deps import Desk, Id, Paged, SignedIn
from api.openapi import problems
from api.views import Instant, Items, View, behind, items
from gateway.kit.errors import Malformed, NotFound
from gateway.members.model import Role
from gateway.telemetry import queries as telemetry
from gateway.telemetry.queries import Point, Series, Step
from gateway.telemetry.store import NoReadingsError, now_ms

router = APIRouter(prefix="/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_STAFF_ONLY = ("not_signed_in", "not_allowed", "password_must_be_set")
_MOST_POINTS = 2_000

Since = Annotated[Instant, Query(alias="from", description="The first instant wanted.")]
Until = Annotated[Instant, Query(alias="to", description="Up to before then.")]
AtStep = Annotated[Step, Query(description="How long a span each point stands for.")]
Most = Annotated[int, Query(ge=1, le=_MOST_POINTS)]


class SensorView(View):
    """One metric of one sensor. `value` null: unknown now, whatever it was; true and false are 1 and 0."""

    id: str
    device: str
    sensor: str
    metric: str
    value: float | None
    taken_at: datetime | None

    @classmethod
    def of(cls, series: Series, at_ms: int) -> "SensorView":
        """As it is at that instant."""
        return cls(
            id=str(series.id),
            device=series.device,
            sensor=series.sensor,
            metric=series.metric,
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


@router.get("/sensors", responses=problems(*_STAFF_ONLY, "not_found", "malformed"))
async def list_sensors(who: SignedIn, page: Paged) -> Items[SensorView]:
    """Every metric of every sensor, and its present value."""
    desk = who.desk

    def look() -> Items[SensorView]:
        _check(who)
        at_ms = now_ms(desk.clock.now())
        rest = behind(_all(desk), page, name=lambda series: str(series.id))
        return items(rest, page, view=lambda series: SensorView.of(series, at_ms), name=lambda series: str(series.id))

    return await desk.backroom.read(look)


@router.get("/sensors/{sensor_id}/history", responses=problems(*_STAFF_ONLY, "not_found", "malformed"))
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


def _check(who: SignedIn) -> None:
    with who.desk.sessions.read() as session:
        who.staff(session, *_ROLES)


def _all(desk: Desk) -> list[Series]:
    try:
        with desk.readings.read() as connection:
            return telemetry.all_series(connection)
    except NoReadingsError:
        return []


def _points(desk: Desk, sensor_id: str, step: Step, *, from_ms: int, to_ms: int, limit: int) -> list[Point]:
    if not sensor_id.isdecimal():
        raise NotFound("sensor")
    series_id = int(sensor_id)
    try:
        with desk.readings.read() as connection:
            if telemetry.one_series(connection, series_id) is None:
                raise NotFound("sensor")
            return telemetry.points(
                connection, series_id=series_id, step=step, from_ms=from_ms, to_ms=to_ms, limit=limit
            )
    except NoReadingsError as error:
        raise NotFound("sensor") from error


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
