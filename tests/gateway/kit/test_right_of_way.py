"""Whoever opens doors goes first, and those who must wait for it are not forgotten."""

import threading
import time

import pytest

from gateway.kit.right_of_way import PIECE, RightOfWay

FOR_EVER = 60.0
A_MOMENT = 0.2


def worker(way, things):
    """Somebody at work in small pieces, and what is done of it."""
    done = []

    def work():
        for thing in way.giving_way(things):
            done.append(thing)
            if len(done) == PIECE:
                a_piece_is_done.set()

    a_piece_is_done = threading.Event()
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert a_piece_is_done.wait(FOR_EVER)
    return done, thread


def waited_s(way):
    """How long one has to wait now."""
    began = time.monotonic()
    way.give_way()
    return time.monotonic() - began


def test_others_stop_after_a_piece_while_it_is_taken_and_finish_when_it_is_free():
    way = RightOfWay(patience_s=FOR_EVER)
    with way.taken():
        done, thread = worker(way, range(3 * PIECE))
        thread.join(0.05)
        assert thread.is_alive()
        assert done == list(range(PIECE))
    thread.join(FOR_EVER)
    assert done == list(range(3 * PIECE))


def test_between_two_acts_of_one_unlock_others_wait_too():
    way = RightOfWay(patience_s=FOR_EVER)
    began = time.monotonic()
    with way.taken(and_then_s=A_MOMENT):
        pass
    way.give_way()
    assert time.monotonic() - began >= A_MOMENT


def test_what_is_done_beside_an_unlock_does_not_end_its_right_of_way():
    way = RightOfWay(patience_s=FOR_EVER)
    began = time.monotonic()
    with way.taken(and_then_s=A_MOMENT):
        pass
    with way.taken():
        pass
    way.give_way()
    assert time.monotonic() - began >= A_MOMENT


def test_the_next_act_of_an_unlock_finds_the_others_still_waiting(monkeypatch):
    way = RightOfWay(patience_s=FOR_EVER)

    def the_next_begins(_seconds):
        way._is_free.clear()
        way._free_from = 0.0
        threading.Timer(A_MOMENT, way._is_free.set).start()

    monkeypatch.setattr(time, "sleep", the_next_begins)
    with way.taken(and_then_s=FOR_EVER):
        pass
    assert waited_s(way) >= A_MOMENT


def test_a_siege_of_unlocks_holds_a_whole_batch_up_no_longer_than_patience_lasts():
    way = RightOfWay(patience_s=0.1)
    with way.taken(and_then_s=FOR_EVER):
        done, thread = worker(way, range(1_000 * PIECE))
        thread.join(20)  # a tenth of a second for each piece were 100 s
        assert len(done) == 1_000 * PIECE


def test_whoever_has_lost_patience_has_it_again_after_work():
    way = RightOfWay(patience_s=A_MOMENT)
    with way.taken():
        assert waited_s(way) >= A_MOMENT
        way._patience.went_on_at -= FOR_EVER
        assert waited_s(way) >= A_MOMENT


def test_of_many_that_wait_each_has_a_patience_of_its_own():
    way = RightOfWay(patience_s=A_MOMENT)
    with way.taken():
        waited_s(way)
        others = []
        other = threading.Thread(target=lambda: others.append(waited_s(way)))
        other.start()
        other.join(FOR_EVER)
        assert others[0] >= A_MOMENT


def test_an_act_that_fails_leaves_it_free():
    way = RightOfWay(patience_s=FOR_EVER)
    with pytest.raises(ZeroDivisionError), way.taken():
        raise ZeroDivisionError
    done, thread = worker(way, range(2 * PIECE))
    thread.join(FOR_EVER)
    assert len(done) == 2 * PIECE


def test_little_waits_for_nobody():
    way = RightOfWay(patience_s=FOR_EVER)
    with way.taken():
        assert list(way.giving_way(range(PIECE - 1))) == list(range(PIECE - 1))
