"""The supervisor over real processes: small children that write down what happens to them."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gateway.supervisor import LOOP, ending, restart_delay_s
from tests.broker_fixture import eventually

ROOT = Path(__file__).parents[2]

# A child: writes `NAME up PID`, then obeys SIGTERM unless it is stubborn, or ends at once when it is sickly.
CHILD = """
import os, signal, sys, time
name, manner, diary = sys.argv[1:4]
def write(what):
    with open(diary, "a") as file:
        file.write(f"{name} {what}\\n")
def end(*_):
    write("asked to stop")
    if manner != "stubborn":
        sys.exit(0)
signal.signal(signal.SIGTERM, end)
write(f"up {os.getpid()}")
if manner == "sickly":
    sys.exit(3)
while True:
    time.sleep(60)
"""

# The process under test: supervises children in the order given, says what it has to say into the diary.
SUPERVISE = """
import sys
from gateway import supervisor
supervisor.STOP_S = 0.3
diary = sys.argv[1]
def write(what):
    with open(diary, "a") as file:
        file.write(what + "\\n")
def is_up(name):
    return lambda: f"{name} up" in open(diary).read()
programs = [
    supervisor.Program(name, [sys.executable, "-S", "-c", sys.argv[2], name, manner, diary],
        is_ready=is_up(name), patience_s=20)
    for name, manner in (word.split(":") for word in sys.argv[3:])
]
supervisor.Supervisor(programs, say=lambda what: write("says: " + what)).run(lambda: write("ready"))
write("stopped")
"""


class Supervised:
    """A running supervisor and its diary."""

    def __init__(self, diary: Path, *children: str) -> None:
        self.diary = diary
        diary.touch()
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SUPERVISE), str(diary), CHILD, *children],
            cwd=ROOT,
            start_new_session=True,
        )

    def lines(self) -> list[str]:
        return self.diary.read_text().splitlines()

    def says(self) -> list[str]:
        return [line.removeprefix("says: ") for line in self.lines() if line.startswith("says: ")]

    def pids(self, name: str) -> list[int]:
        return [int(line.split()[2]) for line in self.lines() if line.startswith(f"{name} up ")]

    def until(self, line: str) -> None:
        eventually(lambda: line in self.lines(), patience_s=30)


@pytest.fixture
def supervise(tmp_path):
    """Start a supervisor; whatever of it is left at the end is killed."""
    running: list[Supervised] = []

    def start(*children: str) -> Supervised:
        running.append(Supervised(tmp_path / "diary", *children))
        return running[-1]

    yield start
    for supervised in running:
        supervised.process.kill()
        supervised.process.wait()


def is_gone(pid: int) -> bool:
    """Ended; a zombie that nobody has waited for yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_programs_start_in_order_and_stop_in_reverse(supervise):
    supervised = supervise("broker:good", "gateway:good", "api:good")
    supervised.until("ready")
    supervised.process.send_signal(signal.SIGTERM)

    assert supervised.process.wait(30) == 0
    names = [line.split()[0] for line in supervised.lines() if " up " in line]
    assert names == ["broker", "gateway", "api"]
    stops = [line for line in supervised.lines() if line.endswith("asked to stop")]
    assert stops == ["api asked to stop", "gateway asked to stop", "broker asked to stop"]


def test_ctrl_c_reaches_the_children_only_through_the_supervisor(supervise):
    supervised = supervise("broker:good", "api:good")
    supervised.until("ready")
    os.killpg(supervised.process.pid, signal.SIGINT)  # what a terminal does at Ctrl-C

    assert supervised.process.wait(30) == 0
    assert supervised.lines()[-3:] == ["api asked to stop", "broker asked to stop", "stopped"]
    assert supervised.says() == ["stopping (SIGINT)"]


def test_a_program_that_dies_is_started_again_and_the_others_are_left_alone(supervise):
    supervised = supervise("broker:good", "gateway:good")
    supervised.until("ready")
    os.kill(supervised.pids("gateway")[0], signal.SIGKILL)
    eventually(lambda: len(supervised.pids("gateway")) == 2)

    assert supervised.says() == ["the gateway was killed by SIGKILL; starting it again"]
    assert len(supervised.pids("broker")) == 1


def test_a_program_that_dies_again_and_again_is_said_in_words(supervise):
    supervised = supervise("broker:good", "gateway:sickly")
    eventually(lambda: len(supervised.says()) >= LOOP, patience_s=30)

    assert supervised.says()[0] == "the gateway ended with code 3; starting it again"
    assert "the gateway ended with code 3, 3 times in a row" in supervised.says()[2]


def test_a_program_that_will_not_stop_is_killed(supervise):
    supervised = supervise("broker:good", "gateway:stubborn")
    supervised.until("ready")
    (stubborn,) = supervised.pids("gateway")
    supervised.process.send_signal(signal.SIGINT)

    assert supervised.process.wait(30) == 0
    assert is_gone(stubborn)
    assert supervised.lines()[-2:] == ["broker asked to stop", "stopped"]


def test_when_the_supervisor_is_killed_its_children_go_with_it(supervise):
    supervised = supervise("broker:stubborn", "gateway:good")
    supervised.until("ready")
    children = supervised.pids("broker") + supervised.pids("gateway")
    supervised.process.kill()

    eventually(lambda: all(map(is_gone, children)))
    assert not any(line.endswith("asked to stop") for line in supervised.lines())


def test_being_told_to_stop_while_starting_stops_what_has_started(supervise):
    supervised = supervise("broker:good", "gateway:sickly", "api:good")
    eventually(lambda: bool(supervised.pids("broker")))
    supervised.process.send_signal(signal.SIGTERM)

    assert supervised.process.wait(30) == 0
    assert supervised.lines()[-1] == "stopped"
    assert all(is_gone(pid) for pid in supervised.pids("broker"))


def test_waiting_doubles_and_has_an_end():
    assert [restart_delay_s(deaths) for deaths in (1, 2, 3, 4)] == [0.2, 0.4, 0.8, 1.6]
    assert restart_delay_s(50) == 10.0


def test_endings_are_said_as_a_person_would():
    assert ending(0) == "ended with code 0"
    assert ending(-signal.SIGSEGV) == "was killed by SIGSEGV"
