"""Groups of members, on both databases."""

import pytest
from sqlalchemy import select

from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.members import groups
from gateway.members.model import GroupKind
from gateway.policies import service as policies
from gateway.policies.model import Limit
from gateway.policies.rules import Rule
from tests.centre_builder import NOON, a_group, a_member


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_group(session, "east")
        a_group(session, "retired", kind=GroupKind.STANDING)
        yield session


def set_groups(session, member, *ids):
    groups.set_groups(session, member=member, group_ids=ids, actor="desk", now=NOON)


def ids_of(session, member):
    return [one.id for one in groups.groups_of(session, member_id=member.id)]


def test_a_member_is_in_several_groups_and_in_no_others(session):
    wang, li = a_member(session, "10001"), a_member(session, "10002")

    set_groups(session, wang, "retired", "east", "east")
    set_groups(session, li, "east")
    assert (ids_of(session, wang), ids_of(session, li)) == (["east", "retired"], ["east"])

    set_groups(session, wang, "retired")
    assert ids_of(session, wang) == ["retired"]
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (last.act, last.thing, last.detail) == ("groups_set", wang.audit_id, '{"groups": ["retired"]}')


def test_a_group_that_is_not_there_changes_nothing(session):
    wang = a_member(session)
    set_groups(session, wang, "east")

    with pytest.raises(NotFound):
        set_groups(session, wang, "retired", "west")

    assert ids_of(session, wang) == ["east"]


def test_two_groups_have_two_names(session):
    with pytest.raises(Conflict, match="group_exists"):
        a_group(session, "east")


def test_a_group_is_forgotten_only_when_nobody_and_no_rule_is_in_it(session):
    wang = a_member(session)
    set_groups(session, wang, "east")
    rule = Rule(id="r", limit=Limit.GUESTS, value=1, group_id="retired")
    policies.put_rule(session, rule=rule, actor="boss", now=NOON)

    for group_id in ("east", "retired"):
        with pytest.raises(Conflict, match="group_in_use"):
            groups.drop_group(session, group_id=group_id, actor="boss", now=NOON)

    set_groups(session, wang)
    policies.drop_rule(session, rule_id="r", actor="boss", now=NOON)
    for group_id in ("east", "retired"):
        groups.drop_group(session, group_id=group_id, actor="boss", now=NOON)
    assert groups.groups(session) == []
