"""The judgement itself, tried with any rules whatever: what takes never allows more, what lifts never allows less."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policies import rules, wishes
from gateway.policies.model import AT_LEAST, IN_PEAK_HOURS, Layer, Limit
from gateway.policies.rules import CENTRE, Groups, Peak, Rule, Scope
from gateway.policies.wishes import ASKED, Act, Held, Wish

ROOM, COURTS = Scope(Layer.SPACE, "room"), Scope(Layer.SPACE_KIND, "room")
SCOPES = [CENTRE, COURTS, ROOM, Scope(Layer.SPACE, "elsewhere")]
HERE = frozenset(SCOPES[:3])
GROUPS = Groups(all=frozenset({"retired", "east"}), branches=frozenset({"east"}))
PEAK = Peak("12345", 18 * 60, 21 * 60)
START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # Monday, 18 o'clock in Shanghai
HOUR = timedelta(hours=1)


# Few limits in one example, so that its rules meet each other.
LIMITS = st.shared(st.lists(st.sampled_from(Limit), min_size=1, max_size=2), key="limits")


@st.composite
def some_rules(draw, **fixed):
    limit = draw(st.sampled_from(draw(LIMITS)))
    group = draw(st.sampled_from([None, "retired", "east", "juniors"]))
    facts = {
        "id": draw(st.text("abc", min_size=1, max_size=3)),
        "limit": limit,
        "value": draw(st.integers(0, 4) | st.sampled_from([30, 60, 120, 1080, 1440])),
        "scope": draw(st.sampled_from(SCOPES)),
        "group_id": group,
        "lifts": draw(st.booleans()) if group else False,
        "peak": PEAK if limit in IN_PEAK_HOURS else None,
    }
    return Rule(**facts | fixed)


@st.composite
def some_wishes(draw):
    def span():
        starts_at = START + draw(st.integers(-30, 30)) * HOUR
        return starts_at, starts_at + draw(st.integers(1, 4)) * HOUR / 2

    held = [Held(*span(), HERE) for _ in range(draw(st.integers(0, 3)))]
    starts_at, ends_at = span()
    return Wish(
        act=draw(st.sampled_from([act for act in Act if ASKED[act] & set(draw(LIMITS))])),
        zone=ZoneInfo(draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]))),
        now=START - draw(st.integers(0, 100)) * HOUR,
        starts_at=starts_at,
        ends_at=ends_at,
        guests=draw(st.integers(0, 3)),
        held=held,
        held_by_branch={"east": held},
    )


def verdict(wish, given_rules):
    return wishes.judge(wish, rules.bounds(given_rules, scopes=HERE, groups=GROUPS))


def allows(wish, given_rules):
    return verdict(wish, given_rules).refusal is None


some_lists = st.lists(some_rules(), max_size=8, unique_by=lambda rule: rule.id)


@st.composite
def some_with_one_more(draw, **fixed):
    """Rules, and another one that often is about the same as one of them."""
    before, more = draw(some_lists), draw(some_rules(id="more", **fixed))
    if before and draw(st.booleans()):
        like = draw(st.sampled_from(before))
        more = replace(more, limit=like.limit, scope=like.scope, peak=like.peak)
    return before, [*before, more]


@given(some_wishes(), some_with_one_more(lifts=False))
def test_a_rule_that_takes_never_allows_more(wish, rules_):
    before, after = rules_

    assert allows(wish, before) or not allows(wish, after)
    assert verdict(wish, before).approval is None or verdict(wish, after).approval is not None


@given(some_wishes(), some_with_one_more(group_id="retired", lifts=True))
def test_a_rule_that_lifts_never_allows_less(wish, rules_):
    before, after = rules_

    assert allows(wish, after) or not allows(wish, before)
    assert verdict(wish, after).approval is None or verdict(wish, before).approval is not None


def strictest(given_rules):
    """What counts in the end, for each limit, scope and branch: the smaller, the stricter."""
    found = {}
    for bound in rules.bounds(given_rules, scopes=HERE, groups=GROUPS):
        key = bound.limit, bound.scope, bound.branch
        value = -bound.value if bound.limit in AT_LEAST else bound.value
        found[key] = min(value, found.get(key, value))
    return found


@given(some_with_one_more(lifts=False))
def test_a_rule_that_takes_makes_nothing_wider_anywhere(rules_):
    before, after = map(strictest, rules_)

    assert all(after[key] <= value for key, value in before.items())


@given(some_with_one_more(group_id="retired", lifts=True))
def test_a_rule_that_lifts_makes_nothing_narrower_anywhere_and_limits_nothing_new(rules_):
    before, after = map(strictest, rules_)

    assert before.keys() == after.keys()
    assert all(after[key] >= value for key, value in before.items())


@given(some_wishes(), some_with_one_more(group_id="retired", lifts=True))
def test_a_rule_that_lifts_gives_nothing_to_others(wish, rules_):
    before, after = rules_
    strangers = Groups(all=frozenset({"east"}), branches=frozenset({"east"}))

    def judged(given_rules):
        return wishes.judge(wish, rules.bounds(given_rules, scopes=HERE, groups=strangers))

    assert judged(after) == judged(before)


@given(some_wishes(), some_lists, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_never_matters(wish, given_rules, dice):
    shuffled = list(given_rules)
    dice.shuffle(shuffled)

    assert verdict(wish, shuffled) == verdict(wish, given_rules)


@given(some_wishes(), some_lists)
def test_a_refusal_names_a_rule_that_was_really_broken_and_one_that_matters(wish, given_rules):
    refusal = verdict(wish, given_rules).refusal

    if refusal is not None:
        assert refusal.bound.by in given_rules
        assert refusal.bound.limit in ASKED[wish.act]
        value, found = refusal.bound.value, refusal.found
        assert (found < value) if refusal.bound.limit in AT_LEAST else (found > value)


@given(some_wishes(), some_lists)
def test_rules_for_other_places_and_other_groups_are_not_looked_at(wish, given_rules):
    concerned = [rule for rule in given_rules if rule.scope in HERE and rule.group_id != "juniors"]

    assert verdict(wish, concerned) == verdict(wish, given_rules)


def rule(limit, value, *, scope=CENTRE, group=None, lifts=False, name="x"):
    return Rule(id=name, limit=limit, value=value, scope=scope, group_id=group, lifts=lifts)


WEEK_AHEAD = Wish(act=Act.BOOK, now=START - 7 * 24 * HOUR, starts_at=START, ends_at=START + HOUR)


def test_of_several_layers_the_strictest_wins_whichever_it_is():
    wide, narrow = rule(Limit.DAYS_AHEAD, 3), rule(Limit.DAYS_AHEAD, 14, scope=ROOM, name="y")

    refusal = verdict(WEEK_AHEAD, [wide, narrow]).refusal
    assert (refusal.bound.by, refusal.found) == (wide, 7)
    assert verdict(WEEK_AHEAD, [replace(wide, value=14), replace(narrow, value=3)]).refusal.bound.by.id == "y"


def test_a_group_is_granted_more_in_the_scope_that_says_so_and_bound_by_every_other():
    everybody = rule(Limit.DAYS_AHEAD, 3)
    grant = rule(Limit.DAYS_AHEAD, 10, group="retired", lifts=True, name="grant")
    room = rule(Limit.DAYS_AHEAD, 5, scope=ROOM, name="room")

    assert allows(WEEK_AHEAD, [everybody, grant])
    assert verdict(WEEK_AHEAD, [everybody, grant, room]).refusal.bound.by is room
    assert allows(WEEK_AHEAD, [everybody, grant, room, replace(grant, scope=ROOM)])


def test_a_grant_for_less_takes_nothing_and_of_two_grants_the_better_counts():
    everybody = rule(Limit.DAYS_AHEAD, 7)
    small, great = (rule(Limit.DAYS_AHEAD, days, group="east", lifts=True, name=str(days)) for days in (1, 9))

    for grants in ([small], [small, great]):
        assert allows(WEEK_AHEAD, [everybody, *grants])
    [bound] = rules.bounds([everybody, small, great], scopes=HERE, groups=GROUPS)
    assert bound.by is great


def test_a_limit_for_a_group_binds_it_and_a_grant_does_not_take_it_away():
    junior = rule(Limit.DAYS_AHEAD, 3, group="east")
    grant = rule(Limit.DAYS_AHEAD, 99, group="retired", lifts=True, name="grant")

    assert not allows(WEEK_AHEAD, [junior, grant])


def test_what_is_closed_to_everybody_is_open_to_the_group_that_is_granted_it():
    closed = rule(Limit.MAY_USE, 0, scope=ROOM)

    assert verdict(WEEK_AHEAD, [closed]).refusal.bound.limit is Limit.MAY_USE
    assert allows(WEEK_AHEAD, [closed, rule(Limit.MAY_USE, 1, scope=ROOM, group="retired", lifts=True, name="grant")])
    assert not allows(WEEK_AHEAD, [rule(Limit.MAY_USE, 0, group="east")])


def test_who_needs_approval_is_not_refused_and_a_group_may_do_without():
    ask_first = rule(Limit.NEEDS_APPROVAL, 1)

    found = verdict(WEEK_AHEAD, [ask_first])
    assert (found.refusal, found.approval.bound.by) == (None, ask_first)
    trusted = rule(Limit.NEEDS_APPROVAL, 0, group="retired", lifts=True, name="trusted")
    assert verdict(WEEK_AHEAD, [ask_first, trusted]).approval is None


def test_a_rule_for_everybody_in_the_centre_takes_the_place_of_the_setting_and_no_other_does():
    setting = rule(Limit.DAYS_AHEAD, 14, name="bookings.days_ahead")
    others = [rule(Limit.DAYS_AHEAD, 30, scope=ROOM), rule(Limit.DAYS_AHEAD, 30, group="east", name="y")]

    assert setting in rules.with_defaults(others, [setting])
    assert setting not in rules.with_defaults([rule(Limit.DAYS_AHEAD, 30)], [setting])


def test_a_branch_is_counted_once_for_each_that_the_member_is_in():
    peak = replace(rule(Limit.BRANCH_PEAK_MINUTES, 60), peak=PEAK)
    both = Groups(all=frozenset({"east", "west", "retired"}), branches=frozenset({"east", "west"}))
    for_west = replace(peak, value=600, group_id="west", lifts=True, id="west")

    found = {(bound.branch, bound.value) for bound in rules.bounds([peak, for_west], scopes=HERE, groups=both)}

    assert found == {("east", 60), ("west", 600)}


@pytest.mark.parametrize("limit", Limit)
def test_every_limit_is_asked_by_some_act_and_can_be_measured(limit):
    acts = [act for act in Act if limit in ASKED[act]]
    peak = PEAK if limit in IN_PEAK_HOURS else None

    assert acts
    [finding] = verdict(replace(WEEK_AHEAD, act=acts[0]), [replace(rule(limit, 1), peak=peak)]).findings
    assert isinstance(finding.found, int)


def test_two_rules_that_one_grant_lifts_are_looked_at_once():
    both = [Rule(id=name, limit=Limit.GUESTS, value=value) for name, value in (("a", 1), ("b", 2))]
    grant = Rule(id="c", limit=Limit.GUESTS, value=4, group_id="east", lifts=True)

    [bound] = rules.bounds([*both, grant], scopes=HERE, groups=GROUPS)

    assert (bound.value, bound.by) == (4, grant)
