"""Letting somebody else open: what a share lets them do, and what ends it; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.access import queries as access
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.lockers import history, rules, shares
from gateway.lockers.model import Stage
from gateway.members import service as members
from gateway.notices import queries as notices
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import UnlockState
from gateway.unlocking.rules import Verdict
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of, open_and_shut
from tests.gateway.lockers.test_rentals import DAY, end, rent

HOUR = timedelta(hours=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MM")
        yield session


@pytest.fixture
def li(session):
    return a_member(session, "10002", name="李梅")


@pytest.fixture
def rental(session, wang):
    return rent(session, wang)


def share(session, rental, holder, *, with_="10002", once=False, until=None, now=NOON):
    return shares.share(
        session, rental_id=rental.id, holder=holder, with_member_no=with_, once=once, until=until, now=now
    )


def revoke(session, rental, holder, found, *, now=NOON):
    shares.revoke(session, rental_id=rental.id, share_id=found.grant.id, holder=holder, now=now)


def may_open(session, member, *, now=NOON):
    return access.may_open(session, member_id=member.id, lock_id=lock_of(session, "01"), now=now)


def told(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=50)]


def test_whoever_it_is_shared_with_may_open_it_as_often_as_they_like_while_the_rental_runs(session, rental, wang, li):
    share(session, rental, wang)

    for _ in range(3):
        open_and_shut(session, li, "01", now=NOON)
    assert may_open(session, li, now=NOON + DAY - timedelta(microseconds=1))
    assert not may_open(session, li, now=NOON + DAY)
    assert may_open(session, wang, now=NOON + DAY)


def test_a_share_until_a_time_ends_then(session, rental, wang, li):
    share(session, rental, wang, until=NOON + HOUR)

    assert may_open(session, li, now=NOON + HOUR - timedelta(microseconds=1))
    assert not may_open(session, li, now=NOON + HOUR)


def test_a_share_for_once_is_used_up_by_one_opening(session, rental, wang, li):
    open_and_shut(session, wang, "01", now=NOON)
    share(session, rental, wang, once=True)
    open_and_shut(session, wang, "01", now=NOON)  # the holder's own do not count
    assert may_open(session, li)

    open_and_shut(session, li, "01", now=NOON)

    assert not may_open(session, li)
    assert shares.shares_of(session, rental_id=rental.id, holder=wang, now=NOON) == []


@pytest.mark.parametrize(
    ("state", "left"),
    [(UnlockState.POSSIBLE, False), (UnlockState.ALREADY_OPEN, False), (UnlockState.NOT_OPENED, True)],
)
def test_a_share_for_once_is_used_up_by_what_may_have_opened_and_not_by_what_certainly_did_not(
    session, rental, wang, li, state, left
):
    share(session, rental, wang, once=True)
    unlock = unlocking.request_unlock(session, member=li, lock_id=lock_of(session, "01"), clock=HandClock())
    for step in (UnlockState.AUTHORISED, UnlockState.SIGNED):
        unlocking.move(session, unlock, step, now=NOON)
    unlocking.settle(session, unlock, Verdict(state), now=NOON)

    assert may_open(session, li) is left


def test_shared_for_once_again_it_opens_once_again(session, rental, wang, li):
    share(session, rental, wang, once=True)
    open_and_shut(session, li, "01", now=NOON)

    share(session, rental, wang, once=True)

    assert may_open(session, li)


def test_taken_back_it_is_refused_at_the_signing(session, rental, wang, li):
    found = share(session, rental, wang)
    clock = HandClock()
    unlock = unlocking.request_unlock(session, member=li, lock_id=lock_of(session, "01"), clock=clock)
    assert unlocking.authorise(session, unlock, clock=clock)

    revoke(session, rental, wang, found)

    assert not unlocking.sign(session, unlock, nonce="n", clock=clock)
    assert (unlock.state, unlock.code) == (UnlockState.REFUSED, "no_grant")


def test_taken_back_from_one_it_stays_with_the_other(session, rental, wang, li):
    sun = a_member(session, "10003")
    found = share(session, rental, wang)
    share(session, rental, wang, with_="10003")

    revoke(session, rental, wang, found)

    assert (may_open(session, li), may_open(session, sun)) == (False, True)
    assert (told(session, li), told(session, sun)) == ([], ["shared_with_you"])


def test_given_back_it_is_shared_with_nobody(session, rental, wang, li):
    share(session, rental, wang)

    end(session, rental)

    assert not may_open(session, li)
    assert told(session, li) == []
    assert shares.shared_with(session, member=li, now=NOON) == []


def test_whoever_it_is_shared_with_is_told_and_finds_it(session, rental, wang, li):
    found = share(session, rental, wang)

    assert told(session, li) == ["shared_with_you"]
    (mine,) = shares.shared_with(session, member=li, now=NOON)
    assert (mine.grant.id, mine.holder.id, mine.place.compartment.label) == (found.grant.id, wang.id, "01")
    assert shares.shared_with(session, member=wang, now=NOON) == []


def test_the_holder_finds_who_else_opened_it(session, rental, wang, li):
    share(session, rental, wang)
    open_and_shut(session, li, "01", now=NOON)

    newest = history.history_of(session, member_id=wang.id, limit=1)[0]

    assert (newest.entry.act, newest.by.name) == ("door_opened", "李梅")
    assert history.history_of(session, member_id=li.id, limit=50) == []


@pytest.mark.parametrize("late", [DAY, DAY + HOUR, 30 * DAY])
def test_past_its_end_it_is_not_shared(session, rental, wang, li, late):
    with pytest.raises(Conflict, match="rental_overdue"):
        share(session, rental, wang, until=NOON + 60 * DAY, now=NOON + late)


def test_what_has_ended_is_not_shared(session, rental, wang, li):
    end(session, rental)

    with pytest.raises(Conflict, match="rental_ended"):
        share(session, rental, wang)


def test_a_share_does_not_outlast_the_rental_and_begins_in_no_past(session, rental, wang, li):
    with pytest.raises(Conflict, match=r"policy\.share_within_rental"):
        share(session, rental, wang, until=NOON + DAY + timedelta(seconds=1))
    with pytest.raises(Malformed):
        share(session, rental, wang, until=NOON)


def test_it_is_shared_with_each_once(session, rental, wang, li):
    share(session, rental, wang)

    with pytest.raises(Conflict, match="already_shared"):
        share(session, rental, wang, once=True)


def test_it_is_shared_with_so_many_at_a_time(session, rental, wang):
    for number in range(rules.MOST_SHARES + 1):
        a_member(session, f"2000{number}")
    for number in range(rules.MOST_SHARES):
        found = share(session, rental, wang, with_=f"2000{number}")

    with pytest.raises(Conflict, match=r"policy\.max_shares"):
        share(session, rental, wang, with_=f"2000{rules.MOST_SHARES}")
    revoke(session, rental, wang, found)
    assert share(session, rental, wang, with_=f"2000{rules.MOST_SHARES}")


def test_nobody_shares_with_themselves(session, rental, wang):
    with pytest.raises(Conflict, match="shared_with_oneself"):
        share(session, rental, wang, with_="10001")


@pytest.mark.parametrize("whose", ["nobody's", "disabled"])
def test_it_is_shared_only_with_somebody_who_is_here(session, rental, wang, li, whose):
    if whose == "disabled":
        members.disable_member(session, member=li, actor="s001", now=NOON)

    with pytest.raises(NotFound, match="member"):
        share(session, rental, wang, with_="10002" if whose == "disabled" else "99999")


def test_only_the_holder_shares_lists_and_takes_back(session, rental, wang, li):
    found = share(session, rental, wang)
    a_member(session, "10003")

    for act in (
        lambda: share(session, rental, li, with_="10003"),
        lambda: shares.shares_of(session, rental_id=rental.id, holder=li, now=NOON),
        lambda: revoke(session, rental, li, found),
    ):
        with pytest.raises(NotFound, match="rental"):
            act()


def test_what_was_taken_back_is_not_there_to_be_taken_back(session, rental, wang, li):
    found = share(session, rental, wang)
    revoke(session, rental, wang, found)

    with pytest.raises(NotFound, match="share"):
        revoke(session, rental, wang, found)


def test_whoever_it_is_shared_with_may_still_rent_their_own(session, rental, wang, li):
    share(session, rental, wang)

    assert rent(session, li).member_id == li.id


def test_the_trail_has_who_shared_with_whom_by_random_ids(session, rental, wang, li):
    revoke(session, rental, wang, share(session, rental, wang))

    trail = session.scalars(select(AuditEntry).where(AuditEntry.act.in_(["shared", "share_revoked"]))).all()
    assert [(one.act, one.actor) for one in trail] == [("shared", wang.audit_id), ("share_revoked", wang.audit_id)]
    assert all(li.audit_id in one.detail and "10002" not in one.detail for one in trail)


@pytest.mark.parametrize("stage", [*Stage, None])
def test_only_what_runs_is_shared(stage):
    refusal = rules.share_refusal(stage, until=NOON, rental_until=NOON, shares=0)

    assert (refusal is None) is (stage in {Stage.RUNNING, Stage.ENDING})
