"""A bank's own rule on real boards: every door open, one after another as the supply bears it, and no coil harmed."""

import math

import pytest

from devices.boards.bank import BoardBank, BoardPlan
from devices.boards.bus import FIRST_LOOK_S
from devices.boards.families import FAMILIES
from devices.nodes.locker_bank import Door, Identity, Input, LockerBank
from devices.ports import Timers
from devices.wire.messages import EventKind, SecondKey
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import VirtualPort
from firmware_sim.clockwork import Clockwork
from firmware_sim.lock_boards import BoardFault
from firmware_sim.memory_log import MemoryLog
from tests.asker import DEVICE_KEY, GATEWAY_KEY
from tests.devices.boards.rig import WAYS

DOORS = 24
PULSE_S, GAP_S = 0.4, 0.15
every_family = pytest.mark.parametrize("name", sorted(FAMILIES))


class Turned:
    """A second key that a test turns."""

    when_changed = None
    reading = "off"

    def turn(self, reading):
        self.reading = reading
        self.when_changed()


class NoNetwork:
    """The gateway is dead."""

    def send(self, topic, payload, *, qos, retain=False):
        pass


class Cabinet24:
    """24 doors on as many boards of one family as they take, all on one supply, and a bank whose rule opens them."""

    def __init__(self, name, *, supply_a=3.0, lock_a=2.4):
        self.clockwork = Clockwork(start_s=1000.0)
        boards = math.ceil(DOORS / WAYS[name])
        addresses = list(range(1, boards + 1))
        per_board = DOORS // boards
        self.cabinet = BoardCabinet(
            name,
            addresses=addresses,
            ways=WAYS[name],
            timers=self.clockwork,
            supply_a=supply_a,
            lock_a=lock_a,
            pulse_s=PULSE_S,
        )
        plans = [
            BoardPlan(
                family=name,
                port="line",
                address=address,
                first_door=1 + place * WAYS[name],
                doors=per_board,
                shut_is=True,
                pulse_s=PULSE_S,
                lock_amperes=lock_a,
            )
            for place, address in enumerate(addresses)
        ]
        timers: Timers = self.clockwork
        self.boards = BoardBank(
            plans,
            supplies={"main": supply_a},
            timers=timers,
            open_port=lambda url, baud, timers: VirtualPort(self.cabinet.wires, baud=baud, timers=timers),
        )
        self.doors = {no: self.cabinet.doors[no] for no in self.boards.doors}
        self.key, self.log = Turned(), MemoryLog()
        node = LockerBank(
            identity=Identity("demo", "bank-a", DEVICE_KEY, GATEWAY_KEY.public()),
            doors={no: Door(strike, contact, strike) for no, (strike, contact) in self.boards.doors.items()},
            log=self.log,
            timers=timers,
            outbox=NoNetwork(),
            boot_id="0" * 16,
            second_keys={SecondKey.FIRE_CONTACT: Input(self.key, opens_all=True)},
        )
        self.boards.start(lambda: None)
        self.clockwork.advance(FIRST_LOOK_S)
        node.start()

    def seconds_until_all_are_open(self, most_s=90.0):
        began_at = self.clockwork.now()
        self.key.turn("on")
        while not all(door.is_open for door in self.doors.values()):
            self.clockwork.advance(0.05)
            assert self.clockwork.now() < began_at + most_s
        return self.clockwork.now() - began_at

    def events(self, kind):
        return [event for event in self.log.waiting(10_000) if event.kind is kind]


@every_family
def test_24_doors_at_12_v_open_one_pulse_at_a_time_and_no_coil_is_harmed(name):
    bank = Cabinet24(name)
    took_s = bank.seconds_until_all_are_open()
    bank.clockwork.advance(30)

    bank.cabinet.supply.assert_unharmed()
    assert bank.cabinet.supply.most_a == 2.4
    assert DOORS * (PULSE_S + GAP_S) - 1 < took_s < DOORS * (PULSE_S + GAP_S + 0.1)
    assert sorted(event.door for event in bank.events(EventKind.EMERGENCY)) == sorted(bank.doors)
    assert bank.events(EventKind.FORCED) == bank.events(EventKind.POSSIBLE) == []
    print(f"{name}: {DOORS} doors at 12 V open in {took_s:.1f} s")


def test_at_24_v_two_at_a_time_it_takes_half_as_long():
    bank = Cabinet24("cu48", lock_a=1.2)
    took_s = bank.seconds_until_all_are_open()

    bank.cabinet.supply.assert_unharmed()
    assert bank.cabinet.supply.most_a == 2.4
    assert took_s < DOORS * (PULSE_S + GAP_S + 0.1) / 2 + 1


def test_a_dead_board_keeps_nobody_elses_doors_shut():
    bank = Cabinet24("waveshare")
    bank.cabinet.wires.boards[1].faults.add(BoardFault.DEAD)
    bank.key.turn("on")
    bank.clockwork.advance(120)

    assert [no for no, door in bank.doors.items() if not door.is_open] == list(range(9, 17))
    assert bank.events(EventKind.FORCED) == []


def test_a_slow_latch_is_no_forced_door():
    """A board that tells of one channel at a time sees a slow door late."""
    bank = Cabinet24("winnsen")
    bank.doors[7].spring_s = 2.8
    bank.seconds_until_all_are_open()
    bank.clockwork.advance(30)

    assert 7 in [event.door for event in bank.events(EventKind.EMERGENCY)]
    assert bank.events(EventKind.FORCED) == []
