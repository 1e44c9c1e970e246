"""A real Mosquitto for a centre in a temporary directory, started exactly as the product starts it."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from gateway import broker
from gateway.settings import BrokerSettings, Settings

PATIENCE_S = 10.0


def has_mosquitto() -> bool:
    """Whether this machine can run these tests."""
    return shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") is not None


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(*, lan: bool = False, kind: str = "mosquitto") -> Settings:
    """A centre named `demo` on ports of its own."""
    lan_port = free_port() if lan else None
    return Settings(site="demo", broker=BrokerSettings(kind=kind, port=free_port(), lan_port=lan_port))


@contextmanager
def running_broker(centre_dir: Path, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The centre's broker, up."""
    command = broker.command(centre_dir, settings)
    assert command is not None
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        eventually(lambda: process.poll() is None and _listens(settings.broker.port))
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def eventually(is_so, patience_s: float = PATIENCE_S) -> None:
    """Wait for other processes: until `is_so()`, looking every 10 ms."""
    gives_up_at = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < gives_up_at, "it did not come about"
        threading.Event().wait(0.01)


@dataclass
class Speaker:
    """One MQTT client, and all it was told."""

    client: paho.Client
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    def say(self, topic: str, payload: bytes = b"x", *, qos: int = 0, retain: bool = False) -> None:
        """Publish, and be sure that the broker has taken it (or thrown it away)."""
        self.client.publish(topic, payload, qos=qos, retain=retain)
        self.round_trip()

    def listen(self, topic: str) -> None:
        """Subscribe, and be sure that the broker has taken it."""
        self.client.subscribe(topic, qos=1)
        self.round_trip()

    def round_trip(self) -> None:
        """Everything sent before is done with when this returns: a broker works through a connection in order."""
        topic = f"hearth/1/demo/{self.client.username}/ping"
        mark = f"mark {time.monotonic_ns()}".encode()
        self.client.subscribe(topic)
        asked_at = float("-inf")

        def is_back() -> bool:
            # Again each second: amqtt may take a PUBLISH before the SUBSCRIBE that came first, and then it is lost.
            nonlocal asked_at
            if time.monotonic() - asked_at >= 1:
                asked_at = time.monotonic()
                self.client.publish(topic, mark)
            return (topic, mark) in self.heard

        eventually(is_back)

    def told(self, topic: str) -> list[bytes]:
        """What came on one topic."""
        return [payload for where, payload in self.heard if where == topic]


class Turned(Exception):
    """The broker did not let us in."""


@contextmanager
def speaking(
    user: str, password: str | None, port: int, *, tls: ssl.SSLContext | None = None, client_id: str = ""
) -> Iterator[Speaker]:
    """Connected as `user`. Raises Turned when the broker refuses."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
    speaker = Speaker(client)
    answers: list[paho.ReasonCode] = []
    if user:
        client.username_pw_set(user, password)
    if tls:
        client.tls_set_context(tls)
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(reason)
    client.on_disconnect = lambda _c, _u, _f, reason, _p: answers.append(reason)  # before an answer: turned away
    client.on_message = lambda _c, _u, message: speaker.heard.append((message.topic, message.payload))
    try:
        client.connect("127.0.0.1", port, keepalive=10)
        client.loop_start()
        eventually(lambda: bool(answers))
    except (OSError, AssertionError) as error:
        raise Turned(str(error)) from error
    finally:
        if not answers:
            client.loop_stop()
    try:
        if answers[0].is_failure:
            raise Turned(str(answers[0]))
        yield speaker
    finally:
        client.disconnect()
        client.loop_stop()
