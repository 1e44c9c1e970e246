"""Ballots: nobody books what is given by lot, each has one lot, and the draw books like everybody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from gateway.ballots import draw, queries, record, service
from gateway.ballots.model import Ballot, BallotState, Entry, EntryState
from gateway.bookings import asking, series, waitlist
from gateway.bookings import queries as bookings
from gateway.bookings import service as bookings_service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.service import OnBehalf
from gateway.kit import lots
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.members.model import Member, Role
from gateway.notices import queries as notices
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Scope
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim, ClaimKind
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_hall, a_member, a_rule, a_space
from tests.gateway.bookings.conftest import HOUR, POLICY

MONDAY = NOON + timedelta(hours=12)  # its midnight in Shanghai
WEEK = Span(MONDAY, MONDAY + timedelta(days=7))
CLOSES = NOON + 6 * HOUR


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_space(session, "room")
        a_hall(session)
        yield session


@pytest.fixture
def people(session):
    return [a_member(session, str(10_001 + number)) for number in range(4)]


def at(hour, day=0, length=1):
    starts_at = MONDAY + timedelta(days=day, hours=hour)
    return Span(starts_at, starts_at + length * HOUR)


def a_ballot(session, space_id="room", within=WEEK, closes_at=CLOSES, now=NOON):
    space = spaces.space(session, space_id)
    return service.open_ballot(session, space=space, within=within, closes_at=closes_at, actor="boss", now=now)


def hand_in(session, ballot, member, *wishes, guests=0, now=NOON, policy=POLICY):
    found = [one if isinstance(one[0], str) else (ballot.space_id, one) for one in wishes or [at(10)]]
    return service.hand_in(
        session, ballot_id=ballot.id, member=member, wishes=found, guests=guests, policy=policy, now=now
    )


def drawn(session, ballot, at=CLOSES, policy=POLICY):
    return draw.draw(session, ballot_id=ballot.id, policy=policy, now=at)


def book(session, member, when, space_id="room", now=NOON, **more):
    return bookings_service.book(session, member=member, space_id=space_id, span=when, policy=POLICY, now=now, **more)


def said_to(session, member):
    return [one.kind for one in notices.notices_for(session, member_id=member.id, limit=9)]


def test_until_the_draw_nobody_books_any_of_it_by_any_way(session, people):
    wang, li, *_ = people
    earlier = book(session, wang, at(8))
    elsewhere = book(session, li, Span(NOON + HOUR, NOON + 2 * HOUR))
    a_ballot(session)
    boss = a_member(session, "s001", role=Role.MANAGER)
    ways = [
        lambda: book(session, li, at(10)),
        lambda: book(session, li, at(10), by=OnBehalf(boss, override="choir")),
        lambda: bookings_service.move(session, booking=elsewhere, member=li, span=at(10), policy=POLICY, now=NOON),
        lambda: waitlist.join(session, member=li, space_id="room", span=at(10), policy=POLICY, now=NOON),
        lambda: spaces_service.close(
            session, space=spaces.space(session, "room"), span=at(10), reason="x", actor="desk", now=NOON
        ),
    ]
    for way in ways:
        with pytest.raises(Conflict, match="in_ballot"):
            way()
    _, missed = series.book(
        session,
        member=li,
        space_id="room",
        first=Span(NOON + 3 * HOUR, NOON + 4 * HOUR),
        recurs="FREQ=DAILY;COUNT=2",
        all_or_none=False,
        policy=replace(POLICY, most_ahead=9),
        now=NOON,
    )
    assert [one.code for one in missed] == ["in_ballot"]
    asked = asking.may_book(session, member=people[2], space_id="room", span=at(10), policy=POLICY, now=NOON)
    assert asked.code == "in_ballot"
    slots = bookings.availability(
        session, space=spaces.space(session, "room"), within=at(8, length=3), policy=POLICY, now=NOON
    )
    assert [slot.reason for slot in slots] == ["slot_taken", "in_ballot", "in_ballot"]
    assert earlier.state is BookingState.CONFIRMED, "what was booked before stays"


def test_a_ballot_of_the_hall_gives_its_courts_too_and_none_of_them_twice(session, people):
    ballot = a_ballot(session, "hall")
    with pytest.raises(Conflict, match="in_ballot"):
        book(session, people[0], at(10), "court-2")
    for space_id in ("hall", "half-a", "court-3"):
        with pytest.raises(Conflict, match="ballot_open"):
            a_ballot(session, space_id)
    group = hand_in(session, ballot, people[0], ("hall", at(10)))
    single = hand_in(session, ballot, people[1], ("court-2", at(10)))
    drawn(session, ballot)

    states = {one.id: one.state for one in queries.entries(session, ballot.id)}
    assert sorted(states.values()) == [EntryState.LOST, EntryState.WON], "all four courts, or the one; never both"
    winner = group if states[group.id] is EntryState.WON else single
    assert session.get_one(Booking, winner.booking_id).space_id == ("hall" if winner is group else "court-2")


def test_the_hash_of_the_seed_is_told_when_it_opens_and_the_seed_with_the_draw(session, people):
    ballot = a_ballot(session)
    opened = session.scalars(select(AuditEntry).where(AuditEntry.act == "ballot_opened")).one()
    assert ballot.commitment in opened.detail
    assert ballot.seed not in opened.detail

    hand_in(session, ballot, people[0])
    drawn(session, ballot)

    published = record.read(ballot.record)
    assert (published.commitment, lots.commitment_of(published.seed)) == (ballot.commitment, ballot.commitment)
    assert ballot.seed in session.scalars(select(AuditEntry).where(AuditEntry.act == "ballot_drawn")).one().detail


def test_what_is_published_comes_to_the_same_when_anybody_draws_it_again(session, people):
    book(session, people[3], at(9))
    ballot = a_ballot(session)
    hand_in(session, ballot, people[0], at(9), at(10))
    hand_in(session, ballot, people[1], at(10), at(11, length=2))
    hand_in(session, ballot, people[2], at(10))
    drawn(session, ballot)

    published = record.read(ballot.record)
    assert record.faults(published, commitment=ballot.commitment) == []
    won = {one.entry for one in published.results if one.wish is not None}
    assert won == {one.id for one in queries.entries(session, ballot.id) if one.state is EntryState.WON}
    for entry in queries.entries(session, ballot.id):
        rank = next(one.wish for one in published.results if one.entry == entry.id)
        if rank is not None:
            booking, wish = (
                session.get_one(Booking, entry.booking_id),
                queries.wishes(session, [entry.id])[entry.id][rank],
            )
            assert (booking.starts_at, booking.ends_at) == (wish.starts_at, wish.ends_at)
            assert (booking.member_id, booking.state) == (entry.member_id, BookingState.CONFIRMED)
    assert people[0].name not in ballot.record
    assert people[0].member_no not in ballot.record


def test_a_party_hands_in_as_one_and_all_of_it_wins_or_none(session, people):
    a_space(session, "seats", places=4)
    parties = {member.id: guests for member, guests in zip(people, (3, 2, 2, 0), strict=True)}
    ballot = a_ballot(session, "seats")
    for member in people:
        hand_in(session, ballot, member, guests=parties[member.id])
    with pytest.raises(Conflict, match="too_many_people"):
        hand_in(session, ballot, a_member(session, "10009"), guests=4)

    assert drawn(session, ballot)

    published = record.read(ballot.record)
    assert record.faults(published) == []
    won = session.scalars(select(Booking)).all()
    assert sum(one.people for one in won) <= 4
    assert len(places_claimed(session)) == sum(one.people for one in won)
    waits = session.scalars(select(waitlist.Wait)).all()
    assert {one.member_id: one.guests for one in [*won, *waits]} == parties


def places_claimed(session):
    return set(session.scalars(select(Claim.place).where(Claim.kind == ClaimKind.BOOKING, Claim.released_at.is_(None))))


def test_each_member_has_one_lot_and_wins_at_most_one_time(session, people):
    ballot = a_ballot(session)
    entry = hand_in(session, ballot, people[0], at(10), at(11), at(12))
    with pytest.raises(Conflict, match="already_handed_in"):
        hand_in(session, ballot, people[0], at(13))
    drawn(session, ballot)

    assert session.scalar(select(func.count()).select_from(Booking)) == 1
    assert session.get_one(Booking, entry.booking_id).starts_at == at(10).starts_at, "what they liked best"


def test_who_won_lately_comes_after_who_did_not(session, people):
    wang, li, *_ = people
    first = a_ballot(session)
    hand_in(session, first, wang)
    drawn(session, first)
    second = a_ballot(session, "court-1", within=at(8, length=3))
    entries = [hand_in(session, second, one) for one in (wang, li)]
    drawn(session, second)

    assert [one.state for one in entries] == [EntryState.LOST, EntryState.WON]
    session.execute(update(Ballot).values(drawn_at=CLOSES - timedelta(days=28)))
    assert queries.wins(session, member_ids=[wang.id, li.id], now=CLOSES) == {}, "after four weeks all are equal again"


def test_who_got_nothing_stands_in_the_queue_in_the_order_of_the_draw_and_everybody_is_told(session, people):
    ballot = a_ballot(session)
    entries = {hand_in(session, ballot, one).id: one for one in people}
    drawn(session, ballot)

    order = [entries[one.entry] for one in record.read(ballot.record).results]
    waits = [waitlist.waits_of(session, member_id=one.id) for one in order]
    assert [len(each) for each in waits] == [0, 1, 1, 1]
    assert [waitlist.position(session, each[0]) for each in waits[1:]] == [1, 2, 3]
    assert said_to(session, order[0]) == ["ballot_won"]
    assert [said_to(session, one) for one in order[1:]] == [["ballot_lost_waiting"]] * 3
    winner = session.scalars(select(Booking)).one()
    bookings_service.cancel(session, booking=winner, member=order[0], policy=POLICY, now=CLOSES)
    assert ["place_offered" in said_to(session, one) for one in order[1:]] == [True, False, False]


def test_whom_a_rule_forbids_it_by_then_is_told_and_the_next_has_it(session, people):
    wang, li, *_ = people
    ballot = a_ballot(session)
    entry = hand_in(session, ballot, wang)
    late = hand_in(session, ballot, li)
    for hour in (1, 3):
        book(session, wang, Span(NOON + hour * HOUR, NOON + (hour + 1) * HOUR))
    drawn(session, ballot, CLOSES - timedelta(minutes=1))
    assert ballot.state is BallotState.OPEN, "not before it closes"
    drawn(session, ballot, policy=replace(POLICY, most_ahead=0))

    assert {one.state for one in (entry, late)} == {EntryState.LOST}
    refused = {wish.refused for one in record.read(ballot.record).entries for wish in one.wishes}
    assert refused == {"policy.most_ahead"}
    assert said_to(session, wang) == ["ballot_lost"]
    assert waitlist.waits_of(session, member_id=wang.id) == [], "nobody else is in the way of it"
    assert record.faults(record.read(ballot.record)) == []


def test_what_the_rules_would_refuse_is_said_when_it_is_handed_in_but_not_how_far_ahead_it_is(session, people):
    far = Span(MONDAY + timedelta(days=28), MONDAY + timedelta(days=35))
    ballot = a_ballot(session, within=far)
    with pytest.raises(Conflict, match=r"policy\.max_minutes"):
        hand_in(session, ballot, people[0], at(10, 28, 3))
    with pytest.raises(Conflict, match=r"policy\.opening_hours"):
        hand_in(session, ballot, people[0], at(2, 28))

    entry = hand_in(session, ballot, people[0], at(10, 28))
    drawn(session, ballot)
    assert entry.state is EntryState.WON


@pytest.mark.parametrize(
    "wishes",
    [
        [at(10, 7)],
        [at(10, -1)],
        [("hall", at(10))],
        [at(10), at(10)],
        [at(hour) for hour in (8, 9, 10, 11)],
    ],
)
def test_what_the_ballot_does_not_give_cannot_be_wished_for(session, people, wishes):
    ballot = a_ballot(session)

    with pytest.raises(Malformed) as refused:
        hand_in(session, ballot, people[0], *wishes)
    assert refused.value.facts == {"field": "wishes"}
    assert queries.count_of(session, ballot.id) == 0


def test_after_the_closing_instant_nothing_is_handed_in_changed_or_withdrawn(session, people):
    ballot = a_ballot(session)
    entry = hand_in(session, ballot, people[0])
    for act in (
        lambda: hand_in(session, ballot, people[1], now=CLOSES),
        lambda: service.withdraw(session, ballot_id=ballot.id, entry_id=entry.id, member=people[0], now=CLOSES),
    ):
        with pytest.raises(Conflict, match="ballot_closed"):
            act()
    drawn(session, ballot)
    with pytest.raises(Conflict, match="ballot_closed"):
        service.call_off(session, ballot_id=ballot.id, reason="x", actor="boss", now=CLOSES)


def test_who_withdraws_may_hand_in_anew_and_only_their_own(session, people):
    wang, li, *_ = people
    ballot = a_ballot(session)
    entry = hand_in(session, ballot, wang)
    with pytest.raises(NotFound):
        service.withdraw(session, ballot_id=ballot.id, entry_id=entry.id, member=li, now=NOON)
    service.withdraw(session, ballot_id=ballot.id, entry_id=entry.id, member=wang, now=NOON)
    assert queries.count_of(session, ballot.id) == 0

    again = hand_in(session, ballot, wang, at(12))
    drawn(session, ballot)
    assert session.get_one(Booking, again.booking_id).starts_at == at(12).starts_at


def test_what_is_called_off_is_booked_like_everything_else(session, people):
    ballot = a_ballot(session)
    hand_in(session, ballot, people[0])
    service.call_off(session, ballot_id=ballot.id, reason="repairs", actor="boss", now=NOON)

    assert book(session, people[1], at(10)).state is BookingState.CONFIRMED
    assert not drawn(session, ballot)
    assert queries.due(session, now=CLOSES) == []


def test_it_is_drawn_once_however_late_and_what_is_over_by_then_nobody_gets(session, people):
    ballot = a_ballot(session)
    gone, still = hand_in(session, ballot, people[0], at(8)), hand_in(session, ballot, people[1], at(20))
    late = at(12).starts_at
    assert queries.due(session, now=late) == [ballot.id]

    assert drawn(session, ballot, late)
    kept = ballot.record
    assert not drawn(session, ballot, late)

    assert [one.state for one in (gone, still)] == [EntryState.LOST, EntryState.WON]
    assert (ballot.record, ballot.drawn_at) == (kept, late)
    assert queries.due(session, now=late) == []
    assert session.scalar(select(func.count()).select_from(Booking)) == 1


def test_what_nobody_won_is_free_for_everybody_afterwards(session, people):
    ballot = a_ballot(session)
    drawn(session, ballot)

    assert ballot.state is BallotState.DRAWN
    assert book(session, people[0], at(10), now=CLOSES).state is BookingState.CONFIRMED
    assert record.faults(record.read(ballot.record)) == []


def test_who_is_no_member_any_more_wins_nothing(session, people):
    ballot = a_ballot(session)
    entry = hand_in(session, ballot, people[0])
    session.execute(update(Member).values(disabled_at=NOON))
    session.expire_all()
    drawn(session, ballot)

    assert entry.state is EntryState.LOST


def test_where_staff_must_agree_the_winner_has_asked_for_it(session, people):
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    ballot = a_ballot(session)
    entry = hand_in(session, ballot, people[0])
    drawn(session, ballot)

    assert session.get_one(Booking, entry.booking_id).state is BookingState.PENDING


@pytest.mark.parametrize(
    ("within", "closes_at", "field"),
    [
        (WEEK, NOON, "closes_at"),
        (WEEK, MONDAY + HOUR, "closes_at"),
        (Span(MONDAY, MONDAY), CLOSES, "ends_at"),
        (Span(MONDAY, MONDAY + timedelta(days=32)), CLOSES, "ends_at"),
    ],
)
def test_times_that_do_not_go_together_are_no_ballot(session, within, closes_at, field):
    with pytest.raises(Malformed) as refused:
        a_ballot(session, within=within, closes_at=closes_at)
    if field != "ends_at" or within != Span(MONDAY, MONDAY):
        assert refused.value.facts == {"field": field}


# --- every week


SUNDAY_8PM = 6 * 1440 + 20 * 60  # eight hours after NOON


@pytest.fixture
def weekly(session):
    a_rule(session, Limit.BALLOT_CLOSES_AT, SUNDAY_8PM, scope=Scope(Layer.SPACE, "room"))


def open_next(session, now):
    return service.open_next(session, space_id="room", closes_min=SUNDAY_8PM, policy=POLICY, now=now)


def test_a_weekly_ballot_is_for_the_next_week_and_opened_once(session, weekly):
    ballot = open_next(session, NOON)

    assert (ballot.starts_at, ballot.ends_at, ballot.closes_at) == (*WEEK, NOON + 8 * HOUR)
    assert open_next(session, NOON + HOUR) is None
    service.call_off(session, ballot_id=ballot.id, reason="x", actor="boss", now=NOON)
    assert open_next(session, NOON + HOUR) is None, "staff have said no"
    assert open_next(session, NOON + 13 * HOUR).starts_at == WEEK.ends_at


def test_a_week_for_which_nobody_could_hand_in_is_booked_like_all_others(session, weekly, people):
    late = NOON + 9 * HOUR
    assert open_next(session, late) is None

    assert book(session, people[0], at(10), now=late).state is BookingState.CONFIRMED
    with pytest.raises(Conflict, match=r"policy\.ballot_closes_at"):
        book(session, people[0], at(10, 7), now=late)


def test_nobody_books_a_week_that_is_given_by_ballot_before_its_ballot_has_closed(session, weekly, people):
    with pytest.raises(Conflict, match=r"policy\.ballot_closes_at") as refused:
        book(session, people[0], at(10))
    assert refused.value.facts["opens_at"] == "20:00"

    ballot = open_next(session, NOON)
    hand_in(session, ballot, people[0])
    assert drawn(session, ballot, ballot.closes_at)
    assert book(session, people[1], at(11), now=ballot.closes_at).state is BookingState.CONFIRMED


def test_nothing_is_left_of_who_took_part_in_what_others_can_read_but_a_random_name(session, people):
    ballot = a_ballot(session)
    hand_in(session, ballot, people[0])
    drawn(session, ballot)

    entry = session.scalars(select(Entry)).one()
    assert entry.id in ballot.record
    assert people[0].id not in ballot.record
    assert people[0].audit_id not in ballot.record
