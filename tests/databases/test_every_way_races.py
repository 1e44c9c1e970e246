"""Sixteen clients, three hundred slots, and every way in which a time is had or given back, all at once.

Members and kiosks book by the same service (that the two doors do is tried in `tests/api/test_api_every_way.py`).
"""

import random
from collections import Counter, defaultdict
from itertools import pairwise

from sqlalchemy import select

from gateway.access.model import AccessGrant
from gateway.bookings import approvals, queries, series, service, sheet, waitlist
from gateway.bookings.model import LIVE, Booking, BookingState
from gateway.bookings.service import OnBehalf
from gateway.bookings.waits import Wait, WaitState
from gateway.kit import audit
from gateway.kit.errors import HearthError
from gateway.members import queries as members
from gateway.members.model import Role
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Scope
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim
from tests.centre_builder import NOON, a_member, a_rule
from tests.databases.test_booking_races import CLIENTS, POLICY, SLOTS, furnish
from tests.race import in_processes

ACTS = 30
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


def _facts(member):
    return {"member": member, "policy": POLICY, "now": NOON}


def _desk(session):
    return members.member_by_no(session, member_no="s002")


def _book(session, member, dice):
    space_id, span = dice.choice(SLOTS)
    return service.book(session, space_id=space_id, span=span, **_facts(member))


def _move(session, member, dice):
    mine = _mine(session, member)
    return mine and service.move(session, booking=dice.choice(mine), span=dice.choice(SLOTS)[1], **_facts(member))


def _cancel(session, member, dice):
    mine = _mine(session, member)
    return mine and service.cancel(session, booking=dice.choice(mine), **_facts(member))


def _book_for(session, member, dice):
    space_id, span = dice.choice(SLOTS)
    by = OnBehalf(_desk(session), dice.choice([None, "choir"]))
    return service.book(session, space_id=space_id, span=span, by=by, **_facts(member))


def _answer(session, member, dice):
    waiting = queries.not_over(session, state=BookingState.PENDING, now=NOON)
    if not waiting:
        return False
    told = {"booking_id": dice.choice(waiting)[0].id, "staff": _desk(session), "policy": POLICY, "now": NOON}
    return approvals.approve(session, **told) if dice.random() < 0.7 else approvals.deny(session, reason="x", **told)


def _import(session, member, dice):
    lines = ["member_no,space_id,starts_at,ends_at"]
    for space_id, (starts_at, ends_at) in dice.sample(SLOTS, 2):
        number = 10_000 + dice.randrange(CLIENTS)
        lines.append(f"{number},{space_id},{starts_at.isoformat()},{ends_at.isoformat()}")
    made = sheet.take_in(session, text="\n".join(lines), staff=_desk(session), policy=POLICY, now=NOON)
    made.insist()
    return made.bookings


def _series(session, member, dice):
    space_id, first = dice.choice(SLOTS)
    rule, whole = "FREQ=DAILY;COUNT=2", dice.random() < 0.3
    return series.book(session, space_id=space_id, first=first, recurs=rule, all_or_none=whole, **_facts(member))


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
    span = next((one for id_, one in SLOTS if (id_, one.starts_at) == (space_id, starts_at)), None)
    return span and waitlist.join(session, space_id=space_id, span=span, **_facts(member))


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
    """By an eye of its own: no place has two holders, what stands or is held has its claims, and who has a key may."""
    with sessions.read() as session:
        by_place, by_source = defaultdict(list), defaultdict(set)
        for claim in session.scalars(select(Claim).where(Claim.released_at.is_(None))):
            by_place[claim.space_id, claim.place].append((claim.starts_at, claim.ends_at))
            by_source[claim.source_id].add((claim.space_id, claim.starts_at))
        for place, spans in by_place.items():
            for (_, ends_at), (starts_at, _) in pairwise(sorted(spans)):
                assert ends_at <= starts_at, place
        standing = [one for one in session.scalars(select(Booking)) if one.state in LIVE]
        held = session.scalars(select(Wait).where(Wait.state == WaitState.OFFERED)).all()
        for one in [*standing, *held]:
            parts = {part.id for part in spaces.undivided(session, one.space_id)}
            assert by_source[one.id] == {(part, one.starts_at) for part in parts}
        keys = set(session.scalars(select(AccessGrant.source_id).where(AccessGrant.ended_at.is_(None))))
        assert keys <= {one.id for one in standing if one.state is BookingState.CONFIRMED}
        assert list(audit.verify(session)) == []


def test_every_way_of_having_a_time_at_once_never_gives_it_to_two(sessions, database_url):
    furnish(sessions)
    with sessions.begin() as session:
        a_member(session, "s002", role=Role.DESK)
        a_rule(session, Limit.NEEDS_APPROVAL, 1, scope=Scope(Layer.SPACE, "room-1"))
        a_rule(session, Limit.NEEDS_APPROVAL, 1, name="half", scope=Scope(Layer.SPACE, "half-a"))
    assert len(SLOTS) >= 300

    counts = sum(in_processes(busy, database_url, processes=2, threads=CLIENTS // 2), Counter())

    assert set(counts) <= {*OFTEN, *REFUSALS, "nothing to do"}, counts
    assert {what for what in OFTEN if not counts[what]} == set(), counts
    assert counts["slot_taken"] > 10
    assert_whole(sessions)
