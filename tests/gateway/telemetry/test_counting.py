"""By how much a counter rose: each message once, at its own time, through restarts of either side."""

from gateway.telemetry import queries
from gateway.telemetry.rules import HOLDS_MS, MINUTE_MS
from tests.gateway.telemetry.conftest import START_MS, Node


def risen(store):
    """By minute since the start."""
    with store.read() as connection:
        found = queries.rises(connection, from_ms=0, to_ms=2**52)
    return [((one.from_ms - START_MS) // MINUTE_MS, one.rise) for one in found]


def counts(node, *told):
    """`told`: minute and count."""
    return [node.says(count, START_MS + round(minute * MINUTE_MS), metric="entries") for minute, count in told]


def test_a_counter_rises_by_what_came_on_top_and_one_that_fell_began_anew(store, node):
    store.keep(counts(node, (0, 7.0), (1, 9.0), (1.5, 10.0), (2, 10.0), (3, 2.0)))

    assert risen(store) == [(1, 3.0), (3, 2.0)]


def test_a_message_that_comes_again_is_counted_once_also_after_a_restart(open_store, node):
    letters = counts(node, (0, 0.0), (1, 4.0), (2, 6.0))
    open_store().keep(letters)

    restarted = open_store()
    restarted.keep(letters[1:])
    restarted.keep(counts(node, (3, 7.0)))

    assert risen(restarted) == [(1, 4.0), (2, 2.0), (3, 1.0)]


def test_what_comes_late_counts_at_its_own_time_beside_what_others_said(store):
    here, away = Node("a"), Node("b")
    store.keep([*counts(here, (0, 0.0)), *counts(away, (0, 0.0))])
    store.keep(counts(here, (9, 1.0)))

    store.keep(counts(away, (2, 5.0), (9, 6.0)))

    assert risen(store) == [(2, 5.0), (9, 1.0), (9, 1.0)]


def test_a_silence_is_remembered_until_the_counter_was_heard_for_long(store, node):
    def heard_since():
        with store.read() as connection:
            return [(at - START_MS) // MINUTE_MS for at in queries.heard_since(connection).values()]

    store.keep(counts(node, (0, 0.0), (5, 1.0)))
    assert heard_since() == [0]

    back = 5 + HOLDS_MS // MINUTE_MS + 1
    store.keep(counts(node, (back, 2.0), (back + 5, 3.0)))
    assert heard_since() == [back]


def test_a_minute_in_which_two_batches_came_has_what_both_say(store, node):
    store.keep(counts(node, (0, 0.0), (1, 2.0)))
    store.keep(counts(node, (1.5, 5.0)))

    assert risen(store) == [(1, 5.0)]
