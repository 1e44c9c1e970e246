"""The rules of the house, as managers set them."""

from sqlalchemy.orm import Session

from api.deps import Id, Paged, SignedIn
from api.openapi import STAFF_ONLY, problems
from api.policy_views import RuleView, RuleWish
from api.signpost import Doors
from api.staff.preview_views import Preview, RulePreview
from api.views import Items, behind, items
from gateway.bookings import preview
from gateway.centre import Centre
from gateway.kit.errors import Malformed
from gateway.lockers import queries as lockers
from gateway.members.model import Role
from gateway.policies import queries as policies
from gateway.policies import rules
from gateway.policies import service as policies_service
from gateway.policies.model import Layer
from gateway.policies.rules import Scope
from gateway.spaces import queries as spaces
from gateway.spaces.model import SpaceKind

router = Doors("/staff/policies", tags=["staff"])

_READERS = (Role.DESK, Role.MANAGER)


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_policies(who: SignedIn, page: Paged) -> Items[RuleView]:
    """Every rule that was set, behind those of the centre's settings that none of them takes the place of."""

    def look() -> Items[RuleView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_READERS)
            rest = behind(_rules(session, who.desk.centre), page, name=lambda one: one.id)
            return items(rest, page, view=lambda one: one, name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.put("/{rule_id}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def put_policy(rule_id: Id, wanted: RuleWish, who: SignedIn) -> RuleView:
    """Set a rule, in place of the one of that id if there is one. What was booked or rented before stays as it is."""
    desk = who.desk

    def act() -> RuleView:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            rule = wanted.named(rule_id)
            _refuse_unknown_scope(session, rule.scope)
            policies_service.put_rule(session, rule=rule, actor=manager.audit_id, now=desk.clock.now())
            return RuleView.of(rule)

    return await desk.backroom.write(act)


@router.post("/preview", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def preview_policy(wanted: RulePreview, who: SignedIn) -> Preview:
    """Whom a rule would refuse if it were set: of the bookings that stand, which all stay. Nothing is changed."""
    desk = who.desk

    def look() -> Preview:
        with desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
            rule = wanted.named(wanted.id)
            _refuse_unknown_scope(session, rule.scope)
            policies_service.refuse_nonsense(session, rule)
            policy, now = desk.centre.booking_policy, desk.clock.now()
            return Preview.of(preview.would_refuse(session, rule=rule, policy=policy, now=now))

    return await desk.backroom.read(look)


@router.delete("/{rule_id}", status_code=204, responses=problems(*STAFF_ONLY, "not_found"))
async def drop_policy(rule_id: Id, who: SignedIn) -> None:
    """Let a rule hold no longer. The centre's settings cannot be dropped: set another rule in place of one."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            policies_service.drop_rule(session, rule_id=rule_id, actor=manager.audit_id, now=desk.clock.now())

    await desk.backroom.write(act)


def _rules(session: Session, centre: Centre) -> list[RuleView]:
    stored = [policies.plain(row) for row in policies.stored(session)]
    all_of_them = rules.with_defaults(stored, centre.policy_defaults)
    return [RuleView.of(one, from_settings=one not in stored) for one in all_of_them]


def _refuse_unknown_scope(session: Session, scope: Scope) -> None:
    """Raises NotFound for a space or bank that is not there, Malformed for a kind that is none."""
    if scope.layer is Layer.SPACE:
        spaces.space(session, scope.id)
    elif scope.layer is Layer.BANK:
        lockers.bank(session, scope.id)
    elif scope.id not in ([""] if scope.layer is Layer.CENTRE else list(SpaceKind)):
        raise Malformed("malformed", field="scope")
