"""Setting and dropping rules, and saying no by one. Nothing here commits."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.errors import Conflict, Malformed
from gateway.members import groups
from gateway.members.model import GroupKind
from gateway.policies import queries
from gateway.policies.model import (
    IN_PEAK_HOURS,
    IN_WEEK,
    OF_A_BRANCH,
    OF_BOTH,
    OF_RENTALS,
    YES_OR_NO,
    Layer,
    Limit,
    PolicyRule,
)
from gateway.policies.rules import Finding, Rule, Verdict
from gateway.policies.wishes import WEEK_MIN, WHOLE_DAY_MIN

_DAYS: Final = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
)


def put_rule(session: Session, *, rule: Rule, actor: str, now: datetime) -> PolicyRule:
    """Set a rule, in place of the one of that id if there is one. What was booked or rented before stays as it is.

    Raises NotFound("group"), and Malformed naming what does not go together.
    """
    refuse_nonsense(session, rule)
    row = session.get(PolicyRule, rule.id) or PolicyRule(id=rule.id)
    row.limit, row.value = rule.limit, rule.value
    row.layer, row.scope_id = rule.scope
    row.group_id, row.lifts = rule.group_id, rule.lifts
    row.peak_days, row.peak_from_min, row.peak_until_min = rule.peak or ("", 0, 0)
    session.add(row)
    session.flush()
    audit.append(session, actor=actor, act="policy_set", thing=rule.id, now=now, **facts_of(rule))
    return row


def drop_rule(session: Session, *, rule_id: str, actor: str, now: datetime) -> None:
    """Let a rule hold no longer. Raises NotFound("rule")."""
    row = queries.rule(session, rule_id)
    rule = queries.plain(row)
    session.delete(row)
    session.flush()
    audit.append(session, actor=actor, act="policy_dropped", thing=rule_id, now=now, **facts_of(rule))


def refuse_nonsense(session: Session, rule: Rule) -> None:
    """Raises NotFound("group"), and Malformed naming what does not go together."""
    if (rule.peak is not None) is not (rule.limit in IN_PEAK_HOURS):
        raise Malformed("malformed", field="peak")
    if not _goes_with(rule.limit, rule.scope.layer):
        raise Malformed("malformed", field="layer")
    if rule.limit in YES_OR_NO and rule.value not in {0, 1}:
        raise Malformed("malformed", field="value")
    if rule.limit in IN_WEEK and rule.value >= WEEK_MIN:
        raise Malformed("malformed", field="value")
    if rule.limit is Limit.BALLOT_CLOSES_AT and rule.scope.layer is not Layer.SPACE:
        raise Malformed("malformed", field="layer")
    if rule.limit is Limit.BALLOT_CLOSES_AT and rule.group_id is not None:
        raise Malformed("malformed", field="group_id")
    if rule.group_id is None:
        if rule.lifts:
            raise Malformed("malformed", field="lifts")
        return
    is_branch = groups.group(session, rule.group_id).kind is GroupKind.BRANCH
    if rule.limit in OF_A_BRANCH and not is_branch:
        raise Malformed("malformed", field="group_id")


def _goes_with(limit: Limit, layer: Layer) -> bool:
    if layer is Layer.CENTRE or limit in OF_BOTH:
        return True
    return (layer is Layer.BANK) is (limit in OF_RENTALS)


def insist(verdict: Verdict) -> None:
    """Raises Conflict `policy.<limit>` with the rule and what was found, when any rule says no."""
    if refusal := verdict.refusal:
        raise Conflict(code_of(refusal), **told(refusal))


def code_of(finding: Finding) -> str:
    """What its refusal is called. One compartment each is so usual a rule that it has a sentence of its own."""
    if (finding.bound.limit, finding.bound.value) == (Limit.RENTALS_AT_ONCE, 1):
        return "already_rented"
    return f"policy.{finding.bound.limit}"


def told(finding: Finding) -> dict[str, object]:
    """A finding as a refusal, an explanation and the audit trail tell it: JSON values."""
    by = finding.bound.by
    facts: dict[str, object] = {"rule": str(by.limit), "limit": by.value, "value": finding.found, "rule_id": by.id}
    if by.limit is Limit.OPENS_AT:
        facts["opens_at"] = clock_face(by.value)
    if by.limit in IN_WEEK:
        zh, en = _DAYS[by.value // WHOLE_DAY_MIN]
        facts |= {"opens_day": {"zh-CN": zh, "en": en}, "opens_at": clock_face(by.value % WHOLE_DAY_MIN)}
    return facts | _where(by)


def facts_of(rule: Rule) -> dict[str, object]:
    """A rule as the audit trail tells it."""
    return {"rule": str(rule.limit), "limit": rule.value, "lifts": rule.lifts} | _where(rule)


def _where(rule: Rule) -> dict[str, object]:
    facts: dict[str, object] = {"layer": str(rule.scope.layer), "scope": rule.scope.id, "group": rule.group_id}
    if rule.peak is not None:
        days, from_min, until_min = rule.peak
        facts |= {"peak_days": days, "peak_from": clock_face(from_min), "peak_until": clock_face(until_min)}
    return facts


def clock_face(minutes: int) -> str:
    """Minutes after midnight as a clock shows them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
