"""Plans to look after assets: made, read with how far they have come, ended."""

from collections.abc import Mapping, Sequence

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.asset_views import ProgressView
from api.staff.plan_views import NewPlan, PlanDetail, PlanView, TemplateView
from api.views import Items
from gateway.kit.errors import Malformed
from gateway.maintenance import names, plans, queries
from gateway.maintenance.model import Plan
from gateway.maintenance.names import Name
from gateway.maintenance.plans import Rhythm
from gateway.maintenance.templates import TEMPLATES
from gateway.members.model import Role

router = Doors("/staff/plans", tags=["staff"])

_READERS = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_MAKERS = (Role.TECHNICIAN, Role.MANAGER)


@router.get("", responses=problems(*STAFF_ONLY))
async def list_plans(who: SignedIn) -> Items[PlanView]:
    """Those that have not ended, the oldest first."""

    def look() -> Items[PlanView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_READERS)
            found = plans.plans(session)
            called = _called(session, found)
            return Items(items=[PlanView.of(one, called) for one in found], next=None)

    return await who.desk.backroom.read(look)


@router.get("/templates", responses=problems(*STAFF_ONLY))
async def list_plan_templates(who: SignedIn) -> Items[TemplateView]:
    """Plans that most centres want, each with why so often: to be taken over, or changed."""

    def look() -> Items[TemplateView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_READERS)
            return Items(items=[TemplateView.of(one) for one in TEMPLATES], next=None)

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=PlanView,
    responses=problems(*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused"),
)
async def make_plan(wanted: NewPlan, who: SignedIn, attempt: Repeatable) -> Response:
    """Have something done again and again. Its work is ordered at 90 % and due at 100 %; it counts from now on."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_MAKERS), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            of = wanted.asset_kind if wanted.asset_id is None else queries.asset(session, wanted.asset_id)
            if of is None or (wanted.asset_id is not None and wanted.asset_kind is not None):
                raise Malformed("malformed", field="asset_kind")
            made = plans.make_plan(
                session,
                of=of,
                name_zh=wanted.name_zh,
                name_en=wanted.name_en,
                rhythm=Rhythm(every_days=wanted.every_days, every_uses=wanted.every_uses, counted_in=wanted.counted_in),
                blocks_when_due=wanted.blocks_when_due,
                actor=member.audit_id,
                now=now,
            )
            return attempt.keep(
                session, member_id=member.id, status=201, view=PlanView.of(made, _called(session, [made])), now=now
            )

    return await desk.backroom.write(act)


@router.get("/{plan_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_plan(plan_id: Id, who: SignedIn) -> PlanDetail:
    """A plan, and how far it has come with each of its assets, the furthest first."""
    desk = who.desk

    def look() -> PlanDetail:
        with desk.sessions.read() as session:
            who.staff(session, *_READERS)
            plan, now = plans.plan(session, plan_id), desk.clock.now()
            about = [one for one in queries.assets(session) if plan.asset_id == one.id or plan.asset_kind is one.kind]
            called = names.of_all(session, about)
            come = [plans.progress(session, plan, one, now=now) for one in about]
            come.sort(key=lambda one: -1.0 if one.share is None else one.share, reverse=True)
            return PlanDetail(
                **dict(PlanView.of(plan, _called(session, [plan]))),
                progress=[ProgressView.of(one, called[one.asset.id]) for one in come],
            )

    return await desk.backroom.read(look)


@router.delete("/{plan_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def end_plan(plan_id: Id, who: SignedIn) -> PlanView:
    """Let it ask for nothing any more; what it has ordered stays."""
    desk = who.desk

    def act() -> PlanView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_MAKERS).audit_id
            ended = plans.end_plan(session, plan_id=plan_id, actor=actor, now=desk.clock.now())
            return PlanView.of(ended, _called(session, [ended]))

    return await desk.backroom.write(act)


def _called(session: Session, found: Sequence[Plan]) -> Mapping[str, Name]:
    """The assets that they are about, also those that are in use no more, by id."""
    return names.of_all(session, [queries.asset(session, one.asset_id) for one in found if one.asset_id is not None])
