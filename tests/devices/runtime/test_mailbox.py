"""One thread, one act after another, whatever the acts do."""

import threading
import time

from devices.runtime.mailbox import Mailbox

PATIENCE_S = 10.0


def wait_for(mailbox):
    """Everything asked for so far is done when this returns."""
    done = threading.Event()
    mailbox.call_soon(done.set)
    assert done.wait(PATIENCE_S)


def test_acts_run_one_after_another_in_the_order_of_asking(mailbox):
    done = []
    for number in range(100):
        mailbox.call_soon(lambda number=number: done.append((number, threading.current_thread().name)))
    wait_for(mailbox)

    assert done == [(number, "test") for number in range(100)]


def test_later_acts_run_in_the_order_of_their_times(mailbox):
    done, last = [], threading.Event()
    mailbox.call_later(0.03, lambda: (done.append("third"), last.set()))
    mailbox.call_later(0.02, lambda: done.append("second"))
    mailbox.call_soon(lambda: done.append("first"))

    assert last.wait(PATIENCE_S)
    assert done == ["first", "second", "third"]


def test_an_act_never_runs_early(mailbox):
    ran_at, ran = [], threading.Event()
    asked_at = mailbox.now()
    mailbox.call_later(0.05, lambda: (ran_at.append(mailbox.now()), ran.set()))

    assert ran.wait(PATIENCE_S)
    assert ran_at[0] - asked_at >= 0.05


def test_a_cancelled_act_does_not_run(mailbox):
    done = []
    later = threading.Event()
    mailbox.call_later(0.02, lambda: done.append("cancelled")).cancel()
    mailbox.call_later(0.03, later.set)

    assert later.wait(PATIENCE_S)
    assert done == []


def test_cancelling_what_has_happened_is_harmless(mailbox):
    timer = mailbox.call_later(0.0, lambda: None)
    wait_for(mailbox)

    timer.cancel()


def test_an_act_that_raises_is_logged_and_the_next_one_runs(mailbox, caplog):
    mailbox.call_soon(lambda: 1 / 0)
    wait_for(mailbox)

    assert mailbox.is_alive
    assert "ZeroDivisionError" in caplog.text


def test_an_act_asked_for_before_the_start_runs_after_it():
    mailbox, ran = Mailbox(), threading.Event()
    mailbox.call_soon(ran.set)
    assert not mailbox.is_alive

    mailbox.start()

    assert ran.wait(PATIENCE_S)
    assert mailbox.stop()


def test_stop_runs_what_is_due_and_drops_the_rest():
    mailbox, done = Mailbox(), []
    mailbox.start()
    mailbox.call_soon(lambda: done.append("due"))
    mailbox.call_later(60, lambda: done.append("not due"))

    assert mailbox.stop()
    assert done == ["due"]
    assert not mailbox.is_alive


def test_a_mailbox_that_hangs_says_how_long_and_stop_does_not_wait_for_ever():
    mailbox, let_go, hangs = Mailbox(), threading.Event(), threading.Event()
    mailbox.start()
    mailbox.call_soon(lambda: (hangs.set(), let_go.wait(PATIENCE_S)))
    assert hangs.wait(PATIENCE_S)

    assert mailbox.busy_for_s > 0
    assert mailbox.stop(timeout_s=0.01) is False

    let_go.set()
    assert mailbox.stop()


def test_an_idle_mailbox_is_not_busy(mailbox):
    wait_for(mailbox)
    mailbox.call_soon(lambda: None)
    wait_for(mailbox)
    idle_again = threading.Event()
    mailbox.call_later(0.01, idle_again.set)
    assert idle_again.wait(PATIENCE_S)

    while mailbox.busy_for_s:  # the act above is over within microseconds
        pass


def test_its_clock_counts_suspend(mailbox):
    before = time.clock_gettime(time.CLOCK_BOOTTIME)

    assert before <= mailbox.now() <= time.clock_gettime(time.CLOCK_BOOTTIME)
