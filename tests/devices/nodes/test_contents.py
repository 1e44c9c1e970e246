"""What a beam across a compartment proves: told when it is steady, behind a door that is shut, and never taken back."""

import pytest

from devices.nodes.contents import SETTLES_S, Contents
from devices.wire.messages import EventKind, Level

EMPTY, OCCUPIED = EventKind.EMPTY, EventKind.OCCUPIED


class HandBeam:
    """A beam that shows what it is told."""

    when_changed = None
    inside = "empty"

    def show(self, inside):
        self.inside = inside
        self.when_changed()


class Compartment:
    """Door 1, which has a beam, and what was told of it; door 2 has none."""

    def __init__(self, clockwork, *, inside="empty", level=Level.SHUT):
        self.beam, self.level, self.told, self.clockwork = HandBeam(), level, [], clockwork
        self.beam.inside = inside
        self.contents = Contents(
            {1: self.beam}, level=lambda _: self.level, tell=lambda kind, no: self.told.append(kind), timers=clockwork
        )
        self.contents.start()

    def wait(self, seconds=SETTLES_S):
        self.clockwork.advance(seconds)

    def move(self, level):
        self.level = level
        self.contents.door_moved(1)

    def open_and_shut(self, inside):
        self.move(Level.OPEN)
        self.wait(1)
        self.beam.inside = inside
        self.move(Level.SHUT)


@pytest.fixture
def make(clockwork):
    return lambda **how: Compartment(clockwork, **how)


@pytest.mark.parametrize(("inside", "kind"), [("empty", EMPTY), ("occupied", OCCUPIED)])
def test_at_each_start_it_is_told_how_a_shut_compartment_is(make, inside, kind):
    one = make(inside=inside)
    one.wait()
    one.wait(3600)
    assert one.told == [kind]


def test_a_door_that_is_shut_again_is_told_of_anew_when_its_beam_has_been_steady(make):
    one = make(inside="occupied")
    one.wait()
    one.open_and_shut("empty")

    one.wait(SETTLES_S - 0.1)
    assert one.told == [OCCUPIED]
    one.wait(0.2)
    assert one.told == [OCCUPIED, EMPTY]


def test_nothing_is_told_of_a_door_that_stands_open(make):
    one = make()
    one.wait()
    one.move(Level.OPEN)
    for inside in ("occupied", "empty", "occupied"):
        one.beam.show(inside)
        one.wait(60)
    assert one.told == [EMPTY]


def test_a_beam_that_flickers_tells_nothing(make):
    one = make()
    one.wait()
    one.open_and_shut("empty")
    for _ in range(1000):
        one.beam.show("occupied" if one.beam.inside == "empty" else "empty")
        one.wait(SETTLES_S * 0.9)
    assert one.told == [EMPTY]


def test_what_falls_into_the_beam_behind_a_shut_door_is_told_and_nothing_ever_leaves_through_one(make):
    """So a beam that flickers slowly ends at `occupied`, and writes no more than that."""
    one = make()
    for _ in range(100):
        one.wait(60)
        one.beam.show("occupied" if one.beam.inside == "empty" else "empty")
    assert one.told == [EMPTY, OCCUPIED]


def test_a_door_that_nobody_can_see_is_waited_for(make):
    one = make(level=Level.UNKNOWN)
    one.wait(10)
    assert one.told == []

    one.level = Level.SHUT
    one.wait()
    assert one.told == [EMPTY]


def test_a_beam_that_was_out_of_sight_is_told_of_anew_for_the_door_may_have_moved_meanwhile(make):
    one = make(inside="occupied")
    one.wait()
    one.beam.show("unknown")
    one.wait(60)
    assert one.told == [OCCUPIED]

    one.beam.show("empty")
    one.wait()
    assert one.told == [OCCUPIED, EMPTY]


def test_a_door_without_a_beam_says_nothing(make):
    one = make()
    one.contents.door_moved(2)
    one.wait(60)
    assert one.told == [EMPTY]
