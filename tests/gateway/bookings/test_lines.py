"""Standing in line before times open at one instant: the order is drawn, and neither speed nor coming early wins."""

import json
from dataclasses import replace

import msgspec
import pytest

from gateway.__main__ import main
from gateway.bookings import asking, line_record, lines, service, waitlist
from gateway.bookings.rules import OFFER_HOLDS
from gateway.bookings.waits import WaitState
from gateway.kit.errors import Conflict
from gateway.policies.model import Limit
from tests.centre_builder import NOON, a_member, a_rule
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, span

OPENS = NOON + 24 * HOUR  # Monday noon, for the week after
SLOT = span(194)  # Monday 14:00 of that week


@pytest.fixture
def six(session):
    """Members, where a week opens on the Monday before it at noon. It is Sunday noon."""
    a_rule(session, Limit.WEEK_OPENS_AT, 720)
    return [a_member(session, f"1010{number}") for number in range(6)]


def stand(session, member, when=SLOT, *, space_id="room", now=NOON, policy=POLICY):
    return waitlist.join(session, member=member, space_id=space_id, span=when, policy=policy, now=now)


def draw(session, now=OPENS):
    for line_id in lines.due(session, now=now):
        waitlist.draw_line(session, line_id=line_id, policy=POLICY, now=now)


def refused(act, *arguments, **facts):
    with pytest.raises(Conflict) as refusal:
        act(*arguments, **facts)
    return refusal.value.code


def in_line_order(session, wait):
    return line_record.read(lines.line(session, wait.line_id).record).order


def test_at_the_instant_it_is_offered_in_the_order_of_the_draw_and_held_past_whoever_is_quickest(session, wang, six):
    waits = {wait.id: wait for wait in (stand(session, member) for member in six)}
    [any_of_them, *_] = waits.values()

    assert refused(book, session, wang, when=SLOT, now=OPENS) == "in_line"
    draw(session)

    order = in_line_order(session, any_of_them)
    assert sorted(order) == sorted(waits)
    assert [waits[one].state for one in order] == [WaitState.OFFERED, *[WaitState.WAITING] * 5]
    assert [waitlist.position(session, waits[one]) for one in order] == [None, 1, 2, 3, 4, 5]
    assert refused(book, session, wang, when=SLOT, now=OPENS) == "slot_taken"
    winner = next(member for member in six if member.id == waits[order[0]].member_id)
    booking = service.take_offer(session, wait_id=order[0], member=winner, policy=POLICY, now=OPENS)
    assert (booking.starts_at, booking.ends_at) == SLOT


def test_what_the_first_lets_pass_goes_to_the_next_of_the_draw_and_never_to_who_came_after_it(session, wang, six):
    waits = {wait.id: wait for wait in (stand(session, member) for member in six)}
    draw(session)
    order = in_line_order(session, next(iter(waits.values())))
    late = stand(session, wang, now=OPENS + MINUTE)

    waitlist.look_after(session, wait_id=order[0], policy=POLICY, now=OPENS + OFFER_HOLDS)

    assert [waits[one].state for one in order[:3]] == [WaitState.LAPSED, WaitState.OFFERED, WaitState.WAITING]
    assert (late.line_id, waitlist.position(session, late)) == (None, 5)


def test_before_the_instant_nothing_is_offered_drawn_or_told_of_the_order(session, wang, six):
    wait = stand(session, six[0])
    moment = OPENS - MINUTE

    assert lines.due(session, now=moment) == []
    waitlist.draw_line(session, line_id=wait.line_id, policy=POLICY, now=moment)
    assert list(waitlist.due(session)) == []
    assert waitlist.offer(session, space_id="room", span=SLOT, policy=POLICY, now=moment) == []
    assert (wait.state, wait.lot, waitlist.position(session, wait)) == (WaitState.WAITING, "", None)
    assert refused(book, session, wang, when=SLOT, now=moment) == "policy.week_opens_at"


def test_a_line_is_drawn_once(session, six):
    wait = stand(session, six[0])
    draw(session)
    record = lines.line(session, wait.line_id).record

    waitlist.draw_line(session, line_id=wait.line_id, policy=POLICY, now=OPENS + MINUTE)

    assert lines.line(session, wait.line_id).record == record


def test_in_one_line_everybody_stands_once_whatever_they_wait_for(session, six):
    first = stand(session, six[0])

    assert refused(stand, session, six[0], span(195)) == "already_waiting"
    assert stand(session, six[1], span(195), space_id="lawn").line_id == first.line_id


def test_a_line_forms_a_day_before_and_for_nothing_that_could_not_be_had_then(session, six):
    asked = {"member": six[0], "space_id": "room", "policy": POLICY}

    assert refused(stand, session, six[0], now=NOON - MINUTE) == "policy.week_opens_at"
    assert asking.may_wait(session, span=SLOT, now=NOON - MINUTE, **asked).code == "policy.week_opens_at"
    assert asking.may_wait(session, span=SLOT, now=NOON, **asked).code is None
    assert refused(stand, session, six[0], span(194, length=3)) == "policy.week_opens_at"
    assert refused(stand, session, six[0], span(194 + 168)) == "policy.days_ahead"


def test_a_day_that_opens_at_an_hour_has_a_line_too(session, wang):
    a_rule(session, Limit.OPENS_AT, 18 * 60)
    six_days_ahead = replace(POLICY, days_ahead=6)
    when = span(6 * 24 + 2)

    wait = stand(session, wang, when, policy=six_days_ahead)

    assert lines.line(session, wait.line_id).opens_at == NOON + 6 * HOUR


def test_who_left_the_line_is_not_drawn_and_what_nobody_waits_for_is_had_at_once(session, wang, six):
    gone, stays = stand(session, six[0]), stand(session, six[1], span(195))
    waitlist.leave(session, wait_id=gone.id, member=six[0], policy=POLICY, now=NOON)

    book(session, wang, when=SLOT, now=OPENS)
    draw(session)

    assert in_line_order(session, stays) == [stays.id]
    assert (gone.state, stays.state) == (WaitState.LEFT, WaitState.OFFERED)


def test_whoever_waits_for_a_part_keeps_the_whole_from_being_had_before_the_draw(session, wang, six):
    stand(session, six[0], space_id="court-1")

    assert refused(book, session, wang, "hall", SLOT, now=OPENS) == "in_line"
    assert asking.may_book(session, member=wang, space_id="hall", span=SLOT, policy=POLICY, now=OPENS).code == "in_line"
    book(session, wang, "half-b", SLOT, now=OPENS)


def test_the_seed_is_promised_before_anybody_stands_and_the_order_follows_from_what_is_published(
    session, six, tmp_path, capsys
):
    waits = [stand(session, member) for member in six]
    promised = lines.line(session, waits[0].line_id).commitment
    draw(session)
    written = lines.line(session, waits[0].line_id).record
    record = line_record.read(written)

    assert line_record.faults(record, commitment=promised) == []
    file = tmp_path / "record.json"
    file.write_text(written)
    assert main(["ballot-replay", str(file), "--commitment", promised]) == 0
    assert capsys.readouterr().out.split()[1::2][:6] == record.order
    assert main(["ballot-replay", str(file), "--commitment", "00" * 32]) == 1
    assert not {member.id for member in six} & set(json.loads(written)["order"])
    assert [wait.id for wait in sorted(waits, key=lambda one: one.lot)] == record.order
    others = {
        "seed": "00" * 32,
        "commitment": "00" * 32,
        "entries_hash": "00" * 32,
        "order": record.order[::-1],
        "entries": record.entries[1:],
    }
    for name, other in others.items():
        assert line_record.faults(msgspec.structs.replace(record, **{name: other}), commitment=promised) != [], name
