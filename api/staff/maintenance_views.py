"""Assets, plans and work orders, as JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StrictBool, StringConstraints, model_validator
from sqlalchemy.orm import Session

from api.report_views import Answer
from api.staff import maintenance_words as words
from api.staff.order_photo_views import OrderPhotoView
from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, name_of, wrong
from gateway.maintenance import counters, names, queries, running
from gateway.maintenance import words as reasons
from gateway.maintenance.assets import What
from gateway.maintenance.model import (
    Asset,
    AssetKind,
    Counter,
    OpenedBy,
    OrderKind,
    OrderPart,
    OrderState,
    OrderStep,
    Plan,
    PowerSensor,
    Priority,
    WorkOrder,
)
from gateway.maintenance.plans import Progress
from gateway.maintenance.rules import Reliability, Stage
from gateway.maintenance.templates import Template
from gateway.maintenance.wear import Forecast, Outlook, Sign
from gateway.members.model import Language, Member
from gateway.reports import queries as reports

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$"),
]
Uses = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Days = Annotated[int, Field(strict=True, ge=1, le=3_650)]
Minutes = Annotated[int, Field(strict=True, ge=0, le=10_000)]
MEMBER_NO = r"^[A-Za-z0-9._-]{1,32}$"


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
            used=counters.count(session, asset, rated_by, since=asset.since_at, now=now) if rated_by else None,
            since=asset.since_at,
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
        since = asset.since_at
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
    stage: Stage

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


class ReliabilityView(View):
    """How often something failed in the period and how long its repairs took. null: that did not happen."""

    failures: int
    mtbf_h: float | None
    mttr_h: float | None

    @classmethod
    def of(cls, found: Reliability) -> Self:
        """Hours to one decimal."""
        return cls(
            failures=found.failures,
            mtbf_h=None if found.mtbf_h is None else round(found.mtbf_h, 1),
            mttr_h=None if found.mttr_h is None else round(found.mttr_h, 1),
        )


class KindReliability(ReliabilityView):
    """Of all assets of a kind together."""

    kind: AssetKind


class AssetReliability(ReliabilityView):
    """Of one asset that has failed."""

    asset_id: str
    asset: InBothLanguages


class DefinitionView(View):
    """What a figure is called, and what it counts."""

    figure: str
    name: str
    meaning: str


class ReliabilityReport(View):
    """Time between failures and time to repair over whole days, with what they mean, in the reader's language."""

    kinds: list[KindReliability]
    assets: list[AssetReliability]
    definitions: list[DefinitionView]


def definitions(language: Language) -> list[DefinitionView]:
    """Of the figures about failures."""
    return [
        DefinitionView(figure=figure, name=name.sentence(language, {}), meaning=meaning.sentence(language, {}))
        for figure, (name, meaning) in words.FIGURES.items()
    ]


class PlanView(View):
    """Something to do again and again: to one asset, or to each of a kind."""

    id: str
    name: InBothLanguages
    asset_id: str | None
    asset_kind: AssetKind | None
    every_days: int | None
    every_uses: int | None
    counted_in: Counter | None
    blocks_when_due: bool
    made_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """As the row says."""
        return cls(
            id=plan.id,
            name=name_of(plan.name_zh, plan.name_en),
            asset_id=plan.asset_id,
            asset_kind=plan.asset_kind,
            every_days=plan.every_days,
            every_uses=plan.every_uses,
            counted_in=plan.counted_in,
            blocks_when_due=plan.blocks_when_due,
            made_at=plan.made_at,
            ended_at=plan.ended_at,
        )


class PlanDetail(PlanView):
    """A plan, and how far it has come with each of its assets, the furthest first."""

    progress: list[ProgressView]


class TemplateView(View):
    """A plan that most centres want. `source`: why so often."""

    id: str
    asset_kind: AssetKind
    name: InBothLanguages
    every_days: int | None
    every_uses: int | None
    counted_in: Counter | None
    source: InBothLanguages

    @classmethod
    def of(cls, one: Template) -> Self:
        """As the list says."""
        return cls(
            id=one.id,
            asset_kind=one.asset_kind,
            name=name_of(one.name_zh, one.name_en),
            every_days=one.every_days,
            every_uses=one.every_uses,
            counted_in=one.counted_in,
            source=name_of(one.source_zh, one.source_en),
        )


class NewPlan(Ask):
    """A plan for one asset, or for each of a kind; `every_days`, `every_uses`, or whichever comes first."""

    name_zh: PlainText
    name_en: PlainText
    asset_id: AnyId | None = None
    asset_kind: AssetKind | None = None
    every_days: Days | None = None
    every_uses: Uses | None = None
    counted_in: Counter | None = None
    blocks_when_due: bool = False


class WorkOrderView(View):
    """Work on one asset. `reason` in the reader's language; people by their member numbers.

    `due_at`: by when, or since when it is due. `blocks`: while it stands nobody new gets the thing.
    """

    id: str
    asset_id: str
    asset: InBothLanguages
    kind: OrderKind
    state: OrderState
    priority: Priority
    reason: str
    opened_by: OpenedBy
    opened_by_no: str | None
    plan_id: str | None
    alert_id: str | None
    report_id: str | None
    blocks: bool
    due_at: datetime | None
    assigned_to: str | None
    minutes: int
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, session: Session, order: WorkOrder, *, language: Language) -> Self:
        """As this reader should read it."""
        reason: Mapping[str, str] = json.loads(order.reason)
        return cls(
            id=order.id,
            asset_id=order.asset_id,
            asset=both(names.of(session, queries.asset(session, order.asset_id))),
            kind=order.kind,
            state=order.state,
            priority=order.priority,
            reason=reason[language],
            opened_by=order.opened_by,
            opened_by_no=_number(session, order.opened_by_id),
            plan_id=order.plan_id,
            alert_id=order.alert_id,
            report_id=order.report_id,
            blocks=order.blocks,
            due_at=order.due_at,
            assigned_to=_number(session, order.assigned_to_id),
            minutes=order.minutes,
            opened_at=order.opened_at,
            closed_at=order.closed_at,
        )


class StepView(View):
    """What was done. `by`: a member number; null: by the house itself."""

    at: datetime
    by: str | None
    what: str
    note: str
    minutes: int

    @classmethod
    def of(cls, session: Session, step: OrderStep) -> Self:
        """As the row says."""
        by = _number(session, step.by_id)
        return cls(at=step.at, by=by, what=step.what, note=step.note, minutes=step.minutes)


class PartView(View):
    """A part that was used, and how many."""

    name: str
    count: int

    @classmethod
    def of(cls, part: OrderPart) -> Self:
        """As the row says."""
        return cls(name=part.name, count=part.count)


class WorkOrderDetail(WorkOrderView):
    """A work order with everything that was done. `has_photo`: the member's, at `/staff/reports/{report_id}/photo`.

    `photos`: the staff's own.
    """

    has_photo: bool
    photos: list[OrderPhotoView]
    steps: list[StepView]
    parts: list[PartView]

    @classmethod
    def with_all(cls, session: Session, order: WorkOrder, *, language: Language) -> Self:
        """As this reader should read it."""
        return cls(
            **dict(WorkOrderView.of(session, order, language=language)),
            has_photo=order.report_id is not None and reports.has_photo(session, order.report_id),
            photos=[OrderPhotoView.of(session, one) for one in queries.photos(session, order.id)],
            steps=[StepView.of(session, one) for one in queries.steps(session, order.id)],
            parts=[PartView.of(one) for one in queries.parts(session, order.id)],
        )


class AboutThing(Ask):
    """A lock, a space, a device or a zone of the house, by its id."""

    what: What
    id: AnyId


class NewWorkOrder(Ask):
    """Work to be done: on an asset, or on a thing of the house that becomes one by it."""

    asset_id: AnyId | None = None
    about: AboutThing | None = None
    kind: OrderKind
    reason: Reason
    priority: Priority = Priority.NORMAL
    blocks: bool = False
    due_at: Instant | None = None


class OrderForAlert(Ask):
    """`blocks`: while the work stands nobody new gets the thing."""

    blocks: bool = False


class OrderForReport(OrderForAlert):
    """`answer`: what everybody who reported it reads."""

    answer: Answer


class ToWhom(Ask):
    """The member number of a technician or manager."""

    member_no: Annotated[str, StringConstraints(pattern=MEMBER_NO)]


class OrderNote(Ask):
    """What there is to say."""

    note: Note = ""


class PartAsk(Ask):
    """A part that was used."""

    name: PlainText
    count: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1


class WorkDone(OrderNote):
    """What was done, how long it took, and with what."""

    minutes: Minutes = 0
    parts: Annotated[list[PartAsk], Field(max_length=50)] = Field(default_factory=list)

    def by_name(self) -> dict[str, int]:
        """How many of each part, also where one is named twice."""
        counts: dict[str, int] = {}
        for part in self.parts:
            counts[part.name] = counts.get(part.name, 0) + part.count
        return counts


class WorkFinished(WorkDone):
    """`replaced`: the asset is a new one now; all its counting begins again."""

    replaced: bool = False


class OrderChange(Ask):
    """What is to be otherwise of a work order; what is left out stays. `due_at` goes with `priority`; null: no day.

    `blocks`: whether nobody new gets the thing while the order stands.
    """

    priority: Priority | None = None
    due_at: Instant | None = None
    blocks: StrictBool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.priority is None and (self.blocks is None or "due_at" in self.model_fields_set):
            raise wrong("priority", "priority or blocks must be given, and priority with due_at")
        return self


def _number(session: Session, member_id: str | None) -> str | None:
    return None if member_id is None else session.get_one(Member, member_id).member_no
