"""One connection to a broker, from CONNECT to its end, and never again: whatever paho has kept goes with it.

A fresh paho client each time is what makes "not sent" mean "never sent": a client that lives on keeps a QoS 1 message
published in the wrong moment and sends it after the next CONNACK.
"""

import contextlib
import logging
import secrets
import select
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count
from typing import Final, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from devices.wire.topics import Channel

log = logging.getLogger(__name__)

PING_EVERY_S: Final = 1.0
# A broker that knows only 3.1.1 may wait for ever for the rest of what it takes a v5 CONNECT to be.
_CONNACK_V5_S: Final = 2.0
_CONNACK_S: Final = 5.0
_GOODBYE_S: Final = 1.0  # to hear that everything has come, before the connection is closed
_LOOK_S: Final = 0.02
_MOST_QUEUED: Final = 1000  # QoS 1 messages that the broker has not acknowledged
_STATE: Final = f"/{Channel.STATE}"
_WRONG_VERSION: Final = (0x84, 0x01)  # v5 "Unsupported protocol version", and what a 3.1.1 broker answers to v5


_numbers = count(1)


class Incoming(NamedTuple):
    """A message from the broker. `retained` is true also on a live subscription where the broker speaks MQTT 5."""

    topic: str
    payload: bytes
    retained: bool
    qos: int
    mid: int
    link_no: int = 0  # message ids mean nothing on another connection


@dataclass(frozen=True, kw_only=True)
class LinkSettings:
    """What every connection of one client has in common."""

    client_id: str
    host: str
    port: int
    username: str | None
    password: str | None
    tls: ssl.SSLContext | None
    will: tuple[str, bytes] | None
    subscriptions: Sequence[tuple[str, int]]
    ping_topic: str
    from_before: frozenset[str] = frozenset()
    retained_as_published: bool = True
    keepalive_s: int
    manual_ack: bool
    session_expiry_s: int


class Ending(Enum):
    """How a connection ended, as far as the next one cares."""

    LOST = auto()
    WRONG_VERSION = auto()  # said so, or never said anything, which is how some brokers say so


class Link:
    """One connection. `run` on the network thread; everything else from any thread."""

    def __init__(
        self,
        settings: LinkSettings,
        *,
        protocol: MQTTProtocolVersion,
        on_message: Callable[[Incoming], None],
        on_ready: Callable[[], None],
    ) -> None:
        """`on_message` and `on_ready` are called on the network thread and must not raise."""
        self.no = next(_numbers)
        self.proved_at: float | None = None  # when the newest ping was sent that has come back
        self.why_ended = "the connection was lost"
        self._settings = settings
        self._on_message = on_message
        self._on_ready = on_ready
        self._mark = secrets.token_hex(8)  # another client may ping on the same topic
        self._is_v5 = protocol is MQTTProtocolVersion.MQTTv5
        self._is_open = False
        self._close_by: float | None = None
        self._last_sent: paho.MQTTMessageInfo | None = None
        self._last_ping_at: float | None = None
        self._connack: ReasonCode | None = None
        self._last_sign_at = 0.0
        self._next_ping_at: float | None = None
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._client = self._make_client(protocol)

    def run(self) -> Ending:
        """Connect, and serve until the end. Raises OSError when the broker cannot be reached."""
        try:
            self._connect()
            self._serve()
        finally:
            self._give_up()
        if self._connack is None or self._connack.value in _WRONG_VERSION:
            return Ending.WRONG_VERSION
        return Ending.LOST

    def publish(
        self, topic: str, payload: bytes, *, qos: int, retain: bool = False, expiry_s: int | None = None
    ) -> bool:
        """Hand a message to the socket. False: it will never be sent."""
        if not self._is_open:
            return False
        properties = None
        if expiry_s is not None and self._is_v5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        info = self._client.publish(topic, payload, qos=qos, retain=retain, properties=properties)
        if not _is_fine(info.rc):
            return False
        self._last_sent = info
        return True

    def ack(self, incoming: Incoming) -> bool:
        """Tell the broker that a QoS 1 message is dealt with."""
        return _is_fine(self._client.ack(incoming.mid, incoming.qos))

    def close(self) -> None:
        """Say goodbye once what was published has come, or after a second, and end."""
        self._close_by = now() + _GOODBYE_S
        self._wake()

    # --- the network thread

    def _make_client(self, protocol: MQTTProtocolVersion) -> paho.Client:
        settings = self._settings
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if self._is_v5 else settings.session_expiry_s == 0,
            protocol=protocol,
            reconnect_on_failure=False,
            manual_ack=settings.manual_ack,
        )
        client.max_queued_messages_set(_MOST_QUEUED)
        if settings.username is not None:
            client.username_pw_set(settings.username, settings.password)
        if settings.tls is not None:
            client.tls_set_context(settings.tls)
        if settings.will is not None:
            topic, payload = settings.will
            client.will_set(topic, payload, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._arrived
        client.on_socket_open = _send_at_once
        # With it set, paho leaves writing to this thread instead of doing it on whichever one publishes.
        client.on_socket_register_write = lambda *_: self._wake()
        return client

    def _connect(self) -> None:
        settings = self._settings
        self._last_sign_at = now()
        if not self._is_v5:
            self._client.connect(settings.host, settings.port, settings.keepalive_s)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = settings.session_expiry_s
        self._client.connect(
            settings.host,
            settings.port,
            settings.keepalive_s,
            clean_start=settings.session_expiry_s == 0,
            properties=properties,
        )

    def _serve(self) -> None:
        """paho's own loop waits with select(), which fails in a process with 1,024 open files; this one does not."""
        poll = select.poll()
        poll.register(woken := self._woken.fileno(), select.POLLIN)
        while (sock := self._client.socket()) is not None:
            poll.register(sock, select.POLLIN | (select.POLLOUT if self._client.want_write() else 0))
            events = 0
            for descriptor, said in poll.poll(self._wait_s() * 1000):
                if descriptor == woken:
                    self._woken.recv(4096)
                else:
                    events = said
            if not self._work(sock, events):
                return

    def _work(self, sock: "paho.SocketLike", events: int) -> bool:
        client = self._client
        if events & ~select.POLLOUT and not _is_fine(client.loop_read()):
            return False
        while client.socket() is sock and getattr(sock, "pending", int)():  # decrypted, but not yet read
            if not _is_fine(client.loop_read()):
                return False
        if client.want_write() and not _is_fine(client.loop_write()):
            return False
        return _is_fine(client.loop_misc()) and self._is_alive()

    def _wait_s(self) -> float:
        if self._close_by is not None:
            return _LOOK_S
        return PING_EVERY_S if self._next_ping_at is None else max(0.0, self._next_ping_at - now())

    def _is_alive(self) -> bool:
        """Ping or say goodbye when it is time. False when there is nothing more to wait for."""
        moment = now()
        if moment - self._last_sign_at >= self._patience_s():
            self.why_ended = f"nothing came back from the broker for {self._patience_s():g} s"
            return False
        if self._close_by is not None:
            return self._say_goodbye(is_late=moment >= self._close_by)
        if self._next_ping_at is not None and moment >= self._next_ping_at:
            self._next_ping_at = moment + PING_EVERY_S
            self._last_ping_at = moment
            self.publish(self._settings.ping_topic, f"{self._mark} {moment!r}".encode(), qos=0)
        return True

    def _say_goodbye(self, *, is_late: bool) -> bool:
        """A socket closed over an answer not yet read resets the connection, and may take our last words with it."""
        if not self._is_open:
            return False
        is_heard = self._last_sent is None or self._last_sent.is_published()
        if is_late or (is_heard and self._last_ping_at == self.proved_at):
            self._client.disconnect()
        return True

    def _patience_s(self) -> float:
        if self._connack is None:
            return _CONNACK_V5_S if self._is_v5 else _CONNACK_S
        return max(self._settings.keepalive_s, 2 * PING_EVERY_S)

    def _give_up(self) -> None:
        self._is_open = False
        self.proved_at = None
        client = self._client
        # Neither may outlive this: a socket in a reference cycle is closed by nobody in particular.
        client.on_connect = client.on_subscribe = client.on_message = client.on_socket_register_write = None
        if (sock := client.socket()) is not None:
            sock.close()
        self._woken.close()
        self._waker.close()

    # --- paho's callbacks

    def _connected(
        self, _client: object, _userdata: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        self._connack = reason
        if reason.is_failure:
            self.why_ended = f"the broker refused: {reason}"
            return
        self._last_sign_at = now()
        self._is_open = True
        topics = [*self._settings.subscriptions, (self._settings.ping_topic, 0)]
        if self._is_v5:
            past = self._settings.from_before
            self._client.subscribe(
                [(topic, self._options(topic, qos, from_before=topic in past)) for topic, qos in topics]
            )
        else:
            self._client.subscribe(topics)

    def _options(self, topic: str, qos: int, *, from_before: bool) -> SubscribeOptions:
        """A command from before must not come; and the retained flag is shown as it was published, where wanted."""
        handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
        if not (from_before or topic.endswith(_STATE)):
            handling = SubscribeOptions.RETAIN_DO_NOT_SEND
        as_published = self._settings.retained_as_published
        return SubscribeOptions(qos=qos, retainAsPublished=as_published, retainHandling=handling)

    def _subscribed(
        self, _client: object, _userdata: object, _mid: int, reasons: Sequence[ReasonCode], _properties: object
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self.why_ended = "the broker refused a subscription: " + ", ".join(map(str, reasons))
            self._client.disconnect()
        else:
            self._next_ping_at = now()

    def _arrived(self, _client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            log.warning("a message on a topic that is no text was dropped")
            return
        if topic == self._settings.ping_topic:
            self._ping_came_back(bytes(message.payload))
        else:
            self._on_message(Incoming(topic, bytes(message.payload), message.retain, message.qos, message.mid, self.no))

    def _ping_came_back(self, payload: bytes) -> None:
        mark, _, sent_at = payload.partition(b" ")
        if mark != self._mark.encode():
            return
        is_first = self.proved_at is None
        self.proved_at = float(sent_at)
        self._last_sign_at = now()
        if is_first:
            self._on_ready()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it is awake already; closed: it has ended
            self._waker.send(b"\0")


def now() -> float:
    """CLOCK_BOOTTIME: a suspended machine has no fresh round trip."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _is_fine(code: MQTTErrorCode) -> bool:
    return code == MQTTErrorCode.MQTT_ERR_SUCCESS


def _send_at_once(_client: object, _userdata: object, sock: object) -> None:
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
