"""Leaving things for another member: who may open, who hears of it, and nobody's things trapped; on both databases."""

from datetime import timedelta

import pytest

from gateway.access import queries as access
from gateway.fleet.model import DoorLevel
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.lockers import clear_outs, drop_offs, history, queries, rules, service
from gateway.lockers.model import Bank, DropOffState, Mode, Size, Stage
from gateway.lockers.offers import Wish
from gateway.members import service as members
from gateway.members.model import Role
from tests.centre_builder import NOON, a_bank, a_member, lock_of, open_and_shut, rental_of, sense, set_door
from tests.gateway.lockers.test_late_rentals import the_clock_comes_by, told
from tests.gateway.lockers.test_rentals import end, rent

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNTIL = NOON + 3 * DAY


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MMMML")
        yield session


@pytest.fixture
def wang(session):
    """Leaves things."""
    return a_member(session, "10001")


@pytest.fixture
def li(session):
    """For whom they are."""
    return a_member(session, "10002", name="李梅")


@pytest.fixture
def zhao(session):
    return a_member(session, "10003")


def begin(session, depositor, recipient, *, now=NOON, unsettled=(), **wish):
    return drop_offs.begin(
        session,
        depositor=depositor,
        to_member_no=recipient.member_no,
        wish=Wish(**wish),
        note="your book",
        unsettled_locks=lambda: frozenset(unsettled),
        now=now,
    )


def step(session, act, found, member, *, now=NOON, unsettled=()):
    return act(
        session,
        drop_off_id=found.place.rental.id,
        member=member,
        unsettled_locks=lambda: frozenset(unsettled),
        now=now,
    )


def left(session, depositor, recipient, *, now=NOON):
    """Put in a minute ago, shut, and said so now."""
    found = begin(session, depositor, recipient, now=now - MINUTE)
    open_and_shut(session, depositor, found.place.compartment.label, now=now - MINUTE)
    return step(session, drop_offs.confirm, found, depositor, now=now)


def may_open(session, member, found, *, now=NOON):
    return access.may_open(session, member_id=member.id, lock_id=found.place.compartment.lock_id, now=now)


def read(session, found, member):
    return drop_offs.drop_off_of(session, member_id=member.id, drop_off_id=found.place.rental.id)


def test_whoever_leaves_things_opens_a_compartment_for_it_and_the_other_hears_nothing_yet(session, wang, li):
    found = begin(session, wang, li)

    assert (found.state, found.depositor, found.recipient) == (DropOffState.FILLING, wang, li)
    assert (may_open(session, wang, found), may_open(session, li, found)) == (True, False)
    assert told(session, li) == []
    with pytest.raises(NotFound, match="drop_off"):
        read(session, found, li)
    assert drop_offs.drop_offs_of(session, member_id=li.id) == []


def test_once_the_things_are_in_the_other_is_told_and_may_open_and_so_may_whoever_left_them(session, wang, li, zhao):
    found = left(session, wang, li)

    assert (found.state, found.drop_off.waiting_at) == (DropOffState.WAITING, NOON)
    assert [may_open(session, one, found) for one in (wang, li, zhao)] == [True, True, False]
    assert (told(session, wang), told(session, li)) == ([], ["drop_off_waiting"])
    assert read(session, found, li).place.rental.note == "your book"
    with pytest.raises(NotFound, match="drop_off"):
        read(session, found, zhao)


def test_nobody_says_that_things_are_in_whose_door_was_never_opened(session, wang, li):
    found = begin(session, wang, li)

    with pytest.raises(Conflict, match="open_it_first"):
        step(session, drop_offs.confirm, found, wang)
    assert not may_open(session, li, found)


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.UNKNOWN, "door_unknown")])
@pytest.mark.parametrize("act", [drop_offs.confirm, drop_offs.collect, drop_offs.take_back])
def test_no_step_is_taken_behind_a_door_not_known_to_be_shut(session, wang, li, act, level, code):
    found = begin(session, wang, li) if act is drop_offs.confirm else left(session, wang, li)
    sense(session, "01", "door_open", now=NOON + MINUTE)
    set_door(session, "01", level)
    who = li if act is drop_offs.collect else wang

    with pytest.raises(Conflict, match=code):
        step(session, act, found, who, now=NOON + MINUTE)


@pytest.mark.parametrize("act", [drop_offs.confirm, drop_offs.collect, drop_offs.take_back])
def test_no_step_is_taken_while_an_opening_is_under_way(session, wang, li, act):
    found = begin(session, wang, li) if act is drop_offs.confirm else left(session, wang, li)
    who = li if act is drop_offs.collect else wang

    with pytest.raises(Conflict, match="unlock_under_way"):
        step(session, act, found, who, unsettled=[lock_of(session, "01")])


def test_collected_it_is_free_and_whoever_left_it_hears_so(session, wang, li):
    found = left(session, wang, li)
    open_and_shut(session, li, "01", now=NOON + HOUR)

    ended = step(session, drop_offs.collect, found, li, now=NOON + HOUR)

    assert (ended.state, ended.place.rental.ended_at) == (DropOffState.COLLECTED, NOON + HOUR)
    assert not may_open(session, wang, found)
    assert not may_open(session, li, found)
    assert (told(session, wang), told(session, li)) == (["drop_off_collected"], [])
    assert "01" in {box.label for box in queries.free_compartments(session, "bank-a")}


def test_nobody_says_collected_before_the_door_was_opened_for_it(session, wang, li):
    found = left(session, wang, li)

    with pytest.raises(Conflict, match="open_it_first"):
        step(session, drop_offs.collect, found, li, now=NOON + HOUR)
    assert may_open(session, li, found)


def test_whoever_left_them_takes_them_back_until_they_are_collected_and_the_other_hears_so(session, wang, li):
    found = left(session, wang, li)
    with pytest.raises(Conflict, match="open_it_first"):
        step(session, drop_offs.take_back, found, wang, now=NOON + HOUR)
    open_and_shut(session, wang, "01", now=NOON + HOUR)

    ended = step(session, drop_offs.take_back, found, wang, now=NOON + HOUR)

    assert ended.state is DropOffState.TAKEN_BACK
    assert told(session, li) == ["drop_off_taken_back"]
    assert not may_open(session, li, found)


def test_whoever_thinks_better_of_it_leaves_nothing_and_nobody_hears_of_it(session, wang, li):
    found = begin(session, wang, li)

    assert step(session, drop_offs.take_back, found, wang).state is DropOffState.TAKEN_BACK
    assert told(session, li) == []
    assert drop_offs.drop_offs_of(session, member_id=li.id) == []


def test_each_of_the_two_does_only_their_own_part(session, wang, li):
    filling, waiting = begin(session, wang, li), left(session, wang, li)

    for act, found, member, code in (
        (drop_offs.confirm, waiting, li, "only_depositor"),
        (drop_offs.take_back, waiting, li, "only_depositor"),
        (drop_offs.collect, waiting, wang, "only_recipient"),
        (drop_offs.collect, filling, wang, "only_recipient"),
    ):
        with pytest.raises(Refused, match=code):
            step(session, act, found, member)
    with pytest.raises(Conflict, match="drop_off_waiting"):
        step(session, drop_offs.confirm, waiting, wang)


def test_to_others_it_is_not_there(session, wang, li, zhao):
    found = left(session, wang, li)

    for act in (drop_offs.confirm, drop_offs.collect, drop_offs.take_back):
        with pytest.raises(NotFound, match="drop_off"):
            step(session, act, found, zhao)


def test_what_is_over_is_over(session, wang, li):
    found = begin(session, wang, li)
    step(session, drop_offs.take_back, found, wang)

    for act in (drop_offs.confirm, drop_offs.take_back):
        with pytest.raises(Conflict, match="drop_off_over"):
            step(session, act, found, wang)


def test_a_member_rents_one_and_leaves_things_too_and_neither_hinders_the_other(session, wang, li):
    found = begin(session, wang, li)
    rental = rent(session, wang)
    begin(session, wang, li)

    assert rental_of(session, wang.id) is rental
    assert queries.rentals_of(session, member_id=wang.id) == [rental]
    with pytest.raises(NotFound):
        queries.rental_of(session, member_id=wang.id, rental_id=found.place.rental.id)


def test_a_member_has_so_many_drop_offs_at_a_time(session, wang, li):
    first, *_ = [begin(session, wang, li) for _ in range(rules.MOST_DROP_OFFS)]

    with pytest.raises(Conflict, match=r"policy\.most_drop_offs") as refused:
        begin(session, wang, li)
    assert refused.value.facts == {"limit": 3}
    step(session, drop_offs.take_back, first, wang)
    assert begin(session, wang, li)


def test_whoever_is_overdue_leaves_nothing_new(session, wang, li):
    rent(session, wang)

    with pytest.raises(Conflict, match="rental_overdue"):
        begin(session, wang, li, now=NOON + 2 * DAY)


def test_whoever_lets_a_drop_off_become_overdue_leaves_nothing_new(session, wang, li):
    left(session, wang, li)

    with pytest.raises(Conflict, match="rental_overdue"):
        begin(session, wang, li, now=UNTIL + 2 * HOUR)


def test_nothing_is_left_for_oneself_for_nobody_or_for_somebody_who_is_disabled(session, wang, zhao):
    members.disable_member(session, member=zhao, actor="s001", now=NOON)

    with pytest.raises(Conflict, match="drop_off_to_oneself"):
        begin(session, wang, wang)
    with pytest.raises(NotFound, match="member"):
        begin(session, wang, zhao)
    assert drop_offs.drop_offs_of(session, member_id=wang.id) == []


def test_it_goes_where_it_fits_and_never_into_a_fixed_one(session, wang, li):
    assert begin(session, wang, li, size=Size.L).place.compartment.label == "05"
    service.set_terms(session, bank=session.get_one(Bank, "bank-a"), actor="s001", now=NOON, mode=Mode.FIXED)

    with pytest.raises(Conflict, match="no_compartment_free"):
        begin(session, wang, li)


def test_things_wait_three_days_or_as_long_as_a_time_limited_bank_allows_from_when_they_are_in(session, wang, li):
    bank = session.get_one(Bank, "bank-a")
    assert left(session, wang, li).place.rental.until_at == UNTIL
    service.set_terms(session, bank=bank, actor="s001", now=NOON, mode=Mode.TIME_LIMITED)

    found = begin(session, wang, li)
    label = found.place.compartment.label
    assert found.place.rental.until_at == NOON + 4 * HOUR
    open_and_shut(session, wang, label, now=NOON + HOUR)

    assert step(session, drop_offs.confirm, found, wang, now=NOON + HOUR).place.rental.until_at == NOON + 5 * HOUR


def test_what_nobody_collects_goes_the_way_of_every_late_rental_and_both_hear_of_it_and_get_in(session, wang, li):
    found = left(session, wang, li)
    stages = {}
    for after in (-HOUR, timedelta(0), HOUR, HOUR + 7 * DAY):
        now = UNTIL + after
        the_clock_comes_by(session, now=now)
        stage = queries.view(session, found.place.rental).stage(now)
        stages[stage] = (set(told(session, wang)), set(told(session, li)) - {"drop_off_waiting"})
        assert may_open(session, wang, found, now=now)
        assert may_open(session, li, found, now=now)

    assert stages == {
        stage: ({f"drop_off_{stage}"}, {f"drop_off_{stage}"}) for stage in Stage if stage is not Stage.RUNNING
    }


@pytest.mark.parametrize("stage", [Stage.GRACE, Stage.OVERDUE, Stage.CLEAR_OUT])
def test_late_things_are_collected_and_the_reminders_stop(session, wang, li, stage):
    found = left(session, wang, li)
    now = UNTIL + {Stage.GRACE: timedelta(0), Stage.OVERDUE: HOUR, Stage.CLEAR_OUT: HOUR + 7 * DAY}[stage]
    the_clock_comes_by(session, now=now)
    open_and_shut(session, li, "01", now=now)

    step(session, drop_offs.collect, found, li, now=now)

    the_clock_comes_by(session, now=now + 30 * DAY)
    assert (told(session, wang), told(session, li)) == (["drop_off_collected"], [])


def test_two_of_staff_clear_out_what_nobody_collected_and_both_read_on_which_bag_it_is(session, wang, li):
    found = left(session, wang, li)
    first, second = a_member(session, "s001", role=Role.MANAGER), a_member(session, "s002", role=Role.DESK)
    due, rental_id = UNTIL + 8 * DAY, found.place.rental.id

    clear_outs.propose(session, rental_id=rental_id, witness=first, reason="late", bag_label="B-1", now=due)
    clear_outs.witness(session, rental_id=rental_id, witness=second, bag_label="B-1", now=due)
    sense(session, "01", "door_open", "door_closed", now=due)
    clear_outs.bag(session, rental_id=rental_id, witness=first, unsettled_locks=frozenset, now=due)

    assert (told(session, wang), told(session, li)) == (["cleared_out"], ["cleared_out"])
    for one in (wang, li):
        assert read(session, found, one).state is DropOffState.REMOVED
        assert not may_open(session, one, found, now=due)


def test_neither_of_the_two_is_a_witness_to_clearing_it_out(session, wang):
    desk = a_member(session, "s002", role=Role.DESK)
    found = left(session, wang, desk)

    with pytest.raises(Refused, match="witness_is_holder"):
        clear_outs.propose(
            session,
            rental_id=found.place.rental.id,
            witness=desk,
            reason="late",
            bag_label="B",
            now=UNTIL + 8 * DAY,
        )


def test_whoever_left_it_is_disabled_and_the_other_still_collects(session, wang, li):
    found = left(session, wang, li)
    members.disable_member(session, member=wang, actor="s001", now=NOON)
    open_and_shut(session, li, "01", now=NOON + HOUR)

    assert step(session, drop_offs.collect, found, li, now=NOON + HOUR).state is DropOffState.COLLECTED


def test_both_find_in_their_history_who_opened_it(session, wang, li, zhao):
    found = left(session, wang, li)
    open_and_shut(session, li, "01", now=NOON + HOUR)
    step(session, drop_offs.collect, found, li, now=NOON + HOUR)
    end(session, rent(session, zhao, compartment_id=found.place.compartment.id, now=NOON + DAY), now=NOON + DAY)

    def seen(member):
        entries = history.history_of(session, member_id=member.id, limit=20)
        return [(one.entry.act, one.by.member_no) for one in reversed(entries)]

    assert seen(wang) == [
        ("drop_off_begun", "10001"),
        ("door_opened", "10001"),
        ("drop_off_waiting", "10001"),
        ("door_opened", "10002"),
        ("rental_ended", "10002"),
    ]
    assert seen(li) == seen(wang)
    assert {act for act, _ in seen(zhao)} == {"rented", "rental_ended"}


def test_both_find_what_they_left_and_what_waits_for_them_newest_first(session, wang, li):
    first, second = left(session, wang, li), left(session, li, wang, now=NOON + HOUR)

    for one in (wang, li):
        found = drop_offs.drop_offs_of(session, member_id=one.id)
        assert [each.place.rental.id for each in found] == [second.place.rental.id, first.place.rental.id]
