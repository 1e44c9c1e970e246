"""Virtual time keeps its order, and one program can hang or die while the others go on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.clockwork import Clockwork


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@given(delays=st.lists(st.floats(0, 100), max_size=40), spans=st.lists(st.floats(0, 50), min_size=1, max_size=20))
def test_acts_run_in_the_order_of_their_times_and_each_at_its_own(delays: list[float], spans: list[float]):
    clockwork, ran = Clockwork(), []
    for no, delay in enumerate(delays):
        clockwork.call_later(delay, lambda no=no, delay=delay: ran.append((clockwork.now(), delay, no)))

    for span in spans:
        clockwork.advance(span)

    due = sorted((delay, no) for no, delay in enumerate(delays) if delay <= clockwork.now())
    assert ran == [(delay, delay, no) for delay, no in due]


@given(data=st.data())
def test_acts_that_ask_for_more_are_never_overtaken_by_later_ones(data: Any):
    clockwork, times = Clockwork(), []

    def act() -> None:
        times.append(clockwork.now())
        if len(times) < 30:
            clockwork.call_later(data.draw(st.floats(0, 3)), act)

    for _ in range(3):
        clockwork.call_later(data.draw(st.floats(0, 3)), act)
    clockwork.advance(20)

    assert times == sorted(times)


def test_a_cancelled_act_does_not_run_and_is_not_waited_for(clockwork: Clockwork):
    ran: list[str] = []
    clockwork.call_later(1, lambda: ran.append("cancelled")).cancel()
    clockwork.call_later(2, lambda: ran.append("kept"))

    assert clockwork.next_due() == 2
    clockwork.advance(5)

    assert ran == ["kept"]
    assert clockwork.next_due() is None


def test_an_act_may_be_cancelled_by_one_of_the_same_moment(clockwork: Clockwork):
    ran: list[str] = []
    clockwork.call_later(1, lambda: [timer.cancel() for timer in timers])
    timers = [clockwork.call_later(1, lambda: ran.append("second"))]

    clockwork.advance(1)

    assert ran == []


def test_soon_is_this_moment_but_after_what_was_asked_before(clockwork: Clockwork):
    ran: list[str] = []
    clockwork.call_soon(lambda: clockwork.call_soon(lambda: ran.append("third")))
    clockwork.call_soon(lambda: ran.append("first"))
    clockwork.call_later(0, lambda: ran.append("second"))

    clockwork.advance(0)

    assert ran == ["first", "second", "third"]
    assert clockwork.now() == 0


def test_time_may_pass_inside_an_act_and_never_runs_back(clockwork: Clockwork):
    seen: list[tuple[str, float]] = []
    clockwork.call_later(1, lambda: (clockwork.advance(10), seen.append(("slow", clockwork.now()))))
    clockwork.call_later(3, lambda: seen.append(("other", clockwork.now())))

    clockwork.advance(2)

    assert seen == [("other", 3), ("slow", 11)]
    assert clockwork.now() == 11


def test_what_an_act_raises_comes_out_and_the_clockwork_goes_on(clockwork: Clockwork):
    ran: list[str] = []
    clockwork.call_later(1, lambda: 1 / 0)
    clockwork.call_later(2, lambda: ran.append("later"))

    with pytest.raises(ZeroDivisionError):
        clockwork.advance(5)
    clockwork.advance(5)

    assert ran == ["later"]


def test_time_does_not_run_backwards(clockwork: Clockwork):
    with pytest.raises(ValueError, match="backwards"):
        clockwork.advance(-0.1)
    clockwork.advance(3)
    clockwork.advance_to(1)
    assert clockwork.now() == 3


def test_it_runs_until_nothing_is_left(clockwork: Clockwork):
    clockwork.call_later(5, lambda: clockwork.call_later(5, lambda: None))

    assert clockwork.run_until_idle()
    assert clockwork.now() == 10


def test_what_never_ends_is_given_up(clockwork: Clockwork):
    def again() -> None:
        clockwork.call_later(2, again)

    again()

    assert not clockwork.run_until_idle(max_s=7)
    assert clockwork.now() == 6


# --- one program's timers


def test_a_dead_programs_timers_never_fire_and_the_others_do(clockwork: Clockwork):
    ran: list[str] = []
    node, cutoff = clockwork.timers(), clockwork.timers()
    node.call_later(1, lambda: ran.append("node"))
    node.call_soon(lambda: ran.append("node, soon"))
    cutoff.call_later(1, lambda: ran.append("cutoff"))

    node.end()
    node.call_later(1, lambda: ran.append("from the grave"))
    node.run(lambda: ran.append("from the grave, now"))
    clockwork.advance(5)

    assert ran == ["cutoff"]


def test_a_program_that_hangs_does_late_and_in_order_what_came_due(clockwork: Clockwork):
    ran: list[tuple[str, float]] = []
    node = clockwork.timers()
    for name, at in (("b", 2), ("a", 1), ("c", 9)):
        node.call_later(at, lambda name=name: ran.append((name, node.now())))

    node.hold()
    clockwork.advance(5)
    node.run(lambda: ran.append(("message", node.now())))
    assert ran == []
    node.let_go()
    clockwork.advance(5)

    assert ran == [("a", 5), ("b", 5), ("message", 5), ("c", 9)]


def test_what_was_cancelled_while_the_program_hung_stays_cancelled(clockwork: Clockwork):
    ran: list[str] = []
    node = clockwork.timers()
    timer = node.call_later(1, lambda: ran.append("cancelled"))

    node.hold()
    clockwork.advance(2)
    timer.cancel()
    node.let_go()
    clockwork.advance(2)

    assert ran == []


def test_a_program_that_dies_while_it_hangs_does_nothing_more(clockwork: Clockwork):
    ran: list[str] = []
    node = clockwork.timers()
    node.call_later(1, lambda: ran.append("node"))

    node.hold()
    clockwork.advance(2)
    node.let_go()
    node.end()
    clockwork.advance(2)

    assert ran == []


def test_every_act_of_a_program_passes_through_its_guard(clockwork: Clockwork):
    guarded: list[str] = []
    node = clockwork.timers(around=lambda act: (guarded.append("in"), act(), guarded.append("out")))
    node.call_later(1, lambda: guarded.append("act"))

    clockwork.advance(1)
    node.run(lambda: guarded.append("now"))

    assert guarded == ["in", "act", "out", "in", "now", "out"]
