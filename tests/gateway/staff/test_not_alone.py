"""What keeps one person from opening many members' doors: password, colleague, and so many a day; on both databases."""

from datetime import timedelta

import pytest

from gateway.kit.errors import Refused
from gateway.members.model import Role
from gateway.staff import openings
from gateway.staff.rules import MOST_A_DAY, PROVED_FOR, SEVERAL_WITHIN, opening_refusal
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock, UnlockState
from gateway.unlocking.rules import Verdict
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of
from tests.gateway.lockers.test_rentals import rent

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
    assert opening_refusal(LOCK, asked, now=NOON) == refusal


def test_what_was_asked_for_counts_for_a_day_and_each_person_for_themselves(session, zhao):
    other = a_member(session, "s003", role=Role.DESK)
    for no in range(MOST_A_DAY):
        ask(session, zhao, "01", now=NOON + no * SEVERAL_WITHIN)
    full = NOON + MOST_A_DAY * SEVERAL_WITHIN
    with pytest.raises(Refused, match="staff_openings_used_up"):
        ask(session, zhao, "01", now=full)

    ask(session, other, "01", now=full)
    ask(session, zhao, "01", now=NOON + timedelta(days=1))
