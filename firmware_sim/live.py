"""One pretended bank in real time and over real MQTT: threads, log and connection as on a Pi, only the pins are not.

Doors on boards hang at the other end of a pseudo-terminal; the port that node.toml names is not touched.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devices.boards.bank import OpenPort, PlanError
from devices.boards.bus import FIRST_LOOK_S
from devices.boards.frames import FrameError
from devices.boards.port import SerialPort
from devices.nodes.locker_bank import Identity
from devices.plans import board_plans, supplies
from devices.runtime import config as files
from devices.runtime.mailbox import Mailbox
from devices.runtime.mqtt import Connection, Incoming
from devices.runtime.store import SqliteLog
from devices.wire.messages import SecondKey
from devices.wire.signing import SigningKey
from devices.wire.topics import ROOT, Channel
from firmware_sim.bank import Cabinet, SimulatedBank
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import PtyLine
from firmware_sim.configured_boards import ConfiguredBoards
from firmware_sim.doors import Hands, SimulatedDoor
from firmware_sim.keys import KeyBox, KeyWiring, SimulatedKey
from firmware_sim.ledger import Fact, Ledger
from firmware_sim.pin_cabinet import PinCabinet, Wiring

_PATIENCE_S = 5.0


@dataclass(frozen=True)
class Stage:
    """What the banks of one process share: who moves doors, who writes it down, and what was written before."""

    physics: Mailbox
    ledger: Ledger
    before: tuple[Fact, ...] = ()


class LiveBank:
    """A SimulatedBank behind its own mailbox, cutoff and connection, all of them made from one node.toml."""

    def __init__(
        self,
        path: Path,
        *,
        stage: Stage,
        hands: Hands,
        settle_s: float | None = None,
        reached: Callable[[str], None] = lambda step: None,
        when_ready: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Nothing runs yet. `settle_s` None: as the file says. `when_ready` gets one line, once, from any thread.

        Makes the device's key at its first start. Raises ConfigError, LogError and OSError, each with its sentence.
        """
        directory = path.parent
        config = files.load(path)
        if config.board and config.doors:
            raise files.ConfigError("board: a pretended bank has its doors on boards or on pins, not on both")
        self._config = config
        self._ptys: list[PtyLine] = []
        self._awake = threading.Event()
        self._mailbox = Mailbox(config.device)
        self._cutoff = Mailbox(f"{config.device} cutoff")
        self._log = SqliteLog(directory / config.log)
        self._when_ready = when_ready
        self._was_ready = False
        identity = Identity(config.site, config.device, _own_key(directory / config.key), config.gateway())
        self._bank = SimulatedBank(
            identity,
            self._cabinet(stage, hands, settle_s),
            keys=KeyBox(
                {key: _key_wiring(wired) for key, wired in config.second_keys().items()}, physics=stage.physics
            ),
            timers=self._mailbox,
            outbox=_Mouth(self),
            log=self._log,
            openings_per_minute=config.openings_per_minute,
            reached=reached,
            when_powered=lambda is_on: self._awake.set() if is_on else None,
        )
        for no, door in self._bank.doors.items():
            door.resume(fact for fact in stage.before if (fact.device, fact.door) == (config.device, no))
        self._password = files.password(config.broker, directory)
        self._tls = files.tls(config.broker, directory)
        self._connection: Connection | None = None

    @property
    def device(self) -> str:
        """Its name."""
        return self._bank.identity.device

    @property
    def doors(self) -> Mapping[int, SimulatedDoor]:
        """For hands: safe from any thread."""
        return self._bank.doors

    @property
    def keys(self) -> Mapping[SecondKey, SimulatedKey]:
        """For hands: safe from any thread."""
        return self._bank.keys

    def start(self) -> None:
        """Power on, then connect, for as long as that takes."""
        self._cutoff.start()
        self._mailbox.start()
        self._on_node(self._bank.power_on)
        if not self._awake.wait(2 * FIRST_LOOK_S):
            raise TimeoutError(f"{self.device} does not see its boards")
        self._connection = self._connect()
        self._connection.start()

    def stop(self) -> None:
        """Strikes off, say goodbye, end."""
        self._on_node(self._bank.stop)
        if self._connection is not None:
            self._connection.stop()
        self._mailbox.stop()
        self._cutoff.stop()
        for line in self._ptys:
            line.close()
        self._log.close()

    def say(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Publish, if connected."""
        if self._connection is not None:
            self._connection.publish(topic, payload, qos=qos, retain=retain)

    def _cabinet(self, stage: Stage, hands: Hands, settle_s: float | None) -> Cabinet:
        config = self._config
        if config.board:
            try:
                return ConfiguredBoards(
                    config.device,
                    board_plans(config),
                    supplies=supplies(config),
                    physics=stage.physics,
                    ledger=stage.ledger,
                    hands=hands,
                    open_port=lambda lines: self._lay(lines, stage.physics),
                )
            except (FrameError, PlanError) as error:
                raise files.ConfigError(str(error)) from error
        return PinCabinet(
            config.device,
            [_wiring(door) for door in config.doors],
            cutoff=self._cutoff,
            physics=stage.physics,
            ledger=stage.ledger,
            hands=hands,
            settle_s=config.settle_ms / 1000 if settle_s is None else settle_s,
        )

    def _lay(self, lines: Mapping[str, BoardCabinet], physics: Mailbox) -> OpenPort:
        """A pseudo-terminal for each port, each byte as long under way as on a real line."""
        ptys = {url: PtyLine(line.wires, timers=physics, baud=line.baud) for url, line in lines.items()}
        self._ptys += ptys.values()
        return lambda url, baud, timers: SerialPort(ptys[url].url, baud=baud, timers=timers)

    def _connect(self) -> Connection:
        config = self._config
        return Connection(
            client_id=config.device,
            host=config.broker.host,
            port=config.broker.port,
            username=config.broker.username,
            password=self._password,
            tls=self._tls,
            will=self._bank.will(),
            subscriptions=[(self._bank.identity.topic(Channel.CMD), 0)],
            ping_topic=f"{ROOT}/{config.site}/{config.device}/ping",
            on_message=self._hear,
            on_ready=lambda: self._mailbox.call_soon(self._ready),
            on_lost=lambda: self._mailbox.call_soon(self._bank.disconnected),
        )

    def _hear(self, incoming: Incoming) -> None:
        self._mailbox.call_soon(lambda: self._bank.deliver(incoming.topic, incoming.payload, incoming.retained))

    def _ready(self) -> None:
        self._bank.connected()
        if not self._was_ready:
            self._was_ready = True
            self._when_ready(f"{self.device}: {len(self.doors)} doors, ready")

    def _on_node(self, act: Callable[[], None]) -> None:
        """Run `act` on the node's thread and wait until it is done. Raises TimeoutError when the node hangs."""
        done = threading.Event()

        def run() -> None:
            try:
                act()
            finally:
                done.set()

        self._mailbox.call_soon(run)
        if not done.wait(_PATIENCE_S):
            raise TimeoutError(f"{self.device} has hung for {_PATIENCE_S:g} s")


class _Mouth:
    """The node's Outbox."""

    def __init__(self, bank: LiveBank) -> None:
        self._bank = bank

    def send(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        self._bank.say(topic, payload, qos=qos, retain=retain)


def _wiring(door: files.DoorConfig) -> Wiring:
    return Wiring(
        door.no,
        strike_pin=door.strike_pin,
        contact_pin=door.contact_pin,
        strike_active_high=door.strike_active_high,
        contact_closed_is_low=door.contact_closed_is_low,
    )


def _key_wiring(wired: files.SecondKeyConfig) -> KeyWiring:
    return KeyWiring(wired.rest_pin, wired.on_pin, wired.opens_all, wired.broken_wire_is_on)


def _own_key(path: Path) -> SigningKey:
    if not path.exists():
        SigningKey.generate().save(path)
    try:
        return SigningKey.load(path)
    except ValueError as error:
        raise files.ConfigError(f"key: {path} does not serve as this device's key: {error}") from error
