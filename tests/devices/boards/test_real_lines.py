"""The same over lines that an operating system carries: pyserial on a pseudo-terminal, and on a TCP bridge."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devices.boards.bus import BoardError
from devices.boards.families import FAMILIES
from devices.boards.line import Echo
from devices.boards.port import SerialPort
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import PtyLine, Wires
from firmware_sim.lock_boards import BoardFault
from tests.devices.boards.real_board import VARIABLE, RealBoard
from tests.devices.boards.rig import wait_for

pytestmark = pytest.mark.processes  # timed in real time, so they run alone

real_lines = pytest.mark.parametrize("line", ["pty", "tcp"])
every_family = pytest.mark.parametrize("name", sorted(FAMILIES))
SUITE = str(Path(__file__).with_name("test_suite.py"))


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


def test_the_family_suite_runs_on_the_board_that_is_named(mailbox):
    """Here a pretended one at the end of a pseudo-terminal, whose doors fall shut by themselves."""
    cabinet = BoardCabinet("cu48", addresses=[3], ways=48, timers=mailbox, spring_s=0.05, closes_after_s=lambda: 1.0)
    line = PtyLine(cabinet.wires, timers=mailbox)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", SUITE, "-k", "not another_length"],
        env=os.environ | {VARIABLE: f"cu48:{line.url}:3:2,5,9,10,48:1", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    line.close()

    assert run.returncode == 0, run.stdout
    told = run.stdout.splitlines()
    pulsed = {no for no in cabinet.doors if cabinet.pulses(no)}
    assert pulsed == {2, 5, 48}, "the first two, and the last"
    (summary,) = [one for one in told if one.startswith("=") and "for pretended boards alone" in one]
    tried, skipped = (int(number) for number in re.findall(r": (\d+) tried, (\d+) for", summary)[0])
    assert tried >= 7
    named = [one for one in told if one.startswith("not tried: ")]
    assert len(named) == skipped
    assert "not tried: test_a_dead_board_stops_no_other[cu48]" in named
    assert any("no real board has: cabinet, wires" in one for one in told)
    cabinet.supply.assert_unharmed()


@pytest.mark.parametrize("text", ["cu48", "cu49:/dev/ttyUSB0:0:1:1", "cu48:/dev/ttyUSB0:0:1:2", "cu48:/dev/x:a:1:1"])
def test_a_board_that_is_named_wrongly_is_no_board(text):
    with pytest.raises(ValueError, match=r".+"):
        RealBoard.parse(text)


def test_a_bridge_is_named_with_its_port():
    assert RealBoard.parse("cu16:socket://192.0.2.9:5000:1:1,4:0") == RealBoard(
        "cu16", "socket://192.0.2.9:5000", 1, (1, 4), shut_is=False
    )
