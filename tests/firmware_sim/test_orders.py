"""Hands laid on doors by word."""

import pytest

from firmware_sim.building import Building
from firmware_sim.orders import follow


def tell(building: Building, line: str) -> str:
    return follow(line.split(), {name: bank.doors for name, bank in building.banks.items()})


def test_a_door_is_forced_and_shut_and_the_order_repeated(building: Building):
    assert tell(building, "force 2") == "ok force 2"
    assert tell(building, "doors") == "ok doors 2"
    assert tell(building, "shut 2") == "ok shut 2"
    assert tell(building, "doors") == "ok doors"


def test_a_door_is_jammed_and_freed(building: Building):
    door = building.door("bank-a", 1)
    tell(building, "jam 1")
    assert door.is_jammed
    tell(building, "unjam 1")
    assert not door.is_jammed


def test_all_doors_are_shut_at_once(building: Building):
    for no in (1, 2):
        building.door("bank-a", no).force()
    assert tell(building, "shut-all") == "ok shut-all"
    assert not any(building.levels().values())


def test_with_several_banks_each_order_names_its_own(building: Building):
    building.add_bank("bank-b", doors=1)
    assert tell(building, "bank-b force 1") == "ok bank-b force 1"
    assert building.levels() == {("bank-a", 1): False, ("bank-a", 2): False, ("bank-b", 1): True}
    assert tell(building, "force 1") == "error force 1: begin with one of bank-a, bank-b"


@pytest.mark.parametrize("line", ["shut 9", "shut", "shut x", "shut -1", "shut ²", "explode 1", "bank-a", "shut 1 2"])
def test_an_order_that_cannot_be_followed_is_answered_with_what_is_wrong(building: Building, line: str):
    answer = tell(building, line)
    assert answer.startswith((f"error {line}: there is no door", f"error {line}: expected shut, "))
    assert building.ledger.facts() == []
