"""Plans of maintenance, and how far they have come, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from api.staff.asset_views import ProgressView, Uses, both
from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of
from gateway.maintenance.model import AssetKind, Counter, Plan
from gateway.maintenance.names import Name
from gateway.maintenance.templates import Template

Days = Annotated[int, Field(strict=True, ge=1, le=3_650)]


class PlanView(View):
    """Something to do again and again: to one asset, with its name, or to each of a kind."""

    id: str
    name: InBothLanguages
    asset_id: str | None
    asset: InBothLanguages | None
    asset_kind: AssetKind | None
    every_days: int | None
    every_uses: int | None
    counted_in: Counter | None
    blocks_when_due: bool
    made_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, plan: Plan, called: Mapping[str, Name]) -> Self:
        """As the row says; `called`: assets by their ids, at least the plan's own."""
        return cls(
            id=plan.id,
            name=name_of(plan.name_zh, plan.name_en),
            asset_id=plan.asset_id,
            asset=None if plan.asset_id is None else both(called[plan.asset_id]),
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
