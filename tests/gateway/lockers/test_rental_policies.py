"""Rules as a member meets them who rents or extends, on both databases: by bank and by group, the strictest winning."""

from datetime import timedelta

import pytest

from gateway.kit.errors import Conflict
from gateway.lockers import asking, queries, service
from gateway.lockers.model import Compartment, Size
from gateway.members import queries as members
from gateway.members.model import GroupKind
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Scope
from tests.centre_builder import NOON, a_bank, a_group, a_member, a_rule, compartment_labelled
from tests.race import at_once

DAY = timedelta(days=1)
BANK_B = Scope(Layer.BANK, "bank-b")


@pytest.fixture
def session(sessions):
    """One transaction with two banks and the members 10001, who is retired, and 10002."""
    with sessions.begin() as session:
        a_bank(session, sizes="SM")
        a_bank(session, "bank-b", sizes="SM")
        a_group(session, "retired", a_member(session, "10001"), kind=GroupKind.STANDING)
        a_member(session, "10002")
        yield session


@pytest.fixture
def wang(session):
    return members.member_by_no(session, member_no="10001")


@pytest.fixture
def li(session):
    return members.member_by_no(session, member_no="10002")


def rent(session, member, *, until=None, **wish):
    return service.rent(session, member=member, now=NOON, until=until, max_days=7, unsettled_locks=frozenset, **wish)


def refused(act, *arguments, **facts):
    with pytest.raises(Conflict) as refusal:
        act(*arguments, **facts)
    return refusal.value


def bank_of(session, rental):
    return session.get_one(Compartment, rental.compartment_id).bank_id


def test_a_group_rents_more_at_once_and_everybody_else_one(session, wang, li):
    a_rule(session, Limit.RENTALS_AT_ONCE, 2, group_id="retired", lifts=True)

    first, second = rent(session, wang), rent(session, wang)
    told = refused(rent, session, wang)

    assert first.compartment_id != second.compartment_id
    assert (told.code, told.facts["limit"], told.facts["value"]) == ("policy.rentals_at_once", 2, 3)
    rent(session, li)
    assert refused(rent, session, li).code == "already_rented"
    service.end_rental(session, rental=first, unsettled_locks=frozenset, now=NOON)
    rent(session, wang)


def test_one_a_bank_is_counted_bank_by_bank_and_free_choice_looks_elsewhere(session, wang):
    a_rule(session, Limit.RENTALS_AT_ONCE, 2)
    a_rule(session, Limit.RENTALS_AT_ONCE, 1, scope=BANK_B, name="b")
    rent(session, wang, bank_id="bank-b")

    assert refused(rent, session, wang, bank_id="bank-b").facts["rule_id"] == "b"
    assert bank_of(session, rent(session, wang)) == "bank-a"


def test_a_bank_for_some_members_is_offered_to_no_others(session, wang, li):
    a_rule(session, Limit.MAY_USE, 0, scope=BANK_B, name="closed")
    a_rule(session, Limit.MAY_USE, 1, scope=BANK_B, group_id="retired", lifts=True)

    assert bank_of(session, rent(session, wang, bank_id="bank-b")) == "bank-b"
    there = compartment_labelled(session, "02", "bank-b").id
    for wish in ({"bank_id": "bank-b"}, {"compartment_id": there}):
        assert refused(rent, session, li, **wish).code == "policy.may_use"
    assert bank_of(session, rent(session, li)) == "bank-a"


def test_how_long_is_said_by_bank_and_group_and_the_usual_time_is_within_it(session, wang, li):
    a_rule(session, Limit.MAX_DAYS, 14, group_id="retired", lifts=True)
    a_rule(session, Limit.MAX_DAYS, 2, scope=BANK_B, name="b")

    assert refused(rent, session, li, until=NOON + 8 * DAY).facts["rule_id"] == "rentals.max_days"
    told = refused(rent, session, wang, until=NOON + 3 * DAY, bank_id="bank-b")
    assert (told.code, told.facts["limit"], told.facts["value"]) == ("policy.max_days", 2, 3)
    assert rent(session, li, bank_id="bank-b", days=5).until_at == NOON + 2 * DAY
    rental = rent(session, wang, until=NOON + 14 * DAY, size=Size.S)
    assert bank_of(session, rental) == "bank-a"


def test_extending_is_judged_by_the_same_rules(session, wang):
    rental = rent(session, wang, bank_id="bank-b")
    a_rule(session, Limit.MAX_DAYS, 2, scope=BANK_B)

    def extend(days):
        return service.extend(session, rental=rental, until=NOON + days * DAY, now=NOON, max_days=7)

    assert refused(extend, 3).facts["rule_id"] == "r.max_days"
    assert extend(2).until_at == NOON + 2 * DAY
    a_rule(session, Limit.MAY_USE, 0, group_id="retired")
    assert refused(extend, 1).code == "policy.may_use"


def test_what_is_explained_is_what_is_refused(session, wang):
    a_rule(session, Limit.MAX_DAYS, 2, scope=BANK_B)

    def may_rent(bank_id, until=None):
        judged = asking.may_rent(session, member=wang, bank_id=bank_id, until=until, days=1, max_days=7, now=NOON)
        return judged.code

    assert (may_rent("bank-a"), may_rent("bank-b")) == (None, None)
    assert may_rent("bank-b", NOON + 3 * DAY) == "policy.max_days"
    rental = rent(session, wang, bank_id="bank-b")
    assert may_rent("bank-a") == refused(rent, session, wang, bank_id="bank-a").code == "already_rented"

    def may_extend(days):
        until = NOON + days * DAY
        return asking.may_extend(session, rental=rental, member=wang, until=until, max_days=7, now=NOON).code

    assert (may_extend(2), may_extend(3)) == (None, "policy.max_days")


def test_one_member_in_many_places_rents_no_more_than_the_rule_lets_them(sessions):
    """Held by the member's turn: no index knows how many a rule allows."""
    with sessions.begin() as session:
        a_bank(session, sizes="S" * 12)
        a_member(session, "10001")
        a_rule(session, Limit.RENTALS_AT_ONCE, 3)

    def rent_one():
        with sessions.begin() as session:
            rent(session, members.member_by_no(session, member_no="10001"))
            return "rented"

    results = at_once([rent_one] * 12)

    assert sorted(results) == ["policy.rentals_at_once"] * 9 + ["rented"] * 3
    with sessions.read() as session:
        wang = members.member_by_no(session, member_no="10001")
        assert len(queries.rented_by(session, member_id=wang.id)) == 3
