"""Taking a late member's things out: never before the time, never by one alone, never unseen; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gateway.access import queries as access
from gateway.fleet.model import DoorLevel
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, HearthError, NotFound, Refused
from gateway.lockers import clear_outs, history, queries, service
from gateway.lockers.model import ClearOut, ClearOutState, Condition, RentalState
from gateway.lockers.rules import CLEAR_OUT_WINDOW
from gateway.members import service as members
from gateway.members.model import Member, Role
from gateway.notices import queries as notices
from tests.centre_builder import NOON, a_member, compartment_labelled, lock_of, open_and_shut, sense, set_door

DAY = timedelta(days=1)
DUE = NOON + DAY + timedelta(hours=1) + 7 * DAY  # a day's rental, an hour's grace, a week
MOMENT = timedelta(microseconds=1)
BAG = "B-17"


@pytest.fixture
def zhao(session):
    return a_member(session, "s002", role=Role.DESK, name="赵敏")


@pytest.fixture
def qian(session):
    return a_member(session, "s003", role=Role.TECHNICIAN, name="钱进")


@pytest.fixture
def rental(session, wang):
    return service.rent(session, member=wang, now=NOON, until=NOON + DAY, max_days=7, unsettled_locks=frozenset)


def propose(session, rental, witness, *, now=DUE):
    return clear_outs.propose(session, rental_id=rental.id, witness=witness, reason="overdue", bag_label=BAG, now=now)


def second(session, rental, witness, *, now=DUE, bag_label=BAG):
    return clear_outs.witness(session, rental_id=rental.id, witness=witness, bag_label=bag_label, now=now)


def bag(session, rental, witness, *, now=DUE, unsettled=(), **more):
    return clear_outs.bag(
        session, rental_id=rental.id, witness=witness, unsettled_locks=lambda: frozenset(unsettled), now=now, **more
    )


def may_open(session, member, *, now=DUE):
    return access.may_open(session, member_id=member.id, lock_id=lock_of(session, "01"), now=now)


def told(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=50)]


@pytest.fixture
def witnessed(session, rental, zhao, qian):
    propose(session, rental, zhao)
    return second(session, rental, qian)


def test_two_of_staff_take_the_things_out_and_the_member_hears_where_they_are(session, rental, wang, zhao, witnessed):
    sense(session, "01", "door_open", "door_closed", now=DUE)

    done = bag(session, rental, zhao)

    assert (done.state, done.closed_at) == (ClearOutState.BAGGED, DUE)
    assert (rental.state, rental.ended_at) == (RentalState.ENDED, DUE)
    (notice,) = notices.notices_for(session, member_id=wang.id, limit=50)
    assert (notice.kind, notice.about) == ("cleared_out", rental.id)
    assert BAG in notice.facts


def test_before_its_time_nobodys_things_are_touched(session, rental, zhao):
    with pytest.raises(Conflict, match="clear_out_not_due") as refused:
        propose(session, rental, zhao, now=DUE - MOMENT)
    assert refused.value.facts == {"clear_out_at": DUE.isoformat()}
    assert propose(session, rental, zhao)


def test_what_has_been_given_back_is_not_cleared_out(session, rental, zhao):
    service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=DUE)

    with pytest.raises(Conflict, match="clear_out_not_due"):
        propose(session, rental, zhao)


def test_one_alone_opens_nothing_and_takes_nothing_out(session, rental, zhao):
    propose(session, rental, zhao)
    sense(session, "01", "forced", "door_closed", now=DUE)

    assert not may_open(session, zhao)
    with pytest.raises(Refused, match="witness_is_the_first"):
        second(session, rental, zhao)
    with pytest.raises(Conflict, match="clear_out_moved_on"):
        bag(session, rental, zhao)
    assert rental.ended_at is None


def test_the_database_itself_refuses_the_same_witness_twice_and_a_step_without_the_second(session, rental, zhao):
    one = propose(session, rental, zhao)

    for values in (
        {"second_witness_id": zhao.id},
        {"state": ClearOutState.WITNESSED},
        {"state": ClearOutState.BAGGED, "closed_at": DUE},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(ClearOut).where(ClearOut.id == one.id).values(**values))


def test_the_database_itself_refuses_a_second_clear_out_beside_the_first(session, rental, zhao, qian):
    propose(session, rental, zhao)
    another = ClearOut(
        id="x",
        rental_id=rental.id,
        state=ClearOutState.PROPOSED,
        reason="r",
        bag_label="b",
        first_witness_id=qian.id,
        proposed_at=DUE,
    )

    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(another)


def test_from_the_second_witness_on_both_may_open_for_half_an_hour_and_nobody_else(session, witnessed, zhao, qian):
    sun = a_member(session, "s004", role=Role.MANAGER)

    for witness in (zhao, qian):
        assert may_open(session, witness)
        assert may_open(session, witness, now=DUE + CLEAR_OUT_WINDOW - MOMENT)
        assert not may_open(session, witness, now=DUE + CLEAR_OUT_WINDOW)
    assert not may_open(session, sun)


def test_while_staff_are_at_it_the_member_still_opens(session, wang, witnessed):
    assert may_open(session, wang)


def test_the_member_is_told_when_the_second_witness_comes(session, wang, rental, zhao, qian):
    propose(session, rental, zhao)
    assert told(session, wang) == []

    second(session, rental, qian)

    assert told(session, wang) == ["clear_out_begun"]


@pytest.mark.parametrize("first", [True, False])
def test_nobody_is_a_witness_to_clearing_out_their_own(session, zhao, qian, first):
    own = service.rent(session, member=qian, now=NOON, until=NOON + DAY, max_days=7, unsettled_locks=frozenset)
    if not first:
        propose(session, own, zhao)

    with pytest.raises(Refused, match="witness_is_holder"):
        propose(session, own, qian) if first else second(session, own, qian)


def test_the_second_witness_sees_the_same_bag(session, rental, zhao, qian):
    propose(session, rental, zhao)

    with pytest.raises(Conflict, match="bag_label_differs"):
        second(session, rental, qian, bag_label="B-18")
    assert not may_open(session, qian)


def test_a_second_witness_who_comes_too_late_finds_nobody_there(session, rental, zhao, qian):
    propose(session, rental, zhao)

    with pytest.raises(Conflict, match="clear_out_lapsed"):
        second(session, rental, qian, now=DUE + CLEAR_OUT_WINDOW)


@pytest.mark.parametrize("gone", ["disabled", "not staff"])
def test_a_first_witness_who_works_here_no_more_is_none(session, rental, zhao, qian, gone):
    propose(session, rental, zhao)
    if gone == "disabled":
        members.disable_member(session, member=zhao, actor="s001", now=DUE)
    else:
        session.execute(update(Member).where(Member.id == zhao.id).values(role=Role.MEMBER))

    with pytest.raises(Conflict, match="clear_out_lapsed"):
        second(session, rental, qian)


def test_a_proposal_holds_until_it_lapses_and_then_makes_way(session, rental, zhao, qian):
    old = propose(session, rental, zhao)
    with pytest.raises(Conflict, match="clear_out_under_way"):
        propose(session, rental, qian, now=DUE + CLEAR_OUT_WINDOW - MOMENT)

    new = propose(session, rental, qian, now=DUE + CLEAR_OUT_WINDOW)

    session.refresh(old)
    assert (old.state, new.state) == (ClearOutState.CALLED_OFF, ClearOutState.PROPOSED)
    assert queries.clear_out_of(session, rental_id=rental.id).id == new.id


def test_only_a_witness_says_that_it_is_done(session, rental, witnessed):
    sense(session, "01", "door_open", "door_closed", now=DUE)

    with pytest.raises(Refused, match="not_a_witness"):
        bag(session, rental, a_member(session, "s004", role=Role.MANAGER))


def test_nothing_is_in_the_bag_before_the_door_was_sensed_open(session, rental, zhao, qian):
    sense(session, "01", "door_open", "door_closed", now=DUE - MOMENT)
    propose(session, rental, zhao)
    second(session, rental, qian)

    with pytest.raises(Conflict, match="not_opened_yet"):
        bag(session, rental, zhao)
    assert rental.ended_at is None


def test_opened_by_the_mechanical_key_is_opened(session, rental, zhao, witnessed):
    sense(session, "01", "forced", "door_closed", now=DUE)

    assert bag(session, rental, zhao).state is ClearOutState.BAGGED


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.UNKNOWN, "door_unknown")])
def test_it_is_over_only_behind_a_door_known_to_be_shut(session, rental, zhao, witnessed, level, code):
    sense(session, "01", "door_open", "door_closed", now=DUE)
    set_door(session, "01", level)

    with pytest.raises(Conflict, match=code):
        bag(session, rental, zhao)


def test_behind_a_contact_that_tells_nothing_their_own_eyes_count_and_it_is_inspected(session, rental, zhao, witnessed):
    set_door(session, "01", DoorLevel.UNKNOWN)

    assert bag(session, rental, zhao, seen_shut_and_empty=True).state is ClearOutState.BAGGED

    box = compartment_labelled(session, "01")
    assert (rental.ended_at, box.condition, box.condition_reason) == (DUE, Condition.INSPECTION, "door_unknown")


def test_eyes_do_not_count_where_the_contact_tells(session, rental, zhao, witnessed):
    with pytest.raises(Conflict, match="not_opened_yet"):
        bag(session, rental, zhao, seen_shut_and_empty=True)
    sense(session, "01", "door_open", now=DUE)
    with pytest.raises(Conflict, match="door_open"):
        bag(session, rental, zhao, seen_shut_and_empty=True)


def test_eyes_do_not_count_while_a_command_may_yet_open_the_door(session, rental, zhao, witnessed):
    set_door(session, "01", DoorLevel.UNKNOWN)

    with pytest.raises(Conflict, match="unlock_under_way"):
        bag(session, rental, zhao, seen_shut_and_empty=True, unsettled=[lock_of(session, "01")])


def test_it_is_not_over_while_a_command_may_yet_open_the_door(session, rental, zhao, witnessed):
    sense(session, "01", "door_open", "door_closed", now=DUE)

    with pytest.raises(Conflict, match="unlock_under_way"):
        bag(session, rental, zhao, unsettled=[lock_of(session, "01")])


def test_afterwards_nobody_of_them_opens_it_any_more(session, rental, wang, zhao, qian, witnessed):
    sense(session, "01", "door_open", "door_closed", now=DUE)
    bag(session, rental, zhao)

    assert [may_open(session, one) for one in (wang, zhao, qian)] == [False, False, False]


def test_a_member_who_gives_it_back_meanwhile_ends_the_clear_out_and_the_access_of_staff(
    session, rental, wang, zhao, qian, witnessed
):
    service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=DUE)

    session.refresh(witnessed)
    assert witnessed.state is ClearOutState.CALLED_OFF
    assert not may_open(session, zhao)
    assert told(session, wang) == []
    with pytest.raises(Conflict, match="clear_out_moved_on"):
        bag(session, rental, qian)


def test_called_off_it_leaves_the_member_as_they_were(session, rental, wang, zhao, qian, witnessed):
    clear_outs.call_off(session, rental_id=rental.id, actor=qian, now=DUE)

    assert (rental.ended_at, may_open(session, wang), may_open(session, zhao)) == (None, True, False)
    assert told(session, wang) == []


def test_the_bag_is_handed_over_once_and_the_notice_goes(session, rental, wang, zhao, qian, witnessed):
    with pytest.raises(Conflict, match="clear_out_moved_on"):
        clear_outs.hand_over(session, rental_id=rental.id, actor=zhao, now=DUE)
    sense(session, "01", "door_open", "door_closed", now=DUE)
    bag(session, rental, zhao)

    done = clear_outs.hand_over(session, rental_id=rental.id, actor=qian, now=DUE + DAY)

    assert (done.state, done.handed_over_at) == (ClearOutState.HANDED_OVER, DUE + DAY)
    assert told(session, wang) == []
    with pytest.raises(Conflict, match="clear_out_moved_on"):
        clear_outs.hand_over(session, rental_id=rental.id, actor=qian, now=DUE + DAY)


def test_each_step_is_in_the_trail_with_reason_and_bag_by_who_took_it(session, rental, zhao, qian, witnessed):
    sense(session, "01", "door_open", "door_closed", now=DUE)
    bag(session, rental, qian)
    clear_outs.hand_over(session, rental_id=rental.id, actor=zhao, now=DUE)

    trail = session.scalars(
        select(AuditEntry).where(AuditEntry.act.startswith("clear_out_")).order_by(AuditEntry.seq)
    ).all()
    assert [(entry.act, entry.actor) for entry in trail] == [
        ("clear_out_proposed", zhao.audit_id),
        ("clear_out_witnessed", qian.audit_id),
        ("clear_out_bagged", qian.audit_id),
        ("clear_out_handed_over", zhao.audit_id),
    ]
    assert all(BAG in entry.detail and "overdue" in entry.detail for entry in trail)


def test_the_member_finds_who_opened_when_and_why_in_their_own_history(session, rental, wang, qian, witnessed):
    open_and_shut(session, qian, "01", now=DUE)
    bag(session, rental, qian)

    found = history.history_of(session, member_id=wang.id, limit=50)

    assert [(one.entry.act, one.by.name if one.by else None, one.reason, one.bag_label) for one in found] == [
        ("rental_ended", "钱进", "overdue", ""),
        ("clear_out_bagged", "钱进", "overdue", BAG),
        ("door_opened", "钱进", "overdue", ""),
        ("clear_out_witnessed", "钱进", "overdue", BAG),
        ("clear_out_proposed", "赵敏", "overdue", BAG),
        ("rented", "王晓华", "", ""),
    ]


@pytest.mark.parametrize("act", ["propose", "witness", "bag", "call_off", "hand_over"])
def test_of_a_rental_that_is_not_there_nothing_is_cleared_out(session, zhao, act):
    class Nothing:
        id = "f" * 32

    acts = {
        "propose": lambda: propose(session, Nothing, zhao),
        "witness": lambda: second(session, Nothing, zhao),
        "bag": lambda: bag(session, Nothing, zhao),
        "call_off": lambda: clear_outs.call_off(session, rental_id=Nothing.id, actor=zhao, now=DUE),
        "hand_over": lambda: clear_outs.hand_over(session, rental_id=Nothing.id, actor=zhao, now=DUE),
    }
    with pytest.raises(NotFound):
        acts[act]()


def test_a_refused_step_leaves_no_trace(session, rental, zhao):
    propose(session, rental, zhao)
    before = session.scalars(select(AuditEntry.seq)).all()

    for step in (lambda: second(session, rental, zhao), lambda: bag(session, rental, zhao)):
        with pytest.raises(HearthError):
            step()

    assert session.scalars(select(AuditEntry.seq)).all() == before
