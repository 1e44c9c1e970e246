"""Hands laid on doors by word."""

import pytest

from devices.wire.messages import SecondKey
from firmware_sim.building import Building
from firmware_sim.keys import KeyWiring
from firmware_sim.orders import follow


def tell(building: Building, line: str) -> str:
    return follow(line.split(), building.banks)


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


def test_a_key_is_turned_and_a_cable_cut(building: Building):
    bank = building.add_bank("bank-k", second_keys={SecondKey.FIRE_CONTACT: KeyWiring(rest_pin=20, on_pin=21)})
    for order, position in (("fire on", "on"), ("fire cut", "cut"), ("fire off", "off")):
        assert tell(building, f"bank-k {order}") == f"ok bank-k {order}"
        assert bank.keys[SecondKey.FIRE_CONTACT].position == position
    assert tell(building, "bank-k key on") == "error bank-k key on: there is no key_switch here"


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
