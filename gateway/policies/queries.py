"""Which rules there are, and which of them hold for a member. Read-only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.kit.edition import kept
from gateway.kit.errors import NotFound
from gateway.members import groups as member_groups
from gateway.members.model import GroupKind
from gateway.policies import rules
from gateway.policies.model import OF_A_BRANCH, Limit, PolicyRule
from gateway.policies.rules import Bound, Groups, Peak, Rule, Scope


def stored(session: Session) -> Sequence[PolicyRule]:
    """Every rule that was set, by id."""
    return session.scalars(select(PolicyRule).order_by(PolicyRule.id)).all()


def rule(session: Session, rule_id: str) -> PolicyRule:
    """Raises NotFound("rule")."""
    found = session.get(PolicyRule, rule_id)
    if found is None:
        raise NotFound("rule")
    return found


def is_any_about(session: Session, limits: Collection[Limit]) -> bool:
    """Whether a rule is set about any of these."""
    return session.scalar(select(PolicyRule.id).where(PolicyRule.limit.in_(limits)).limit(1)) is not None


def ballots(session: Session) -> Sequence[PolicyRule]:
    """The rules by which a space is given by ballot every week, by space; of several for one the one that holds."""
    rows = session.scalars(
        select(PolicyRule)
        .where(PolicyRule.limit == Limit.BALLOT_CLOSES_AT)
        .order_by(PolicyRule.scope_id, PolicyRule.value)
    )
    return list({row.scope_id: row for row in rows}.values())


@kept
def by_scope(session: Session) -> Mapping[Scope, Sequence[Rule]]:
    """Every rule that was set."""
    found: dict[Scope, list[Rule]] = defaultdict(list)
    for rule in map(plain, stored(session)):
        found[rule.scope].append(rule)
    return dict(found)


def groups_of(session: Session, *, member_id: str) -> Groups:
    """Of which groups a member is."""
    mine = member_groups.groups_of(session, member_id=member_id)
    branches = (one.id for one in mine if one.kind is GroupKind.BRANCH)
    return Groups(all=frozenset(one.id for one in mine), branches=frozenset(branches))


def rules_for(session: Session, *, scopes: Collection[Scope], defaults: Iterable[Rule]) -> list[Rule]:
    """The rules for these scopes; of the `defaults` those that no rule for everybody takes the place of."""
    stored = by_scope(session)
    return rules.with_defaults((rule for scope in scopes for rule in stored.get(scope, ())), defaults)


def bounds_for(session: Session, *, member_id: str, scopes: Collection[Scope], defaults: Iterable[Rule]) -> list[Bound]:
    """What holds for a member, of things in these scopes."""
    found = rules_for(session, scopes=scopes, defaults=defaults)
    is_about_groups = any(one.group_id is not None or one.limit in OF_A_BRANCH for one in found)
    groups = groups_of(session, member_id=member_id) if is_about_groups else Groups()
    return rules.bounds(found, scopes=scopes, groups=groups)


def plain(row: PolicyRule) -> Rule:
    """A rule as the judgement takes it."""
    peak = Peak(row.peak_days, row.peak_from_min, row.peak_until_min) if row.peak_days else None
    return Rule(
        id=row.id,
        limit=row.limit,
        value=row.value,
        scope=Scope(row.layer, row.scope_id),
        group_id=row.group_id,
        lifts=row.lifts,
        peak=peak,
    )
