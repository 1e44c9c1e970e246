"""The firmware as it is started on a Pi: a real process on mock pins, a real broker."""

import contextlib
import os
import queue
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devices.runtime.mailbox import Mailbox
from devices.runtime.mqtt import Connection
from devices.runtime.store import SqliteLog
from devices.wire import codec
from devices.wire.messages import ActorClass, Chal, EventKind, Open, Prep
from devices.wire.signing import SigningKey
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import PtyLine

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0
BASE = "hearth/1/demo/bank-a"
GATEWAY = SigningKey.generate()
CMD_ID = "c" * 32

NODE = """
site = "demo"
device = "bank-a"
gateway_key = "{gateway}"
[broker]
host = "{host}"
port = {port}
[[doors]]
no = 1
strike_pin = 17
contact_pin = 27
"""


class Firmware:
    """`python -m devices locker_bank --config node.toml` (or another node) in a directory of its own."""

    def __init__(self, directory, node="locker_bank", **environ):
        self.directory = directory
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devices", node, "--config", str(directory / "node.toml")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "GPIOZERO_PIN_FACTORY": "mock", **environ},
        )

    def end(self):
        """Its exit code and what it wrote to stderr."""
        try:
            _, said = self.process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, said


@pytest.fixture
def start(tmp_path):
    """`start(text, **environ)`: the firmware on that node.toml."""
    started = []

    def start(text, **environ):
        (tmp_path / "node.toml").write_text(text, encoding="utf-8")
        started.append(Firmware(tmp_path, **environ))
        return started[-1]

    yield start
    for firmware in started:
        firmware.process.kill()
        firmware.process.communicate()


class Gateway:
    """The other end: hears the device and decodes, says what it is told to."""

    def __init__(self, broker, directory):
        self._directory = directory
        self.heard = {channel: queue.Queue() for channel in ("state", "chal", "evt")}
        ready = threading.Event()
        self.connection = Connection(
            client_id="gateway",
            host=broker.host,
            port=broker.port,
            subscriptions=[(f"{BASE}/{channel}", 1) for channel in self.heard],
            ping_topic="hearth/1/demo/gateway/ping",
            on_message=lambda incoming: self.heard[incoming.topic.rpartition("/")[2]].put(incoming.payload),
            on_ready=ready.set,
        )
        self.connection.start()
        assert ready.wait(PATIENCE_S)

    def say(self, command):
        topic = f"{BASE}/cmd"
        self.connection.publish(topic, codec.encode_command(command, topic=topic, key=GATEWAY), qos=0)

    def next_state(self):
        return codec.decode_state(self.heard["state"].get(timeout=PATIENCE_S))

    def next_answer(self):
        return codec.decode_answer(
            self.heard["chal"].get(timeout=PATIENCE_S), topic=f"{BASE}/chal", key=self._device_key()
        )

    def next_event(self, *kinds):
        """The next one of these kinds."""
        while True:
            payload = self.heard["evt"].get(timeout=PATIENCE_S)
            event = codec.decode_event(payload, topic=f"{BASE}/evt", key=self._device_key()).msg
            if event.kind in kinds:
                return event

    def open_door(self, pulse_ms=200, door=1):
        """The whole dialogue, up to the permission."""
        self.say(Prep(cmd_id=CMD_ID, door=door, gw_boot="0" * 16))
        challenge = self.next_answer()
        assert isinstance(challenge, Chal)
        self.say(
            Open(
                cmd_id=CMD_ID,
                door=door,
                nonce=challenge.nonce,
                dev_boot=challenge.dev_boot,
                pulse_ms=pulse_ms,
                max_age_ms=5000,
                actor_class=ActorClass.MEMBER,
            )
        )

    def _device_key(self):
        return SigningKey.load(self._directory / "device.pem").public()


@pytest.fixture
def gateway(mosquitto, tmp_path):
    gateway = Gateway(mosquitto, tmp_path)
    yield gateway
    gateway.connection.stop()


@pytest.fixture
def node(mosquitto):
    return NODE.format(gateway=GATEWAY.public().text(), host=mosquitto.host, port=mosquitto.port)


def test_the_first_start_makes_a_key_and_every_start_prints_its_fingerprint(start, node, gateway, tmp_path):
    for _ in range(2):
        firmware = start(node)
        said = firmware.process.stdout.readline()
        assert gateway.next_state().online
        key = SigningKey.load(tmp_path / "device.pem")
        assert said == f"bank-a: key fingerprint {key.public().fingerprint()}\n"
        firmware.process.terminate()
        firmware.end()
        assert not gateway.next_state().online

    assert stat.S_IMODE((tmp_path / "device.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(start, node, gateway, number):
    firmware = start(node)
    online = gateway.next_state()
    firmware.process.send_signal(number)

    code, said = firmware.end()

    assert code == 0, said
    assert "Traceback" not in said
    offline = gateway.next_state()
    assert (offline.online, offline.boot_id) == (False, online.boot_id)


def test_an_authentic_open_pulses_the_strike_once_and_is_told(start, node, gateway):
    firmware = start(node)
    assert gateway.next_state().online

    gateway.open_door()

    assert gateway.next_event(EventKind.INTENT).cmd_id == CMD_ID
    assert gateway.next_event(EventKind.DONE).cmd_id == CMD_ID
    strike = [line for line in iter_until(firmware.process.stderr, r"strike 1 off$") if "strike 1" in line]
    assert [line.split()[-1] for line in strike] == ["on", "off"]


def test_a_guard_that_dies_is_started_again_before_anybody_needs_it(start, node, gateway):
    firmware = start(node)
    assert gateway.next_state().online
    children = Path(f"/proc/{firmware.process.pid}/task/{firmware.process.pid}/children")
    os.kill(int(children.read_text()), signal.SIGKILL)
    iter_until(firmware.process.stderr, "another has started")

    gateway.open_door()

    assert gateway.next_event(EventKind.DONE, EventKind.REFUSED).kind is EventKind.DONE


def test_killed_between_intent_and_pulse_it_says_so_at_the_next_start(start, node, gateway):
    firmware = start(node, HEARTH_KILL_AT="intent.kept")
    assert gateway.next_state().online
    gateway.open_door()

    code, said = firmware.end()
    assert code == -signal.SIGKILL
    assert "strike 1" not in said

    start(node)
    dangling = gateway.next_event(EventKind.POSSIBLE, EventKind.INFERRED)
    assert dangling.cmd_id == CMD_ID


def test_it_starts_and_waits_when_there_is_no_broker_yet(start, mosquitto, node, tmp_path):
    mosquitto.kill()
    firmware = start(node)
    iter_until(firmware.process.stderr, "cannot be reached")
    mosquitto.start()

    gateway = Gateway(mosquitto, tmp_path)
    try:
        assert gateway.next_state().online
    finally:
        gateway.connection.stop()


def test_systemd_is_told_when_it_is_ready_alive_and_stopping(start, node, gateway, tmp_path):
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE_S)
        firmware = start(node, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="200000")
        heard = [systemd.recv(64) for _ in range(4)]
        firmware.process.terminate()
        while heard[-1] != b"STOPPING=1":
            heard.append(systemd.recv(64))

    assert heard.count(b"READY=1") == 1
    assert heard.count(b"WATCHDOG=1") >= 3
    assert firmware.end()[0] == 0


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("no = 1", "no = 0", r"doors\[0\]\.no: .*found 0"),
        ("[broker]", "pulse_ms = 300\n[broker]", r"unknown field `pulse_ms`"),
        ("strike_pin = 17", "strike_pin = 40", r"pin 40 cannot be used"),
        ("[broker]", 'key = "nowhere/device.pem"\n[broker]', r"key: .*nowhere/device\.pem does not serve"),
        ("[broker]", 'log = "node.toml"\n[broker]', r"node\.toml cannot be used as a log"),
        (
            "[[doors]]",
            '[[board]]\nfamily = "cu48"\nport = "p"\naddress = 10\nfirst_door = 2\n[[doors]]',
            r"board\[0\]\.address: expected 0 to 9 for cu48, found 10",
        ),
        (
            "[[doors]]",
            '[[board]]\nfamily = "cu48"\nport = "p"\naddress = 0\nfirst_door = 1\n[[doors]]',
            r"board\[0\]\.first_door: door 1 stands there twice",
        ),
    ],
)
def test_a_mistake_ends_it_with_one_sentence(start, node, right, wrong, said):
    code, stderr = start(node.replace(right, wrong, 1)).end()

    assert code == 1
    assert re.search(said, stderr.splitlines()[-1])
    assert "Traceback" not in stderr


BOARD = """
[[board]]
family = "8a"
port = "{port}"
address = 1
first_door = 2
ways = 8
shut_is = 1
"""


@pytest.fixture
def cabinet():
    """Eight doors on a simulated board at the other end of a pseudo-terminal."""
    physics = Mailbox("physics")
    physics.start()
    cabinet = BoardCabinet("8a", addresses=[1], ways=8, timers=physics)
    cabinet.line = PtyLine(cabinet.wires, timers=physics)
    yield cabinet
    cabinet.line.close()
    physics.stop()
    cabinet.supply.assert_unharmed()


FULL = """
[[board]]
family = "cu48"
port = "/dev/no-such-port"
address = {address}
first_door = {first_door}
shut_is = 1
"""


def test_a_bank_of_more_doors_than_it_can_tell_of_does_not_start(start, node):
    boards = [FULL.format(address=no, first_door=2 + 48 * no) for no in range(4)]

    code, said = start(node + "".join(boards)).end()

    assert code == 1
    assert "193 doors are more than one bank can tell of" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("with_pins", [True, False])
def test_doors_on_boards_open_as_doors_on_pins_do_and_beside_them(start, node, gateway, cabinet, with_pins):
    if not with_pins:
        node = node[: node.index("[[doors]]")]
    firmware = start(node + BOARD.format(port=cabinet.line.url))
    state = gateway.next_state()
    assert list(state.doors) == [str(no) for no in range(1 if with_pins else 2, 10)]
    assert state.doors["3"] == "shut"

    gateway.open_door(door=3)

    while (opened := gateway.next_event(EventKind.DOOR_OPEN)).cmd_id != CMD_ID:
        pass  # a mock pin reads as an open door
    assert opened.door == 3
    assert cabinet.pulses(2) == 1
    firmware.process.terminate()
    code, said = firmware.end()
    assert code == 0, said
    assert "Traceback" not in said


def test_a_bank_whose_boards_are_not_there_starts_and_says_that_it_cannot_see_its_doors(start, node, gateway):
    start(node + BOARD.format(port="/dev/no-such-port"))

    state = gateway.next_state()

    assert set(list(state.doors.values())[1:]) == {"unknown"}


STUCK = """
import threading
from devices.runtime.program import wait
from devices.runtime.mailbox import Mailbox

mailbox = Mailbox()
mailbox.start()
mailbox.call_soon(threading.Event().wait)
wait(mailbox, look_after=[], stuck_s=0.1)
"""


def test_a_firmware_that_is_stuck_ends_so_that_it_can_be_started_again():
    stuck = subprocess.run(
        [sys.executable, "-c", STUCK], cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )

    assert stuck.returncode == 1
    assert "stuck in one act for 0.1 s" in stuck.stderr


def test_help_shows_an_example():
    shown = subprocess.run(
        [sys.executable, "-m", "devices", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert "python -m devices locker_bank --config" in shown


def test_a_wrong_use_is_exit_code_two():
    wrong = subprocess.run([sys.executable, "-m", "devices", "toaster"], cwd=ROOT, capture_output=True, check=False)

    assert wrong.returncode == 2


def test_stopped_in_the_middle_of_a_pulse_it_leaves_no_strike_on_and_its_log_whole(start, node, gateway, tmp_path):
    firmware = start(node)
    assert gateway.next_state().online
    gateway.open_door(pulse_ms=1000)
    gateway.next_event(EventKind.DONE)
    firmware.process.terminate()

    code, said = firmware.end()

    assert code == 0
    assert re.findall(r"strike 1 (on|off)", said) == ["on", "off"]
    log = SqliteLog(tmp_path / "log.db")
    assert [event.kind for event in log.waiting()][-2:] == [EventKind.INTENT, EventKind.DONE]
    log.close()


def iter_until(lines, pattern):
    """Lines up to and with the first that matches."""
    seen = []
    for line in lines:
        seen.append(line)
        if re.search(pattern, line.rstrip()):
            return seen
    raise AssertionError(f"{pattern} never came: {seen}")
