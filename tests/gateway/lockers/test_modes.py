"""Each bank is rented its own way: until a time, for some hours, without an end, or not at all; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.access import queries as access
from gateway.access.model import GrantSource
from gateway.access.service import give
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Malformed
from gateway.lockers import queries, service, shares
from gateway.lockers.model import Bank, Compartment, Mode, Size, Stage
from gateway.members.model import Role
from gateway.notices import queries as notices
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON, a_bank, a_member, compartment_labelled, lock_of, open_and_shut
from tests.gateway.lockers.test_late_rentals import the_clock_comes_by, told
from tests.gateway.lockers.test_rentals import end, label_of, rent

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def session(sessions):
    """bank-a: free choice; pool: for two hours, four at most; long: kept until released; staff: fixed."""
    with sessions.begin() as session:
        a_bank(session, "bank-a", sizes="MM")
        for bank_id, mode in (("pool", "time_limited"), ("long", "kept_until_released"), ("staff", "fixed")):
            a_bank(session, bank_id, sizes="MM")
            terms(session, bank_id, mode=Mode(mode))
        stands(session, "pool", "泳池", "Pool")
        yield session


def terms(session, bank_id, **wanted):
    service.set_terms(session, bank=session.get_one(Bank, bank_id), actor="s001", now=NOON, **wanted)


def stands(session, bank_id, name_zh, name_en=""):
    bank = session.get_one(Bank, bank_id)
    service.set_zone(session, bank=bank, name_zh=name_zh, name_en=name_en, actor="s001", now=NOON)


def wish(session, member, bank_id, **more):
    """Rent there, and say nothing of an end."""
    asked = {"until": None, "max_days": 7, "days": 1, "unsettled_locks": frozenset, "now": NOON} | more
    return service.rent(session, member=member, bank_id=bank_id, **asked)


@pytest.mark.parametrize(("bank_id", "until"), [("bank-a", NOON + DAY), ("pool", NOON + 2 * HOUR), ("long", None)])
def test_whoever_says_no_end_gets_the_usual_one_of_the_bank(session, wang, bank_id, until):
    assert wish(session, wang, bank_id).until_at == until


def test_a_time_limited_bank_has_a_longest_time_of_its_own(session, wang):
    with pytest.raises(Conflict, match=r"policy\.longest_use") as refused:
        wish(session, wang, "pool", until=NOON + 4 * HOUR + timedelta(seconds=1))
    assert refused.value.facts == {"longest_min": 240}

    rental = wish(session, wang, "pool", until=NOON + 3 * HOUR)
    assert service.extend(session, rental=rental, until=NOON + 4 * HOUR, now=NOON, max_days=7)
    with pytest.raises(Conflict, match=r"policy\.longest_use"):
        service.extend(session, rental=rental, until=NOON + 5 * HOUR, now=NOON, max_days=7)


def test_where_a_compartment_is_kept_until_released_no_end_can_be_set(session, wang):
    with pytest.raises(Conflict, match=r"policy\.no_end"):
        wish(session, wang, "long", until=NOON + HOUR)

    rental = wish(session, wang, "long")
    with pytest.raises(Conflict, match=r"policy\.no_end"):
        service.extend(session, rental=rental, until=NOON + HOUR, now=NOON, max_days=7)


def test_what_is_kept_until_released_runs_on_without_a_reminder_until_it_is_given_back(session, wang, li):
    rental = wish(session, wang, "long")
    for days in (1, 30, 3000):
        the_clock_comes_by(session, now=NOON + days * DAY)

        assert queries.view(session, rental).stage(NOON + days * DAY) is Stage.RUNNING
    assert told(session, wang) == []
    lock = lock_of(session, label_of(session, rental), "long")
    assert access.may_open(session, member_id=wang.id, lock_id=lock, now=NOON + 3000 * DAY)
    assert queries.rentals_at_stage(session, Stage.CLEAR_OUT, now=NOON + 3000 * DAY) == []

    end(session, rental, now=NOON + 3000 * DAY)

    assert not access.may_open(session, member_id=wang.id, lock_id=lock, now=NOON + 3000 * DAY)
    assert wish(session, li, "long", now=NOON + 3000 * DAY)


def test_a_fixed_bank_is_offered_to_nobody(session, wang):
    with pytest.raises(Conflict, match="no_compartment_free"):
        wish(session, wang, "staff")
    with pytest.raises(Conflict, match="compartment_fixed"):
        rent(session, wang, compartment_id=compartment_labelled(session, "01", "staff").id)

    assert sum(queries.bank(session, "staff").free.values()) == 0
    assert queries.free_compartments(session, "staff") == []
    assert queries.bank(session, "staff").total == 2


def test_one_compartment_can_have_a_mode_of_its_own(session, wang, li):
    box = compartment_labelled(session, "01", "bank-a")

    service.set_mode(session, compartment_id=box.id, mode=Mode.FIXED, actor="s001", now=NOON)
    assert [one.label for one in queries.free_compartments(session, "bank-a")] == ["02"]
    assert label_of(session, wish(session, wang, "bank-a")) == "02"

    service.set_mode(session, compartment_id=box.id, mode=Mode.KEPT_UNTIL_RELEASED, actor="s001", now=NOON)
    assert wish(session, li, "bank-a").until_at is None

    service.set_mode(session, compartment_id=box.id, mode=None, actor="s001", now=NOON)
    assert queries.compartment(session, box.id).mode is Mode.FREE_CHOICE


def test_a_bank_that_changes_its_mode_leaves_those_who_are_there_as_they_are(session, wang):
    rental = wish(session, wang, "bank-a")

    terms(session, "bank-a", mode=Mode.KEPT_UNTIL_RELEASED)

    assert rental.until_at == NOON + DAY
    assert service.extend(session, rental=rental, until=NOON + 2 * DAY, now=NOON, max_days=7)


def test_an_end_that_only_some_banks_allow_is_had_at_one_of_those(session, wang, li):
    first = wish(session, wang, None, until=NOON + 3 * DAY)

    assert session.get_one(Compartment, first.compartment_id).bank_id == "bank-a"
    session.execute(update(Compartment).where(Compartment.bank_id == "bank-a").values(condition="cleaning"))
    with pytest.raises(Conflict, match=r"policy\.longest_use"):
        wish(session, li, None, until=NOON + 3 * DAY)
    assert wish(session, li, None).until_at == NOON + 2 * HOUR


def test_the_usual_time_of_a_bank_is_within_its_longest(session):
    with pytest.raises(Malformed) as refused:
        terms(session, "pool", usual_min=300)

    assert refused.value.facts == {"field": "usual_min"}


@pytest.mark.parametrize("zone", ["Pool", "泳池"])
def test_a_zone_goes_by_its_name_in_either_language(session, wang, zone):
    stands(session, "long", "大厅")

    assert [one.bank.id for one in queries.banks(session, zone=zone)] == ["pool"]
    rental = wish(session, wang, None, zone=zone)
    assert session.get_one(Compartment, rental.compartment_id).bank_id == "pool"


def test_a_bank_stands_where_its_device_does_and_a_zone_is_made_only_where_none_bears_its_name(session):
    def where():
        return {one.bank.id: one.zone and (one.zone.id, one.zone.name_en) for one in queries.banks(session)}

    stands(session, "long", "", "Pool")
    stands(session, "staff", "二楼东", "First floor, east!")
    stands(session, "bank-a", "大厅")
    assert where() == {
        "bank-a": ("zone", "大厅"),
        "long": ("pool", "Pool"),
        "pool": ("pool", "Pool"),
        "staff": ("first-floor-east", "First floor, east!"),
    }

    zones.place(session, what=Placed.DEVICE, ref="bank-a", zone_id="pool", actor="s003", now=NOON)
    stands(session, "pool", "")
    assert (where()["bank-a"], where()["pool"]) == (("pool", "Pool"), None)


def test_a_retired_zone_is_not_found_by_its_name_and_its_id_stays_taken(session):
    stands(session, "pool", "")
    zones.retire_zone(session, zone_id="pool", actor="s003", now=NOON)

    stands(session, "pool", "泳池", "Pool")

    assert [one.zone.id for one in queries.banks(session) if one.zone] == ["pool-2"]


def test_in_a_zone_that_is_nowhere_nothing_is_free(session, wang):
    assert queries.banks(session, zone="Roof") == []
    with pytest.raises(Conflict, match="no_compartment_free"):
        wish(session, wang, None, zone="Roof")


def test_zone_and_size_are_both_met(session, wang):
    a_bank(session, "pool-2", sizes="SL")
    stands(session, "pool-2", "泳池")

    rental = wish(session, wang, None, zone="Pool", size=Size.L)

    assert session.get_one(Compartment, rental.compartment_id).bank_id == "pool-2"


def test_the_one_used_least_is_given_before_the_one_that_rested_longest(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MM")
        wang = a_member(session)
        for hour, label in enumerate(["01", "01", "02"]):
            box = compartment_labelled(session, label).id
            end(session, rent(session, wang, compartment_id=box, now=NOON + hour * HOUR), now=NOON + hour * HOUR)

        assert label_of(session, rent(session, wang, now=NOON + 9 * HOUR)) == "02"


def test_a_share_of_what_has_no_end_lasts_as_long_as_the_rental(session, wang, li):
    rental = wish(session, wang, "long")

    shared = shares.share(
        session, rental_id=rental.id, holder=wang, with_member_no="10002", once=False, until=None, now=NOON
    )

    assert shared.grant.until_at is None
    assert told(session, li) == ["shared_with_you_meanwhile"]
    end(session, rental, now=NOON + 99 * DAY)
    assert not access.may_open(session, member_id=li.id, lock_id=shared.grant.lock_id, now=NOON)
    assert told(session, li) == []


# Idle ones


@pytest.fixture
def idle(session, wang):
    """10001's, where a compartment that is not opened for 30 days counts as at its end; in label 01."""
    terms(session, "long", idle_after_days=30)
    return wish(session, wang, "long")


def stage(session, rental, after):
    return queries.view(session, rental).stage(NOON + after)


def test_one_that_lies_idle_goes_the_way_of_every_late_rental(session, wang, idle):
    told_at = {}
    for after in (29 * DAY, 30 * DAY - HOUR, 30 * DAY, 30 * DAY + HOUR, 30 * DAY + HOUR + 7 * DAY):
        the_clock_comes_by(session, now=NOON + after)
        told_at[stage(session, idle, after)] = told(session, wang)

    assert told_at == {
        Stage.RUNNING: [],
        Stage.ENDING: ["rental_idle"],
        Stage.GRACE: ["rental_idle_grace"],
        Stage.OVERDUE: ["rental_idle_overdue"],
        Stage.CLEAR_OUT: ["rental_clear_out"],
    }
    assert idle.until_at is None


def test_opening_it_once_is_all_that_an_idle_one_takes(session, wang, idle):
    late = 31 * DAY
    the_clock_comes_by(session, now=NOON + late)
    assert told(session, wang) == ["rental_idle_overdue"]

    open_and_shut(session, wang, "01", now=NOON + late, bank_id="long")
    the_clock_comes_by(session, now=NOON + late)

    assert stage(session, idle, late) is Stage.RUNNING
    assert told(session, wang) == []
    assert stage(session, idle, late + 30 * DAY) is Stage.GRACE


def test_whoever_it_is_shared_with_keeps_it_from_lying_idle_and_staff_at_the_door_do_not(session, wang, li, idle):
    desk = a_member(session, "s002", role=Role.DESK)
    lock = lock_of(session, "01", "long")
    shares.share(session, rental_id=idle.id, holder=wang, with_member_no="10002", once=False, until=None, now=NOON)
    open_and_shut(session, li, "01", now=NOON + 20 * DAY, bank_id="long")
    assert stage(session, idle, 31 * DAY) is Stage.RUNNING

    assert access.last_opened_at(session, lock_id=lock, rental_id=idle.id, since=NOON) == NOON + 20 * DAY
    give(session, lock_id=lock, member_id=desk.id, source=GrantSource.CLEAR_OUT, source_id="c")
    open_and_shut(session, desk, "01", now=NOON + 40 * DAY, bank_id="long")

    assert stage(session, idle, 50 * DAY) is Stage.GRACE


def test_where_the_bank_says_nothing_of_idleness_nothing_lies_idle(session, wang, idle):
    terms(session, "long", idle_after_days=0)

    assert stage(session, idle, 3000 * DAY) is Stage.RUNNING
    assert queries.not_told(session, now=NOON + 3000 * DAY) == []


def test_what_the_trail_says_of_an_idle_one_names_the_day(session, wang, idle):
    the_clock_comes_by(session, now=NOON + 30 * DAY - HOUR)

    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "rental_idle"))
    (notice,) = notices.notices_for(session, member_id=wang.id, limit=5)
    assert (NOON + 30 * DAY).isoformat() in entry.detail
    assert (NOON + 30 * DAY).isoformat() in notice.facts
