"""Questions about assets, plans and work orders. Read-only."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from gateway.faults.model import Pulse
from gateway.kit.errors import NotFound
from gateway.lockers.model import Compartment
from gateway.maintenance.model import (
    STANDING,
    Asset,
    AssetKind,
    OpenedBy,
    OrderKind,
    OrderPart,
    OrderPhoto,
    OrderState,
    OrderStep,
    WorkOrder,
)
from gateway.maintenance.rules import Failure, Reliability
from gateway.maintenance.rules import reliability as judge
from gateway.spaces.model import Space

_IS: Final = {
    "lock": (Asset.lock_id, (AssetKind.COMPARTMENT_DOOR, AssetKind.ROOM_DOOR)),
    "space": (Asset.space_id, (AssetKind.SPACE,)),
    "device": (Asset.device_id, (AssetKind.DEVICE, AssetKind.KIOSK)),
    "zone": (Asset.zone_id, (AssetKind.AREA,)),
}


def asset(session: Session, asset_id: str) -> Asset:
    """Raises NotFound("asset")."""
    found = session.get(Asset, asset_id)
    if found is None:
        raise NotFound("asset")
    return found


def that_is(what: str, ref: str) -> Select[Asset]:
    """The asset that a thing of the house is; `what`: lock, space, device, zone."""
    column, kinds = _IS[what]
    return select(Asset).where(column == ref, Asset.kind.in_(kinds))


def asset_that_is(session: Session, *, what: str, ref: str) -> Asset | None:
    """None while it is not taken up."""
    return session.scalars(that_is(what, ref)).one_or_none()


def assets(session: Session, *, kind: AssetKind | None = None, with_retired: bool = False) -> Sequence[Asset]:
    """All of them, kind by kind, the newest last."""
    query = select(Asset).order_by(Asset.kind, Asset.since_at, Asset.id)
    if kind is not None:
        query = query.where(Asset.kind == kind)
    if not with_retired:
        query = query.where(Asset.retired_at.is_(None))
    return session.scalars(query).all()


def doors_not_taken_up(session: Session) -> list[str]:
    """Locks behind which there is a compartment or a space, and which are no asset yet."""
    taken = select(Asset.lock_id).where(Asset.lock_id.is_not(None), Asset.kind.in_(_IS["lock"][1]))
    of_banks = select(Compartment.lock_id).where(Compartment.lock_id.not_in(taken))
    of_spaces = select(Space.lock_id).where(Space.lock_id.is_not(None), Space.lock_id.not_in(taken))
    return sorted(one for one in session.scalars(of_banks.union(of_spaces)) if one is not None)


def spaces_not_taken_up(session: Session) -> list[str]:
    """Spaces that are no asset yet."""
    taken = select(Asset.space_id).where(Asset.kind == AssetKind.SPACE, Asset.space_id.is_not(None))
    return list(session.scalars(select(Space.id).where(Space.id.not_in(taken)).order_by(Space.id)))


def first_pulse_at(session: Session, lock_id: str) -> datetime | None:
    """Since when a lock is in use; None: it never was."""
    return session.scalar(select(Pulse.pulsed_at).where(Pulse.lock_id == lock_id).order_by(Pulse.pulsed_at).limit(1))


def order(session: Session, order_id: str) -> WorkOrder:
    """Raises NotFound("work_order")."""
    found = session.get(WorkOrder, order_id)
    if found is None:
        raise NotFound("work_order")
    return found


def orders(
    session: Session,
    *,
    limit: int | None = None,
    after: str | None = None,
    state: OrderState | None = None,
    asset_id: str | None = None,
) -> Sequence[WorkOrder]:
    """Those that stand first, then the newest first. `after` is the id of the last one already seen."""
    query = select(WorkOrder).order_by(
        WorkOrder.closed_at.is_not(None), WorkOrder.opened_at.desc(), WorkOrder.id.desc()
    )
    if state is not None:
        query = query.where(WorkOrder.state == state)
    if asset_id is not None:
        query = query.where(WorkOrder.asset_id == asset_id)
    if after is not None:
        query = query.where(_comes_after(order(session, after)))
    return session.scalars(query.limit(limit)).all()


def standing(session: Session, *, asset_id: str) -> Sequence[WorkOrder]:
    """What is still to be done to an asset, the oldest first."""
    query = select(WorkOrder).where(WorkOrder.asset_id == asset_id, WorkOrder.state.in_(STANDING))
    return session.scalars(query.order_by(WorkOrder.opened_at, WorkOrder.id)).all()


def standing_for(
    session: Session,
    *,
    asset_id: str,
    opened_by: OpenedBy,
    alert_id: str | None = None,
    report_id: str | None = None,
    plan_id: str | None = None,
) -> WorkOrder | None:
    """The work order that stands for this alert, report, plan or prediction; there is never a second."""
    query = select(WorkOrder).where(WorkOrder.closed_at.is_(None))
    if alert_id is not None:
        return session.scalars(query.where(WorkOrder.alert_id == alert_id)).first()
    if report_id is not None:
        return session.scalars(query.where(WorkOrder.report_id == report_id)).first()
    if plan_id is not None:
        of_plan = query.where(WorkOrder.plan_id == plan_id, WorkOrder.asset_id == asset_id)
        return session.scalars(of_plan).first()
    if opened_by is OpenedBy.PREDICTION:
        predicted = query.where(WorkOrder.asset_id == asset_id, WorkOrder.opened_by == OpenedBy.PREDICTION)
        return session.scalars(predicted).first()
    return None


def steps(session: Session, order_id: str) -> Sequence[OrderStep]:
    """What was done, in order."""
    return session.scalars(select(OrderStep).where(OrderStep.order_id == order_id).order_by(OrderStep.no)).all()


def parts(session: Session, order_id: str) -> Sequence[OrderPart]:
    """What was used, by name."""
    return session.scalars(select(OrderPart).where(OrderPart.order_id == order_id).order_by(OrderPart.name)).all()


def photos(session: Session, order_id: str) -> Sequence[OrderPhoto]:
    """What was photographed, the first taken first."""
    of_order = select(OrderPhoto).where(OrderPhoto.order_id == order_id)
    return session.scalars(of_order.order_by(OrderPhoto.at, OrderPhoto.id)).all()


def photo(session: Session, *, order_id: str, photo_id: str) -> OrderPhoto:
    """Raises NotFound("photo") where none came, or it was removed or forgotten."""
    of_order = select(OrderPhoto).where(OrderPhoto.id == photo_id, OrderPhoto.order_id == order_id)
    found = session.scalars(of_order).one_or_none()
    if found is None:
        raise NotFound("photo")
    return found


def last_step_no(session: Session, order_id: str) -> int:
    """0: nothing was done yet."""
    return session.scalar(select(func.max(OrderStep.no)).where(OrderStep.order_id == order_id)) or 0


def _comes_after(seen: WorkOrder) -> ColumnElement[bool]:
    older = tuple_(WorkOrder.opened_at, WorkOrder.id) < tuple_(seen.opened_at, seen.id)
    if seen.closed_at is not None:
        return WorkOrder.closed_at.is_not(None) & older
    return WorkOrder.closed_at.is_not(None) | older


def repairs(session: Session) -> dict[str, list[Failure]]:
    """Every repair that was not cancelled, by its asset's id: what counts as a failure."""
    found: dict[str, list[Failure]] = defaultdict(list)
    query = select(WorkOrder.asset_id, WorkOrder.opened_at, WorkOrder.closed_at).where(
        WorkOrder.kind == OrderKind.REPAIR, WorkOrder.state != OrderState.CANCELLED
    )
    for asset_id, opened_at, closed_at in session.execute(query):
        found[asset_id].append(Failure(opened_at, closed_at))
    return found


def reliability(
    session: Session, *, first: datetime, last: datetime
) -> tuple[dict[AssetKind, Reliability], dict[str, Reliability]]:
    """By kind of asset, and by the id of each asset that failed; over `[first, last)`."""
    failed, by_kind, by_asset = repairs(session), defaultdict(list), {}
    for one in assets(session, with_retired=True):
        life = (one.since_at, one.retired_at or last, failed.get(one.id, []))
        by_kind[one.kind].append(life)
        if one.id in failed:
            by_asset[one.id] = judge([life], first=first, last=last)
    return {kind: judge(lives, first=first, last=last) for kind, lives in by_kind.items()}, by_asset
