"""How fast lock boards are swept, and how soon a pulse is proven: `python benchmarks/board_sweep.py [--boards N]`.

For each family a line of N simulated boards on a pseudo-terminal whose bytes take as long as they would at the family's
speed, and boards that think for 5 ms (200 ms in the 8A family, whose sheet says so). Ours is the production bus over
pyserial. A sweep is a look at every contact of every board, back to back; a verdict is the time from asking for a pulse
until the contact says open, with a door that springs open at once.

The floor is measured in the same run on the same line: a bare loop that writes the same questions to pyserial and reads
as many bytes as it knows will come; after a pulse it looks until the contact reads open. Beside it the limit that no
program can pass: the time of the bytes on the line and of the boards' thinking.
"""

import argparse
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import serial

from devices.boards.bus import REST_S, Board, Bus
from devices.boards.families import FAMILIES, family
from devices.boards.frames import Contacts, Family
from devices.boards.line import Line
from devices.boards.port import SerialPort
from devices.boards.power import Supply
from devices.runtime.mailbox import Mailbox
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import PtyLine

PULSE_S = 0.1
BETWEEN_S = 0.4  # the supply's pulse and rest, and the door's shutting
PATIENCE_S = 20.0


def main() -> int:
    """One line a family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boards", type=int, default=4, help="boards on the line (default 4)")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long to sweep (default 4)")
    parser.add_argument("--pulses", type=int, default=8, help="pulses for each family (default 8)")
    options = parser.parse_args()
    print(f"{options.boards} boards on a line; times in ms")
    print("family      sweep: ours   bare  ratio  limit  of limit   pulse to verdict: ours   bare  ratio")
    for name in FAMILIES:
        with line_of(name, options.boards) as (cabinet, url, spoken, addresses):
            bare_sweep, bare_verdict = measure_bare(cabinet, url, spoken, addresses, options)
            sweep, verdict = measure_ours(url, spoken, addresses, options)
            limit = limit_s(spoken, addresses, cabinet)
        print(
            f"{name:10} {sweep * 1e3:12.0f} {bare_sweep * 1e3:6.0f} {sweep / bare_sweep:6.2f} {limit * 1e3:6.0f}"
            f" {sweep / limit:9.2f} {verdict * 1e3:24.0f} {bare_verdict * 1e3:6.0f} {verdict / bare_verdict:6.2f}"
        )
    return 0


@contextmanager
def line_of(name: str, boards: int) -> Iterator[tuple[BoardCabinet, str, Family, list[int]]]:
    """A cabinet, the device file of its line, the family, and the boards' addresses."""
    spoken = family(name)
    addresses = list(spoken.profile.addresses)[:boards]
    physics = Mailbox("physics")
    cabinet = BoardCabinet(
        name,
        addresses=addresses,
        ways=spoken.profile.ways,
        timers=physics,
        pulse_s=PULSE_S,
        spring_s=0.0,
        closes_after_s=lambda: PULSE_S + 0.2,
    )
    line = PtyLine(cabinet.wires, timers=physics, baud=spoken.profile.baud)
    physics.start()
    try:
        yield cabinet, line.url, spoken, addresses
    finally:
        line.close()
        physics.stop()


def limit_s(spoken: Family, addresses: list[int], cabinet: BoardCabinet) -> float:
    """The time of all questions and answers on the line, and of the boards' thinking."""
    thinks_s = cabinet.wires.boards[0].thinks_s
    questions = [question for address in addresses for question in spoken.sweep(address)]
    air_s = sum(len(question) + answer_length(cabinet, question) for question in questions) * 10 / spoken.profile.baud
    return air_s + thinks_s * len(questions)


def answer_length(cabinet: BoardCabinet, question: bytes) -> int:
    """As many bytes as the board that is asked will say."""
    for board in cabinet.wires.boards:
        order = board.order(question) if board.length(question) == len(question) else None
        if order is not None:
            return len(board.answer(order, question))
    raise ValueError(f"no board understands {question.hex(' ')}")


class CountingPort(SerialPort):
    """It counts what is written."""

    written = 0

    def write(self, data: bytes) -> None:
        self.written += 1
        super().write(data)


def measure_ours(url: str, spoken: Family, addresses: list[int], options: argparse.Namespace) -> tuple[float, float]:
    """Seconds for a sweep of all boards, and from a pulse to its verdict (median)."""
    node = Mailbox("node")
    port = CountingPort(url, baud=spoken.profile.baud, timers=node)
    supply = Supply()
    boards = [
        Board(a, channels=range(1, spoken.profile.ways + 1), shut_is=True, supply=supply, pulse_s=PULSE_S)
        for a in addresses
    ]
    line = Line(port, spoken, timers=node)
    bus = Bus(line, spoken, boards, timers=node, sweep_s=0.0)
    seen = threading.Event()
    node.call_soon(lambda: bus.start(seen.set))
    node.start()
    if not seen.wait(PATIENCE_S):
        raise TimeoutError(f"the boards of {spoken.profile.name} were not seen")
    time.sleep(1.0)  # whatever the start still had to say
    before, began = port.written, time.perf_counter()
    time.sleep(options.seconds)
    turn_s = (time.perf_counter() - began) / (port.written - before)
    sweep = turn_s * sum(len(spoken.sweep(address)) for address in addresses)
    verdicts = [verdict_s(node, bus, boards[no % len(boards)], no // len(boards) + 1) for no in range(options.pulses)]
    bus.close()
    while port.is_alive:
        time.sleep(0.01)
    node.stop()
    return sweep, statistics.median(verdicts)


def verdict_s(node: Mailbox, bus: Bus, board: Board, channel: int) -> float:
    """One pulse."""
    opened = threading.Event()
    board.contacts[channel].when_opened = opened.set
    began = time.perf_counter()
    node.call_soon(lambda: bus.pulse(board, channel, PULSE_S))
    if not opened.wait(PATIENCE_S):
        raise TimeoutError("the door did not open")
    took = time.perf_counter() - began
    time.sleep(BETWEEN_S)
    return took


def measure_bare(
    cabinet: BoardCabinet, url: str, spoken: Family, addresses: list[int], options: argparse.Namespace
) -> tuple[float, float]:
    """The same by a loop that knows how many bytes will come and does nothing else."""
    questions = [question for address in addresses for question in spoken.sweep(address)]
    lengths = {question: answer_length(cabinet, question) for question in questions}
    with serial.serial_for_url(url, baudrate=spoken.profile.baud, timeout=PATIENCE_S) as port:
        sweeps = []
        until = time.perf_counter() + options.seconds
        while time.perf_counter() < until:
            began = time.perf_counter()
            for question in questions:
                port.write(question)
                port.read(lengths[question])
            sweeps.append(time.perf_counter() - began)
        verdicts = []
        for no in range(options.pulses):
            verdicts.append(bare_verdict_s(port, cabinet, spoken, addresses[no % len(addresses)], no))
            time.sleep(BETWEEN_S)
    time.sleep(REST_S)
    return statistics.fmean(sweeps), statistics.median(verdicts)


def bare_verdict_s(port: serial.SerialBase, cabinet: BoardCabinet, spoken: Family, address: int, no: int) -> float:
    """One pulse, its answer where there is one, and a look after the other."""
    channel = no % spoken.profile.ways + 1
    unlock, look = spoken.open_one(address, channel, seconds=PULSE_S), spoken.look(address, channel)
    began = time.perf_counter()
    port.write(unlock)
    port.read(answer_length(cabinet, unlock))
    while True:
        port.write(look)
        reply = spoken.decode(port.read(answer_length(cabinet, look)), asked=look)
        if isinstance(reply, Contacts) and not reply.bits[channel]:
            return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
