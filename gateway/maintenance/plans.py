"""Plans to look after assets, how far each has come, and ordering its work in time. Nothing here commits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.errors import Malformed, NotFound
from gateway.kit.ids import new_id
from gateway.maintenance import counters, queries, rules, service, words
from gateway.maintenance.model import (
    Asset,
    AssetKind,
    Counter,
    OpenedBy,
    OrderKind,
    Plan,
    Priority,
    WorkOrder,
)
from gateway.maintenance.rules import PlanStage


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How often: every so many days, every so many uses in a counter, or whichever comes first."""

    every_days: int | None = None
    every_uses: int | None = None
    counted_in: Counter | None = None


def make_plan(
    session: Session,
    *,
    of: Asset | AssetKind,
    name_zh: str,
    name_en: str,
    rhythm: Rhythm,
    blocks_when_due: bool,
    actor: str,
    now: datetime,
) -> Plan:
    """Have something done again and again to one asset, or to each of a kind.

    It counts from now on, since nobody knows what was done before. Raises Malformed for a rhythm that never comes
    round, and for one by a use that nobody counts of this asset.
    """
    if rhythm.every_days is None and rhythm.every_uses is None:
        raise Malformed("malformed", field="every_days")
    if (rhythm.every_uses is None) != (rhythm.counted_in is None):
        raise Malformed("malformed", field="counted_in")
    asset = of if isinstance(of, Asset) else None
    if asset and rhythm.counted_in and rhythm.counted_in not in counters.counted_in(session, asset):
        raise Malformed("malformed", field="counted_in")
    made = Plan(
        id=new_id(),
        asset_id=asset.id if asset else None,
        asset_kind=of if isinstance(of, AssetKind) else None,
        name_zh=name_zh,
        name_en=name_en,
        blocks_when_due=blocks_when_due,
        made_at=now,
        **vars(rhythm),
    )
    session.add(made)
    session.flush()
    audit.append(session, actor=actor, act="plan_made", thing=made.id, now=now, name=name_zh)
    return made


def end_plan(session: Session, *, plan_id: str, actor: str, now: datetime) -> Plan:
    """Let it ask for nothing any more; what it has ordered stays. Harmless to repeat. Raises NotFound("plan")."""
    ended = plan(session, plan_id)
    if ended.ended_at is None:
        ended.ended_at = now
        session.flush()
        audit.append(session, actor=actor, act="plan_ended", thing=plan_id, now=now)
    return ended


def plan(session: Session, plan_id: str) -> Plan:
    """Raises NotFound("plan")."""
    found = session.get(Plan, plan_id)
    if found is None:
        raise NotFound("plan")
    return found


def plans(session: Session) -> list[Plan]:
    """All that have not ended, the oldest first."""
    return list(session.scalars(select(Plan).where(Plan.ended_at.is_(None)).order_by(Plan.made_at, Plan.id)))


def plans_of(session: Session, asset: Asset) -> list[Plan]:
    """Those that ask for work on an asset."""
    return [one for one in plans(session) if one.asset_id == asset.id or one.asset_kind is asset.kind]


@dataclass(frozen=True)
class Progress:
    """How far a plan has come with an asset. `since`: when its work was closed last; `share` None: nobody can tell."""

    plan: Plan
    asset: Asset
    since: datetime
    used: int | None
    share: float | None

    @property
    def stage(self) -> PlanStage:
        """What it asks for."""
        return rules.stage(self.share)


def progress(session: Session, plan: Plan, asset: Asset, *, now: datetime) -> Progress:
    """From the last time that its work was closed, the asset was replaced, or the plan was made; the latest counts."""
    closed_at = session.scalar(
        select(func.max(WorkOrder.closed_at)).where(WorkOrder.plan_id == plan.id, WorkOrder.asset_id == asset.id)
    )
    since = max(filter(None, (asset.new_since, plan.made_at, closed_at)))
    used = counters.count(session, asset, plan.counted_in, since=since, now=now) if plan.counted_in else None
    share = rules.share(every_days=plan.every_days, every_uses=plan.every_uses, used=used, since=since, now=now)
    return Progress(plan, asset, since, used, share)


def all_progress(session: Session, *, now: datetime) -> Iterator[Progress]:
    """Of every plan with every asset that it is about."""
    everything = queries.assets(session)
    for one in plans(session):
        for asset in everything:
            if one.asset_id == asset.id or one.asset_kind is asset.kind:
                yield progress(session, one, asset, now=now)


def to_order(session: Session, *, now: datetime) -> list[tuple[str, str]]:
    """Plans and assets, by their ids, whose work is to be ordered, or has come due since it was."""
    return [(one.plan.id, one.asset.id) for one in all_progress(session, now=now) if _asks(session, one)]


def look_after(session: Session, *, plan_id: str, asset_id: str, now: datetime) -> WorkOrder | None:
    """Order a plan's work once from 90 % on, and say when it is due at 100 %. Harmless to repeat."""
    found = progress(session, plan(session, plan_id), queries.asset(session, asset_id), now=now)
    if not _asks(session, found):
        return None
    stands = _standing(session, found)
    is_due = found.stage is PlanStage.DUE
    if stands is not None:
        return service.fall_due(session, order_id=stands.id, blocks=found.plan.blocks_when_due, now=now)
    return service.open_order(
        session,
        about=found.asset,
        kind=OrderKind.SERVICE,
        reason=words.of_plan(found.plan, found.share or 0.0),
        opened_by=OpenedBy.PLAN,
        plan_id=plan_id,
        priority=Priority.HIGH if is_due else Priority.NORMAL,
        blocks=is_due and found.plan.blocks_when_due,
        due_at=now if is_due else None,
        now=now,
    )


def _asks(session: Session, found: Progress) -> bool:
    if found.stage not in (PlanStage.PLANNED, PlanStage.DUE) or found.plan.ended_at or found.asset.retired_at:
        return False
    stands = _standing(session, found)
    return stands is None or (found.stage is PlanStage.DUE and stands.due_at is None)


def _standing(session: Session, found: Progress) -> WorkOrder | None:
    return queries.standing_for(session, asset_id=found.asset.id, opened_by=OpenedBy.PLAN, plan_id=found.plan.id)
