"""A whole centre as real processes: Mosquitto, gateway, API and one bank of simulated doors, to be killed at will."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import func, select

from firmware_sim.ledger import Fact, What, read_ledger
from gateway import broker
from gateway.centre import Centre, open_centre
from gateway.demo.furnishing import furnish
from gateway.fleet.model import DeadLetter, Lock
from gateway.founding import found
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.unlocking.model import TERMINAL, Unlock
from tests.broker_fixture import free_port

PASSWORD = "only-for-this-test-1"
DEVICE = "bank-b"  # twelve doors
MOST_OPENINGS_PER_MINUTE = 60  # that a bank can be told
PATIENCE_S = 30.0
OPENING_RECORDS = {"door_opened", "door_inferred", "door_forced"}


class Program:
    """One child process. Its output is kept in a file and shown when something waits in vain.

    `says_when_up`: what it prints once it does its work; empty for one that says nothing. What others say of it does
    not count: the API takes a gateway for alive for seconds after its last pulse, and a press in that time is expired
    by the gateway that comes next.
    """

    def __init__(self, name: str, argv: list[str], log: Path, environ: dict[str, str], *, says_when_up: str) -> None:
        self.name = name
        self._argv = argv
        self._says_when_up = says_when_up
        self._log = log
        self._environ = environ
        self._started_at = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **environ: str) -> None:
        self._started_at = len(self.said())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self._environ, **environ},
            )

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def is_up(self) -> bool:
        return self.is_alive and self._says_when_up in self.said()[self._started_at :]

    def kill(self) -> None:
        """SIGKILL: no goodbye to anybody. Safe to repeat."""
        if self._process is not None:
            self._process.kill()
            self.wait()

    def stop(self) -> int | None:
        """SIGTERM; the exit code."""
        if self._process is None:
            return None
        self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Until it has ended by itself."""
        code = self._process.wait(timeout=PATIENCE_S)
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None
        return code

    def wait_killed(self) -> None:
        """Until it has killed itself at its step."""
        assert self.wait() == -signal.SIGKILL, self.said()[-3000:]

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def tell(self, line: str) -> None:
        """One line on its standard input; returns when it has answered."""
        before = self.said().count("ok " + line)
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        eventually(lambda: self.said().count("ok " + line) > before, f"{self.name} did not do: {line}")

    def said(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    @property
    def pid(self) -> int:
        return self._process.pid


@dataclass
class Rig:
    """The centre and a member's hands on its API."""

    directory: Path
    http_port: int
    broker: Program
    gateway: Program
    api: Program
    client: httpx.Client
    bank: Program = field(init=False)
    keys: Iterator[str] = field(default_factory=lambda: (f"key-{n}-{time.monotonic_ns()}" for n in range(10**9)))

    @property
    def programs(self) -> list[Program]:
        return [self.broker, self.gateway, self.api, self.bank]

    # --- what a member does

    def sign_in(self, member_no: str) -> None:
        self.client.cookies.clear()
        self.client.post("/session", json={"member_no": member_no, "password": PASSWORD}).raise_for_status()

    def rent(self) -> dict:
        """A compartment at the bank."""
        answer = self.post("/rentals", {"bank_id": DEVICE})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def press(self, rental: dict, key: str | None = None) -> httpx.Response:
        return self.post("/unlocks", {"rental_id": rental["id"]}, key)

    def press_until_taken(self, rental: dict) -> dict | None:
        """Press as soon as the centre takes it; None when the program under test died before it could."""
        while True:
            answer = self.press(rental)
            if answer.status_code == 202:
                return answer.json()
            if not (self.gateway.is_alive and self.bank.is_alive):
                return None
            time.sleep(0.1)

    def post(self, path: str, body: dict, key: str | None = None) -> httpx.Response:
        return self.client.post(path, json=body, headers={"Idempotency-Key": key or next(self.keys)})

    def outcome(self, unlock_id: str, wait_s: float = 40.0) -> dict:
        """The unlock once it is settled, as the member sees it."""
        deadline = time.monotonic() + wait_s
        while True:
            unlock = self.client.get(f"/unlocks/{unlock_id}", params={"wait": 5}, timeout=20).json()
            if unlock["state"] in TERMINAL or time.monotonic() > deadline:
                return unlock

    # --- truth

    @property
    def ledger(self) -> Path:
        return self.directory / "ledger.jsonl"

    def facts(self, what: What, door: int | None = None) -> list[Fact]:
        known = read_ledger(self.ledger) if self.ledger.exists() else []
        return [fact for fact in known if fact.what is what and door in (None, fact.door)]

    def centre(self) -> Centre:
        return open_centre(self.directory, environ={})

    def ready(self) -> None:
        """Every program up and the bank seen there."""
        eventually(self._is_ready, "the centre did not become ready", log=self.programs)

    def _is_ready(self) -> bool:
        if not all(program.is_up for program in self.programs):
            return False
        try:
            if self.client.get("/health/ready").status_code != 200:
                return False
            banks = self.client.get("/banks").json()["items"]
        except (httpx.HTTPError, KeyError):
            return False
        return any(bank["id"] == DEVICE and bank["presence"] == "online" for bank in banks)

    def ready_or_dead(self, program: Program) -> None:
        """A program that kills itself while starting is as good as one that is up."""
        eventually(
            lambda: not program.is_alive or self._is_ready(),
            f"{program.name} did not start",
            log=self.programs,
        )

    def heal(self) -> None:
        """Everything up that is down; then wait until nothing is left to settle."""
        for program in self.programs:
            if not program.is_alive:
                program.start()
        self.ready()
        eventually(self._is_settled, "some unlock was never settled", log=self.programs)

    def _is_settled(self) -> bool:
        centre = self.centre()
        try:
            with centre.sessions.read() as session:
                return session.scalar(select(Unlock.id).where(Unlock.settled_at.is_(None)).limit(1)) is None
        finally:
            centre.sessions.close()

    def compare(self) -> None:
        """Ledger and audit tell the same story: what opened was written down once, and nothing else was."""
        opened = len(self.facts(What.OPENED))
        eventually(lambda: len(self._opening_records()) == opened, self._difference)
        centre = self.centre()
        with centre.sessions.read() as session:
            assert list(audit.verify(session)) == []
            pulses = len(self.facts(What.STRIKE_ON))
            signed = len(session.scalars(select(Unlock.id).where(Unlock.signed_at.is_not(None))).all())
        centre.sessions.close()
        assert pulses <= signed, "a strike was pulsed more often than anybody signed"

    def records(self, act: str) -> int:
        """How often the audit trail says so."""
        return self._opening_records().count(act)

    def dead_letters(self) -> int:
        """How many messages were not taken, in all."""
        centre = self.centre()
        with centre.sessions.read() as session:
            count = session.scalar(select(func.sum(DeadLetter.count))) or 0
        centre.sessions.close()
        return count

    def _difference(self) -> str:
        return f"{len(self.facts(What.OPENED))} openings, written down: {self._opening_records()}"

    def _opening_records(self) -> list[str]:
        centre = self.centre()
        with centre.sessions.read() as session:
            found = session.scalars(select(AuditEntry.act).where(AuditEntry.act.in_(OPENING_RECORDS))).all()
        centre.sessions.close()
        return list(found)

    def shut_all(self) -> None:
        self.bank.tell("shut-all")
        eventually(lambda: self._level_everywhere() == {"shut"}, "the gateway did not see the doors shut")

    def _level_everywhere(self) -> set[str]:
        centre = self.centre()
        with centre.sessions.read() as session:
            levels = set(session.scalars(select(Lock.level).where(Lock.device_id == DEVICE)))
        centre.sessions.close()
        return {str(level) for level in levels}

    def broker_login(self, user: str) -> tuple[int, str]:
        """Port and password, for a test that speaks MQTT itself."""
        port = int((self.directory / "broker" / "port").read_text())
        return port, broker.password_of(self.directory, user)


def eventually(
    is_so: Callable[[], bool], why: str | Callable[[], str], *, patience_s: float = PATIENCE_S, log: list[Program] = ()
) -> None:
    """Wait for other processes: they offer nothing but to look again."""
    deadline = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > deadline:
            tails = "\n".join(f"--- {program.name}\n{program.said()[-3000:]}" for program in log)
            raise AssertionError(f"{why if isinstance(why, str) else why()}\n{tails}")
        time.sleep(0.05)


def pretended_bank(node_toml: Path, ledger: Path) -> list[str]:
    """What runs the bank: its firmware on pretended pins."""
    words = ["bank", "--config", str(node_toml), "--ledger", str(ledger), "--spring-ms", "0"]
    return [sys.executable, "-m", "firmware_sim", *words]


@contextmanager
def running_rig(
    directory: Path, *, bank: Callable[[Path, Path], list[str]] = pretended_bank, says_when_up: str = "ready"
) -> Iterator[Rig]:
    """A centre with everything up, ended by pid. `bank`: what runs it, from its node.toml and the ledger's place."""
    http_port, broker_port = free_port(), free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")},
        "HEARTH_HTTP_PORT": str(http_port),
        "HEARTH_BROKER_PORT": str(broker_port),
        "HEARTH_BROKER_KIND": "mosquitto",
    }
    found(directory, site="demo", zone="Asia/Shanghai", now=datetime.now(UTC), environ={})
    (directory / "hearth.toml").write_text(
        f'site = "demo"\n[http]\nport = {http_port}\n[broker]\nkind = "mosquitto"\nport = {broker_port}\n'
    )
    furnish(directory, password=PASSWORD, environ={})
    (directory / "broker" / "port").write_text(str(broker_port))
    rig = _rig(directory, http_port, environ)
    node_toml = directory / "demo" / DEVICE / "node.toml"
    # One bank serves all the tests of a process: six openings a minute would refuse one what others have used up.
    node_toml.write_text(f"openings_per_minute = {MOST_OPENINGS_PER_MINUTE}\n{node_toml.read_text()}")
    argv = bank(node_toml, rig.ledger)
    rig.bank = Program("bank", argv, directory / "bank.log", environ, says_when_up=says_when_up)
    try:
        for program in rig.programs:
            program.start()
        eventually(lambda: all(program.is_up for program in rig.programs), "it did not start", log=rig.programs)
        rig.sign_in("10001")
        rig.ready()
        yield rig
    finally:
        for program in reversed(rig.programs):
            program.kill()
        rig.client.close()


def _rig(directory: Path, http_port: int, environ: dict[str, str]) -> Rig:
    python = [sys.executable, "-m"]
    centre = open_centre(directory, environ={})
    broker_argv = broker.command(directory, centre.settings)
    centre.sessions.close()

    def program(name: str, *argv: str, says_when_up: str) -> Program:
        return Program(name, list(argv), directory / f"{name}.log", environ, says_when_up=says_when_up)

    return Rig(
        directory=directory,
        http_port=http_port,
        broker=program("broker", *broker_argv, says_when_up=""),
        gateway=program(
            "gateway", *python, "gateway", "gateway", "--centre", str(directory), says_when_up="broker reached"
        ),
        api=program("api", *python, "api", "--centre", str(directory), says_when_up="The API answers at"),
        client=httpx.Client(base_url=f"http://127.0.0.1:{http_port}/api/v1", timeout=20, trust_env=False),
    )
