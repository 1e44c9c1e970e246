"""`python -m devices commission` as it is started on a Pi: a process, a pseudo-terminal, and a person who looks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from devices.ports import Draft
from devices.runtime import lock
from devices.runtime.config import load
from devices.runtime.mailbox import Mailbox
from devices.runtime.store import SqliteLog
from devices.wire.messages import EventKind
from firmware_sim.board_lines import PtyLine
from tests.devices.boards.rig import wait_for
from tests.devices.commission.rig import BOARDS, HEAD, Person, Wiring, node_text, straight

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[3]
A, B = BOARDS
ON_A_REAL_LINE = ("cu16", "winnsen")  # one that answers no order and one that does; in virtual time, all of them
CROOKED = Wiring(
    strikes={(A, 1): 2, (A, 2): 1, (A, 3): 3, (B, 1): 4, (B, 2): 5, (B, 3): 6},
    contacts={(A, 1): 2, (A, 2): 3, (A, 3): 1, (B, 1): 4, (B, 2): 5, (B, 3): 6},
    reversed_contacts=(5,),
    shut_is=False,
)


class Cabinet:
    """In real time, at the other end of a pseudo-terminal."""

    def __init__(self, name, directory, wiring=CROOKED):
        self.physics = Mailbox("physics")
        self.physics.start()
        self.cabinet = wiring.cabinet(name, self.physics, spring_s=0.05)
        self.line = PtyLine(self.cabinet.wires, timers=self.physics)
        self.file = directory / "node.toml"
        self.file.write_text(node_text(name, self.line.url))
        self.log = directory / "log.db"
        self.person = Person(self.cabinet.doors)
        self.asked = []
        self.heard = []

    def commission(self, *words, until=lambda told: False, **environ):
        """Run it and answer what it asks; its exit code and standard error. `until` kills it there."""
        process = subprocess.Popen(
            [sys.executable, "-m", "devices", "commission", "--config", str(self.file), "--json", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "GPIOZERO_PIN_FACTORY": "mock", **environ},
        )
        for line in process.stdout:
            told = json.loads(line)
            self.heard.append(told)
            if until(told):
                process.kill()
                break
            if "ask" in told:
                self.asked.append(told["ask"])
                process.stdin.write(self.answer(told["ask"]) + "\n")
                process.stdin.flush()
            elif told["say"] == "shut":
                self.physics.call_later(0.1, self.person.shut_everything)
        process.stdin.close()
        said = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
        return process.wait(), said

    def answer(self, asked):
        return "yes" if asked == "in_service" else self.person.answer(asked)

    def said(self, what):
        return [told for told in self.heard if told.get("say") == what]

    def pulses(self):
        return {no: self.cabinet.pulses(no) for no in self.cabinet.doors}

    def close(self):
        self.line.close()
        self.physics.stop()
        self.cabinet.supply.assert_unharmed()


@pytest.fixture
def make_cabinet(tmp_path):
    cabinets = []

    def make(name="cu16", **how):
        cabinets.append(Cabinet(name, tmp_path, **how))
        return cabinets[-1]

    yield make
    for cabinet in cabinets:
        cabinet.close()


@pytest.mark.parametrize("name", ON_A_REAL_LINE)
def test_over_a_real_line_a_crooked_cabinet_is_learnt_and_the_file_says_so(make_cabinet, name):
    cabinet = make_cabinet(name)

    code, said = cabinet.commission()

    assert (code, said.count("Traceback")) == (0, 0), said
    first, second = load(cabinet.file).board
    assert (first.numbers, first.contacts, first.reversed) == ([2, 1, 3], [1, 3, 2], [])
    assert (second.first_door, second.doors, second.contacts, second.reversed) == (4, 3, None, [2])
    assert (first.shut_is, second.shut_is) == (0, 0)
    assert set(cabinet.pulses().values()) == {1}
    assert (cabinet.file.parent / "commission.html").exists()


def test_killed_in_the_act_it_goes_on_and_asks_which_door_that_was(make_cabinet):
    cabinet = make_cabinet()
    cabinet.commission(HEARTH_KILL_AT="released")
    wait_for(lambda: any(door.is_open for door in cabinet.cabinet.doors.values()))

    code, said = cabinet.commission()

    assert code == 0, said
    assert cabinet.asked.count("door_after_cut") == 1
    assert set(cabinet.pulses().values()) == {1}


def test_whoever_hangs_up_is_told_to_come_back(make_cabinet):
    cabinet = make_cabinet()
    process = subprocess.run(
        [sys.executable, "-m", "devices", "commission", "--config", str(cabinet.file), "--language", "zh-CN"],
        cwd=ROOT,
        input="罗师傅\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert process.returncode == 130
    assert "请输入您的姓名" in process.stdout
    assert "再运行同样的命令会接着这里" in process.stdout


def test_beside_the_running_firmware_it_opens_nothing(make_cabinet):
    cabinet = make_cabinet()
    with lock.take(cabinet.log):
        code, said = cabinet.commission()

    assert code == 1
    assert "stop that first" in said
    assert set(cabinet.pulses().values()) == {0}


def test_the_firmware_does_not_start_beside_it(make_cabinet):
    cabinet = make_cabinet()
    cabinet.file.write_text(cabinet.file.read_text().replace("doors = 3\n", "doors = 3\nshut_is = 1\n"))
    with lock.take(cabinet.log):
        firmware = subprocess.run(
            [sys.executable, "-m", "devices", "locker_bank", "--config", str(cabinet.file)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert firmware.returncode == 1
    assert "stop that first" in firmware.stderr


def put_into_service(cabinet):
    log = SqliteLog(cabinet.log)
    log.append(Draft(kind=EventKind.BOOT, dev_boot="0" * 16, mono_ms=1), {})
    log.close()


def test_a_bank_in_service_is_left_alone(make_cabinet):
    cabinet = make_cabinet()
    put_into_service(cabinet)

    code, said = cabinet.commission()

    assert code == 1
    assert "--in-service" in said
    assert set(cabinet.pulses().values()) == {0}


def test_in_service_it_takes_a_typed_yes(make_cabinet):
    cabinet = make_cabinet()
    put_into_service(cabinet)
    cabinet.answer = lambda asked: ""

    code, _ = cabinet.commission("--in-service", "--rented", "3")

    assert code == 1
    assert cabinet.asked == ["in_service"]
    assert "3 compartments are rented" in cabinet.heard[-1]["rented"]
    assert set(cabinet.pulses().values()) == {0}


def test_in_service_each_door_that_opened_is_reported_to_the_gateway_as_forced(make_cabinet):
    cabinet = make_cabinet()
    put_into_service(cabinet)

    code, said = cabinet.commission("--in-service")

    assert code == 0, said
    log = SqliteLog(cabinet.log)
    forced = [(event.door, event.reason) for event in log.waiting() if event.kind is EventKind.FORCED]
    log.close()
    assert sorted(forced) == [(door, "commissioning") for door in range(1, 7)]


def test_a_line_of_which_nothing_is_known_is_asked_and_then_learnt(make_cabinet):
    cabinet = make_cabinet(wiring=Wiring(strikes=straight()))
    key = load(cabinet.file).gateway_key
    cabinet.file.write_text(HEAD.format(key=key))
    cabinet.answer = lambda asked: cabinet.person.answer(asked).replace("0", "s")

    code, said = cabinet.commission("--find", cabinet.line.url)

    assert code == 0, said
    assert [(found["family"], found["address"]) for found in cabinet.said("found")] == [("cu16", A), ("cu16", B)]
    assert [(board.family, board.address, board.doors) for board in load(cabinet.file).board] == [
        ("cu16", A, 3),
        ("cu16", B, 3),
    ]
    assert set(cabinet.pulses().values()) == {1}


def test_doors_on_pins_are_released_through_the_guard_and_a_bank_without_a_working_door_is_left_as_it_is(make_cabinet):
    """Mock pins have nothing soldered to them: every lock is released, no door opens, no contact moves."""
    cabinet = make_cabinet()
    key = load(cabinet.file).gateway_key
    doors = "".join(f"\n[[doors]]\nno = {no}\nstrike_pin = {no}\ncontact_pin = {20 + no}\n" for no in (4, 5))
    cabinet.file.write_text(HEAD.format(key=key) + doors)
    before = cabinet.file.read_text()

    code, said = cabinet.commission()

    assert code == 1
    assert [cabinet.asked.count(asked) for asked in ("door", "write")] == [2, 0]
    assert [line.split()[-1] for line in said.splitlines() if "strike" in line] == ["on", "off", "on", "off"]
    assert cabinet.said("nothing_works")
    assert "Traceback" not in said
    assert cabinet.file.read_text() == before


def test_help_shows_an_example():
    shown = subprocess.run(
        [sys.executable, "-m", "devices", "commission", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert "devices commission --config" in shown
