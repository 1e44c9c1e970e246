"""A bus of boards with doors behind them, whichever line carries it: pretended, or a real one."""

import threading
import time

import pytest

from devices.boards.bus import Board, BoardStrike, Bus
from devices.boards.families import family
from devices.boards.line import Line
from devices.boards.port import SerialPort
from devices.boards.power import Supply
from devices.runtime.mailbox import Mailbox
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import PtyLine, TcpLine, VirtualPort
from firmware_sim.clockwork import Clockwork
from tests.devices.boards.real_board import HAND_S, VARIABLE, say

WAYS = {"cu48": 48, "cu16": 16, "8a": 24, "wkly": 12, "winnsen": 16, "waveshare": 8}
REAL_LINES = {"pty": PtyLine, "tcp": TcpLine}


class BusRig:
    """What a test does with a bus, whatever hangs on it. `doors` count from 1."""

    def __init__(self, *, node, port, family, boards):
        self.node = node
        self.port = port
        self.family = family
        self.boards = boards
        self.line = Line(self.port, self.family, timers=self.node)
        self.bus = Bus(self.line, self.family, self.boards, timers=self.node)
        self.moves = []
        for no in self.doors:
            contact = self.contact(no)
            contact.when_opened = lambda no=no: self.moves.append(("opened", no))
            contact.when_shut = lambda no=no: self.moves.append(("shut", no))
        self.seen = []
        self.began = self.node.now()

    def contact(self, door):
        board, channel = self.place(door)
        return board.contacts[channel]

    def level(self, door):
        return self.contact(door).level

    def pulse(self, door, seconds=0.4):
        strike = BoardStrike(self.bus, *self.place(door))
        self.on_node(lambda: strike.pulse(seconds))

    def withdraw(self, door):
        place = self.place(door)
        self.on_node(lambda: self.bus.off(*place))


class Rig(BusRig):
    """Two boards; doors count through from 1. `shut_is` is what the firmware believes."""

    def __init__(self, name, *, line="virtual", boards=2, supply_a=3.0, lock_a=2.4, shut_is=True, **cabinet):
        spoken = family(name)
        self.ways = WAYS[name]
        self.addresses = list(spoken.profile.addresses)[:boards]
        self._is_virtual = line == "virtual"
        node = Clockwork(start_s=1000.0) if self._is_virtual else Mailbox("node")
        self._physics = node if self._is_virtual else Mailbox("physics")
        self.cabinet = BoardCabinet(
            name,
            addresses=self.addresses,
            ways=self.ways,
            timers=self._physics,
            supply_a=supply_a,
            lock_a=lock_a,
            **cabinet,
        )
        self.wires = self.cabinet.wires
        if self._is_virtual:
            port = VirtualPort(self.wires, baud=spoken.profile.baud, timers=node)
        else:
            self.real_line = REAL_LINES[line](self.wires, timers=self._physics)
            port = SerialPort(self.real_line.url, baud=spoken.profile.baud, timers=node, again_s=0.05)
        self.supply = Supply(supply_a)
        boards_there = [
            Board(address, channels=range(1, self.ways + 1), shut_is=shut_is, supply=self.supply, lock_amperes=lock_a)
            for address in self.addresses
        ]
        super().__init__(node=node, port=port, family=spoken, boards=boards_there)

    @property
    def doors(self):
        return list(self.cabinet.doors)

    @property
    def a_door(self):
        """Not the first board's first: what only works there is found out."""
        return self.ways + 2

    def takes_doors(self, count):
        """There are always enough."""

    def pulsed(self):
        """The doors whose coil was energised."""
        return [no for no in self.doors if self.cabinet.pulses(no)]

    def push_shut(self, door):
        """Once its lock lets go."""
        self.until(lambda: not self.cabinet.doors[door].is_energised)
        self.cabinet.doors[door].shut()

    def start(self):
        """And look until everything has been seen, or found missing."""
        if not self._is_virtual:
            self.node.start()
            self._physics.start()
        self.on_node(lambda: self.bus.start(lambda: self.seen.append(self.node.now())))
        self.until(lambda: self.seen)
        self.moves.clear()
        return self

    def place(self, door):
        """Of a door: its board and channel."""
        return self.boards[(door - 1) // self.ways], (door - 1) % self.ways + 1

    def simulated(self, door):
        """The pretended board that this door hangs on."""
        return self.wires.boards[(door - 1) // self.ways]

    def on_node(self, act):
        """On the node's thread; what it raises comes out here."""
        if self._is_virtual:
            act()
        else:
            run_on(self.node, act)

    def until(self, is_so, patience_s=20.0):
        """Let time pass until it is so; how long that took is returned."""
        began = self.node.now()
        if not self._is_virtual:
            wait_for(is_so, patience_s)
        while not is_so():
            assert self.node.now() < began + patience_s, "it never came so"
            self.node.advance(0.005)
        return self.node.now() - began

    def pass_time(self, seconds):
        """In virtual time only."""
        self.node.advance(seconds)

    def close(self):
        self.on_node(self.bus.close)
        if not self._is_virtual:
            self.real_line.close()
            self.node.stop()
            self._physics.stop()
        self.cabinet.supply.assert_unharmed()


class RealRig(BusRig):
    """The board that HEARTH_BOARD names: its channels are the doors 1, 2 and so on, and a person shuts them."""

    def __init__(self, board, *, supply_a=3.0, lock_a=2.4):
        spoken = family(board.family)
        node = Mailbox("node")
        self._channels = board.channels
        self._board = Board(
            board.address,
            channels=board.channels,
            shut_is=board.shut_is,
            supply=Supply(supply_a),
            lock_amperes=lock_a,
        )
        port = SerialPort(board.url, baud=spoken.profile.baud, timers=node)
        super().__init__(node=node, port=port, family=spoken, boards=[self._board])

    @property
    def doors(self):
        return list(range(1, len(self._channels) + 1))

    @property
    def a_door(self):
        return self.doors[-1]

    def start(self):
        """And have every door shut that stands open."""
        self.node.start()
        self.on_node(lambda: self.bus.start(lambda: self.seen.append(self.node.now())))
        self.until(lambda: self.seen)
        for no in self.doors:
            if self.level(no) != "shut":
                self.push_shut(no)
        self.moves.clear()
        return self

    def place(self, door):
        return self._board, self._channels[door - 1]

    def takes_doors(self, count):
        if count > len(self.doors):
            pytest.skip(f"{VARIABLE} names {len(self.doors)} doors, and this takes {count}")

    def pulsed(self):
        """The doors that have opened: nothing else tells."""
        return sorted({no for what, no in self.moves if what == "opened"})

    def push_shut(self, door):
        """By hand."""
        say(f"please shut the door of channel {self._channels[door - 1]}")
        self.until(lambda: self.level(door) == "shut", HAND_S)

    def on_node(self, act):
        run_on(self.node, act)

    def until(self, is_so, patience_s=20.0):
        began = self.node.now()
        wait_for(is_so, patience_s)
        return self.node.now() - began

    def pass_time(self, seconds):
        threading.Event().wait(seconds)

    def close(self):
        self.on_node(self.bus.close)
        self.node.stop()


def run_on(node, act):
    """On that thread; what it raises comes out here."""
    done, raised = threading.Event(), []

    def run():
        try:
            act()
        except Exception as error:  # noqa: BLE001 - handed on
            raised.append(error)
        done.set()

    node.call_soon(run)
    assert done.wait(10)
    if raised:
        raise raised[0]


def wait_for(is_so, patience_s=20.0):
    """Other threads carry a real line: look again until they have."""
    gives_up = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < gives_up, "it never came so"
        threading.Event().wait(0.005)
