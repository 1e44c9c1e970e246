"""One suite for every family: what a bank of lock boards does, and does not do, whatever its line is afflicted with.

Where HEARTH_BOARD names a real board (`real_board.py`) it runs on that one; what takes a pretended board is skipped and
named.
"""

import contextlib
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.boards.bus import BACK_OFF_S, FIRST_LOOK_S, LAG_S, LOST_AFTER, REST_S, WATCH_S, BoardError
from devices.boards.families import FAMILIES, family
from devices.boards.line import Echo
from firmware_sim.lock_boards import Act, BoardFault
from tests.devices.boards import real_board
from tests.devices.boards.rig import Rig

BOARD = real_board.named()
NAMES = [BOARD.family] if BOARD else sorted(FAMILIES)
every_family = pytest.mark.parametrize("name", NAMES)


@every_family
def test_at_the_start_every_door_is_seen_shut(make_rig, name):
    rig = make_rig(name)
    assert {rig.level(no) for no in rig.doors} == {"shut"}
    assert rig.seen[0] - rig.began < FIRST_LOOK_S


@every_family
def test_a_pulse_opens_its_door_and_the_contact_says_so_within_a_second(make_rig, name):
    rig = make_rig(name)
    door = rig.a_door

    rig.pulse(door)
    took_s = rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", door)]
    assert took_s < 1.0
    assert rig.pulsed() == [door]


@every_family
def test_a_door_that_is_pushed_shut_is_seen_shut(make_rig, name):
    rig = make_rig(name)
    rig.pulse(1)
    rig.until(lambda: rig.moves)

    rig.push_shut(1)

    assert rig.until(lambda: rig.level(1) == "shut") < 3.0
    assert rig.moves == [("opened", 1), ("shut", 1)]


@every_family
def test_a_pulse_is_sent_once_even_when_the_door_does_not_move(make_rig, name):
    rig = make_rig(name)
    rig.cabinet.doors[3].jam()

    rig.pulse(3)
    rig.pass_time(60)

    assert rig.cabinet.pulses(3) == 1
    assert rig.moves == []
    assert rig.level(3) == "shut"


@every_family
def test_after_a_pulse_its_board_is_looked_at_every_tenth_or_two_of_a_second(make_rig, name):
    """120 ms between looks where the line allows it; an 8A board alone thinks for 200 ms."""
    rig = make_rig(name)
    rig.cabinet.doors[1].jam()
    rig.pass_time(1)
    board = rig.simulated(1)

    rig.pulse(1)
    looks = []
    board.when_answering = _noting(board.when_answering, lambda: looks.append(rig.node.now()))
    rig.pass_time(WATCH_S)

    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert len(gaps) > 8
    assert max(gaps) < (0.25 if name == "8a" else 0.22)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "8a"])
def test_while_one_board_is_looked_at_the_rest_is_swept_in_the_gaps(make_rig, name):
    rig = make_rig(name)
    rig.cabinet.doors[1].jam()
    rig.pulse(1)
    rig.pass_time(0.2)

    rig.cabinet.doors[rig.ways + 1].force()

    assert rig.until(lambda: rig.moves) < WATCH_S / 2
    assert rig.moves == [("opened", rig.ways + 1)]


@every_family
def test_a_board_that_dies_while_another_is_looked_at_holds_its_looks_up_once_and_no_more(make_rig, name):
    rig = make_rig(name)
    rig.cabinet.doors[1].jam()
    rig.pulse(1)
    rig.pass_time(0.1)
    rig.wires.boards[1].faults.add(BoardFault.DEAD)
    looks = []
    board = rig.simulated(1)
    board.when_answering = _noting(board.when_answering, lambda: looks.append(rig.node.now()))

    rig.pass_time(WATCH_S - 0.2)

    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert len([gap for gap in gaps if gap > 0.25]) <= 1
    assert len(gaps) > 6


def _noting(act, note):
    def noted(data):
        note()
        act(data)

    return noted


# --- power


@every_family
def test_at_12_v_one_pulse_flows_at_a_time_and_the_second_waits_for_it(make_rig, name):
    rig = make_rig(name)

    rig.pulse(1)
    rig.pulse(rig.ways + 1)
    rig.until(lambda: len(rig.moves) == 2)
    rig.pass_time(1)

    assert rig.cabinet.supply.most_a == 2.4
    first, second = rig.cabinet.ledger.pulses()
    assert first.until < second.at <= first.at + LAG_S


@every_family
def test_at_24_v_two_pulses_flow_at_once(make_rig, name):
    rig = make_rig(name, lock_a=1.2)

    rig.pulse(1)
    rig.pulse(rig.ways + 1)
    rig.until(lambda: len(rig.moves) == 2)
    rig.pass_time(1)

    assert rig.cabinet.supply.most_a == 2.4
    first, second = rig.cabinet.ledger.pulses()
    assert second.at < first.until


@every_family
def test_a_pulse_that_would_have_to_wait_for_longer_than_its_lag_is_refused_and_never_made(make_rig, name):
    rig = make_rig(name)
    rig.takes_doors(5)

    rig.pulse(1)
    rig.pulse(2)
    for no in (3, 4, 5):
        with pytest.raises(BoardError, match="supply main is busy"):
            rig.pulse(no)
    rig.pass_time(5)

    assert rig.pulsed() == [1, 2]


@every_family
def test_no_pulse_begins_later_than_its_lag_after_it_was_asked_for(make_rig, name):
    """While the line waits for boards that do not answer, at the worst moment."""
    rig = make_rig(name)
    for delay in (0.0, 0.03, 0.11, 0.2, 0.37, 0.5):
        rig.pass_time(REST_S + 1 + delay)
        rig.wires.boards[1].faults.add(BoardFault.DEAD)
        asked_at = rig.node.now()
        before = len(rig.cabinet.ledger.pulses())
        rig.pulse(1)
        rig.pulse(2)
        rig.pass_time(4)
        for pulse in rig.cabinet.ledger.pulses()[before:]:
            assert pulse.at - asked_at <= LAG_S + 0.02  # the word's own time on the line
        rig.wires.boards[1].faults.clear()


@every_family
def test_a_channel_rests_after_its_pulse(make_rig, name):
    rig = make_rig(name)
    rig.cabinet.doors[1].jam()
    rig.pulse(1)
    rig.pass_time(1.0)

    with pytest.raises(BoardError, match="is resting"):
        rig.pulse(1)
    rig.pass_time(REST_S)
    rig.pulse(1)
    rig.pass_time(1)

    assert rig.cabinet.pulses(1) == 2


@every_family
@pytest.mark.parametrize("seconds", [0.0, 0.04, 1.01, 60.0])
def test_a_pulse_of_another_length_is_no_pulse(make_rig, name, seconds):
    rig = make_rig(name)
    with pytest.raises(ValueError, match="a pulse is"):
        rig.pulse(1, seconds)
    rig.pass_time(2)
    assert rig.pulsed() == []


@every_family
def test_a_pulse_that_still_waits_can_be_withdrawn(make_rig, name):
    rig = make_rig(name)
    rig.takes_doors(2)
    rig.pulse(1)
    rig.pulse(2)

    rig.withdraw(2)
    rig.pass_time(3)

    assert rig.pulsed() == [1]


HAVE_OFF = [name for name in NAMES if family(name).all_off(1)]


@pytest.mark.parametrize("name", HAVE_OFF)
def test_what_a_crash_left_on_is_off_as_soon_as_its_board_answers_where_the_family_has_a_word_for_it(make_rig, name):
    rig = make_rig(name, before_start=lambda rig: rig.cabinet.coils[2].energise(None))
    assert rig.until(lambda: not rig.cabinet.coils[2].is_on) < 0.5
    assert [order.act for order in rig.wires.boards[0].heard[:2]] == [Act.ASK, Act.OFF]


@pytest.mark.parametrize("name", HAVE_OFF)
def test_off_ends_a_pulse_under_way_where_the_family_has_a_word_for_it(make_rig, name):
    rig = make_rig(name, pulse_s=1.0)
    rig.pulse(1, 1.0)
    rig.until(lambda: rig.cabinet.coils[1].is_on)

    rig.bus.off(*rig.place(1))

    assert rig.until(lambda: not rig.cabinet.coils[1].is_on) < 0.7


# --- faults


@every_family
def test_a_door_opens_though_its_board_says_nothing_to_the_unlock(make_rig, name):
    rig = make_rig(name)
    rig.wires.afflict(BoardFault.SILENT_UNLOCK)

    rig.pulse(2)
    rig.until(lambda: rig.moves)
    rig.pass_time(5)

    assert rig.moves == [("opened", 2)]
    assert rig.cabinet.pulses(2) == 1


@every_family
def test_an_echo_is_noticed_and_taken_off_and_no_door_is_said_to_have_moved(make_rig, name):
    rig = make_rig(name, before_start=lambda rig: rig.wires.afflict(BoardFault.LOCAL_ECHO))
    assert rig.line.echo is Echo.YES
    rig.cabinet.doors[1].jam()

    rig.pulse(1)
    rig.pass_time(5)
    assert rig.moves == []

    rig.pulse(2)
    rig.until(lambda: rig.moves)
    assert rig.moves == [("opened", 2)]


@every_family
def test_without_an_echo_none_is_seen(make_rig, name):
    assert make_rig(name).line.echo is Echo.NO


@every_family
def test_an_echo_alone_makes_no_dead_board_live(make_rig, name):
    def only_the_adapter(rig):
        rig.wires.afflict(BoardFault.LOCAL_ECHO)
        rig.wires.afflict(BoardFault.DEAD)

    rig = make_rig(name, before_start=only_the_adapter)

    assert {rig.level(no) for no in rig.cabinet.doors} == {"unknown"}
    with pytest.raises(BoardError, match="does not answer"):
        rig.pulse(1)


@every_family
def test_a_board_wired_the_other_way_round_needs_the_other_polarity_and_then_works(make_rig, name):
    rig = make_rig(name, shut_is=False, before_start=lambda rig: rig.wires.afflict(BoardFault.FLIPPED_POLARITY))
    assert {rig.level(no) for no in rig.cabinet.doors} == {"shut"}

    rig.pulse(1)
    rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", 1)]


@every_family
def test_a_board_that_sticks_after_an_unlock_comes_back_and_the_opening_is_seen(make_rig, name):
    rig = make_rig(name)
    rig.simulated(1).faults.add(BoardFault.BUSY_STUCK)

    rig.pulse(1)
    took_s = rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", 1)]
    assert took_s < (WATCH_S if family(name).wake(1) else 10)
    assert rig.cabinet.pulses(1) == 1


@every_family
def test_answers_that_lose_bytes_are_asked_for_again(make_rig, name):
    rig = make_rig(name, before_start=lambda rig: rig.wires.afflict(BoardFault.DROPPED_BYTE))
    rig.until(lambda: {rig.level(no) for no in rig.cabinet.doors} == {"shut"}, 60)
    rig.moves.clear()

    rig.pulse(1)
    rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", 1)]


@every_family
def test_answers_that_come_late_are_taken_all_the_same(make_rig, name):
    rig = make_rig(name)
    rig.wires.afflict(BoardFault.SLOW_REPLY)
    rig.pass_time(3)

    rig.pulse(1)
    rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", 1)]


@every_family
def test_a_dead_board_stops_no_other(make_rig, name):
    rig = make_rig(name, before_start=lambda rig: rig.wires.boards[0].faults.add(BoardFault.DEAD))
    other = rig.ways + 1

    assert (rig.level(1), rig.level(other)) == ("unknown", "shut")
    rig.pulse(other)
    rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", other)]
    with pytest.raises(BoardError, match="does not answer"):
        rig.pulse(1)


@every_family
def test_a_board_that_dies_is_unknown_and_asked_ever_more_rarely(make_rig, name):
    rig = make_rig(name)
    dead = rig.simulated(1)
    dead.faults.add(BoardFault.DEAD)
    rig.until(lambda: rig.level(1) == "unknown")
    rig.port.written.clear()

    rig.pass_time(120)

    questions = {rig.family.sweep(rig.addresses[0])[0]}
    tries = [at for at, frame in rig.port.written if frame in questions]
    assert len(tries) <= 120 / BACK_OFF_S[-1] + len(BACK_OFF_S) + 1
    assert len(tries) >= 4
    assert rig.moves == []


@every_family
def test_a_board_that_comes_back_as_it_was_is_no_news_and_as_it_is_not_is_one(make_rig, name):
    rig = make_rig(name)
    board = rig.simulated(1)
    board.faults.add(BoardFault.DEAD)
    rig.until(lambda: rig.level(1) == "unknown")
    rig.cabinet.doors[2].force()

    board.faults.clear()
    rig.until(lambda: "unknown" not in {rig.level(no) for no in range(1, rig.ways + 1)}, 60)

    assert rig.moves == [("opened", 2)]


@every_family
def test_a_dead_board_that_is_asked_for_is_tried_at_once_so_that_the_next_press_opens(make_rig, name):
    rig = make_rig(name)
    board = rig.simulated(1)
    board.faults.add(BoardFault.DEAD)
    rig.pass_time(100)
    board.faults.clear()

    with pytest.raises(BoardError):
        rig.pulse(1)
    assert rig.until(lambda: rig.level(1) == "shut") < 1.0
    rig.pulse(1)
    rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", 1)]


# --- whatever happens


@every_family
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_is_asked_and_whatever_fails_each_pulse_is_made_once_in_time_or_not_at_all(name, data):
    rig = Rig(name, spring_s=0.05).start()
    faults = st.sampled_from([None, *(fault for fault in BoardFault if fault is not BoardFault.LOCAL_ECHO)])
    accepted = Counter()
    for _ in range(data.draw(st.integers(1, 8))):
        for board in rig.wires.boards:
            board.faults = {fault for fault in [data.draw(faults)] if fault}
        for door in data.draw(st.lists(st.sampled_from([1, 2, rig.ways + 1]), max_size=3)):
            with contextlib.suppress(BoardError):
                rig.pulse(door, data.draw(st.sampled_from([0.05, 0.3, 1.0])))
                accepted[door] += 1
        rig.pass_time(data.draw(st.sampled_from([0.0, 0.01, 0.3, 1.0, 4.0])))
    rig.pass_time(LAG_S)
    sent = len(rig.cabinet.ledger.pulses())
    rig.pass_time(60)

    rig.close()  # nothing has burnt, and the supply was never overdrawn
    assert len(rig.cabinet.ledger.pulses()) == sent, "a pulse came later than its lag"
    for door in rig.cabinet.doors:
        assert rig.cabinet.pulses(door) <= accepted[door]


# --- the port


@every_family
def test_an_adapter_that_is_pulled_out_makes_everything_unknown_and_comes_back_by_itself(make_rig, name):
    rig = make_rig(name)
    rig.port.unplug()
    rig.pass_time(1)
    assert {rig.level(no) for no in rig.cabinet.doors} == {"unknown"}
    with pytest.raises(BoardError):
        rig.pulse(1)

    rig.port.plug_in()
    rig.until(lambda: {rig.level(no) for no in rig.cabinet.doors} == {"shut"})

    assert rig.moves == []
    rig.pulse(1)
    rig.until(lambda: rig.moves)


@every_family
def test_what_was_waiting_when_the_adapter_went_is_not_sent_when_it_comes_back(make_rig, name):
    rig = make_rig(name)
    rig.pulse(1)
    rig.pulse(2)
    rig.port.unplug()
    rig.pass_time(0.05)
    rig.port.plug_in()
    rig.pass_time(10)

    assert rig.cabinet.pulses(2) == 0


@every_family
def test_a_port_that_takes_nothing_is_an_error_of_the_pulse_not_a_silence(make_rig, name):
    rig = make_rig(name)
    rig.pass_time(0.3)
    rig.until(lambda: not rig.line.is_busy)
    rig.port.is_plugged = False

    with pytest.raises(BoardError, match="cannot be reached"):
        rig.pulse(1)
    rig.port.is_plugged = True
    rig.pass_time(10)

    assert rig.cabinet.pulses(1) == 0
    assert rig.level(1) == "shut"


@every_family
def test_without_a_port_a_start_waits_no_longer_than_it_says(make_rig, name):
    rig = make_rig(name, before_start=lambda rig: setattr(rig.port, "is_plugged", False))
    assert rig.seen == [1000.0 + FIRST_LOOK_S]
    assert LOST_AFTER > 1  # one lost answer is no lost board


@every_family
def test_a_bus_that_was_closed_says_nothing_more(make_rig, name):
    rig = make_rig(name)
    rig.pass_time(0.3)
    rig.bus.close()
    rig.port.written.clear()

    rig.pass_time(10)

    assert rig.port.written == []


def test_a_bus_without_the_current_for_one_lock_is_refused(make_rig):
    with pytest.raises(ValueError, match="4 A can never flow from a supply of 3 A"):
        make_rig("cu48", lock_a=4.0)
