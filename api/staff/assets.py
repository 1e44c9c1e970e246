"""Assets: what wears out, how much it was used, what is foretold of it, and how often its like fails."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.calendar_views import IsoDay
from api.deps import Desk, Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff import maintenance_words as words
from api.staff.asset_views import (
    AssetDetail,
    AssetView,
    NewAsset,
    NewPowerSensor,
    OutlookView,
    PowerSensorView,
    ProgressView,
    RatedLife,
    UseView,
    both,
)
from api.staff.definition_views import definitions
from api.staff.reliability_views import (
    AssetReliability,
    KindReliability,
    ReliabilityReport,
    ReliabilityView,
)
from api.staff.sensors import one_sensor
from api.staff.usage_tables import CSV, Cell, Table, as_csv
from api.views import Items, behind, items
from gateway.kit.errors import Malformed
from gateway.maintenance import assets as assets_service
from gateway.maintenance import counters, foresight, names, plans, queries, running
from gateway.maintenance.assets import Wish
from gateway.maintenance.model import Asset, AssetKind
from gateway.members.model import Role
from gateway.telemetry.store import NoReadingsError

router = Doors("/staff/assets", tags=["staff"])

_READERS: Final = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_KEEPERS: Final = (Role.TECHNICIAN, Role.MANAGER)
_LONGEST_DAYS: Final = 3_660

OfKind = Annotated[AssetKind | None, Query(description="Only those of one kind.")]
First = Annotated[IsoDay, Query(alias="from", description="The first day, by the centre's calendar.")]
Last = Annotated[IsoDay, Query(alias="to", description="The last day.")]


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_assets(who: SignedIn, page: Paged, kind: OfKind = None) -> Items[AssetView]:
    """What is in use, kind by kind. Doors of banks and spaces, and spaces, are there without anybody adding them."""
    desk = who.desk

    def look() -> Items[AssetView]:
        with desk.sessions.read() as session:
            who.staff(session, *_READERS)
            now, rest = desk.clock.now(), behind(queries.assets(session, kind=kind), page, name=lambda one: one.id)
            called = names.of_all(session, rest[: page.limit])
            return items(
                rest,
                page,
                view=lambda one: AssetView.of(session, one, now=now, name=called[one.id]),
                name=lambda one: one.id,
            )

    return await desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=AssetView,
    responses=problems(*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused"),
)
async def add_asset(wanted: NewAsset, who: SignedIn, attempt: Repeatable) -> Response:
    """Write down a machine, a fan, a kiosk, or anything else that wears out."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_KEEPERS), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            wish = Wish(since_at=wanted.since, **wanted.model_dump(exclude={"kind", "since"}))
            made = assets_service.add_asset(session, kind=wanted.kind, wish=wish, actor=member.audit_id, now=now)
            view = AssetView.of(session, made, now=now)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.get("/reliability", responses=problems(*STAFF_ONLY, "malformed"))
async def read_reliability(who: SignedIn, first: First, last: Last) -> ReliabilityReport:
    """Mean time between failures and to repair, by kind and by asset, each with what it counts."""
    desk = who.desk
    if not timedelta(0) <= last - first < timedelta(days=_LONGEST_DAYS):
        raise Malformed("malformed", field="to")
    zone = ZoneInfo(desk.centre.settings.zone)

    def look() -> ReliabilityReport:
        with desk.sessions.read() as session:
            who.staff(session, *_READERS)
            begins = datetime.combine(first, time(), zone)
            ends = min(datetime.combine(last + timedelta(days=1), time(), zone), desk.clock.now())
            kinds, by_asset = queries.reliability(session, first=begins, last=ends)
            failed = [queries.asset(session, one) for one in by_asset]
            called = names.of_all(session, failed)
            return ReliabilityReport(
                kinds=[KindReliability(kind=kind, **dict(ReliabilityView.of(one))) for kind, one in kinds.items()],
                assets=[
                    AssetReliability(asset_id=one, asset=both(called[one]), **dict(ReliabilityView.of(found)))
                    for one, found in by_asset.items()
                ],
                definitions=definitions(words.FIGURES, who.language),
            )

    return await desk.backroom.read(look)


@router.get("/export.csv", include_in_schema=False)
async def export_assets(who: SignedIn) -> Response:
    """All that is in use, for other programs."""
    desk = who.desk

    def look() -> Response:
        with desk.sessions.read() as session:
            who.staff(session, *_READERS)
            language = who.language
            now = desk.clock.now()
            found = queries.assets(session)
            called = names.of_all(session, found)
            views = [AssetView.of(session, one, now=now, name=called[one.id]) for one in found]
            rows = [
                [
                    one.id,
                    one.kind,
                    called[one.id][language],
                    one.since.isoformat(),
                    one.rated_life,
                    one.rated_by,
                    one.used,
                    one.standing_orders,
                ]
                for one in views
            ]
            return csv_file("assets", [word.sentence(language, {}) for word in words.ASSETS], rows)

    return await desk.backroom.read(look)


@router.get("/{asset_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_asset(asset_id: Id, who: SignedIn) -> AssetDetail:
    """One of them, with its counters, what is foretold of it in words, and how far its plans have come."""
    desk = who.desk

    def look() -> AssetDetail:
        zone, now = ZoneInfo(desk.centre.settings.zone), desk.clock.now()
        days = batteries_of(desk, now)
        with desk.sessions.read() as session:
            who.staff(session, *_READERS)
            language = who.language
            asset = queries.asset(session, asset_id)
            name = names.of(session, asset)
            sensor = running.power_sensor(session, asset)
            told = foresight.forecasts(session, asset, days=days, now=now)
            come = [plans.progress(session, one, asset, now=now) for one in plans.plans_of(session, asset)]
            return AssetDetail(
                **dict(AssetView.of(session, asset, now=now, name=name)),
                uses=[UseView.of(session, asset, one, now=now) for one in counters.counted_in(session, asset)],
                power_sensor=PowerSensorView.of(sensor) if sensor else None,
                outlook=[OutlookView.of(one, language=language, zone=zone) for one in told],
                plans=[ProgressView.of(one, name) for one in come],
            )

    return await desk.backroom.read(look)


@router.patch("/{asset_id}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def rate_asset(asset_id: Id, wanted: RatedLife, who: SignedIn) -> AssetView:
    """Say for how much use it is made, by its maker's data sheet."""

    def change(session: Session, actor: str, now: datetime) -> Asset:
        return assets_service.rate(
            session,
            asset_id=asset_id,
            rated_life=wanted.rated_life,
            rated_by=wanted.rated_by,
            actor=actor,
            now=now,
        )

    return await _changed(who, change)


@router.put("/{asset_id}/power-sensor", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def set_power_sensor(asset_id: Id, wanted: NewPowerSensor, who: SignedIn) -> PowerSensorView:
    """Let a power sensor tell when a machine runs. From now on its hours are counted, in `hours_run`."""
    desk = who.desk

    def act() -> PowerSensorView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_KEEPERS).audit_id
            made = running.set_power_sensor(
                session,
                asset_id=asset_id,
                series=one_sensor(desk, wanted.sensor_id),
                runs_from_w=wanted.runs_from_w,
                actor=actor,
                now=desk.clock.now(),
            )
            return PowerSensorView.of(made)

    return await desk.backroom.write(act)


@router.delete("/{asset_id}/power-sensor", status_code=204, responses=problems(*STAFF_ONLY, "not_found"))
async def forget_power_sensor(asset_id: Id, who: SignedIn) -> Response:
    """Nothing tells any more when a machine runs. What was counted stays, for when another does."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_KEEPERS).audit_id
            running.forget_power_sensor(session, asset_id=asset_id, actor=actor, now=desk.clock.now())

    await desk.backroom.write(act)
    return Response(status_code=204)


@router.delete("/{asset_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def retire_asset(asset_id: Id, who: SignedIn) -> AssetView:
    """It is gone: no plan asks for it any more, and its work orders stay to be read."""

    def change(session: Session, actor: str, now: datetime) -> Asset:
        return assets_service.retire(session, asset_id=asset_id, actor=actor, now=now)

    return await _changed(who, change)


async def _changed(who: SignedIn, change: Callable[[Session, str, datetime], Asset]) -> AssetView:
    desk = who.desk

    def act() -> AssetView:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_KEEPERS).audit_id, desk.clock.now()
            return AssetView.of(session, change(session, actor, now), now=now)

    return await desk.backroom.write(act)


def batteries_of(desk: Desk, now: datetime) -> foresight.Batteries:
    """What every device has said of its battery; nothing where no readings are kept."""
    try:
        with desk.readings.read() as connection:
            return foresight.batteries(connection, now=now)
    except NoReadingsError:
        return {}


def csv_file(name: str, columns: list[str], rows: Sequence[Sequence[Cell]]) -> Response:
    """A table to take along."""
    content = as_csv(Table(name, name, columns, rows))
    return Response(content, media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})
