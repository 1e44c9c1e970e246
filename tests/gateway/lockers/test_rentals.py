"""Renting, extending and giving back, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gateway.access import queries as access
from gateway.fleet import service as fleet
from gateway.fleet.model import DoorLevel, Presence
from gateway.kit.audit import AuditEntry
from gateway.kit.db import Sessions
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.kit.ids import new_id
from gateway.lockers import queries, service
from gateway.lockers.model import Compartment, Condition, Rental, RentalState, Size
from gateway.lockers.service import Box
from gateway.members import service as members
from tests.centre_builder import (
    NOON,
    a_bank,
    a_device,
    a_member,
    compartment_labelled,
    lock_of,
    set_door,
    set_presence,
)

DAY = timedelta(days=1)


@pytest.fixture
def session(sessions):
    """One transaction with a bank of 01 (S) and 02 (M), and the members 10001 and 10002."""
    with sessions.begin() as session:
        a_bank(session, sizes="SM")
        yield session


def rent(session, member, *, now=NOON, until=None, unsettled=(), **wish):
    return service.rent(
        session,
        member=member,
        now=now,
        until=until or now + DAY,
        max_days=7,
        unsettled_locks=lambda: frozenset(unsettled),
        **wish,
    )


def end(session, rental, *, now=NOON, unsettled=()):
    return service.end_rental(session, rental=rental, unsettled_locks=lambda: frozenset(unsettled), now=now)


def label_of(session, rental):
    return session.get(Compartment, rental.compartment_id).label


def acts(session):
    return [entry.act for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_whoever_rents_may_open_that_lock_and_nobody_else_may(session, wang, li):
    rental = rent(session, wang, size=Size.S)

    mine = lock_of(session, "01")
    assert (rental.state, rental.from_at, rental.until_at) == (RentalState.ACTIVE, NOON, NOON + DAY)
    assert access.may_open(session, member_id=wang.id, lock_id=mine, now=NOON)
    assert not access.may_open(session, member_id=li.id, lock_id=mine, now=NOON)
    assert not access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "02"), now=NOON)
    assert acts(session)[-1] == "rented"


def test_a_rental_that_is_over_time_still_lets_its_holder_in(session, wang):
    rent(session, wang, size=Size.S)

    assert access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=NOON + 300 * DAY)


def test_a_member_has_one_compartment(session, wang):
    rental = rent(session, wang)

    with pytest.raises(Conflict, match="already_rented") as refused:
        rent(session, wang)
    assert (refused.value.facts["rental_id"], refused.value.facts["limit"]) == (rental.id, 1)


def test_a_compartment_has_one_holder(session, wang, li):
    wanted = compartment_labelled(session, "01").id
    rent(session, wang, compartment_id=wanted)

    with pytest.raises(Conflict, match="compartment_taken"):
        rent(session, li, compartment_id=wanted)


def test_the_database_itself_refuses_a_second_holder(session, wang, li):
    first = rent(session, wang, size=Size.S)
    second = Rental(
        id=new_id(),
        state=RentalState.ACTIVE,
        from_at=NOON,
        until_at=NOON + DAY,
        compartment_id=first.compartment_id,
        member_id=li.id,
    )

    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(second)


def test_the_database_refuses_to_bring_an_ended_rental_back_to_a_compartment_held_by_another(session, wang, li):
    old = end(session, rent(session, wang, size=Size.S))
    rent(session, li, size=Size.S)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Rental).where(Rental.id == old.id).values(state=RentalState.ACTIVE, ended_at=None))


@pytest.mark.parametrize("values", [{"state": RentalState.ENDED}, {"ended_at": NOON}])
def test_the_database_keeps_state_and_end_together(session, wang, values):
    rental = rent(session, wang)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Rental).where(Rental.id == rental.id).values(**values))


@pytest.mark.parametrize(
    ("wish", "label"), [({"size": Size.S}, "01"), ({"size": Size.M}, "02"), ({"bank_id": "bank-b"}, "03")]
)
def test_a_wish_is_met(session, wang, wish, label):
    other = a_device(session, "bank-b", doors=3)
    box = Box(door=3, label="03", size=Size.S)
    service.found_bank(session, device=other, name_zh="二", name_en="Two", boxes=[box], actor="test", now=NOON)

    assert label_of(session, rent(session, wang, **wish)) == label


def test_asking_for_one_in_reach_gives_one_and_not_asking_keeps_it_for_others(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MM", accessible={1})
        wang, li = a_member(session, "10001"), a_member(session, "10002")

        assert label_of(session, rent(session, wang)) == "02"
        assert label_of(session, rent(session, li, accessible=True)) == "01"


def test_whoever_prefers_one_in_reach_gets_one_without_asking_while_there_is_one(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MMM", accessible={2})
        wang, li = a_member(session, "10001"), a_member(session, "10002")
        for member in (wang, li):
            members.set_preferences(session, member=member, prefers_accessible=True, now=NOON)

        assert label_of(session, rent(session, wang)) == "02"
        assert label_of(session, rent(session, li)) == "01"


def test_a_preference_gives_way_to_what_was_asked_for(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MM", accessible={2})
        wang = a_member(session, "10001")
        members.set_preferences(session, member=wang, prefers_accessible=True, now=NOON)

        assert label_of(session, rent(session, wang, accessible=False)) == "01"


def test_the_trail_never_says_who_prefers_one_in_reach(session, wang):
    members.set_preferences(session, member=wang, prefers_accessible=True, now=NOON)

    newest = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (newest.act, newest.detail) == ("preferences_set", '{"prefers_accessible": "chosen"}')


def test_the_free_choice_goes_round(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MMM")
        wang = a_member(session)
        found = []
        for hour in range(6):
            now = NOON + timedelta(hours=hour)
            rental = rent(session, wang, now=now)
            found.append(label_of(session, rental))
            end(session, rental, now=now)

    assert found == ["01", "02", "03", "01", "02", "03"]


def test_a_full_bank_says_so(session, wang, li):
    rent(session, wang, size=Size.S)

    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, li, size=Size.S)
    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, li, size=Size.L)


def test_out_of_service_is_not_rented(session, wang):
    session.execute(update(Compartment).values(condition=Condition.OUT_OF_SERVICE))

    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, wang)
    with pytest.raises(Conflict, match="compartment_not_ready"):
        rent(session, wang, compartment_id=compartment_labelled(session, "01").id)


@pytest.mark.parametrize("presence", [Presence.OFFLINE, Presence.UNKNOWN])
def test_nothing_is_rented_at_a_bank_that_is_not_there(session, wang, presence):
    set_presence(session, presence)

    for wish in ({}, {"bank_id": "bank-a"}, {"compartment_id": compartment_labelled(session, "01").id}):
        with pytest.raises(Conflict, match="bank_offline"):
            rent(session, wang, **wish)


def test_nothing_is_rented_at_a_suspended_bank(session, wang):
    fleet.suspend(session, device_id="bank-a", reason="log_went_back", actor="gateway", now=NOON)

    with pytest.raises(Conflict, match="bank_offline"):
        rent(session, wang)


def test_a_door_that_is_open_or_unknown_is_passed_over(session, wang):
    set_door(session, "01", DoorLevel.OPEN)
    assert label_of(session, rent(session, wang)) == "02"


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.UNKNOWN, "door_unknown")])
def test_a_door_that_is_open_or_unknown_is_not_given_to_whoever_asks_for_it(session, wang, level, code):
    set_door(session, "01", level)

    with pytest.raises(Conflict, match=code):
        rent(session, wang, compartment_id=compartment_labelled(session, "01").id)


def test_the_quarantine_keeps_a_lock_that_may_yet_open_from_its_next_holder(session, wang, li):
    end(session, rent(session, wang, size=Size.S))
    under_way = lock_of(session, "01")

    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, li, size=Size.S, unsettled=[under_way])
    with pytest.raises(Conflict, match="unlock_under_way"):
        rent(session, li, compartment_id=compartment_labelled(session, "01").id, unsettled=[under_way])
    assert label_of(session, rent(session, li, unsettled=[under_way])) == "02"


@pytest.mark.parametrize(
    ("wish", "what"), [({"bank_id": "bank-z"}, "bank"), ({"compartment_id": "f" * 32}, "compartment")]
)
def test_what_is_not_there_is_not_found(session, wang, wish, what):
    with pytest.raises(NotFound, match=what):
        rent(session, wang, **wish)


def test_a_rental_ends_in_the_future_and_within_the_days_allowed(session, wang):
    with pytest.raises(Malformed) as refused:
        rent(session, wang, until=NOON)
    assert refused.value.facts == {"field": "until"}
    with pytest.raises(Conflict, match=r"policy\.max_days") as too_long:
        rent(session, wang, until=NOON + 7 * DAY + timedelta(seconds=1))
    assert {name: too_long.value.facts[name] for name in ("rule", "limit", "value", "rule_id")} == {
        "rule": "max_days",
        "limit": 7,
        "value": 8,
        "rule_id": "rentals.max_days",
    }


def test_a_refused_rental_leaves_no_trace(session, wang, li):
    rent(session, wang, size=Size.S)
    before = acts(session)
    with pytest.raises(Conflict):
        rent(session, li, size=Size.S)

    assert acts(session) == before
    assert queries.rentals_of(session, member_id=li.id) == []


def test_a_rental_is_extended_and_leaves_a_trace(session, wang):
    rental = rent(session, wang)

    longer = service.extend(session, rental=rental, until=NOON + 7 * DAY, now=NOON + DAY, max_days=7)

    assert longer.until_at == NOON + 7 * DAY
    assert acts(session)[-1] == "extended"


def test_extending_day_by_day_does_not_pass_the_limit(session, wang):
    rental = rent(session, wang)

    with pytest.raises(Conflict, match=r"policy\.max_days"):
        service.extend(session, rental=rental, until=NOON + 8 * DAY, now=NOON + 6 * DAY, max_days=7)
    with pytest.raises(Malformed):
        service.extend(session, rental=rental, until=NOON + DAY, now=NOON + 2 * DAY, max_days=7)


def test_giving_it_back_ends_the_access_and_frees_the_compartment(session, wang, li):
    rental = rent(session, wang, size=Size.S)
    later = NOON + timedelta(hours=2)

    ended = end(session, rental, now=later)

    assert (ended.state, ended.ended_at) == (RentalState.ENDED, later)
    assert not access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=later)
    assert label_of(session, rent(session, li, size=Size.S, now=later)) == "01"
    assert "rental_ended" in acts(session)


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.UNKNOWN, "door_unknown")])
def test_it_cannot_be_given_back_while_the_door_is_open_or_nobody_can_tell(session, wang, level, code):
    rental = rent(session, wang, size=Size.S)
    set_door(session, "01", level)

    with pytest.raises(Conflict, match=code):
        end(session, rental)
    assert access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=NOON)


def test_nobody_can_tell_of_a_door_whose_bank_is_away(session, wang):
    rental = rent(session, wang, size=Size.S)
    set_presence(session, Presence.OFFLINE)

    assert queries.door_of(session, lock_of(session, "01")) is DoorLevel.UNKNOWN
    with pytest.raises(Conflict, match="door_unknown"):
        end(session, rental)


def test_it_cannot_be_given_back_while_an_unlock_is_under_way(session, wang):
    rental = rent(session, wang, size=Size.S)

    with pytest.raises(Conflict, match="unlock_under_way"):
        end(session, rental, unsettled=[lock_of(session, "01")])


def test_what_has_ended_cannot_end_or_be_extended_again(session, wang):
    rental = rent(session, wang)
    end(session, rental)

    with pytest.raises(Conflict, match="rental_ended"):
        end(session, rental)
    with pytest.raises(Conflict, match="rental_ended"):
        service.extend(session, rental=rental, until=NOON + 2 * DAY, now=NOON, max_days=7)


def test_other_peoples_rentals_are_not_there(session, wang, li):
    rental = rent(session, wang)

    assert queries.rental_of(session, member_id=wang.id, rental_id=rental.id) is rental
    for member_id, rental_id in ((li.id, rental.id), (wang.id, "f" * 32)):
        with pytest.raises(NotFound, match="rental"):
            queries.rental_of(session, member_id=member_id, rental_id=rental_id)


def test_a_members_rentals_are_paged_newest_first(session, wang, li):
    ids = []
    for hour in (0, 1, 1, 2, 3):  # two at the very same instant
        rental = rent(session, wang, now=NOON + timedelta(hours=hour))
        ids.append(end(session, rental, now=NOON + timedelta(hours=hour)).id)
    rent(session, li)

    seen, after = [], None
    while page := queries.rentals_of(session, member_id=wang.id, limit=2, after=after):
        seen += [rental.id for rental in page]
        after = seen[-1]

    assert sorted(seen) == sorted(ids)
    assert (seen[0], seen[-1]) == (ids[-1], ids[0])


def test_a_bank_tells_what_is_free_and_never_who_holds_the_rest(session, wang):
    assert queries.bank(session, "bank-a").free == {Size.S: 1, Size.M: 1, Size.L: 0}
    rent(session, wang, size=Size.S)

    [view] = queries.banks(session)

    assert (view.bank.id, view.presence, view.total) == ("bank-a", Presence.ONLINE, 2)
    assert view.free == {Size.S: 0, Size.M: 1, Size.L: 0}
    assert [compartment.label for compartment in queries.free_compartments(session, "bank-a")] == ["02"]
    with pytest.raises(NotFound, match="bank"):
        queries.bank(session, "bank-z")


def test_a_holder_sees_where_their_things_are(session, wang):
    rental = rent(session, wang, size=Size.S)
    set_door(session, "01", DoorLevel.OPEN)

    view = queries.view(session, rental)

    assert (view.bank.id, view.presence, view.compartment.label, view.door) == (
        "bank-a",
        Presence.ONLINE,
        "01",
        DoorLevel.OPEN,
    )


@pytest.mark.parametrize(
    "boxes",
    [
        [Box(door=1, label="01", size=Size.S), Box(door=1, label="02", size=Size.S)],
        [Box(door=1, label="01", size=Size.S), Box(door=2, label="01", size=Size.S)],
        [Box(door=9, label="09", size=Size.S)],
    ],
)
def test_a_bank_is_not_made_of_doors_or_labels_that_come_twice_or_are_not_there(session, boxes):
    device = a_device(session, "bank-b")

    with pytest.raises(Malformed) as refused:
        service.found_bank(session, device=device, name_zh="二", name_en="Two", boxes=boxes, actor="test", now=NOON)
    assert refused.value.facts["field"] == "compartments"


def test_a_bank_is_founded_once(session):
    with pytest.raises(Conflict, match="bank_exists"):
        a_bank(session, "bank-a")


def test_whoever_watches_is_told_after_the_commit(sessions):
    told = []
    watched = Sessions(sessions.engine, on_commit=told.extend)
    with watched.begin() as session:
        a_bank(session)
        rental = rent(session, a_member(session))
    with watched.begin() as session:
        end(session, rental)

    assert [(c.what["id"], c.what["state"]) for c in told if c.kind == "rental"] == [
        (rental.id, "ACTIVE"),
        (rental.id, "ENDED"),
    ]
