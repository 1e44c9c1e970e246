"""Rules as they are kept, on both databases: set, replaced, dropped, and looked for where they hold."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Malformed, NotFound
from gateway.members import groups
from gateway.members.model import GroupKind
from gateway.policies import queries, service
from gateway.policies.model import Layer, Limit, PolicyRule
from gateway.policies.rules import CENTRE, Peak, Rule, Scope
from tests.centre_builder import NOON, a_group, a_member

ROOM = Scope(Layer.SPACE, "room")
EVENING = Peak("12345", 1080, 1260)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_group(session, "east")
        a_group(session, "retired", kind=GroupKind.STANDING)
        yield session


def put(session, name="r", limit=Limit.GUESTS, value=3, **more):
    rule = Rule(id=name, limit=limit, value=value, **more)
    service.put_rule(session, rule=rule, actor="boss", now=NOON)
    return rule


def test_a_rule_is_kept_as_it_was_set_and_replaced_by_its_name(session):
    peak = put(session, "p", Limit.BRANCH_PEAK_MINUTES, 600, scope=ROOM, group_id="east", lifts=True, peak=EVENING)
    put(session, value=3)
    few = put(session, value=1)

    assert [queries.plain(row) for row in queries.stored(session)] == [peak, few]
    service.drop_rule(session, rule_id="p", actor="boss", now=NOON)
    assert [queries.plain(row) for row in queries.stored(session)] == [few]
    with pytest.raises(NotFound):
        service.drop_rule(session, rule_id="p", actor="boss", now=NOON)


def test_who_set_and_dropped_what_is_in_the_trail(session):
    put(session, value=2, scope=ROOM, group_id="east")
    service.drop_rule(session, rule_id="r", actor="boss", now=NOON)

    told = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(2)).all()
    assert [(one.actor, one.act, one.thing) for one in told] == [
        ("boss", "policy_dropped", "r"),
        ("boss", "policy_set", "r"),
    ]
    assert told[0].detail == (
        '{"group": "east", "layer": "space", "lifts": false, "limit": 2, "rule": "guests", "scope": "room"}'
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"limit": Limit.PEAK_MINUTES}, "peak"),
        ({"peak": EVENING}, "peak"),
        ({"limit": Limit.MAY_USE, "value": 2}, "value"),
        ({"limit": Limit.WEEK_OPENS_AT, "value": 7 * 1440}, "value"),
        ({"limit": Limit.BALLOT_CLOSES_AT, "value": 60}, "layer"),
        ({"limit": Limit.BALLOT_CLOSES_AT, "value": 60, "scope": ROOM, "group_id": "east"}, "group_id"),
        ({"lifts": True}, "lifts"),
        ({"limit": Limit.BRANCH_PEAK_MINUTES, "peak": EVENING, "group_id": "retired"}, "group_id"),
        ({"limit": Limit.MAX_DAYS, "scope": ROOM}, "layer"),
        ({"limit": Limit.GUESTS, "scope": Scope(Layer.BANK, "bank-a")}, "layer"),
    ],
)
def test_what_does_not_go_together_is_no_rule(session, facts, field):
    with pytest.raises(Malformed) as refused:
        put(session, **facts)

    assert refused.value.facts == {"field": field}
    assert queries.stored(session) == []


def test_a_rule_for_no_group_of_ours_is_none(session):
    with pytest.raises(NotFound):
        put(session, group_id="west")


@pytest.mark.parametrize(
    "values",
    [
        {"value": -1},
        {"lifts": True},
        {"group_id": "west"},
        {"peak_days": "1", "peak_from_min": 60, "peak_until_min": 60},
        {"peak_from_min": 60, "peak_until_min": 120},
    ],
)
def test_the_database_itself_refuses_a_rule_that_means_nothing(session, values):
    facts = {"id": "r", "limit": Limit.GUESTS, "layer": Layer.CENTRE, "scope_id": "", "value": 1}

    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(PolicyRule(**facts | values))


def test_what_holds_for_a_member_is_what_is_said_of_their_groups_and_of_the_place(session):
    wang, setting = a_member(session), Rule(id="bookings.days_ahead", limit=Limit.DAYS_AHEAD, value=14)
    groups.set_groups(session, member=wang, group_ids=["east"], actor="desk", now=NOON)
    here = put(session, "here", scope=ROOM)
    mine = put(session, "mine", group_id="east")
    put(session, "not-mine", group_id="retired")
    put(session, "elsewhere", scope=Scope(Layer.SPACE, "lawn"))
    put(session, "namesake", scope=Scope(Layer.SPACE_KIND, "room"))

    def held_by_wang():
        found = queries.bounds_for(session, member_id=wang.id, scopes=frozenset({CENTRE, ROOM}), defaults=[setting])
        return {bound.by for bound in found}

    assert held_by_wang() == {setting, here, mine}
    instead = put(session, "instead", Limit.DAYS_AHEAD, 30)
    assert held_by_wang() == {instead, here, mine}
