"""At the instant at which times open: those who stood in line, the quickest, and two who draw, all at once."""

from functools import partial

from gateway.bookings import line_record, lines, queries, service, waitlist
from gateway.bookings.waits import WaitState
from gateway.policies.model import Limit
from tests.centre_builder import NOON, a_member, a_rule, a_space
from tests.gateway.bookings.conftest import HOUR, POLICY, span
from tests.race import at_once

OPENS = NOON + 24 * HOUR
SLOTS = (span(194), span(195))
QUICK, STANDING = 6, 4


def press(sessions, member, slot):
    with sessions.begin() as session:
        known = session.get_one(type(member), member.id)
        wish = {"member": known, "space_id": "room", "span": slot, "policy": POLICY, "now": OPENS}
        return service.book(session, **wish).id


def stand(sessions, member, slot):
    with sessions.begin() as session:
        known = session.get_one(type(member), member.id)
        wish = {"member": known, "space_id": "room", "span": slot, "policy": POLICY, "now": NOON}
        return waitlist.join(session, **wish).id


def draw(sessions):
    for line_id in _due(sessions):
        with sessions.begin() as session:
            waitlist.draw_line(session, line_id=line_id, policy=POLICY, now=OPENS)
    return "drawn"


def _due(sessions):
    with sessions.read() as session:
        return lines.due(session, now=OPENS)


def test_nobody_is_quicker_than_the_line_and_it_is_made_and_drawn_once(sessions):
    with sessions.begin() as session:
        a_space(session, "room")
        a_rule(session, Limit.WEEK_OPENS_AT, 720)
        members = [a_member(session, f"1020{number}") for number in range(QUICK + STANDING)]
    standing, quick = members[:STANDING], members[STANDING:]
    pairs = [(member, SLOTS[number % 2]) for number, member in enumerate(standing)]

    wait_ids = at_once([partial(stand, sessions, member, slot) for member, slot in pairs])
    pressed = [partial(press, sessions, member, SLOTS[number % 2]) for number, member in enumerate(quick)]
    told = at_once([*pressed, *[partial(draw, sessions)] * 2])

    assert set(told[:QUICK]) <= {"in_line", "slot_taken"}
    with sessions.read() as session:
        both = zip(wait_ids, standing, strict=True)
        waits = {one: waitlist.wait_of(session, member_id=member.id, wait_id=one) for one, member in both}
        [line_id] = {wait.line_id for wait in waits.values()}
        order = line_record.read(lines.line(session, line_id).record).order
        assert sorted(order) == sorted(wait_ids)
        for slot in SLOTS:
            states = [waits[one].state for one in order if waitlist.span_of(waits[one]) == slot]
            assert states == [WaitState.OFFERED, WaitState.WAITING]
        assert all(not queries.bookings_of(session, member_id=member.id, limit=5) for member in quick)
