"""Assets, how much they were used, and what is foretold of them, as JSON."""

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy.orm import Session

from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, name_of
from gateway.maintenance import counters, names, queries, running
from gateway.maintenance import words as reasons
from gateway.maintenance.model import Asset, AssetKind, Counter, PowerSensor
from gateway.maintenance.plans import Progress
from gateway.maintenance.rules import PlanStage
from gateway.maintenance.wear import Forecast, Outlook, Sign
from gateway.members.model import Language

Uses = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]


def both(name: names.Name) -> InBothLanguages:
    """A name of the gateway's, as JSON has it."""
    return name_of(name["zh-CN"], name["en"])


class AssetView(View):
    """Something that wears out. `used`: in `rated_by` since it was put in; null: nobody counts that of it."""

    id: str
    kind: AssetKind
    name: InBothLanguages
    lock_id: str | None
    space_id: str | None
    device_id: str | None
    zone_id: str | None
    rated_life: int | None
    rated_by: Counter | None
    used: int | None
    since: datetime = Field(description="When it was put in, or replaced the last time.")
    retired_at: datetime | None
    standing_orders: int = Field(description="Work orders that are not closed.")

    @classmethod
    def of(cls, session: Session, asset: Asset, *, now: datetime, name: names.Name | None = None) -> Self:
        """As it is now."""
        rated_by = asset.rated_by
        return cls(
            id=asset.id,
            kind=asset.kind,
            name=both(name or names.of(session, asset)),
            lock_id=asset.lock_id,
            space_id=asset.space_id,
            device_id=asset.device_id,
            zone_id=asset.zone_id,
            rated_life=asset.rated_life,
            rated_by=rated_by,
            used=counters.count(session, asset, rated_by, since=asset.new_since, now=now) if rated_by else None,
            since=asset.new_since,
            retired_at=asset.retired_at,
            standing_orders=len(queries.standing(session, asset_id=asset.id)),
        )


class UseView(View):
    """How much it was used since it was put in. `used` null: nobody knows.

    `unknown_h`: of hours run, of how many hours nobody knows whether it ran; null: of every other counter.
    """

    counter: Counter
    used: int | None
    unknown_h: int | None

    @classmethod
    def of(cls, session: Session, asset: Asset, counter: Counter, *, now: datetime) -> Self:
        """As it is now."""
        since = asset.new_since
        is_run = counter is Counter.HOURS_RUN
        return cls(
            counter=counter,
            used=counters.count(session, asset, counter, since=since, now=now),
            unknown_h=running.unknown_h(session, asset, since=since, now=now) if is_run else None,
        )


class PowerSensorView(View):
    """What tells whether a machine runs: while it draws `runs_from_w` watts or more. It is counted from `since` on."""

    device: str
    sensor: str
    runs_from_w: int
    since: datetime

    @classmethod
    def of(cls, one: PowerSensor) -> Self:
        """As the row says."""
        return cls(device=one.device, sensor=one.sensor, runs_from_w=one.runs_from_w, since=one.since_at)


class NewPowerSensor(Ask):
    """A sensor that measures power, by its id among `/staff/sensors`, and from how many watts on the machine runs."""

    sensor_id: AnyId
    runs_from_w: Annotated[int, Field(strict=True, ge=1, le=100_000)]


class OutlookView(View):
    """What one sign of wear says. `about`, between `earliest` and `latest`: when it is out of limits.

    `level` and `at_first`: ms from pulse to open, the share of pulses in vain, or percent of a battery; null: unknown.
    """

    sign: Sign
    outlook: Outlook
    text: str
    level: float | None
    at_first: float | None
    about: datetime | None
    earliest: datetime | None
    latest: datetime | None

    @classmethod
    def of(cls, told: Forecast, *, language: Language, zone: ZoneInfo) -> Self:
        """In the reader's language."""
        return cls(**vars(told), text=reasons.of_forecast(told, zone=zone)[language])


class ProgressView(View):
    """How far a plan has come with an asset: `share` 0.9 its work is ordered, 1 it is due; null: nobody can tell."""

    plan_id: str
    plan: InBothLanguages
    asset_id: str
    asset: InBothLanguages
    since: datetime
    used: int | None
    share: float | None
    stage: PlanStage

    @classmethod
    def of(cls, one: Progress, name: names.Name) -> Self:
        """As the rows say."""
        return cls(
            plan_id=one.plan.id,
            plan=name_of(one.plan.name_zh, one.plan.name_en),
            asset_id=one.asset.id,
            asset=both(name),
            since=one.since,
            used=one.used,
            share=one.share,
            stage=one.stage,
        )


class AssetDetail(AssetView):
    """An asset with its counters, what is foretold of it, and how far its plans have come."""

    uses: list[UseView]
    power_sensor: PowerSensorView | None
    outlook: list[OutlookView]
    plans: list[ProgressView]


class NewAsset(Ask):
    """A thing with a name (`machine`, `fan`, `kiosk`, `other`), and to what it belongs, if to anything."""

    kind: AssetKind
    name_zh: PlainText
    name_en: PlainText
    lock_id: AnyId | None = None
    space_id: AnyId | None = None
    device_id: AnyId | None = None
    zone_id: AnyId | None = None
    rated_life: Uses | None = None
    rated_by: Counter | None = None
    since: Instant | None = Field(None, description="When it was put in; null: now.")


class RatedLife(Ask):
    """For how much use an asset is made; null: nobody knows."""

    rated_life: Uses | None
    rated_by: Counter | None
