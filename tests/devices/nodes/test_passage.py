"""Two light beams say which way somebody went."""

import pytest

from devices.nodes.passage import Passage, Way

THROUGH = ["+outer", "+inner", "-outer", "-inner"]
OUT = ["+inner", "+outer", "-inner", "-outer"]


def watch(moves):
    passage = Passage()
    told = []
    for move in moves:
        beam = {"outer": passage.outer, "inner": passage.inner}[move[1:]]
        told.append(beam(move[0] == "+"))
    return [way for way in told if way]


@pytest.mark.parametrize(
    ("moves", "ways"),
    [
        (THROUGH, [Way.IN]),
        (OUT, [Way.OUT]),
        (THROUGH + OUT + THROUGH, [Way.IN, Way.OUT, Way.IN]),
        (["+outer", "-outer"], []),  # a hand
        (["+inner", "-inner"], []),
        (["+outer", "+inner", "-inner", "-outer"], []),  # turned round in the doorway
        (["+inner", "+outer", "-outer", "-inner"], []),
        (["+outer", "-outer", "+inner", "-inner"], []),  # two hands, never one body
        (["+outer", "+inner", "-outer", "+outer", "-outer", "-inner"], [Way.IN]),  # a bag behind
        (["+outer", "+outer", "+inner", "-outer", "-inner"], [Way.IN]),  # told twice
    ],
)
def test_which_way(moves, ways):
    assert watch(moves) == ways


def test_a_beam_that_clears_first_of_all_is_nobody():
    assert watch(["-outer", "-inner"]) == []
