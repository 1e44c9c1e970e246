"""Work orders, as JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StrictBool, StringConstraints, model_validator
from sqlalchemy.orm import Session

from api.report_views import Answer
from api.staff.asset_views import both
from api.staff.order_photo_views import OrderPhotoView
from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, wrong
from gateway.maintenance import names, queries
from gateway.maintenance.assets import What
from gateway.maintenance.model import OpenedBy, OrderKind, OrderPart, OrderState, OrderStep, Priority, WorkOrder
from gateway.members.model import Language, Member
from gateway.reports import queries as reports

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$"),
]
Minutes = Annotated[int, Field(strict=True, ge=0, le=10_000)]


class WorkOrderView(View):
    """Work on one asset. `reason` in the reader's language; people by their numbers, whoever does it by name too.

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
    assigned_name: str | None
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
            assigned_name=_name(session, order.assigned_to_id),
            minutes=order.minutes,
            opened_at=order.opened_at,
            closed_at=order.closed_at,
        )


class WorkStepView(View):
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
    steps: list[WorkStepView]
    parts: list[PartView]

    @classmethod
    def with_all(cls, session: Session, order: WorkOrder, *, language: Language) -> Self:
        """As this reader should read it."""
        return cls(
            **dict(WorkOrderView.of(session, order, language=language)),
            has_photo=order.report_id is not None and reports.has_photo(session, order.report_id),
            photos=[OrderPhotoView.of(session, one) for one in queries.photos(session, order.id)],
            steps=[WorkStepView.of(session, one) for one in queries.steps(session, order.id)],
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

    member_no: AnyId


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


def _name(session: Session, member_id: str | None) -> str | None:
    return None if member_id is None else session.get_one(Member, member_id).name
