"""Groups of members and policy rules, as JSON."""

from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator

from api.calendar_views import Minute
from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of, wrong
from gateway.members.model import Group, GroupKind
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Peak, Rule, Scope


class GroupView(View):
    """A group of members."""

    id: str
    kind: GroupKind
    name: InBothLanguages

    @classmethod
    def of(cls, group: Group) -> Self:
        """As the row says."""
        return cls(id=group.id, kind=group.kind, name=name_of(group.name_zh, group.name_en))


class NewGroup(Ask):
    """A group to be, with nobody in it."""

    id: AnyId
    kind: GroupKind
    name_zh: PlainText
    name_en: PlainText


class GroupsOfMember(Ask):
    """The ids of every group that a member is in."""

    groups: Annotated[list[AnyId], Field(max_length=50)]


class GroupsView(View):
    """Every group that a member is in."""

    groups: list[GroupView]


class PeakHours(Ask):
    """On these days (`1` Monday … `7` Sunday) between wall-clock minutes after midnight."""

    days: Annotated[str, StringConstraints(pattern=r"^1?2?3?4?5?6?7?$", min_length=1)]
    from_min: Minute
    until_min: Minute

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.until_min <= self.from_min:
            raise wrong("until_min", "until_min must come after from_min")
        return self


class PeakHoursView(View):
    """The same, as it was set."""

    days: str
    from_min: int
    until_min: int


class RuleWish(Ask):
    """A rule to be. `scope`: the id of the space or bank, or the kind of space; empty for the whole centre.

    `group` null: for everybody. `lifts`: the group is granted so much where the scope says less to everybody.
    """

    rule: Limit
    limit: Annotated[StrictInt, Field(ge=0, le=1_000_000)]
    layer: Layer = Layer.CENTRE
    scope: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{0,32}$")] = ""
    group: AnyId | None = None
    lifts: StrictBool = False
    peak: PeakHours | None = None

    def named(self, rule_id: str) -> Rule:
        """As the judgement takes it."""
        peak = Peak(self.peak.days, self.peak.from_min, self.peak.until_min) if self.peak else None
        return Rule(
            id=rule_id,
            limit=self.rule,
            value=self.limit,
            scope=Scope(self.layer, self.scope),
            group_id=self.group,
            lifts=self.lifts,
            peak=peak,
        )


class RuleView(View):
    """A rule. `from_settings`: nobody set it here; it is the centre's setting of that name."""

    id: str
    rule: Limit
    limit: int
    layer: Layer
    scope: str
    group: str | None
    lifts: bool
    peak: PeakHoursView | None
    from_settings: bool

    @classmethod
    def of(cls, rule: Rule, *, from_settings: bool = False) -> Self:
        """As the judgement takes it."""
        peak = rule.peak
        return cls(
            id=rule.id,
            rule=rule.limit,
            limit=rule.value,
            layer=rule.scope.layer,
            scope=rule.scope.id,
            group=rule.group_id,
            lifts=rule.lifts,
            peak=PeakHoursView(days=peak.days, from_min=peak.from_min, until_min=peak.until_min) if peak else None,
            from_settings=from_settings,
        )
