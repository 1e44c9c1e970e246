"""Sixteen clients, three hundred slots, every way to write: nothing is ever booked twice, and every loser hears why."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gateway.access.model import AccessGrant
from gateway.bookings import no_shows, queries, rules, series, service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.rules import Policy
from gateway.kit import audit
from gateway.kit.errors import HearthError
from gateway.members import queries as members
from gateway.policies.model import Limit
from gateway.policies.rules import Peak
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim, ClaimKind
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_device, a_group, a_hall, a_member, a_rule, a_space
from tests.race import at_once, in_processes

CLIENTS = 16
SINGLE = {"book": 12, "move": 3, "cancel": 2, "close": 1, "reopen": 1}  # and how often
SERIES = {"series": 6, "move series": 2, "add back": 8, "cancel series": 1}
OF_SERIES = {"booking_cancelled", "series_not_free", "series_ended", "occurrence_booked", "occurrence", "malformed"}
ACTS = 40
ROOMS = ["room-1", "room-2", "room-3", "room-4"]
HALL = ["hall", "half-a", "half-b", "court-1", "court-2", "court-3", "court-4"]
MORNINGS = [NOON + timedelta(days=day, hours=-4) for day in (1, 2)]  # 8 o'clock in Shanghai
SLOTS = [
    (space_id, Span(opens_at + timedelta(hours=hour), opens_at + timedelta(hours=hour + 1)))
    for space_id in [*ROOMS, *HALL]
    for opens_at in MORNINGS
    for hour in range(14)
]
POLICY = Policy(
    zone=ZoneInfo("Asia/Shanghai"),
    days_ahead=14,
    max_minutes=120,
    most_ahead=1000,
    key_early_min=10,
    no_show_after_min=15,
)


def furnish(sessions):
    with sessions.begin() as session:
        a_device(session, "doors", doors=1)
        a_hall(session)
        for room in ROOMS:
            a_space(session, room, buffer_min=10 if room == "room-4" else 0)
        for number in range(CLIENTS):
            a_member(session, str(10_000 + number))


def live(sessions, number, acts=SINGLE):
    """One client's busy minute; what each act came to. `acts`: which, and how often."""
    dice, mine, closed, again = random.Random(number), [], [], []
    return Counter(_act(sessions, number, dice, acts, mine, closed, again) for _ in range(ACTS))


def _act(sessions, number, dice, acts, mine, closed, again):
    space_id, span = dice.choice(SLOTS)
    what = dice.choices(list(acts), list(acts.values()))[0]
    try:
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no=str(10_000 + number))
            if what == "book":
                mine.append(
                    service.book(session, member=member, space_id=space_id, span=span, policy=POLICY, now=NOON).id
                )
            elif what == "move" and mine:
                booking = queries.booking_of(session, member_id=member.id, booking_id=dice.choice(mine))
                service.move(session, booking=booking, member=member, span=span, policy=POLICY, now=NOON)
            elif what == "cancel" and mine:
                gone = mine.pop(dice.randrange(len(mine)))
                booking = queries.booking_of(session, member_id=member.id, booking_id=gone)
                service.cancel(session, booking=booking, member=member, policy=POLICY, now=NOON)
            elif what == "close":
                space = spaces.space(session, space_id)
                closure = spaces_service.close(session, space=space, span=span, reason="x", actor="desk", now=NOON)
                closed.append((space_id, closure))
            elif what == "reopen" and closed:
                space_id, closure = closed.pop()
                space = spaces.space(session, space_id)
                spaces_service.reopen(session, space=space, closure_id=closure, actor="desk", now=NOON)
            elif what in SERIES and (again or what == "series"):
                mine += _act_on_a_series(session, what, member, dice, again, space_id, span)
            else:
                return "nothing to do"
    except HearthError as refused:
        return refused.code if len(refused.facts.get("alternatives", [])) <= 3 else "too many alternatives"
    return what


def _act_on_a_series(session, what, member, dice, again, space_id, span):
    """The ids of the bookings that it made, so that they are moved and cancelled by themselves, too."""
    facts = {"member": member, "policy": POLICY, "now": NOON}
    if what == "series":
        rule, whole = dice.choice(["FREQ=DAILY;COUNT=2", "FREQ=DAILY;COUNT=1"]), dice.random() < 0.3
        made, _ = series.book(session, space_id=space_id, first=span, recurs=rule, all_or_none=whole, **facts)
        again.append(made.id)
        return [turn.booking.id for turn in queries.turns(session, made.id) if turn.booking]
    made = queries.series_of(session, member_id=member.id, series_id=dice.choice(again))
    turns = queries.turns(session, made.id)
    if what == "move series":
        series.move(session, series=made, from_day=turns[0].occurrence.day, to=span, all_or_none=False, **facts)
    elif what == "add back":
        missing = [turn for turn in turns if not turn.is_standing] or turns
        return [series.add_back(session, series=made, day=dice.choice(missing).occurrence.day, **facts).id]
    else:
        series.cancel(session, series=made, from_day=turns[-1].occurrence.day, member=member, policy=POLICY, now=NOON)
    return []


def assert_whole(sessions):
    """By an eye of its own, not by the product's: no place has two holders at once, and each booking its due."""
    with sessions.read() as session:
        by_place = defaultdict(list)
        by_source = defaultdict(set)
        for claim in session.scalars(select(Claim).where(Claim.released_at.is_(None))):
            by_place[claim.space_id, claim.place].append((claim.starts_at, claim.ends_at))
            by_source[claim.source_id].add((claim.space_id, claim.starts_at))
        for place, spans in by_place.items():
            for (_, ends_at), (starts_at, _) in pairwise(sorted(spans)):
                assert ends_at <= starts_at, place
        for booking in session.scalars(select(Booking)):
            parts = {part.id for part in spaces.undivided(session, booking.space_id)}
            due = {(part, booking.starts_at) for part in parts} if booking.state is BookingState.CONFIRMED else set()
            assert by_source.get(booking.id, set()) == due
        assert list(audit.verify(session)) == []


def test_sixteen_clients_in_two_processes_never_double_book(sessions, database_url):
    furnish(sessions)
    assert len(SLOTS) >= 300

    counts = sum(in_processes(live, database_url, processes=2, threads=CLIENTS // 2), Counter())

    assert set(counts) <= {*SINGLE, "nothing to do", "slot_taken"}
    assert counts["book"] > 100
    assert counts["slot_taken"] > 50
    assert {what for what in SINGLE if not counts[what]} == set()
    assert_whole(sessions)


def test_series_made_moved_added_to_and_cancelled_among_other_bookings_never_double_book(sessions, database_url):
    furnish(sessions)
    acts = SINGLE | SERIES | {"cancel": 8}

    counts = sum(in_processes(partial(live, acts=acts), database_url, processes=2, threads=3), Counter())

    assert set(counts) <= {*acts, "nothing to do", "slot_taken", *OF_SERIES}
    assert {what for what in acts if not counts[what]} == set()
    assert counts["slot_taken"] + counts["series_not_free"] > 5
    assert_whole(sessions)


def book(sessions, number, space_id):
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no=str(10_000 + number))
        span = SLOTS[0][1]
        return service.book(session, member=member, space_id=space_id, span=span, policy=POLICY, now=NOON).space_id


def test_the_whole_and_its_parts_wanted_at_once_go_to_those_that_fit_together(sessions):
    furnish(sessions)

    results = at_once([partial(book, sessions, number, HALL[number % len(HALL)]) for number in range(CLIENTS)])

    won = {result for result in results if result != "slot_taken"}
    assert won
    assert ("hall" in won) <= (len(won) == 1)
    for half, courts in (("half-a", {"court-1", "court-2"}), ("half-b", {"court-3", "court-4"})):
        assert not (half in won and courts & won)
    assert_whole(sessions)


def test_a_booking_cancelled_and_moved_at_once_ends_cancelled_and_holds_nothing(sessions):
    furnish(sessions)
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no="10000")
        booking_id = service.book(
            session, member=member, space_id="room-1", span=SLOTS[0][1], policy=POLICY, now=NOON
        ).id

    def act(what, **more):
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            booking = queries.booking_of(session, member_id=member.id, booking_id=booking_id)
            what(session, booking=booking, member=member, now=NOON, **more)
            return what.__name__

    moves = [partial(act, service.move, span=SLOTS[hour][1], policy=POLICY) for hour in range(1, 6)]
    results = at_once([*moves, partial(act, service.cancel, policy=POLICY), *moves])

    assert results.count("cancel") == 1
    assert set(results) <= {"move", "cancel", "booking_cancelled"}
    assert_whole(sessions)
    with sessions.read() as session:
        assert session.scalars(select(AccessGrant).where(AccessGrant.ended_at.is_(None))).all() == []
        assert session.scalars(select(Claim).where(Claim.released_at.is_(None))).all() == []
        assert session.get_one(Booking, booking_id).state is BookingState.CANCELLED
        assert {claim.kind for claim in session.scalars(select(Claim))} == {ClaimKind.BOOKING}


def test_one_member_in_many_places_holds_no_more_than_the_policy_lets_them(sessions):
    furnish(sessions)
    two = replace(POLICY, most_ahead=2)

    def book_one(slot):
        space_id, span = slot
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            service.book(session, member=member, space_id=space_id, span=span, policy=two, now=NOON)
            return "booked"

    apart = [slot for slot in SLOTS if slot[0] in ROOMS][::7]
    results = at_once([partial(book_one, slot) for slot in apart])

    assert Counter(results) == {"booked": 2, "policy.most_ahead": len(apart) - 2}
    assert_whole(sessions)


def minutes_had(sessions, *member_nos):
    with sessions.read() as session:
        ids = [members.member_by_no(session, member_no=one).id for one in member_nos]
        live_ = select(Booking).where(Booking.member_id.in_(ids), Booking.state == BookingState.CONFIRMED)
        return sum(rules.span_of(one).minutes for one in session.scalars(live_))


def test_a_branch_whose_members_book_at_once_has_no_more_of_the_peak_than_its_share(sessions):
    furnish(sessions)
    with sessions.begin() as session:
        team = [members.member_by_no(session, member_no=str(10_000 + number)) for number in range(12)]
        a_group(session, "east", *team)
        a_rule(session, Limit.BRANCH_PEAK_MINUTES, 180, peak=Peak("1234567", 0, 1440))

    def book_one(number, slot):
        space_id, span = slot
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no=str(10_000 + number))
            service.book(session, member=member, space_id=space_id, span=span, policy=POLICY, now=NOON)
            return "booked"

    apart = [slot for slot in SLOTS if slot[0] in ROOMS and slot[1].starts_at < MORNINGS[1]][::4]
    results = at_once([partial(book_one, number, slot) for number, slot in zip(range(12), apart, strict=False)])

    assert Counter(results) == {"booked": 3, "policy.branch_peak_minutes": 9}
    assert minutes_had(sessions, *(str(10_000 + number) for number in range(12))) == 180
    assert_whole(sessions)


def test_bookings_moved_and_made_at_once_by_one_member_stay_within_their_week(sessions):
    """MORNINGS are a Monday and a Tuesday; the bookings to be moved there lie a week later."""
    furnish(sessions)
    later = [
        (room, Span(span.starts_at + timedelta(days=7), span.ends_at + timedelta(days=7))) for room, span in SLOTS[:3]
    ]
    with sessions.begin() as session:
        a_rule(session, Limit.MINUTES_PER_WEEK, 180)
        member = members.member_by_no(session, member_no="10000")
        mine = [
            service.book(session, member=member, space_id=room, span=span, policy=POLICY, now=NOON).id
            for room, span in later
        ]

    def book_one(slot):
        space_id, span = slot
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            service.book(session, member=member, space_id=space_id, span=span, policy=POLICY, now=NOON)
            return "had"

    def move_one(booking_id, span):
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            booking = queries.booking_of(session, member_id=member.id, booking_id=booking_id)
            service.move(session, booking=booking, member=member, span=span, policy=POLICY, now=NOON)
            return "had"

    moves = [partial(move_one, booking_id, SLOTS[hour][1]) for hour, booking_id in enumerate(mine, start=4)]
    books = [partial(book_one, slot) for slot in SLOTS if slot[0] == "room-2"][:6]
    results = at_once([*moves, *books])

    assert Counter(results) == {"had": 3, "policy.minutes_per_week": 6}
    assert_whole(sessions)


def test_a_booking_taken_up_again_and_another_made_at_once_are_not_both_the_last(sessions):
    furnish(sessions)
    room, span = SLOTS[0]
    one = replace(POLICY, most_ahead=1)
    late = span.starts_at + timedelta(minutes=15)
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no="10000")
        booking_id = service.book(session, member=member, space_id=room, span=span, policy=one, now=NOON).id
        no_shows.release(session, booking_id=booking_id, policy=one, now=late)

    def reclaim():
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            booking = queries.booking_of(session, member_id=member.id, booking_id=booking_id)
            no_shows.reclaim(session, booking=booking, member=member, policy=one, now=late)
            return "had"

    def book_one(slot):
        space_id, span = slot
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            service.book(session, member=member, space_id=space_id, span=span, policy=one, now=late)
            return "had"

    results = at_once([reclaim, *(partial(book_one, slot) for slot in SLOTS if slot[0] == "room-2")][:8])

    assert results.count("had") == 1
    assert set(results) <= {"had", "policy.most_ahead", "booking_in_the_past"}
    assert_whole(sessions)


def test_one_time_and_its_whole_series_changed_at_once_wait_for_each_other_and_end_whole(sessions):
    furnish(sessions)
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no="10000")
        made, _ = series.book(
            session,
            member=member,
            space_id="hall",
            first=SLOTS[0][1],
            recurs="FREQ=DAILY;COUNT=2",
            all_or_none=True,
            policy=POLICY,
            now=NOON,
        )
        days = [turn.occurrence.day for turn in queries.turns(session, made.id)]
        ids = [turn.booking.id for turn in queries.turns(session, made.id)]

    def one(booking_id, act, **more):
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            booking = queries.booking_of(session, member_id=member.id, booking_id=booking_id)
            act(session, booking=booking, member=member, now=NOON, **more)

    def every(act, **more):
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no="10000")
            found = queries.series_of(session, member_id=member.id, series_id=made.id)
            act(session, series=found, member=member, now=NOON, **more)

    def to(hour):
        return {"to": SLOTS[hour][1], "all_or_none": False, "policy": POLICY, "from_day": days[0]}

    at_once(
        [
            *[partial(every, series.move, **to(hour)) for hour in (2, 5, 8)],
            *[partial(one, booking_id, service.move, span=SLOTS[11][1], policy=POLICY) for booking_id in ids],
            partial(one, ids[1], service.cancel, policy=POLICY),
            *[partial(every, series.add_back, day=day, policy=POLICY) for day in days],
            partial(every, series.cancel, from_day=days[1], policy=POLICY),
        ]
    )

    assert_whole(sessions)


def test_series_of_one_hall_begun_at_once_take_turns(sessions):
    """Each is written down, and refers to the hall, before its first claim waits for it."""
    furnish(sessions)

    def begin(number):
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no=str(10_000 + number))
            first = [slot for slot in SLOTS if slot[0] == "hall"][number][1]
            facts = {"recurs": "FREQ=DAILY;COUNT=2", "all_or_none": True, "policy": POLICY, "now": NOON}
            series.book(session, member=member, space_id="hall", first=first, **facts)
            return "made"

    assert at_once([partial(begin, number) for number in range(12)]) == ["made"] * 12
    assert_whole(sessions)
