"""`python -m firmware_sim`: whole processes, a real broker, doors in real time."""

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.runtime.mqtt import Connection, Incoming
from devices.wire import codec
from devices.wire.messages import ActorClass, Chal, Event, Open, Prep, State
from devices.wire.signing import PublicKey, SigningKey
from firmware_sim.ledger import Cause, What, pulses_of, read_ledger

pytestmark = pytest.mark.processes

PATIENCE_S = 20.0
KEY = SigningKey.generate()


class Gateway:
    """The other end of the wire: signs for every challenge, acknowledges nothing, keeps what it hears."""

    def __init__(self, port: int) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.states: queue.Queue[State] = queue.Queue()
        self.keys: dict[str, PublicKey] = {}
        self._commands = 0
        ready: queue.Queue[bool] = queue.Queue()
        self.connection = Connection(
            client_id="gateway",
            host="127.0.0.1",
            port=port,
            subscriptions=[(f"hearth/1/demo/+/{channel}", 1) for channel in ("chal", "evt", "state")],
            ping_topic="hearth/1/demo/gateway/ping",
            on_message=self._hear,
            on_ready=lambda: ready.put(True),
        )
        self.connection.start()
        ready.get(timeout=PATIENCE_S)

    def open(self, device: str, door: int) -> None:
        self._commands += 1
        self._say(device, Prep(cmd_id=f"{self._commands:032x}", door=door, gw_boot="0" * 16))

    def wait_for(self, kind: str) -> Event:
        while (event := self.events.get(timeout=PATIENCE_S)).kind != kind:
            pass
        return event

    def wait_for_state(self, *, online: bool) -> State:
        while (state := self.states.get(timeout=PATIENCE_S)).online is not online:
            pass
        return state

    def _hear(self, incoming: Incoming) -> None:
        device = incoming.topic.split("/")[3]
        if incoming.topic.endswith("/state"):
            state = codec.decode_state(incoming.payload)
            if state.key:
                self.keys[device] = PublicKey.from_text(state.key)
            self.states.put(state)
        elif incoming.topic.endswith("/evt"):
            self.events.put(codec.decode_event(incoming.payload, topic=incoming.topic, key=self.keys[device]).msg)
        else:
            self._sign(device, codec.decode_answer(incoming.payload, topic=incoming.topic, key=self.keys[device]))

    def _sign(self, device: str, chal: Chal) -> None:
        self._say(
            device,
            Open(
                cmd_id=chal.cmd_id,
                door=chal.door,
                nonce=chal.nonce,
                dev_boot=chal.dev_boot,
                pulse_ms=300,
                max_age_ms=5000,
                actor_class=ActorClass.MEMBER,
            ),
        )

    def _say(self, device: str, message: Prep | Open) -> None:
        topic = f"hearth/1/demo/{device}/cmd"
        self.connection.publish(topic, codec.encode_command(message, topic=topic, key=KEY), qos=0)


class Program:
    """`python -m firmware_sim …`, running."""

    def __init__(self, *arguments: str | Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "firmware_sim", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )

    def line(self) -> str:
        return self.process.stdout.readline().rstrip("\n")

    def order(self, line: str) -> str:
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.line()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


@pytest.fixture
def gateway(mosquitto) -> Iterator[Gateway]:
    gateway = Gateway(mosquitto.port)
    yield gateway
    gateway.connection.stop()


@pytest.fixture
def run() -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def start(*arguments: str | Path, **environment: str) -> Program:
        programs.append(Program(*arguments, **environment))
        return programs[-1]

    yield start
    for program in programs:
        program.process.kill()
        program.process.communicate()


def write_node(directory: Path, device: str, *, port: int, doors: int = 2) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "node.toml"
    wiring = "".join(
        f"[[doors]]\nno = {no}\nstrike_pin = {2 * no}\ncontact_pin = {2 * no + 1}\n" for no in range(1, doors + 1)
    )
    path.write_text(
        f'site = "demo"\ndevice = "{device}"\ngateway_key = "{KEY.public().text()}"\n'
        f'[broker]\nhost = "127.0.0.1"\nport = {port}\n{wiring}'
    )
    return path


def test_a_bank_opens_its_doors_and_says_goodbye(gateway: Gateway, mosquitto, run, tmp_path: Path):
    bank = run("bank", "--config", write_node(tmp_path, "bank-a", port=mosquitto.port, doors=24))
    assert bank.line() == "bank-a: 24 doors, ready"
    gateway.wait_for_state(online=True)

    gateway.open("bank-a", 24)
    assert gateway.wait_for("door_open").door == 24
    assert bank.order("doors") == "ok doors 24"

    assert bank.order("shut 24") == "ok shut 24"
    assert gateway.wait_for("door_closed").door == 24
    assert bank.order("force 7") == "ok force 7"
    assert gateway.wait_for("forced").door == 7
    assert bank.order("fly 7").startswith("error fly 7: ")

    assert bank.end() == 0
    gateway.wait_for_state(online=False)


BOARDS = """
[[board]]
family = "8a"
port = "/dev/ttyUSB0"
address = 1
first_door = 1
ways = 8
shut_is = 1

[[board]]
family = "cu16"
port = "/dev/ttyUSB1"
address = 3
numbers = [12, 11, 0, 10]
contacts = [2, 1]
shut_is = 0
reversed = [4]
"""


def test_a_bank_on_boards_opens_its_doors_over_lines_of_its_own_and_is_as_it_was_when_it_comes_back(
    gateway: Gateway, mosquitto, run, tmp_path: Path
):
    config = write_node(tmp_path, "bank-a", port=mosquitto.port, doors=0)
    config.write_text(config.read_text() + BOARDS)
    ledger = tmp_path / "ledger.jsonl"
    bank = run("bank", "--config", config, "--ledger", ledger)
    assert bank.line() == "bank-a: 11 doors, ready"
    state = gateway.wait_for_state(online=True)
    assert set(state.doors.values()) == {"shut"}
    assert {part.health for part in state.parts} == {"ok"}

    for door in (8, 12):
        gateway.open("bank-a", door)
        assert gateway.wait_for("door_open").door == door
    assert bank.order("shut 12") == "ok shut 12"
    assert gateway.wait_for("door_closed").door == 12
    assert bank.end() == 0
    gateway.wait_for_state(online=False)

    again = run("bank", "--config", config, "--ledger", ledger)
    assert again.line() == "bank-a: 11 doors, ready"
    assert again.order("doors") == "ok doors 8"
    state = gateway.wait_for_state(online=True)
    assert {no for no, level in state.doors.items() if level == "open"} == {"8"}
    assert again.end() == 0


def test_a_jammed_door_is_pulsed_and_stays_shut(gateway: Gateway, mosquitto, run, tmp_path: Path):
    ledger = tmp_path / "ledger.jsonl"
    bank = run("bank", "--config", write_node(tmp_path, "bank-a", port=mosquitto.port), "--ledger", ledger)
    bank.line()
    gateway.wait_for_state(online=True)
    bank.order("jam 1")
    gateway.open("bank-a", 1)
    gateway.wait_for("done")
    assert bank.order("doors") == "ok doors"
    assert bank.end(signal.SIGINT) == 0
    assert [fact.what for fact in read_ledger(ledger)] == [What.JAMMED, What.STRIKE_ON, What.STRIKE_OFF]


def test_a_bank_killed_while_its_strike_is_on_finds_the_door_open_when_it_is_back(
    gateway: Gateway, mosquitto, run, tmp_path: Path
):
    ledger = tmp_path / "ledger.jsonl"
    arguments = ["bank", "--config", write_node(tmp_path, "bank-a", port=mosquitto.port), "--ledger", ledger]
    bank = run(*arguments, HEARTH_KILL_AT="pulsed")
    bank.line()
    gateway.wait_for_state(online=True)
    gateway.open("bank-a", 1)
    assert bank.wait() == -signal.SIGKILL
    gateway.wait_for_state(online=False)  # its will

    bank = run(*arguments)
    assert bank.line() == "bank-a: 2 doors, ready"
    assert gateway.wait_for("inferred").door == 1
    assert bank.end() == 0

    facts = read_ledger(ledger)
    assert len(pulses_of(facts)) == 1
    assert [fact.cause for fact in facts if fact.what is What.OPENED] == [Cause.STRIKE]


def test_the_demo_runs_every_bank_and_somebody_shuts_the_doors(gateway: Gateway, mosquitto, run, tmp_path: Path):
    for device in ("bank-a", "bank-b"):
        write_node(tmp_path / "demo" / device, device, port=mosquitto.port)
    demo = run("demo", "--centre", tmp_path, "--closes-after", "0.5")
    assert {demo.line(), demo.line()} == {"bank-a: 2 doors, ready", "bank-b: 2 doors, ready"}
    gateway.wait_for_state(online=True)
    gateway.wait_for_state(online=True)

    gateway.open("bank-b", 2)
    gateway.wait_for("door_open")
    gateway.wait_for("door_closed")

    assert demo.order("bank-a force 1") == "ok bank-a force 1"
    assert demo.end() == 0


@pytest.mark.parametrize(("name", "sentence"), [("ledger.jsonl", "is not a ledger"), ("device.pem", "key: ")])
def test_a_file_that_is_something_else_is_named_and_left_alone(run, tmp_path: Path, name: str, sentence: str):
    path = tmp_path / name
    path.write_text("a letter to my aunt\n")
    config = write_node(tmp_path, "bank-a", port=1)
    program = run("bank", "--config", config, "--ledger", tmp_path / "ledger.jsonl")
    _, said = program.process.communicate(timeout=PATIENCE_S)
    assert program.process.returncode == 1
    assert sentence in said
    assert str(path) in said
    assert path.read_text() == "a letter to my aunt\n"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["demo", "--centre", "nowhere"], 1, "there is no demo"),
        (["bank", "--config", "nowhere/node.toml"], 1, "nowhere/node.toml cannot be read"),
        (["earthquake"], 2, "invalid choice: 'earthquake'"),
        (["bank"], 2, "--config"),
    ],
)
def test_what_cannot_start_says_why(run, arguments: list[str], code: int, sentence: str):
    program = run(*arguments)
    _, said = program.process.communicate(timeout=PATIENCE_S)
    assert program.process.returncode == code
    assert sentence in said
    assert "Traceback" not in said
