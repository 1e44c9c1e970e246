"""The one judgement about what somebody may have: plain values in, a verdict out.

Of all rules that concern a wish every one must be kept, so the strictest wins, and their order does not matter. A rule
with `lifts` is the one way to more: it raises what its own scope says to everybody, for its group, and never lowers it.
So a rule that takes never allows more, and one that lifts never allows less.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.policies.model import AT_LEAST, OF_A_BRANCH, Layer, Limit


class Scope(NamedTuple):
    """What a rule is about: everything here, a kind of space, a space with its parts, a locker bank."""

    layer: Layer
    id: str


CENTRE = Scope(Layer.CENTRE, "")


class Peak(NamedTuple):
    """Peak hours: on these days (1 Monday … 7 Sunday) between wall-clock minutes after midnight."""

    days: str
    from_min: int
    until_min: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A limit for a scope. `group_id` None: for everybody. `peak`: the hours it counts, for what is counted in them."""

    id: str
    limit: Limit
    value: int
    scope: Scope = CENTRE
    group_id: str | None = None
    lifts: bool = False
    peak: Peak | None = None


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The ids of a member's groups; those of them that are branches are counted as a whole, too."""

    all: frozenset[str] = frozenset()
    branches: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What one rule comes to for one member. `by` is the rule whose value counts: where it was lifted, the other.

    `branch`: the branch whose members are counted together; None: the member alone.
    """

    limit: Limit
    value: int
    scope: Scope
    by: Rule
    branch: str | None = None

    def is_broken_by(self, found: int) -> bool:
        """Whether so much is more, or less, than it allows."""
        if self.limit is Limit.NEEDS_APPROVAL:
            return False  # it makes a booking wait; it refuses none
        return found < self.value if self.limit in AT_LEAST else found > self.value


class Finding(NamedTuple):
    """A bound, and what the wish would come to under it."""

    bound: Bound
    found: int

    @property
    def refuses(self) -> bool:
        """Whether this alone is a reason to say no."""
        return self.bound.is_broken_by(self.found)


@dataclass(frozen=True)
class Verdict:
    """Everything that was looked at, in an order that does not depend on the rules': the deciding one first."""

    findings: tuple[Finding, ...]

    @property
    def refusal(self) -> Finding | None:
        """The rule that says no; None: allowed."""
        return next((one for one in self.findings if one.refuses), None)

    @property
    def approval(self) -> Finding | None:
        """The rule for which staff must agree first; None: nobody needs to."""
        return next((one for one in self.findings if _needs_approval(one.bound)), None)


def with_defaults(rules: Iterable[Rule], defaults: Iterable[Rule]) -> list[Rule]:
    """The rules, and of the centre's settings those that no rule for everybody in the centre takes the place of."""
    stored = list(rules)
    said = {rule.limit for rule in stored if rule.scope == CENTRE and rule.group_id is None}
    return [*(rule for rule in defaults if rule.limit not in said), *stored]


def bounds(rules: Iterable[Rule], *, scopes: Collection[Scope], groups: Groups) -> list[Bound]:
    """What holds for a member with these groups, of things in these scopes."""
    found: dict[tuple[Limit, Scope, Peak | None], list[Rule]] = defaultdict(list)
    for rule in rules:
        if rule.scope in scopes:
            found[rule.limit, rule.scope, rule.peak].append(rule)
    # Two rules that one grant lifts come to the same.
    return list(dict.fromkeys(bound for (limit, _, _), same in found.items() for bound in _bounds(limit, same, groups)))


def judge(findings: Iterable[Finding]) -> Verdict:
    """Whether a wish that comes to this keeps every bound."""
    return Verdict(tuple(sorted(findings, key=_first_told)))


def tightest(found: Iterable[Bound], limit: Limit) -> Bound | None:
    """The strictest of these for one limit; None: nothing limits it."""
    same = [bound for bound in found if bound.limit is limit]
    return min(same, key=lambda bound: (_strictness(limit, bound.value), bound.by.id), default=None)


def _bounds(limit: Limit, same: list[Rule], groups: Groups) -> Iterator[Bound]:
    if limit not in OF_A_BRANCH:
        yield from _bounds_for(same, groups.all, branch=None)
        return
    for branch in sorted(groups.branches):
        yield from _bounds_for(same, frozenset({branch}), branch=branch)


def _bounds_for(same: list[Rule], groups: frozenset[str], *, branch: str | None) -> Iterator[Bound]:
    grants = [rule for rule in same if rule.lifts and rule.group_id in groups]
    for rule in same:
        if rule.lifts or not (rule.group_id is None or rule.group_id in groups):
            continue
        by = rule if rule.group_id is not None else max([rule, *grants], key=_generosity)
        yield Bound(limit=rule.limit, value=by.value, scope=rule.scope, by=by, branch=branch)


def _generosity(rule: Rule) -> tuple[int, bool, str]:
    return _strictness(rule.limit, rule.value), not rule.lifts, rule.id


def _strictness(limit: Limit, value: int) -> int:
    """The smaller, the stricter."""
    return -value if limit in AT_LEAST else value


def _needs_approval(bound: Bound) -> bool:
    return bound.limit is Limit.NEEDS_APPROVAL and bound.value > 0


_PLACE: Final = {limit: place for place, limit in enumerate(Limit)}
_WIDTH: Final = {layer: place for place, layer in enumerate(Layer)}


def _first_told(finding: Finding) -> tuple[bool, int, int, int, str, str]:
    """What refuses first; then as `Limit` has them, the strictest, and the narrowest, so that one answer is given."""
    bound = finding.bound
    return (
        not finding.refuses,
        _PLACE[bound.limit],
        _strictness(bound.limit, bound.value),
        -_WIDTH[bound.scope.layer],
        bound.by.id,
        bound.branch or "",
    )
