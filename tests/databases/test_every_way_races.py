"""Sixteen clients, three hundred slots, and every way in which a time is had or given back, all at once.

One of the spaces seats six, and parties of up to four want it: each of them has a place, or none has.

Members and kiosks book by the same service (that the two doors do is tried in `tests/api/test_api_every_way.py`).
"""

import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from sqlalchemy import select

from gateway.access.model import AccessGrant
from gateway.bookings import approvals, queries, series, service, sheet, waitlist
from gateway.bookings.model import LIVE, Booking, BookingState
from gateway.bookings.service import OnBehalf
from gateway.bookings.waits import Wait, WaitState
from gateway.kit import audit
from gateway.kit.errors import Conflict, HearthError
from gateway.members import queries as members
from gateway.members.model import Role
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Scope
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim, SpaceKind
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_member, a_rule, a_space
from tests.databases.test_booking_races import CLIENTS, MORNINGS, POLICY, SLOTS, furnish
from tests.race import at_once, in_processes

ACTS = 30
SEATS = 6
AT_SEATS = [("seats", Span(opens, opens + timedelta(hours=1))) for opens in MORNINGS]
OFTEN = {
    "book": 6,
    "move": 3,
    "cancel": 5,
    "book for": 3,
    "answer": 6,
    "import": 3,
    "series": 3,
    "move series": 4,
    "wait": 4,
    "take offer": 9,
    "close": 2,
}
REFUSALS = {
    "slot_taken",
    "slot_free",
    "already_waiting",
    "policy.most_waits",
    "wait_over",
    "wait_not_offered",
    "booking_cancelled",
    "booking_denied",
    "booking_not_pending",
    "series_not_free",
    "series_ended",
    "occurrence",
    "malformed",
    "sheet_faulty",
}


def busy(sessions, number):
    """One client's busy minute; what each act came to, and which refusals named how many other times."""
    dice = random.Random(number)
    return Counter(_try(sessions, number, dice) for _ in range(ACTS))


def _try(sessions, number, dice):
    what = dice.choices(list(OFTEN), list(OFTEN.values()))[0]
    try:
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no=str(10_000 + number))
            return what if _ACTS[what](session, member, dice) else "nothing to do"
    except HearthError as refused:
        alternatives = refused.facts.get("alternatives")
        told = refused.code == "slot_taken" and what in {"book", "move", "book for"}
        return "no alternatives told" if told and (alternatives is None or len(alternatives) > 3) else refused.code


def _mine(session, member):
    return [one for one in queries.bookings_of(session, member_id=member.id, limit=30) if one.state in LIVE]


def _wish(dice):
    """Which space, when, and how many come along: half of what is wanted are the same few seats."""
    space_id, span = dice.choice(dice.choice([SLOTS, AT_SEATS]))
    return {"space_id": space_id, "span": span, "guests": dice.randrange(4) if space_id == "seats" else 0}


def _told_where_there_is_room(act, session, *, people, **facts):
    """Whoever loses is named only times at which there is room for all of them, by an eye of its own."""
    try:
        return act(session, **facts)
    except Conflict as refused:
        for told in refused.facts.get("alternatives", []) if people > 1 else []:
            taken = select(Claim.place).where(
                Claim.space_id == "seats",
                Claim.released_at.is_(None),
                Claim.starts_at < datetime.fromisoformat(told["ends_at"]),
                Claim.ends_at > datetime.fromisoformat(told["starts_at"]),
            )
            assert people <= SEATS - len(set(session.scalars(taken)))
        raise


def _facts(member):
    return {"member": member, "policy": POLICY, "now": NOON}


def _desk(session):
    return members.member_by_no(session, member_no="s002")


def _book(session, member, dice):
    wish = _wish(dice)
    return _told_where_there_is_room(service.book, session, people=1 + wish["guests"], **wish, **_facts(member))


def _move(session, member, dice):
    mine = _mine(session, member)
    if not mine:
        return False
    booking = dice.choice(mine)
    facts = {"booking": booking, "span": dice.choice(SLOTS)[1], **_facts(member)}
    return _told_where_there_is_room(service.move, session, people=booking.people, **facts)


def _cancel(session, member, dice):
    mine = _mine(session, member)
    return mine and service.cancel(session, booking=dice.choice(mine), **_facts(member))


def _book_for(session, member, dice):
    by = OnBehalf(_desk(session), dice.choice([None, "choir"]))
    return service.book(session, by=by, **_wish(dice), **_facts(member))


def _answer(session, member, dice):
    waiting = queries.not_over(session, state=BookingState.PENDING, now=NOON)
    if not waiting:
        return False
    told = {"booking_id": dice.choice(waiting)[0].id, "staff": _desk(session), "policy": POLICY, "now": NOON}
    return approvals.approve(session, **told) if dice.random() < 0.7 else approvals.deny(session, reason="x", **told)


def _import(session, member, dice):
    lines = ["member_no,space_id,starts_at,ends_at,guests"]
    for wish in (_wish(dice), _wish(dice)):
        number, (starts_at, ends_at) = 10_000 + dice.randrange(CLIENTS), wish["span"]
        lines.append(f"{number},{wish['space_id']},{starts_at.isoformat()},{ends_at.isoformat()},{wish['guests']}")
    made = sheet.take_in(session, text="\n".join(lines), staff=_desk(session), policy=POLICY, now=NOON)
    made.insist()
    return made.bookings


def _series(session, member, dice):
    wish, rule, whole = _wish(dice), "FREQ=DAILY;COUNT=2", dice.random() < 0.3
    first = wish.pop("span")
    return series.book(session, first=first, recurs=rule, all_or_none=whole, **wish, **_facts(member))


def _move_series(session, member, dice):
    mine = queries.all_series_of(session, member_id=member.id, limit=9)
    if not mine:
        return False
    made = dice.choice(mine)
    day = queries.turns(session, made.id)[0].occurrence.day
    series.move(session, series=made, from_day=day, to=dice.choice(SLOTS)[1], all_or_none=False, **_facts(member))
    return True


def _wait(session, member, dice):
    taken = session.execute(select(Booking.space_id, Booking.starts_at).where(Booking.state.in_(LIVE))).all()
    space_id, starts_at = dice.choice(taken) if taken else (None, None)
    span = next((one for id_, one in [*SLOTS, *AT_SEATS] if (id_, one.starts_at) == (space_id, starts_at)), None)
    guests = dice.randrange(4) if space_id == "seats" else 0
    return span and waitlist.join(session, space_id=space_id, span=span, guests=guests, **_facts(member))


def _take_offer(session, member, dice):
    waits = waitlist.waits_of(session, member_id=member.id)
    offered = [wait for wait in waits if wait.state is WaitState.OFFERED]
    return waits and service.take_offer(session, wait_id=dice.choice(offered or waits).id, **_facts(member))


def _close(session, member, dice):
    space_id, span = dice.choice(SLOTS)
    space = spaces.space(session, space_id)
    return spaces_service.close(session, space=space, span=span, reason="x", actor="desk", now=NOON)


_ACTS = {
    "book": _book,
    "move": _move,
    "cancel": _cancel,
    "book for": _book_for,
    "answer": _answer,
    "import": _import,
    "series": _series,
    "move series": _move_series,
    "wait": _wait,
    "take offer": _take_offer,
    "close": _close,
}


def assert_whole(sessions):
    """By an eye of its own: no place has two holders, what stands or is held has its claims, and who has a key may.

    For each of a party that is one on a seat of its own, and there are no more seats than there are.
    """
    with sessions.read() as session:
        by_place, by_source, seated = defaultdict(list), defaultdict(set), defaultdict(set)
        for claim in session.scalars(select(Claim).where(Claim.released_at.is_(None))):
            by_place[claim.space_id, claim.place].append((claim.starts_at, claim.ends_at))
            by_source[claim.source_id].add((claim.space_id, claim.starts_at))
            if claim.space_id == "seats":
                seated[claim.source_id].add(claim.place)
        for place, spans in by_place.items():
            for (_, ends_at), (starts_at, _) in pairwise(sorted(spans)):
                assert ends_at <= starts_at, place
        assert {place for places in seated.values() for place in places} <= set(range(SEATS))
        standing = [one for one in session.scalars(select(Booking)) if one.state in LIVE]
        held = session.scalars(select(Wait).where(Wait.state == WaitState.OFFERED)).all()
        for one in [*standing, *held]:
            parts = {part.id for part in spaces.undivided(session, one.space_id)}
            assert by_source[one.id] == {(part, one.starts_at) for part in parts}
            assert len(seated[one.id]) == (one.people if one.space_id == "seats" else 0), "not half of them"
        parties = [one for one in standing if one.space_id == "seats" and one.people > 1]
        keys = set(session.scalars(select(AccessGrant.source_id).where(AccessGrant.ended_at.is_(None))))
        assert keys <= {one.id for one in standing if one.state is BookingState.CONFIRMED}
        assert list(audit.verify(session)) == []
    return parties


def test_every_way_of_having_a_time_at_once_never_gives_it_to_two(sessions, database_url):
    furnish(sessions)
    with sessions.begin() as session:
        a_space(session, "seats", kind=SpaceKind.SEAT, places=SEATS)
        a_member(session, "s002", role=Role.DESK)
        a_rule(session, Limit.NEEDS_APPROVAL, 1, scope=Scope(Layer.SPACE, "room-1"))
        a_rule(session, Limit.NEEDS_APPROVAL, 1, name="half", scope=Scope(Layer.SPACE, "half-a"))
    assert len(SLOTS) >= 300

    counts = sum(in_processes(busy, database_url, processes=2, threads=CLIENTS // 2), Counter())

    assert set(counts) <= {*OFTEN, *REFUSALS, "nothing to do"}, counts
    assert {what for what in OFTEN if not counts[what]} == set(), counts
    assert counts["slot_taken"] > 10
    assert assert_whole(sessions), "some parties sit"


def _at_the_seats(sessions, number, act):
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no=str(10_000 + number))
        act(session, **_facts(member))
    return "had"


def test_of_parties_who_want_the_same_seats_at_once_as_many_sit_as_fit_and_the_others_hear_where_they_fit(sessions):
    furnish(sessions)
    with sessions.begin() as session:
        a_space(session, "seats", kind=SpaceKind.SEAT, places=SEATS)
    space_id, span = AT_SEATS[0]

    def come(number):
        book = partial(service.book, space_id=space_id, span=span, guests=1)
        return _at_the_seats(sessions, number, partial(_told_where_there_is_room, book, people=2))

    results = Counter(at_once([partial(come, number) for number in range(CLIENTS)]))

    assert results == {"had": 3, "slot_taken": CLIENTS - 3}
    assert len(assert_whole(sessions)) == 3


def test_when_seats_are_given_back_one_by_one_at_once_a_party_that_waits_sits_whole_before_who_comes_by(sessions):
    furnish(sessions)
    space_id, span = AT_SEATS[0]
    with sessions.begin() as session:
        a_space(session, "seats", kind=SpaceKind.SEAT, places=SEATS)
        mine = [members.member_by_no(session, member_no=str(10_000 + number)) for number in range(SEATS + 1)]
        wish = {"space_id": space_id, "span": span, "policy": POLICY, "now": NOON}
        had = [service.book(session, member=member, **wish).id for member in mine[:SEATS]]
        wait_id = waitlist.join(session, member=mine[SEATS], guests=SEATS - 1, **wish).id

    def give_back(number):
        def act(session, *, member, **facts):
            booking = queries.booking_of(session, member_id=member.id, booking_id=had[number])
            service.cancel(session, booking=booking, member=member, **facts)

        return _at_the_seats(sessions, number, act)

    assert at_once([partial(give_back, number) for number in range(SEATS)]) == ["had"] * SEATS

    with sessions.read() as session:
        wait = session.get_one(Wait, wait_id)
        assert (wait.state, wait.people) == (WaitState.OFFERED, SEATS)
    assert_whole(sessions)
