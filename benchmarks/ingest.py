"""From a device's message to the committed row: `python benchmarks/ingest.py [--seconds N] [--devices N …] [--rule]`.

The real gateway on real Mosquitto, one reading a message at QoS 1, from 10, 200 and 10,000 devices: paced at 250 a
second, and 10,000 at once. Printed are the gateway's processor time a reading, the bytes it hands to the disk a
reading, how many of them were acknowledged with a signature, and how long a burst takes until its last row can be read.

The devices ask for their acknowledgements as our nodes do that have been running for long: every few minutes, so of
a burst's only those are in its figures that fall into it. The most that the rest can cost is the burst in which every
message asks, measured until the last acknowledgement was heard.

Beside it the floor, measured in the same run on the same broker and disk: a bare paho subscriber that parses the JSON
and writes what gathered in a second with one `executemany` into a table without an index.

`--rule`: from a call button's message to the word that has a lamp show it, and to the one that tells of its alert, past
the commit; beside 250 readings a second. The floors, in turn with it: a bare paho subscriber that hears the same
readings, and for each call publishes at once, then commits one row durably and publishes again.
"""

import argparse
import base64
import itertools
import json
import math
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

import gateway
from devices.nodes.forwarder import ASK_S, MANY_UNDERWAY
from gateway.centre import open_centre
from gateway.fleet.model import Device, DeviceState, Presence
from gateway.founding import found
from gateway.lamps import CRY_S, LOOK_AGAIN_S
from gateway.recorder import COMMIT_S

PACE = 250  # readings a second
BURST = 10_000
CROWDS = (10, 200, 10_000)  # devices
AIM_CPU = 1.5
AIM_BYTES = 100
PATIENCE_S = 60.0
ASKED_S = ASK_S * 7 / 8  # of the average device
SITE = "bench"
FLOOR_CALL, FLOOR_SHOWN, FLOOR_TOLD = "floor/call", "floor/shown", "floor/told"
LAMP = "lamp-1"
LIVE = f"hearth/1/{SITE}/gateway/live/#"


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=40, help="how long it is paced for each crowd (default 40)")
    parser.add_argument("--devices", type=int, nargs="+", default=CROWDS, help="how many there are (10 200 10000)")
    parser.add_argument("--rule", action="store_true", help="measure only how long a call takes to be told")
    parser.add_argument("--floor", nargs=2, metavar=("PORT", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--floor-rule", nargs=2, metavar=("PORT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        return bare_subscriber(int(options.floor[0]), Path(options.floor[1]))
    if options.floor_rule:
        return bare_rule(int(options.floor_rule[0]), Path(options.floor_rule[1]))
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as name:
        if options.rule:
            with mosquitto(Path(name)) as port:
                measure_rule(Path(name), port, options.seconds)
            return 0
        for devices in options.devices:
            folder = Path(name) / str(devices)
            folder.mkdir()
            with mosquitto(folder) as port:
                measure(folder, port, devices, options.seconds)
    return 0


def measure(folder: Path, port: int, devices: int, seconds: int) -> None:
    """One crowd: hearth and the floor, one after the other, each paced and in a burst."""
    figures = {}
    for name, start in (("hearth", start_gateway), ("floor", start_floor)):
        with start(folder, port, devices) as sink:
            sender = Sender(port, devices)
            sender.send(devices)  # every device is known, every series has its number
            sink.wait_for(sender.sent)
            is_ours = name == "hearth"
            paced = run(sink, sender, count=PACE * seconds, pace=PACE, acknowledges=is_ours)
            burst = run(sink, sender, count=BURST, pace=None, acknowledges=is_ours)
            asking = run(sink, sender, count=BURST, pace=None, acknowledges=True, all_ask=True) if is_ours else burst
            figures[name] = (paced, burst, asking)
            sender.close()
    for place, kind in enumerate((f"paced at {PACE}/s", f"burst of {BURST:,}", "burst, all ask")):
        ours, floor = figures["hearth"][place], figures["floor"][place]
        cpu = f"{ours.cpu_us:6.1f} us (floor {floor.cpu_us:.1f}, ratio {ours.cpu_us / floor.cpu_us:.2f}, aim {AIM_CPU})"
        written = f"{ours.written:5.0f} bytes (floor {floor.written:.0f}, aim {AIM_BYTES})"
        took = f"all kept {ours.took_s:.1f} s after the first (floor {floor.took_s:.1f})"
        acks = f"{ours.acks:.3f} acknowledgements"
        print(f"{devices:>6,} devices, {kind:<16} a reading: {cpu}; {acks}; {written}; {took}", flush=True)


def measure_rule(folder: Path, port: int, seconds: int) -> None:
    """Calls, one after another, beside 250 readings a second; and the floor beside them too."""
    with start_gateway(folder, port, 10, LAMP) as sink, start_floor_rule(folder, port):
        stop = threading.Event()
        others = threading.Thread(target=_keep_sending, args=(port, stop))
        others.start()
        try:
            sink.wait_for(1)
            time.sleep(LOOK_AGAIN_S)  # the gateway knows its lamps
            ours = (Ear(port, f"hearth/1/{SITE}/{LAMP}/cmd", _is_a_cry), Ear(port, LIVE, _tells_of_a_call))
            bare = (Ear(port, FLOOR_SHOWN), Ear(port, FLOOR_TOLD))
            calls, floors = [], []
            until = time.monotonic() + seconds
            for no in itertools.count():
                if time.monotonic() > until:
                    break
                calls.append(heard_after(ours, f"hearth/1/{SITE}/dev-9/reading", _call(no)))
                time.sleep(0.05)
                floors.append(heard_after(bare, FLOOR_CALL, _call(no)))
                time.sleep(0.05)
        finally:
            stop.set()
            others.join()
    for what, one, floor in zip(("shown", "told"), zip(*calls, strict=True), zip(*floors, strict=True), strict=True):
        for name, aim in (("p50", 1), ("p99", 3)):
            ms, floor_ms = (statistics.quantiles(each, n=100)[int(name[1:]) - 1] * 1e3 for each in (one, floor))
            print(
                f"a call {what:<5}, {len(one)} of them, {name}: {ms:6.2f} ms (floor {floor_ms:.2f},"
                f" ratio {ms / floor_ms:.1f}, aim {aim})",
                flush=True,
            )


def _call(no: int) -> bytes:
    """Each at a button of its own, so that each is an alert of its own; in a hurry, as a facility node sends it."""
    reading = {"sensor": f"button-{no}", "metric": "call", "value": True}
    body = {
        "v": 1,
        "hurry": True,
        "store": "fedcba9876543210",
        "seq": no,
        "oldest": 0,
        "age_ms": 0,
        "readings": [reading],
    }
    return json.dumps(body, separators=(",", ":")).encode()


def _keep_sending(port: int, stop: threading.Event) -> None:
    sender = Sender(port, devices=9)
    while not stop.is_set():
        sender.send(PACE, PACE)
    sender.close()


class Ear:
    """Waits for the message that says so."""

    def __init__(
        self, port: int, topic: str, is_it: Callable[[bytes | bytearray], bool] = lambda _payload: True
    ) -> None:
        self._heard = threading.Event()
        self._heard_at = 0.0
        self.client = connected(port)
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self._is_it = is_it
        self.client.on_message = self._hear
        self.client.subscribe(topic)
        self.client.loop_start()
        subscribed.wait(PATIENCE_S)

    def _hear(self, _client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        heard_at = time.perf_counter()
        if not self._heard.is_set() and self._is_it(message.payload):
            self._heard_at = heard_at
            self._heard.set()

    def listen(self) -> None:
        """From now on."""
        self._heard.clear()

    def heard_at(self) -> float:
        """When it came. Raises TimeoutError."""
        if not self._heard.wait(PATIENCE_S):
            raise TimeoutError("nobody told of it")
        return self._heard_at


def heard_after(ears: tuple[Ear, Ear], topic: str, payload: bytes) -> tuple[float, float]:
    """Seconds from the sending of this until each of the two has heard of it."""
    for ear in ears:
        ear.listen()
    began = time.perf_counter()
    ears[0].client.publish(topic, payload)
    return ears[0].heard_at() - began, ears[1].heard_at() - began


def _is_a_cry(payload: bytes | bytearray) -> bool:
    """As it is shown at once, not as an alarm that stands is shown again and again."""
    said = _commanded(payload)
    return bool(said["type"] == "show" and said["for_s"] == CRY_S)


def _commanded(payload: bytes | bytearray) -> dict[str, Any]:
    """What a command says, whoever signed it."""
    claims = payload.split(b".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + b"=" * (-len(claims) % 4)))["msg"]
    return said


def _tells_of_a_call(payload: bytes | bytearray) -> bool:
    return b'"call_staff"' in payload


@dataclass(frozen=True)
class Figures:
    """Of one run, for each reading but the last."""

    cpu_us: float
    acks: float
    written: float
    took_s: float


class Sink:
    """A process that takes readings, and the file it puts them into."""

    def __init__(self, process: subprocess.Popen[bytes], file: Path, query: str) -> None:
        self.process = process
        self._file = file
        self._query = query

    def count(self) -> int:
        """How many rows can be read."""
        if not self._file.exists():
            return 0
        try:
            with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
                return int(database.execute(self._query).fetchone()[0])
        except sqlite3.OperationalError:  # its table is not there yet
            return 0

    def wait_for(self, count: int) -> None:
        """Until so many can be read. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self.count()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{found} of {count} readings were kept")
            time.sleep(0.05)

    def cpu_s(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def written(self) -> int:
        """Bytes handed to the disk so far, counted when a page is dirtied."""
        lines = Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


class Sender:
    """Many devices behind one connection: numbered messages, each device's in order, each value new.

    They ask as a Forwarder does at 250 readings a second among all, each at another moment.
    """

    def __init__(self, port: int, devices: int) -> None:
        self._client = connected(port)
        self._client.on_message = self._hear
        self._client.subscribe(f"hearth/1/{SITE}/+/cmd")
        self._client.loop_start()
        self._devices = devices
        self._ask_every = min(math.ceil(ASKED_S * PACE / devices), MANY_UNDERWAY)  # messages of a device
        self._newest: dict[str, bytes] = {}  # acknowledgement, by topic
        self._asked: dict[str, int] = {}  # the newest number that asks, by topic
        self.sent = 0
        self.acks = 0

    def _hear(self, _client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        self.acks += 1
        self._newest[message.topic] = bytes(message.payload)

    def wait_for_answers(self) -> None:
        """Until everything that asked has been acknowledged. Raises TimeoutError."""
        eventually(lambda: all(map(self._is_answered, self._asked)), lambda: "some were not acknowledged")
        self._asked.clear()

    def _is_answered(self, topic: str) -> bool:
        if (answer := self._newest.get(topic)) is None:
            return False
        return bool(_commanded(answer)["seq"] >= self._asked[topic])

    def send(self, count: int, pace: float | None = None, *, all_ask: bool = False) -> None:
        """So many more, evenly or as fast as they go."""
        began = time.perf_counter()
        for no in range(count):
            if pace is not None:
                time.sleep(max(0.0, began + no / pace - time.perf_counter()))
            seq, device = divmod(self.sent, self._devices)
            body = {
                "v": 1,
                "store": "0123456789abcdef",
                "seq": seq,
                "oldest": 0,
                "age_ms": 0,
                "readings": [{"sensor": "meter", "metric": "energy", "value": float(self.sent)}],
            }
            if all_ask or (seq + device * 7919) % self._ask_every == 0:
                self._asked[f"hearth/1/{SITE}/dev-{device}/cmd"] = seq
            else:
                body["can_wait"] = True
            last = self._client.publish(f"hearth/1/{SITE}/dev-{device}/reading", json.dumps(body), qos=1)
            self.sent += 1
        last.wait_for_publish(PATIENCE_S)

    def close(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()


def run(
    sink: Sink, sender: Sender, *, count: int, pace: float | None, acknowledges: bool, all_ask: bool = False
) -> Figures:
    """Send so many, and wait until the last can be read, and everything that asked has been acknowledged."""
    time.sleep(COMMIT_S + 1)  # what came before is written, and its pages too
    cpu, written, acks, began = sink.cpu_s(), sink.written(), sender.acks, time.perf_counter()
    sender.send(count, pace, all_ask=all_ask)
    sink.wait_for(sender.sent)
    took = time.perf_counter() - began
    if acknowledges:
        sender.wait_for_answers()
    return Figures(
        cpu_us=(sink.cpu_s() - cpu) / count * 1e6,
        acks=(sender.acks - acks) / count,
        written=(sink.written() - written) / count,
        took_s=took,
    )


@contextmanager
def start_gateway(folder: Path, port: int, devices: int, *lamps: str) -> Iterator[Sink]:
    """A founded centre whose devices have been approved."""
    centre_dir = folder / "centre"
    found(centre_dir, site=SITE, zone="Asia/Shanghai", now=datetime.now(UTC), environ={})
    (centre_dir / "hearth.toml").write_text(f'site = "{SITE}"\n[broker]\nkind = "external"\nport = {port}\n')
    centre = open_centre(centre_dir, environ={})
    with centre.sessions.begin() as session:
        session.add_all(_approved(f"dev-{no}") for no in range(devices))
        session.add_all(_approved(lamp, shows_alarms=True) for lamp in lamps)
    centre.sessions.close()
    (centre_dir / "broker" / "secrets").mkdir(parents=True, exist_ok=True)
    (centre_dir / "broker" / "secrets" / "gateway").write_text("anything")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
    environ["PYTHONPATH"] = str(Path(gateway.__file__).parents[1])  # the very same gateway that founded the centre
    argv = [sys.executable, "-m", "gateway", "gateway", "--centre", str(centre_dir)]
    with child(argv, folder / "gateway.log", environ, until=f"{SITE}-gateway-readings is connected") as process:
        yield Sink(process, centre_dir / "data" / "readings.db", "SELECT count(*) FROM reading_samples")


def _approved(device: str, *, shows_alarms: bool = False) -> Device:
    now = datetime.now(UTC)
    return Device(
        id=device,
        kind="facility",
        shows_alarms=shows_alarms,
        state=DeviceState.APPROVED,
        public_key="",
        fingerprint="",
        doors=0,
        firmware="",
        presence=Presence.ONLINE,
        boot_id="0" * 16,
        heard_at=now,
        first_seen_at=now,
    )


@contextmanager
def start_floor(folder: Path, port: int, _devices: int) -> Iterator[Sink]:
    """The bare subscriber."""
    file = folder / "floor.db"
    argv = [sys.executable, __file__, "--floor", str(port), str(file)]
    with child(argv, folder / "floor.log", dict(os.environ), until="ready") as process:
        yield Sink(process, file, "SELECT count(*) FROM reading")


def bare_subscriber(port: int, file: Path) -> int:
    """paho, json.loads, and one `executemany` a second."""
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("CREATE TABLE reading (series INTEGER, taken_ms INTEGER, value REAL)")
    gathered: list[tuple[int, int, float]] = []
    series: dict[str, int] = {}
    client = connected(port)

    def take(_client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        said = json.loads(message.payload)
        number = series.setdefault(message.topic, len(series))
        gathered.extend((number, time.time_ns() // 1_000_000, one["value"]) for one in said["readings"])

    client.on_message = take
    client.subscribe(f"hearth/1/{SITE}/+/reading", qos=1)
    client.loop_start()
    print("ready", flush=True)
    while True:
        time.sleep(1.0)
        rows, gathered[:] = list(gathered), []
        if rows:
            database.execute("BEGIN")
            database.executemany("INSERT INTO reading VALUES (?, ?, ?)", rows)
            database.execute("COMMIT")


@contextmanager
def start_floor_rule(folder: Path, port: int) -> Iterator[None]:
    """The bare rule."""
    argv = [sys.executable, __file__, "--floor-rule", str(port), str(folder / "floor.db")]
    with child(argv, folder / "floor.log", dict(os.environ), until="ready"):
        yield


def bare_rule(port: int, file: Path) -> int:
    """paho, a word of each call, one durable commit and another word; readings beside it are heard, and that is all."""
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE alert (what TEXT)")
    client = connected(port)

    def take(_client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        if message.topic == FLOOR_CALL:
            client.publish(FLOOR_SHOWN, message.payload)
            database.execute("INSERT INTO alert VALUES (?)", (message.payload,))
            client.publish(FLOOR_TOLD, message.payload)

    client.on_message = take
    client.subscribe([(FLOOR_CALL, 0), (f"hearth/1/{SITE}/+/reading", 0)])
    client.loop_start()
    print("ready", flush=True)
    while True:
        time.sleep(1.0)


def connected(port: int) -> paho.Client:
    """A client with TCP_NODELAY, let in by the broker."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_socket_open = send_at_once
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    return client


def send_at_once(_client: object, _data: object, opened: object) -> None:
    """TCP_NODELAY, as our own clients have it."""
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """A broker set up as ours is, but open to everybody on loopback: one sender speaks for thousands of devices."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    config = folder / "mosquitto.conf"
    config.write_text(
        f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
        "max_queued_messages 0\nmax_inflight_messages 1000\n"
    )
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("Mosquitto is not installed")
    with child([program, "-v", "-c", str(config)], folder / "broker.log", dict(os.environ), until="running"):
        yield port


@contextmanager
def child(argv: list[str], log: Path, environ: dict[str, str], *, until: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program, once it has said that it is up; ended by its pid."""
    with log.open("wb") as out:
        process = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT, env=environ)
    try:
        eventually(lambda: until in log.read_text(), lambda: log.read_text()[-2000:])
        yield process
    finally:
        process.terminate()
        process.wait(20)


def eventually(is_so: Callable[[], bool], why: Callable[[], str]) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(why())
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
