"""The line to the gateway: it is rung when a row waits for it, and tells what it has done. Only hints travel here."""

import asyncio
import json
import logging
import random
import socket
from collections.abc import Callable
from typing import Any, Final, Protocol

import aiomqtt

from api.live import Hub
from gateway.kit.clock import Clock
from gateway.kit.db import Change

log = logging.getLogger(__name__)

_KEEPALIVE_S: Final = 5
_FIRST_WAIT_S: Final = (
    0.5  # the longest first wait after a lost connection; doubles, and each wait is a random part of it
)
_LONGEST_WAIT_S: Final = 5.0
_MOST_UNREAD: Final = 10_000  # live messages not yet told; more are dropped, readers look again anyway


class Line(Protocol):
    """How this process and the gateway reach each other."""

    async def run(self, hub: Hub) -> None:
        """Tell the hub what the gateway says, until cancelled."""

    def wake(self) -> None:
        """Let the gateway look for waiting rows now. Never waits; a lost one costs the gateway's next sweep, 250 ms."""

    @property
    def is_up(self) -> bool:
        """Whether the broker is reached."""


class MqttLine:
    """Over the broker. Topics as in the wire contract: `hearth/1/{site}/gateway/…`."""

    def __init__(self, *, host: str, port: int, password: Callable[[], str], site: str, clock: Clock) -> None:
        self._host, self._port = host, port
        self._password = password
        self._base = f"hearth/1/{site}/gateway"
        self._clock = clock
        self._bell = asyncio.Event()
        self._is_up = False
        self._said = ""  # the trouble that the log knows of

    @property
    def is_up(self) -> bool:
        """Whether the broker is reached."""
        return self._is_up

    def wake(self) -> None:
        """Ring; several rings before the first has gone out are one."""
        self._bell.set()

    async def run(self, hub: Hub) -> None:
        """Stay connected, with waits of random length in between so that a whole city does not come back at once."""
        longest_s = _FIRST_WAIT_S
        while True:
            try:
                async with self._client() as client:
                    await client.subscribe(f"{self._base}/live/#")
                    log.info("connected to the broker at %s:%d", self._host, self._port)
                    self._is_up, self._said, longest_s = True, "", _FIRST_WAIT_S
                    await self._serve(client, hub)
            except (aiomqtt.MqttError, OSError) as error:
                self._say(str(error))
            finally:
                self._is_up = False
            await asyncio.sleep(random.uniform(0, longest_s))  # noqa: S311 - spreading, not secrecy
            longest_s = min(longest_s * 2, _LONGEST_WAIT_S)

    def _say(self, trouble: str) -> None:
        """Log a trouble once, however often we try again."""
        if trouble != self._said:
            log.warning("no line to the broker at %s:%d: %s", self._host, self._port, trouble)
        self._said = trouble

    def _client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._host,
            self._port,
            username="api",
            password=self._password(),
            keepalive=_KEEPALIVE_S,
            timeout=_KEEPALIVE_S,
            max_queued_incoming_messages=_MOST_UNREAD,
            # Without it a ring waits for the acknowledgement of the one before: 40 ms.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )

    async def _serve(self, client: aiomqtt.Client, hub: Hub) -> None:
        """Hear and ring until either fails."""
        tasks = [asyncio.create_task(self._hear(client, hub)), asyncio.create_task(self._ring(client))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, client: aiomqtt.Client, hub: Hub) -> None:
        async for message in client.messages:
            if not message.retain:
                take(hub, str(message.topic), message.payload, at=self._clock.monotonic())

    async def _ring(self, client: aiomqtt.Client) -> None:
        """QoS 0: a ring that comes late is worth nothing."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            await client.publish(f"{self._base}/wake", b"", qos=0)


class LocalLine:
    """Without a broker: the caller plays the gateway. For tests, and for looking at the faces without a building."""

    def __init__(self, clock: Clock) -> None:
        self.rings = 0
        self.is_up = True
        self._clock = clock
        self._hub: Hub | None = None

    async def run(self, hub: Hub) -> None:
        """Nothing comes by itself."""
        self._hub = hub
        await asyncio.Event().wait()

    def wake(self) -> None:
        """Count it."""
        self.rings += 1

    def say(self, kind: str, **what: Any) -> None:  # noqa: ANN401 - JSON values
        """Speak as the gateway would. Call on the hub's loop."""
        if self._hub is not None:
            payload = json.dumps({"v": 1, "kind": kind, **what}).encode()
            take(self._hub, f"live/{kind}", payload, at=self._clock.monotonic())


def take(hub: Hub, topic: str, payload: Any, *, at: float) -> None:  # noqa: ANN401 - as the client hands it over
    """Tell the hub what one message says; what cannot be read is logged and dropped."""
    try:
        told = json.loads(payload)
        version, kind = told.pop("v"), told.pop("kind")
        if version != 1 or topic.rpartition("/")[2] != kind:
            raise ValueError(f"version {version}, kind {kind}")
        if kind == "pulse":
            hub.feel_pulse(ready=told["ready"] is True, at=at)
        elif kind != "unlock" or isinstance(told["id"], str):
            hub.tell(Change(kind, told))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("cannot read what came on %s: %r", topic, error)
