"""Why somebody may, or may not, as JSON."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Final, Literal, Self

from api.policy_views import PeakHoursView
from api.views import InBothLanguages, View, name_of
from api.words import WORDS, Words
from gateway.kit.sentences import Sentence, in_language
from gateway.lockers.model import Bank
from gateway.members.model import Language
from gateway.policies import service as policies
from gateway.policies.judged import Judged
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Bound, Finding, tightest
from gateway.spaces.model import Space
from gateway.spaces.rules import Span

_ALLOWED: Final = Sentence("可以。", "Yes, you can.")
_NEEDS_APPROVAL: Final = Sentence(
    "可以提出申请，工作人员同意后才算订好。", "You can ask for it. It is yours once our staff have said yes."
)


class FindingView(View):
    """A rule that was looked at. `limit`: what it allows; `value`: what the wish would come to under it."""

    rule: Limit
    limit: int
    value: int
    allows: bool
    rule_id: str
    layer: Layer
    scope: str
    group: str | None
    peak: PeakHoursView | None
    sentence: InBothLanguages

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """As the judgement found it."""
        by = finding.bound.by
        peak = by.peak
        return cls(
            rule=by.limit,
            limit=by.value,
            value=finding.found,
            allows=not finding.refuses,
            rule_id=by.id,
            layer=by.scope.layer,
            scope=by.scope.id,
            group=by.group_id,
            peak=PeakHoursView(days=peak.days, from_min=peak.from_min, until_min=peak.until_min) if peak else None,
            sentence=_sentence(_words(finding), policies.told(finding)),
        )


class TurnExplanation(View):
    """What would come of one time of a series, those before it counted."""

    day: date
    starts_at: datetime
    ends_at: datetime
    allowed: bool
    needs_approval: bool
    code: str | None
    sentence: InBothLanguages
    decided_by: FindingView | None

    @classmethod
    def of(cls, day: date, span: Span, judged: Judged) -> Self:
        """As it was judged."""
        whole = Explanation.of("book", judged)
        return cls(
            day=day,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            allowed=whole.allowed,
            needs_approval=whole.needs_approval,
            code=whole.code,
            sentence=whole.sentence,
            decided_by=whole.decided_by,
        )


Asked = Literal["book", "move", "cancel", "wait", "rent", "extend"]


class Explanation(View):
    """Whether it may be done, and which rule says so. `code`: what it would be refused with; null: allowed.

    `decided_by`: the rule that says no, or that staff must agree first. `looked_at`: every rule that matters here.
    `times`: of a series, every one; the rest is then about its first.
    """

    act: Asked
    allowed: bool
    needs_approval: bool
    code: str | None
    sentence: InBothLanguages
    decided_by: FindingView | None
    looked_at: list[FindingView]
    times: list[TurnExplanation]

    @classmethod
    def of(cls, act: Asked, judged: Judged, times: Iterable[tuple[date, Span, Judged]] = ()) -> Self:
        """As it was judged."""
        verdict = judged.verdict
        refusal = None if judged.house else verdict.refusal
        deciding = refusal or (verdict.approval if judged.code is None else None)
        return cls(
            act=act,
            allowed=judged.code is None,
            needs_approval=judged.code is None and verdict.approval is not None,
            code=judged.code,
            sentence=_answer(judged, refusal),
            decided_by=FindingView.of(deciding) if deciding else None,
            looked_at=[FindingView.of(finding) for finding in verdict.findings],
            times=[TurnExplanation.of(*one) for one in times],
        )


class SpaceLimits(View):
    """What holds for whoever asks at one space; null: nothing limits it. Minutes, days, people and bookings."""

    space_id: str
    may_use: bool
    needs_approval: bool
    days_ahead: int | None
    opens_at_min: int | None
    week_opens_at_min: int | None
    ballot_closes_at_min: int | None
    min_minutes: int | None
    max_minutes: int | None
    most_ahead: int | None
    guests: int | None
    cancel_before_min: int | None

    @classmethod
    def of(cls, space: Space, bounds: list[Bound]) -> Self:
        """Of every limit the strictest."""
        value = partial(_value, bounds)
        return cls(
            space_id=space.id,
            may_use=value(Limit.MAY_USE) != 0,
            needs_approval=bool(value(Limit.NEEDS_APPROVAL)),
            days_ahead=value(Limit.DAYS_AHEAD),
            opens_at_min=value(Limit.OPENS_AT),
            week_opens_at_min=value(Limit.WEEK_OPENS_AT),
            ballot_closes_at_min=value(Limit.BALLOT_CLOSES_AT),
            min_minutes=value(Limit.MIN_MINUTES),
            max_minutes=value(Limit.MAX_MINUTES),
            most_ahead=value(Limit.MOST_AHEAD),
            guests=value(Limit.GUESTS),
            cancel_before_min=value(Limit.CANCEL_BEFORE),
        )


class BankLimits(View):
    """What holds for whoever asks at one locker bank; null: nothing limits it."""

    bank_id: str
    may_use: bool
    max_days: int | None
    rentals_at_once: int | None

    @classmethod
    def of(cls, bank: Bank, bounds: list[Bound]) -> Self:
        """Of every limit the strictest."""
        return cls(
            bank_id=bank.id,
            may_use=_value(bounds, Limit.MAY_USE) != 0,
            max_days=_value(bounds, Limit.MAX_DAYS),
            rentals_at_once=_value(bounds, Limit.RENTALS_AT_ONCE),
        )


class MyPolicy(View):
    """What a page needs to know before it asks. `key_early_min`: a booking opens its door so long before its start."""

    zone: str
    key_early_min: int
    no_show_after_min: int
    banks: list[BankLimits]
    spaces: list[SpaceLimits]


def _value(bounds: list[Bound], limit: Limit) -> int | None:
    found = tightest(bounds, limit)
    return found.value if found else None


def _answer(judged: Judged, refusal: Finding | None) -> InBothLanguages:
    if refusal is not None:
        return _sentence(_words(refusal), policies.told(refusal))
    if judged.house is not None:
        return _sentence(WORDS[judged.house.code], judged.house.told())
    return _sentence(_NEEDS_APPROVAL if judged.verdict.approval else _ALLOWED, {})


def _words(finding: Finding) -> Sentence | Words:
    return _NEEDS_APPROVAL if finding.bound.limit is Limit.NEEDS_APPROVAL else WORDS[policies.code_of(finding)]


def _sentence(words: Sentence | Words, facts: Mapping[str, object]) -> InBothLanguages:
    zh, en = (words.sentence(language, in_language(language, facts)) for language in (Language.ZH_CN, Language.EN))
    return name_of(zh, en)
