"""What every firmware program does alike: its own key, its way to the broker, waiting for the end, leaving."""

import os
import signal
import ssl
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Final, Protocol

from devices.runtime import config as node_config
from devices.runtime import systemd
from devices.runtime.config import BrokerConfig, ConfigError
from devices.runtime.mailbox import Mailbox
from devices.runtime.mqtt import Connection, Incoming
from devices.wire.signing import SigningKey
from devices.wire.topics import ROOT, Channel

STUCK_S: Final = 30.0  # one act for so long: the program is of no use any more
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Node(Protocol):
    """What a node is told by its link, on its own thread."""

    def receive(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """A message has come."""

    def connected(self) -> None:
        """The link is up."""

    def disconnected(self) -> None:
        """The link is gone."""

    def will(self) -> tuple[str, bytes]:
        """What the broker says when this device is gone."""

    def stop(self) -> None:
        """Say goodbye."""


@dataclass(frozen=True)
class WayIn:
    """Where the broker is, and what opens it."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    tls: ssl.SSLContext | None


class Outbox:
    """The node's way to speak, through whatever connection there is."""

    connection: Connection | None = None

    def send(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        """Now or never: what must arrive, the node sends again."""
        if self.connection is not None:
            self.connection.publish(topic, payload, qos=qos, retain=retain)


def own_key(path: Path) -> SigningKey:
    """This device's key; made at the first start. Raises ConfigError."""
    try:
        if not path.exists():
            SigningKey.generate().save(path)
        return SigningKey.load(path)
    except (ValueError, OSError) as error:
        raise ConfigError(f"key: {path} does not serve as this device's key: {error}") from error


def way_in(broker: BrokerConfig, directory: Path) -> WayIn:
    """Read what opens the broker. Raises ConfigError."""
    password = node_config.password(broker, directory)
    return WayIn(broker.host, broker.port, broker.username, password, node_config.tls(broker, directory))


def connection(site: str, device: str, way: WayIn, node: Node, mailbox: Mailbox) -> Connection:
    """To the broker, not started. Callbacks of the network thread only put things into the mailbox."""

    def receive(incoming: Incoming) -> None:
        mailbox.call_soon(partial(node.receive, incoming.topic, incoming.payload, retained=incoming.retained))

    base = f"{ROOT}/{site}/{device}"
    return Connection(
        client_id=device,
        host=way.host,
        port=way.port,
        username=way.username,
        password=way.password,
        tls=way.tls,
        will=node.will(),
        subscriptions=[(f"{base}/{Channel.CMD}", 0)],
        ping_topic=f"{base}/ping",
        on_message=receive,
        on_ready=lambda: mailbox.call_soon(node.connected),
        on_lost=lambda: mailbox.call_soon(node.disconnected),
    )


def wait(mailbox: Mailbox, *, look_after: Sequence[Callable[[], object]], stuck_s: float = STUCK_S) -> None:
    """Look after what may have died, every second, until a signal comes."""
    while signal.sigtimedwait(STOP_SIGNALS, 1.0) is None:
        for look in look_after:
            look()
        if mailbox.busy_for_s > stuck_s:
            sys.stderr.write(f"the firmware has been stuck in one act for {stuck_s:g} s; start it again\n")
            sys.stderr.flush()
            os._exit(1)  # what is stuck cannot be stopped in order; the guard and the will see to the rest


def say_goodbye(node: Node, mailbox: Mailbox, connection: Connection) -> None:
    """Let the node say so, and close."""
    systemd.notify(systemd.STOPPING)
    mailbox.call_soon(node.stop)
    mailbox.stop()
    connection.stop()


def version() -> str:
    """Of this installation."""
    try:
        return metadata.version("hearth")
    except metadata.PackageNotFoundError:  # run from a checkout
        return "checkout"
