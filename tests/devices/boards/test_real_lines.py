"""The same over lines that an operating system carries: pyserial on a pseudo-terminal, and on a TCP bridge.

With HEARTH_BOARD=FAMILY:PORT:ADDRESS:CHANNEL:SHUT_IS (`cu48:/dev/ttyUSB0:0:1:1`) the last test pulses that channel of a
real board. Somebody must shut the door again.
"""

import os
import threading

import pytest

from devices.boards.bus import Board, BoardError, BoardStrike, Bus
from devices.boards.families import FAMILIES, family
from devices.boards.line import Echo, Line
from devices.boards.port import SerialPort
from devices.boards.power import Supply
from devices.runtime.mailbox import Mailbox
from firmware_sim.board_lines import PtyLine, Wires
from firmware_sim.lock_boards import BoardFault
from tests.devices.boards.rig import wait_for

pytestmark = pytest.mark.processes  # timed in real time, so they run alone

real_lines = pytest.mark.parametrize("line", ["pty", "tcp"])
every_family = pytest.mark.parametrize("name", sorted(FAMILIES))


@real_lines
@every_family
def test_a_pulse_opens_its_door_and_the_contact_says_so(make_rig, name, line):
    rig = make_rig(name, line=line)
    door = rig.ways + 2

    rig.pulse(door)
    took_s = rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", door)]
    assert took_s < 3.0
    assert [no for no in rig.cabinet.doors if rig.cabinet.pulses(no)] == [door]
    rig.until(lambda: not rig.cabinet.doors[door].is_energised)


@real_lines
@every_family
def test_an_echo_is_noticed_and_a_dead_board_stops_no_other(make_rig, name, line):
    def afflict(rig):
        rig.wires.afflict(BoardFault.LOCAL_ECHO)
        rig.wires.boards[0].faults.add(BoardFault.DEAD)

    rig = make_rig(name, line=line, before_start=afflict)
    assert rig.line.echo is Echo.YES

    with pytest.raises(BoardError, match="does not answer"):
        rig.pulse(1)
    rig.pulse(rig.ways + 1)
    rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", rig.ways + 1)]
    rig.until(lambda: not rig.cabinet.doors[rig.ways + 1].is_energised)


def test_a_bridge_that_hangs_up_is_called_again(make_rig):
    rig = make_rig("cu48", line="tcp")
    rig.real_line.hang_up()
    rig.until(lambda: rig.level(1) == "unknown")
    rig.until(lambda: rig.level(1) == "shut")

    rig.pulse(1)
    rig.until(lambda: rig.moves)

    assert rig.moves == [("opened", 1)]


def test_an_adapter_that_is_pulled_out_is_noticed(make_rig):
    rig = make_rig("8a", line="pty")
    rig.real_line.close()
    rig.until(lambda: rig.level(1) == "unknown")

    with pytest.raises(BoardError, match="does not answer"):
        rig.pulse(1)


def test_a_port_that_goes_in_the_middle_of_a_write_is_an_os_error_and_nothing_else(mailbox):
    """pyserial 3.5 answers with a TypeError when another thread closes the port just then."""
    refused = []
    for _ in range(30):
        line = PtyLine(Wires([]), timers=mailbox)
        port = SerialPort(line.url, baud=9600, timers=mailbox, again_s=0.01)
        up = threading.Event()
        port.when_up = up.set
        port.start()
        assert up.wait(10)
        port.close()
        while port.is_alive:
            try:
                port.write(b"x")
            except OSError as error:
                refused.append(error)
        line.close()
    assert refused


@pytest.mark.parametrize("url", ["/dev/no-such-port", "socket://127.0.0.1:1", "nonsense://x"])
def test_a_port_that_is_not_there_is_waited_for_and_takes_nothing(mailbox, url):
    port = SerialPort(url, baud=9600, timers=mailbox, again_s=0.01)
    ups = []
    port.when_up = lambda: ups.append(True)
    port.start()
    with pytest.raises(OSError, match="is not open"):
        port.write(b"x")
    port.close()
    wait_for(lambda: not port.is_alive)
    assert ups == []


@pytest.mark.skipif("HEARTH_BOARD" not in os.environ, reason="HEARTH_BOARD names no real board")
def test_a_real_board_opens_its_door_and_says_so():
    name, rest = os.environ["HEARTH_BOARD"].split(":", 1)
    url, address, channel, shut_is = rest.rsplit(":", 3)
    node = Mailbox("node")
    node.start()
    family_ = family(name)
    board = Board(int(address), channels=[int(channel)], shut_is=shut_is == "1", supply=Supply())
    line = Line(SerialPort(url, baud=family_.profile.baud, timers=node), family_, timers=node)
    bus = Bus(line, family_, [board], timers=node)
    contact = board.contacts[int(channel)]
    opened, seen = [], []
    contact.when_opened = lambda: opened.append(True)
    node.call_soon(lambda: bus.start(lambda: seen.append(True)))
    wait_for(lambda: seen)
    assert contact.level == "shut", "shut the door first, or turn SHUT_IS round"
    opened.clear()
    node.call_soon(lambda: BoardStrike(bus, board, int(channel)).pulse(0.4))
    wait_for(lambda: opened)
    node.call_soon(bus.close)
    node.stop()
