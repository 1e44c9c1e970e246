"""A rental past its end: new use is refused, its holder always gets in, and hears of it in time; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.access import queries as access
from gateway.kit.audit import AuditEntry
from gateway.kit.db import Sessions
from gateway.kit.errors import Conflict
from gateway.lockers import queries, service
from gateway.lockers.model import Bank, Rental, Stage
from gateway.notices import queries as notices
from tests.centre_builder import NOON, a_bank, a_member, lock_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNTIL = NOON + DAY  # the bank reminds an hour before, has an hour's grace, and is cleared out 7 days later
AT = {  # some instant of each stage
    Stage.RUNNING: NOON,
    Stage.ENDING: UNTIL - HOUR,
    Stage.GRACE: UNTIL,
    Stage.OVERDUE: UNTIL + HOUR,
    Stage.CLEAR_OUT: UNTIL + HOUR + 7 * DAY,
}
LATE = [Stage.OVERDUE, Stage.CLEAR_OUT]


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MM")
        yield session


@pytest.fixture
def rental(session, wang):
    return rent(session, wang)


def rent(session, member, *, now=NOON):
    return service.rent(
        session, member=member, now=now, until=now + DAY, max_days=30, unsettled_locks=frozenset, bank_id="bank-a"
    )


def extend(session, rental, *, now, until=UNTIL + 9 * DAY):
    return service.extend(session, rental=rental, until=until, now=now, max_days=30)


def end(session, rental, *, now):
    return service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=now)


def the_clock_comes_by(session, *, now):
    """As the timetable's job does it."""
    for rental_id in queries.not_told(session, now=now):
        service.tell_of_stage(session, rental_id=rental_id, now=now)


def told(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=50)]


@pytest.mark.parametrize("stage", Stage)
def test_the_holder_gets_in_at_every_stage(session, wang, rental, stage):
    the_clock_comes_by(session, now=AT[stage])

    assert queries.view(session, rental).stage(AT[stage]) is stage
    assert access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=AT[stage])


@pytest.mark.parametrize("stage", Stage)
def test_the_holder_gives_it_back_at_every_stage(session, rental, stage):
    assert end(session, rental, now=AT[stage]).ended_at == AT[stage]


@pytest.mark.parametrize("stage", LATE)
def test_an_overdue_rental_is_not_extended(session, rental, stage):
    with pytest.raises(Conflict, match="rental_overdue"):
        extend(session, rental, now=AT[stage])
    assert rental.until_at == UNTIL


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in LATE])
def test_until_the_grace_is_over_a_rental_is_extended(session, rental, stage):
    assert extend(session, rental, now=AT[stage]).until_at == UNTIL + 9 * DAY


@pytest.mark.parametrize("stage", LATE)
def test_whoever_is_overdue_gets_no_other_compartment(session, wang, rental, stage):
    with pytest.raises(Conflict, match="rental_overdue") as refused:
        rent(session, wang, now=AT[stage])
    assert refused.value.facts == {"rental_id": rental.id}


def test_once_given_back_an_overdue_rental_is_no_hindrance(session, wang, rental):
    end(session, rental, now=AT[Stage.OVERDUE])

    assert rent(session, wang, now=AT[Stage.OVERDUE])


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        (Stage.ENDING, "rental_ending"),
        (Stage.GRACE, "rental_grace"),
        (Stage.OVERDUE, "rental_overdue"),
        (Stage.CLEAR_OUT, "rental_clear_out"),
    ],
)
def test_the_member_is_told_of_each_stage_once_and_in_place_of_the_one_before(session, wang, rental, stage, kind):
    for earlier in Stage:
        for _ in range(2):
            the_clock_comes_by(session, now=AT[earlier])
        if earlier is stage:
            break

    assert told(session, wang) == [kind]
    trail = session.scalars(select(AuditEntry.act).where(AuditEntry.thing == rental.id))
    assert list(trail).count(kind) == 1


def test_a_clock_that_was_stopped_for_weeks_tells_only_how_it_stands_now(session, wang, rental):
    the_clock_comes_by(session, now=AT[Stage.CLEAR_OUT])

    assert told(session, wang) == ["rental_clear_out"]


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.RUNNING])
def test_reminders_stop_the_moment_the_rental_ends(session, wang, rental, stage):
    the_clock_comes_by(session, now=AT[stage])
    assert told(session, wang)

    end(session, rental, now=AT[stage])

    assert told(session, wang) == []
    the_clock_comes_by(session, now=AT[stage] + 30 * DAY)
    assert told(session, wang) == []


def test_a_clock_that_looked_before_the_end_says_nothing_after_it(session, wang, rental):
    assert queries.not_told(session, now=AT[Stage.GRACE]) == [rental.id]
    end(session, rental, now=AT[Stage.GRACE])

    service.tell_of_stage(session, rental_id=rental.id, now=AT[Stage.GRACE])

    assert told(session, wang) == []


def test_a_rental_that_is_extended_is_reminded_of_its_new_end_and_not_of_the_old_one(session, wang, rental):
    the_clock_comes_by(session, now=AT[Stage.GRACE])
    extend(session, rental, now=AT[Stage.GRACE], until=UNTIL + DAY)

    the_clock_comes_by(session, now=AT[Stage.GRACE])
    assert told(session, wang) == []
    the_clock_comes_by(session, now=UNTIL + DAY - HOUR)
    assert told(session, wang) == ["rental_ending"]


def test_a_bank_that_grants_more_time_takes_back_what_it_said(session, wang, rental):
    the_clock_comes_by(session, now=AT[Stage.OVERDUE])
    bank = session.get_one(Bank, "bank-a")

    service.set_terms(session, bank=bank, grace_min=24 * 60, actor="s001", now=AT[Stage.OVERDUE])
    the_clock_comes_by(session, now=AT[Stage.OVERDUE])

    assert told(session, wang) == ["rental_grace"]
    assert extend(session, rental, now=AT[Stage.OVERDUE])


def test_a_bank_that_reminds_later_takes_its_early_reminders_back(session, wang, rental):
    the_clock_comes_by(session, now=AT[Stage.ENDING])
    bank = session.get_one(Bank, "bank-a")

    service.set_terms(session, bank=bank, remind_before_min=10, actor="s001", now=AT[Stage.ENDING])
    the_clock_comes_by(session, now=AT[Stage.ENDING])

    assert told(session, wang) == []


def test_a_short_extension_is_reminded_of_its_own_end(session, wang, rental):
    the_clock_comes_by(session, now=AT[Stage.ENDING])
    extend(session, rental, now=UNTIL - 5 * MINUTE, until=UNTIL + 10 * MINUTE)

    the_clock_comes_by(session, now=UNTIL - 5 * MINUTE)

    (notice,) = notices.notices_for(session, member_id=wang.id, limit=50)
    assert (UNTIL + 10 * MINUTE).isoformat() in notice.facts


@pytest.mark.parametrize("values", [{"state": "ENDED", "ended_at": UNTIL}, {"until_at": UNTIL + DAY}])
def test_nothing_is_told_of_a_rental_that_was_given_back_or_extended_in_that_very_moment(session, wang, rental, values):
    """Another's transaction came in between: what this one has read is no longer so."""
    session.execute(update(Rental).values(**values).execution_options(synchronize_session=False))

    service.tell_of_stage(session, rental_id=rental.id, now=UNTIL)

    assert told(session, wang) == []


def test_each_bank_has_terms_of_its_own(session, wang, rental):
    a_bank(session, "bank-b", sizes="M")
    li = a_member(session, "10002")
    other = service.rent(
        session, member=li, now=NOON, until=UNTIL, max_days=30, unsettled_locks=frozenset, bank_id="bank-b"
    )
    service.set_terms(
        session, bank=session.get_one(Bank, "bank-b"), remind_before_min=600, grace_min=0, actor="s001", now=NOON
    )

    the_clock_comes_by(session, now=UNTIL - 2 * HOUR)
    assert (told(session, wang), told(session, li)) == ([], ["rental_ending"])
    assert (queries.view(session, rental).stage(UNTIL), queries.view(session, other).stage(UNTIL)) == (
        Stage.GRACE,
        Stage.OVERDUE,
    )


def test_whoever_watches_hears_that_the_rental_stands_elsewhere(sessions):
    heard = []
    watched = Sessions(sessions.engine, on_commit=heard.extend)
    with sessions.begin() as session:
        a_bank(session)
        rental = rent(session, a_member(session))
    with watched.begin() as session:
        the_clock_comes_by(session, now=UNTIL)

    assert [(change.kind, change.what["id"]) for change in heard] == [("rental", rental.id)]
