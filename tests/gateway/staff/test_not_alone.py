"""What keeps one person from opening many members' doors: password, colleague, and so many a day; on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.credentials.service import HashedPin
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Refused
from gateway.lockers import shares
from gateway.lockers.model import Rental
from gateway.members import queries as members
from gateway.members.model import Role
from gateway.staff import accounts, openings
from gateway.staff import keys as staff_keys
from gateway.staff.rules import MOST_A_DAY, PROVED_FOR, SEVERAL_WITHIN, ComeTo, opening_refusal
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock, UnlockState
from gateway.unlocking.rules import Verdict
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of
from tests.gateway.lockers.test_rentals import rent

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
LOCK = "somebody's"


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="SML")
        for member_no, size in (("10001", "S"), ("10002", "M")):
            rent(session, a_member(session, member_no), size=size)
        yield session


@pytest.fixture
def zhao(session):
    return a_member(session, "s002", role=Role.DESK)


def ask(session, staff, label, *, now=NOON, signed_in_at=None):
    """And it is settled at once, so that nothing is under way."""
    unlock = openings.open_door(
        session,
        lock_id=lock_of(session, label),
        staff=staff,
        reason="leak",
        clock=HandClock(now),
        signed_in_at=signed_in_at or now,
    )
    unlocking.settle(session, session.get_one(Unlock, unlock.id), Verdict(UnlockState.REFUSED, "no_grant"), now=now)


def test_a_screen_that_was_left_unlocked_opens_no_members_door(session, zhao):
    with pytest.raises(Refused, match="password_again"):
        ask(session, zhao, "01", now=NOON + PROVED_FOR, signed_in_at=NOON)

    ask(session, zhao, "01", now=NOON + PROVED_FOR - MOMENT, signed_in_at=NOON)


def test_a_door_that_nobody_holds_takes_no_password_and_no_colleague(session, zhao):
    ask(session, zhao, "03", signed_in_at=NOON - timedelta(hours=8))
    ask(session, zhao, "01")
    ask(session, zhao, "03", signed_in_at=NOON - timedelta(hours=8))


def test_several_members_doors_take_several_persons(session, zhao):
    ask(session, zhao, "01")
    with pytest.raises(Refused, match="second_person_needed"):
        ask(session, zhao, "02", now=NOON + SEVERAL_WITHIN - MOMENT)

    ask(session, zhao, "01", now=NOON + SEVERAL_WITHIN - MOMENT)  # the same one, as often as it takes
    ask(session, a_member(session, "s003", role=Role.DESK), "02", now=NOON + SEVERAL_WITHIN - MOMENT)


def test_a_while_later_one_person_opens_the_next(session, zhao):
    ask(session, zhao, "01")
    ask(session, zhao, "02", now=NOON + SEVERAL_WITHIN)


@pytest.mark.parametrize(("times", "refusal"), [(MOST_A_DAY - 1, None), (MOST_A_DAY, "staff_openings_used_up")])
def test_one_person_opens_so_many_members_doors_a_day(times, refusal):
    asked = [(LOCK, NOON - SEVERAL_WITHIN * (1 + no)) for no in range(times)]
    assert opening_refusal(LOCK, ComeTo(asked), now=NOON) == refusal


def test_what_was_asked_for_counts_for_a_day_and_each_person_for_themselves(session, zhao):
    other = a_member(session, "s003", role=Role.DESK)
    for no in range(MOST_A_DAY):
        ask(session, zhao, "01", now=NOON + no * SEVERAL_WITHIN)
    full = NOON + MOST_A_DAY * SEVERAL_WITHIN
    with pytest.raises(Refused, match="staff_openings_used_up"):
        ask(session, zhao, "01", now=full)

    ask(session, other, "01", now=full)
    ask(session, zhao, "01", now=NOON + timedelta(days=1))


# --- words that lead to somebody's locker


def tell_a_pin(session, staff, member_no, *, now=NOON, signed_in_at=None):
    member = members.member_by_no(session, member_no=member_no)
    facts = {"member": member, "staff": staff, "signed_in_at": signed_in_at or now, "now": now}
    staff_keys.give_one_time_pin(session, made=HashedPin(hash="none", pepper="p"), **facts)


def tell_a_password(session, staff, member_no, *, now=NOON, signed_in_at=None):
    member = members.member_by_no(session, member_no=member_no)
    facts = {"member": member, "staff": staff, "signed_in_at": signed_in_at or now, "now": now}
    accounts.let_in_again(session, code_hash="none", **facts)


TELLING = pytest.mark.parametrize("tell", [tell_a_pin, tell_a_password])


@TELLING
def test_who_is_told_a_word_of_somebody_with_a_locker_has_just_given_their_own(session, zhao, tell):
    with pytest.raises(Refused, match="password_again"):
        tell(session, zhao, "10001", signed_in_at=NOON - PROVED_FOR)

    tell(session, zhao, "10001")


@TELLING
def test_somebody_who_has_no_locker_is_helped_at_once_and_as_often_as_need_be(session, zhao, tell):
    a_member(session, "10003")

    for _ in range(MOST_A_DAY + 1):
        tell(session, zhao, "10003", signed_in_at=NOON - timedelta(hours=8))
    tell(session, zhao, "10001")


@TELLING
def test_somebody_whose_things_are_in_a_shared_locker_has_one(session, zhao, tell):
    a_member(session, "10003")
    holder = members.member_by_no(session, member_no="10001")
    rental = session.scalars(select(Rental).where(Rental.member_id == holder.id)).one()
    shares.share(session, rental_id=rental.id, holder=holder, with_member_no="10003", once=False, until=None, now=NOON)

    with pytest.raises(Refused, match="password_again"):
        tell(session, zhao, "10003", signed_in_at=NOON - PROVED_FOR)


@TELLING
def test_so_many_such_words_a_day_and_a_colleague_has_their_own(session, zhao, tell):
    for _ in range(MOST_A_DAY):
        tell(session, zhao, "10001")
    with pytest.raises(Refused, match="staff_openings_used_up"):
        tell(session, zhao, "10002", now=NOON + DAY - MOMENT)

    tell(session, a_member(session, "s003", role=Role.DESK), "10002")
    tell(session, zhao, "10002", now=NOON + DAY)


def test_doors_and_words_are_counted_together(session, zhao):
    for no in range(MOST_A_DAY - 2):
        tell_a_pin(session, zhao, "10001", now=NOON + no * MOMENT)
    tell_a_password(session, zhao, "10002")
    ask(session, zhao, "01")
    with pytest.raises(Refused, match="staff_openings_used_up"):
        ask(session, zhao, "01", now=NOON + SEVERAL_WITHIN)
    with pytest.raises(Refused, match="staff_openings_used_up"):
        tell_a_pin(session, zhao, "10002", now=NOON + SEVERAL_WITHIN)


def test_the_desk_helps_several_people_one_after_another(session, zhao):
    for member_no in ("10001", "10002"):
        tell_a_pin(session, zhao, member_no)


def test_the_trail_says_to_which_doors_a_word_led(session, zhao):
    tell_a_pin(session, zhao, "10001")
    tell_a_password(session, zhao, "10002")

    entries = session.scalars(select(AuditEntry).where(AuditEntry.actor == zhao.audit_id).order_by(AuditEntry.seq))
    assert [json.loads(one.detail)["locks"] for one in entries] == [[lock_of(session, "01")], [lock_of(session, "02")]]
