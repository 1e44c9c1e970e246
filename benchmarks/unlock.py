"""From the press of a button to the proof that the door is open: `python benchmarks/unlock.py [--seconds N] [--flood]`.

A whole centre over HTTP and real Mosquitto: gateway, API and fifty banks of one door, which spring open at once and are
shut again by themselves. Pressed by 1 member and by 50 at the same time, each at a bank of their own. A press is POST
/unlocks and the long poll that answers OPENED. It ends in time: each measurement takes `--seconds` at the most, and
says how many presses it came to.

With `--flood` (three minutes) one member presses while a sensor sends 2,500 readings a second, ten times what a big
house has; and the same without. The two take turns, and after each press comes a bare one, so that whatever else the
machine does falls on all four alike. Printed are the percentiles of each, by how much they grow in the flood, between
what that lies nine times of ten, and by how much the floor grows, which has no gateway in it.

Beside it the floor, measured in the same run on the same broker and disk: what the protocol cannot do without, done
bare. One HTTP round trip (an empty answer by the same server software), six durable commits (asked, authorised, signed,
intent, seen open, settled: one row each, SQLite WAL with synchronous=FULL), and three MQTT round trips (wake and live,
prep and chal, open and evt) between two paho clients with TCP_NODELAY.
"""

import argparse
import asyncio
import http.client
import itertools
import json
import os
import random
import secrets
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import uvicorn
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

import gateway
from gateway import broker
from gateway.centre import open_centre, reading_store
from gateway.demo.furnishing import furnish
from gateway.demo.house import DemoBank
from gateway.fleet.model import Device, DeviceState
from gateway.founding import found
from gateway.recorder import COMMIT_S
from gateway.telemetry import queries as telemetry

BANKS = 50
PASSWORD = "only-for-this-run-1"
COMMITS = 6
MQTT_ROUND_TRIPS = 3
FLOOR = "floor"  # a broker account of its own
TOPIC = f"hearth/1/bench/{FLOOR}/ping"
SENSOR = "sensor"  # an approved device of the flood
FLOOD = 2_500  # readings a second
BURST = 25
PATIENCE_S = 60
REST_S = 0.15  # after a press: the door has to be shut again
TURNS = 4  # of quiet and flood
Json = dict[str, Any]
OnMessage = Callable[[paho.Client, object, paho.MQTTMessage], None]
AIM = {"p50": 2.0, "p99": 3.0}
AIM_MIB = 160


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presses", type=int, default=300, help="presses for each crowd, at the most (default 300)")
    parser.add_argument(
        "--seconds", type=float, help="for each of the measurements, at most (default 20; with --flood 75)"
    )
    parser.add_argument("--flood", action="store_true", help="one member beside 2,500 readings a second, and without")
    options = parser.parse_args()
    limit = Limit(options.presses, options.seconds or 20)
    with (
        tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder,
        running_centre(Path(folder) / "centre") as centre,
    ):
        if options.flood:
            report_flood(*take_turns(centre, options.seconds or 75))
            return 0
        for crowd in (1, BANKS):
            report(f"{crowd} pressing", measure(centre, crowd, limit), measure_floor(centre, crowd, limit))
        print_memory(centre)
    return 0


@dataclass(frozen=True)
class Limit:
    """When a measurement is over, whichever comes first."""

    presses: int
    seconds: float

    def until(self) -> float:
        """By the monotonic clock, if it begins now."""
        return time.monotonic() + self.seconds


class Running:
    """The centre's addresses and processes."""

    def __init__(self, directory: Path, http_port: int, broker_port: int, bare_port: int) -> None:
        self.directory = directory
        self.http_port = http_port
        self.broker_port = broker_port
        self.bare_port = bare_port
        self.processes: dict[str, subprocess.Popen[bytes]] = {}


@contextmanager
def running_centre(directory: Path) -> Iterator[Running]:
    """A founded centre with every program up; ended by pid."""
    ports = free_ports(3)
    found(directory, site="bench", zone="Asia/Shanghai", now=datetime.now(UTC), environ={})
    (directory / "hearth.toml").write_text(
        f'site = "bench"\n[http]\nport = {ports[0]}\n[broker]\nkind = "mosquitto"\nport = {ports[1]}\n'
    )
    banks = [DemoBank(f"bank-{no:02}", f"柜 {no}", f"Bank {no}", "M", frozenset()) for no in range(1, BANKS + 1)]
    broker.add_user(directory, FLOOR)
    broker.add_user(directory, SENSOR)
    furnish(directory, password=PASSWORD, banks=banks, environ={})
    approve_sensor(directory)
    for bank in banks:
        node = directory / "demo" / bank.device / "node.toml"
        node.write_text("openings_per_minute = 60\nsettle_ms = 0\n" + node.read_text())
    centre = Running(directory, *ports)
    try:
        start(centre)
        yield centre
    finally:
        for process in reversed(centre.processes.values()):
            process.terminate()
        for process in centre.processes.values():
            process.wait(10)


def approve_sensor(directory: Path) -> None:
    """As staff would have."""
    opened, now = open_centre(directory, environ={}), datetime.now(UTC)
    with opened.sessions.begin() as session:
        facts = {"kind": "facility", "state": DeviceState.APPROVED, "public_key": "", "fingerprint": ""}
        session.add(Device(id=SENSOR, heard_at=now, first_seen_at=now, **facts))
    opened.sessions.close()


def start(centre: Running) -> None:
    """Every program, in order, and wait until all banks are there."""
    here = str(centre.directory)
    opened = open_centre(centre.directory, environ={})
    brokers = broker.command(centre.directory, opened.settings)
    assert brokers is not None  # it is ours, as the settings say
    argv = {
        "broker": brokers,
        "gateway": [sys.executable, "-m", "gateway", "gateway", "--centre", here],
        "building": [
            *[sys.executable, "-m", "firmware_sim", "demo", "--centre", here],
            *["--spring-ms", "0", "--bounce-ms", "0", "--closes-after", "0.05"],
        ],
        "api": [sys.executable, "-m", "api", "--centre", here],
        "bare": [sys.executable, __file__, "--serve-bare", str(centre.bare_port)],
    }
    opened.sessions.close()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
    environ["PYTHONPATH"] = str(Path(gateway.__file__).parents[1])  # the very same gateway that founded the centre
    for name, command in argv.items():
        with (centre.directory / f"{name}.log").open("wb") as log:
            centre.processes[name] = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    for _ in range(4):  # fifty at once come and go for a moment
        wait_until(lambda: banks_online(centre) == BANKS, "the banks did not come online")
        time.sleep(0.5)


def banks_online(centre: Running) -> int:
    """How many the API says are there."""
    try:
        member = Member(centre, "10001")
        return sum(bank["presence"] == "online" for bank in member.get("/api/v1/banks?limit=100")["items"])
    except (OSError, http.client.HTTPException, KeyError, ValueError):
        return 0


class Member:
    """One signed-in member with one connection kept open."""

    def __init__(self, centre: Running, number: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", centre.http_port, timeout=30)
        self._cookie = ""
        self._keys = (f"{number}-{time.monotonic_ns()}-{n}" for n in itertools.count())
        status, _, headers = self._ask("POST", "/api/v1/session", {"member_no": number, "password": PASSWORD})
        if status != http.client.OK:
            raise ValueError(f"sign-in of {number}: {status}")
        self._cookie = headers["set-cookie"].partition(";")[0]
        self.rental = ""

    def get(self, path: str) -> Json:
        """A resource."""
        return self._ask("GET", path)[1]

    def rent(self, bank: str) -> None:
        """Have the bank's one compartment."""
        status, rental, _ = self._ask("POST", "/api/v1/rentals", {"bank_id": bank})
        if status != http.client.CREATED:
            raise ValueError(f"rent at {bank}: {rental}")
        self.rental = rental["id"]

    def press(self) -> float:
        """Seconds from the press to the proof, on a connection that is open."""
        self._reconnect()
        began = time.perf_counter()
        status, unlock, _ = self._ask("POST", "/api/v1/unlocks", {"rental_id": self.rental})
        if status != http.client.ACCEPTED:
            raise ValueError(f"press: {unlock}")
        told = self.get(f"/api/v1/unlocks/{unlock['id']}?wait=20")
        took = time.perf_counter() - began
        if told["state"] != "OPENED":
            raise ValueError(f"press: {told}")
        return took

    def _reconnect(self) -> None:
        try:
            self.get("/api/v1/health/live")
        except (OSError, http.client.HTTPException):  # closed by the server while nobody pressed
            self._connection.close()
            self.get("/api/v1/health/live")

    def _ask(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json, dict[str, str]]:
        headers = {"Cookie": self._cookie}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": next(self._keys)}
        self._connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self._connection.getresponse()
        payload = json.loads(answer.read() or b"{}")
        return answer.status, payload, {name.lower(): value for name, value in answer.getheaders()}


_members: dict[int, Member] = {}


def measure(centre: Running, crowd: int, limit: Limit) -> list[float]:
    """Press-to-proof times of `crowd` members pressing at once, each at their own bank."""
    acts = [member.press for member in all_members(centre)]
    return crowded(acts, limit) if crowd > 1 else one_by_one(acts, limit)


def all_members(centre: Running) -> list[Member]:
    """One for each bank, whose door is theirs."""
    for number in range(1, BANKS + 1):
        if number not in _members:
            _members[number] = Member(centre, str(10_000 + number))
            _members[number].rent(f"bank-{number:02}")
    return list(_members.values())


def one_by_one(acts: list[Callable[[], float]], limit: Limit) -> list[float]:
    """Each when the one before it is over and done: its door shut again, and the house at rest."""
    times: list[float] = []
    until = limit.until()
    for act in itertools.islice(itertools.cycle(acts), limit.presses):
        times.append(act())
        if time.monotonic() > until:
            break
        time.sleep(REST_S)
    return times


def crowded(acts: list[Callable[[], float]], limit: Limit) -> list[float]:
    """Everybody at once, again and again, with a rest between. Nobody waits for one who has failed."""
    until, rounds = limit.until(), max(1, limit.presses // len(acts))
    is_over = threading.Event()
    start_line = threading.Barrier(len(acts), action=lambda: is_over.set() if time.monotonic() > until else None)

    def runner(act: Callable[[], float]) -> list[float]:
        times: list[float] = []
        try:
            for _ in range(rounds):
                start_line.wait(PATIENCE_S)
                if times and is_over.is_set():
                    break
                times.append(act())
                time.sleep(REST_S)
        except BaseException:
            start_line.abort()  # else the others would wait at it for ever
            raise
        return times

    with ThreadPoolExecutor(len(acts)) as pool:
        return [took for times in pool.map(runner, acts) for took in times]


@dataclass(frozen=True)
class Presses:
    """How long each took, in seconds, and the bare one after it."""

    product: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


def take_turns(centre: Running, seconds: float) -> tuple[Presses, Presses]:
    """So many seconds of presses in quiet and in the flood, in turns."""
    quiet, flood = Presses(), Presses()
    acts = itertools.cycle([member.press for member in all_members(centre)])
    with bare(centre, 1) as (floor,):
        for turn in range(1, TURNS + 1):
            press_for(seconds / TURNS, acts, floor, quiet)
            with flooded(centre):
                press_for(seconds / TURNS, acts, floor, flood)
            print(f"turn {turn} of {TURNS}: {len(quiet.product)} and {len(flood.product)} presses", flush=True)
            time.sleep(COMMIT_S)  # the last of it is taken in
    return quiet, flood


def press_for(seconds: float, acts: Iterator[Callable[[], float]], floor: Callable[[], float], into: Presses) -> None:
    """Each when the one before it is over and done, and a bare one after it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        into.product.append(next(acts)())
        time.sleep(REST_S)
        into.floor.append(floor())


@contextmanager
def flooded(centre: Running) -> Iterator[None]:
    """An approved device sends readings meanwhile, each of them news; at least nine of ten are kept."""
    command = [sys.executable, __file__, "--serve-flood", str(centre.broker_port)]
    command.append(broker.password_of(centre.directory, SENSOR))
    before, process = readings_kept(centre), subprocess.Popen(command)
    try:
        time.sleep(COMMIT_S)  # it is on its way
        began = time.monotonic()
        yield
        lasted_s = time.monotonic() - began
    finally:
        process.terminate()
        process.wait(10)
    if readings_kept(centre) - before < 0.9 * FLOOD * lasted_s:
        raise RuntimeError("the flood has dried up")


def readings_kept(centre: Running) -> int:
    """How many, since the first."""
    opened = open_centre(centre.directory, environ={})
    with closing(reading_store(centre.directory, opened.settings)) as store, store.read() as connection:
        kept = telemetry.kept_ever(connection)
    opened.sessions.close()
    return kept


def serve_flood(port: int, password: str) -> None:
    """2,500 messages a second at QoS 1, in bursts of 25; numbered, so that the gateway keeps each."""
    store = secrets.token_hex(8)  # another one each time, or all would be known already
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(SENSOR, password)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    began = time.monotonic()
    for no in itertools.count():
        if no % BURST == 0:
            time.sleep(max(0.0, began + no / FLOOD - time.monotonic()))
        reading = {"sensor": f"meter-{no % 50}", "metric": "energy", "value": float(no)}
        body = {"v": 1, "store": store, "seq": no, "oldest": 0, "age_ms": 0, "readings": [reading]}
        client.publish(f"hearth/1/bench/{SENSOR}/reading", json.dumps(body), qos=1)


def measure_floor(centre: Running, crowd: int, limit: Limit) -> list[float]:
    """The same crowd doing only what no such protocol can do without."""
    with bare(centre, crowd) as acts:
        return crowded(acts, limit) if crowd > 1 else one_by_one(acts, limit)


@contextmanager
def bare(centre: Running, crowd: int) -> Iterator[list[Callable[[], float]]]:
    """Bare presses, one for each of the crowd."""
    echo = Echo(centre.broker_port, broker.password_of(centre.directory, FLOOR))
    file = centre.directory / "data" / "floor.db"
    try:
        yield [Floor(centre.bare_port, echo, file).press for _ in range(crowd)]
    finally:
        echo.close()


class Echo:
    """Two MQTT clients on one topic of their own: one asks, the other answers."""

    def __init__(self, port: int, password: str) -> None:
        self._waiting: dict[bytes, threading.Event] = {}
        self._asker = self._client(port, password, self._answered)
        self._echoer = self._client(port, password, self._echo)

    def round_trip(self, name: bytes) -> None:
        """There and back at QoS 0, with as much to carry as a signed command."""
        event = self._waiting[name] = threading.Event()
        self._asker.publish(TOPIC, name.ljust(400))
        if not event.wait(20):
            raise TimeoutError("the bare MQTT round trip was lost")

    def close(self) -> None:
        """Disconnect both."""
        for client in (self._asker, self._echoer):
            client.disconnect()
            client.loop_stop()

    def _answered(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._waiting.pop(bytes(message.payload).rstrip()).set()

    @staticmethod
    def _echo(client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        client.publish(TOPIC, message.payload)

    @staticmethod
    def _client(port: int, password: str, on_message: OnMessage) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        client.username_pw_set(FLOOR, password)
        client.on_socket_open = send_at_once
        client.on_message = on_message
        subscribed = threading.Event()
        client.on_subscribe = lambda *_: subscribed.set()
        client.connect("127.0.0.1", port)
        client.loop_start()
        client.subscribe(TOPIC, options=SubscribeOptions(qos=0, noLocal=True))
        subscribed.wait(10)
        return client


def send_at_once(_client: object, _data: object, opened: object) -> None:
    """TCP_NODELAY, as our own clients have it."""
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Floor:
    """One bare press."""

    def __init__(self, bare_port: int, echo: Echo, file: Path) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", bare_port, timeout=20)
        self._echo = echo
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=20)
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE IF NOT EXISTS t (x)"):
            self._db.execute(line)

    def press(self) -> float:
        """Seconds for one HTTP round trip, the commits and the MQTT round trips."""
        began = time.perf_counter()
        self._http.request("GET", "/")
        self._http.getresponse().read()
        for _ in range(COMMITS):
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT INTO t VALUES (?)", ("x" * 200,))
            self._db.execute("COMMIT")
        for number in range(MQTT_ROUND_TRIPS):
            self._echo.round_trip(f"{id(self)}-{number}".encode())
        return time.perf_counter() - began


def serve_bare(port: int) -> None:
    """An empty answer, by the server software that the API runs on."""

    async def app(_scope: Json, _receive: object, send: Callable[[Json], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    config = uvicorn.Config(
        app,
        port=port,
        log_level="warning",
        lifespan="off",
        http="httptools",
        loop="uvloop",
        timeout_keep_alive=PATIENCE_S,
    )
    asyncio.run(uvicorn.Server(config).serve())


def report(what: str, product: list[float], floor: list[float]) -> None:
    """One line a figure: the product, the floor, the ratio and the aim."""
    print(f"{what}: {len(product)} presses")
    for name, aim in AIM.items():
        ours, bare = percentile(product, name), percentile(floor, name)
        print(
            f"  {name}  {ours * 1e3:8.2f} ms   floor {bare * 1e3:8.2f} ms   ratio {ours / bare:5.2f}   aim {aim}",
            flush=True,
        )


def report_flood(quiet: Presses, flood: Presses) -> None:
    """One line a percentile: quiet and in the flood, the growth, and the floor's."""
    print(f"1 member pressing: {len(quiet.product)} presses in quiet, {len(flood.product)} in the flood")
    for name in AIM:
        ours, least, most = growth(quiet.product, flood.product, name)
        bares, _, _ = growth(quiet.floor, flood.floor, name)
        spans = (f"{percentile(one, name) * 1e3:6.1f}" for pair in (quiet, flood) for one in (pair.product, pair.floor))
        before, floor_before, after, floor_after = spans
        print(
            f"  {name}  {before} -> {after} ms: times {ours:.2f} ({least:.2f} to {most:.2f})"
            f"   floor {floor_before} -> {floor_after} ms: times {bares:.2f}   beside the floor's {ours / bares:.2f}"
        )
    for what, some in (("quiet", quiet), ("flood", flood)):
        print(f"  slowest, {what}: {', '.join(f'{took * 1e3:.0f}' for took in sorted(some.product)[:-6:-1])} ms")


def growth(before: list[float], after: list[float], name: str) -> tuple[float, float, float]:
    """Of a percentile; and between what it lies nine times of ten, as drawn anew from the very same presses."""
    dice = random.Random(len(before))
    again = sorted(
        percentile(dice.choices(after, k=len(after)), name) / percentile(dice.choices(before, k=len(before)), name)
        for _ in range(1000)
    )
    return percentile(after, name) / percentile(before, name), again[50], again[949]


def percentile(times: list[float], name: str) -> float:
    """p50 or p99."""
    return statistics.quantiles(times, n=100, method="inclusive")[int(name[1:]) - 1]


def print_memory(centre: Running) -> None:
    """Resident memory of gateway and API, which is what a Pi has to hold."""
    mib = {name: resident_mib(centre.processes[name].pid) for name in ("gateway", "api")}
    print(
        f"memory  gateway {mib['gateway']:.0f} MiB + api {mib['api']:.0f} MiB: {sum(mib.values()):.0f}   aim {AIM_MIB}"
    )


def resident_mib(pid: int) -> float:
    """VmRSS."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no memory")


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_until(is_so: Callable[[], bool], why: str) -> None:
    """Other processes are starting: look again until they are up."""
    deadline = time.monotonic() + 60
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(why)
        time.sleep(0.5)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve-flood"]:
        serve_flood(int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["--serve-bare"]:
        serve_bare(int(sys.argv[2]))
    else:
        sys.exit(main())
