"""A bus of boards with doors behind them, whichever line carries it."""

import threading
import time

from devices.boards.bus import Board, BoardStrike, Bus
from devices.boards.families import family
from devices.boards.line import Line
from devices.boards.port import SerialPort
from devices.boards.power import Supply
from devices.runtime.mailbox import Mailbox
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import PtyLine, TcpLine, VirtualPort
from firmware_sim.clockwork import Clockwork

WAYS = {"cu48": 48, "cu16": 16, "8a": 24, "wkly": 12, "winnsen": 16, "waveshare": 8}
REAL_LINES = {"pty": PtyLine, "tcp": TcpLine}


class Rig:
    """Two boards; doors count through from 1. `shut_is` is what the firmware believes."""

    def __init__(self, name, *, line="virtual", boards=2, supply_a=3.0, lock_a=2.4, shut_is=True, **cabinet):
        self.family = family(name)
        self.ways = WAYS[name]
        self.addresses = list(self.family.profile.addresses)[:boards]
        self._is_virtual = line == "virtual"
        self.node = Clockwork(start_s=1000.0) if self._is_virtual else Mailbox("node")
        self._physics = self.node if self._is_virtual else Mailbox("physics")
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
            self.port = VirtualPort(self.wires, baud=self.family.profile.baud, timers=self.node)
        else:
            self.real_line = REAL_LINES[line](self.wires, timers=self._physics)
            self.port = SerialPort(self.real_line.url, baud=self.family.profile.baud, timers=self.node, again_s=0.05)
        self.supply = Supply(supply_a)
        self.boards = [
            Board(address, channels=range(1, self.ways + 1), shut_is=shut_is, supply=self.supply, lock_amperes=lock_a)
            for address in self.addresses
        ]
        self.line = Line(self.port, self.family, timers=self.node)
        self.bus = Bus(self.line, self.family, self.boards, timers=self.node)
        self.moves = []
        for no in self.cabinet.doors:
            contact = self.contact(no)
            contact.when_opened = lambda no=no: self.moves.append(("opened", no))
            contact.when_shut = lambda no=no: self.moves.append(("shut", no))
        self.seen = []

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

    def contact(self, door):
        board, channel = self.place(door)
        return board.contacts[channel]

    def level(self, door):
        return self.contact(door).level

    def simulated(self, door):
        """The pretended board that this door hangs on."""
        return self.wires.boards[(door - 1) // self.ways]

    def pulse(self, door, seconds=0.4):
        self.on_node(lambda: BoardStrike(self.bus, *self.place(door)).pulse(seconds))

    def on_node(self, act):
        """On the node's thread; what it raises comes out here."""
        if self._is_virtual:
            act()
            return
        done, raised = threading.Event(), []

        def run():
            try:
                act()
            except Exception as error:  # noqa: BLE001 - handed on
                raised.append(error)
            done.set()

        self.node.call_soon(run)
        assert done.wait(10)
        if raised:
            raise raised[0]

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


def wait_for(is_so, patience_s=20.0):
    """Other threads carry a real line: look again until they have."""
    gives_up = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < gives_up, "it never came so"
        threading.Event().wait(0.005)
