"""Who opens doors goes first, and those who must wait for it are not forgotten."""

import threading

import pytest

from gateway.kit.right_of_way import PIECE, RightOfWay

FOR_EVER = 60.0


def worker(way, things, *, patience_s):
    """Somebody at work in small pieces, and what is done of it."""
    done = []

    def work():
        for thing in way.giving_way(things, patience_s=patience_s):
            done.append(thing)
            if len(done) == PIECE:
                a_piece_is_done.set()

    a_piece_is_done = threading.Event()
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert a_piece_is_done.wait(FOR_EVER)
    return done, thread


def test_others_stop_after_a_piece_while_it_is_taken_and_finish_when_it_is_free():
    way = RightOfWay()
    with way.taken():
        done, thread = worker(way, range(3 * PIECE), patience_s=FOR_EVER)
        thread.join(0.05)
        assert thread.is_alive()
        assert done == list(range(PIECE))
    thread.join(FOR_EVER)
    assert done == list(range(3 * PIECE))


def test_others_go_on_piece_by_piece_when_it_is_never_free():
    way = RightOfWay()
    with way.taken():
        done, thread = worker(way, range(3 * PIECE), patience_s=0.001)
        thread.join(FOR_EVER)
    assert done == list(range(3 * PIECE))


def test_an_act_that_fails_leaves_it_free():
    way = RightOfWay()
    with pytest.raises(ZeroDivisionError), way.taken():
        raise ZeroDivisionError
    done, thread = worker(way, range(2 * PIECE), patience_s=FOR_EVER)
    thread.join(FOR_EVER)
    assert len(done) == 2 * PIECE


def test_little_waits_for_nobody():
    way = RightOfWay()
    with way.taken():
        assert list(way.giving_way(range(PIECE - 1), patience_s=FOR_EVER)) == list(range(PIECE - 1))
