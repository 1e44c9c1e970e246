"""A supervised connection to the broker, the same for both ends of the link."""

import logging
import random
import ssl
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Final

from paho.mqtt.enums import MQTTProtocolVersion

from devices.runtime.mqtt_link import Ending, Incoming, Link, LinkSettings, now

__all__ = ["Backoff", "Connection", "Incoming"]

log = logging.getLogger(__name__)

_FIRST_WAIT_S: Final = 0.25
_LONGEST_WAIT_S: Final = 8.0
_STEADY_S: Final = 30.0


class Backoff:
    """How long to wait before connecting again: anything from 0 to a span that doubles, so that a hundred devices do
    not come back in the same moment.

    The span shrinks back only after a connection that lasted: two clients with one name end each other's connection
    at once, and would do so many times a second otherwise.
    """

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self._failures = 0

    def wait_s(self, *, lasted_s: float) -> float:
        """The wait after a connection, or an attempt at one, that lasted so long."""
        if lasted_s >= _STEADY_S:
            self._failures = 0
        span_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**self._failures)
        self._failures += span_s < _LONGEST_WAIT_S
        return self._uniform(0.0, span_s)


class Connection:
    """Keeps one client connected, on a thread of its own. Every method is safe from any thread.

    The three callbacks run on that thread and should only hand over; what they raise is logged. `on_ready` comes once
    for each connection, after every subscription was granted and a ping has travelled through the broker and back;
    `on_lost` follows it when that connection is gone. MQTT 5 where the broker speaks it, else 3.1.1.
    """

    def __init__(
        self,
        *,
        client_id: str,
        host: str,
        port: int,
        username: str | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
        will: tuple[str, bytes] | None = None,
        subscriptions: Sequence[tuple[str, int]],
        from_before: Collection[str] = (),
        retained_as_published: bool = True,
        ping_topic: str,
        on_message: Callable[[Incoming], None],
        on_ready: Callable[[], None] = lambda: None,
        on_lost: Callable[[], None] = lambda: None,
        keepalive_s: int = 5,
        manual_ack: bool = False,
        session_expiry_s: int = 0,
        is_plain: bool = False,
        backoff: Backoff | None = None,
    ) -> None:
        """`will`: topic and payload, retained, at QoS 1. `subscriptions`: filter and QoS; of
        those in `from_before`, and of every `state`, also what has been retained.

        `retained_as_published` False: then `retained` tells of a message that it is from before, not that it is kept.

        `session_expiry_s` over 0: the broker keeps the session so long while nobody is connected, with `manual_ack`
        also every QoS 1 message not yet acknowledged by `ack`. 0: nothing is kept.

        `is_plain`: MQTT 3.1.1 whatever the broker speaks, for whoever hears a lot and needs nothing of 5: paho makes
        thirty objects for the properties that a message of 5 might have, a fifth of what it costs to hear one.
        """
        self._settings = LinkSettings(
            client_id=client_id,
            host=host,
            port=port,
            username=username,
            password=password,
            tls=tls,
            will=will,
            subscriptions=tuple(subscriptions),
            from_before=frozenset(from_before),
            retained_as_published=retained_as_published,
            ping_topic=ping_topic,
            keepalive_s=keepalive_s,
            manual_ack=manual_ack,
            session_expiry_s=session_expiry_s,
        )
        self._on_message = on_message
        self._on_ready = on_ready
        self._on_lost = on_lost
        self._is_plain = is_plain
        self._backoff = backoff or Backoff()
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._link: Link | None = None
        self._complaint = ""

    def start(self) -> None:
        """Begin connecting, and go on for as long as it takes. Returns at once."""
        with self._starting:
            self._start_thread()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Send what was published, say goodbye (so no will is sent), and end. Safe to repeat."""
        self._stopping.set()
        if (link := self._link) is not None:
            link.close()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def is_ready(self, max_age_s: float = 2.0) -> bool:
        """Whether a ping sent in the last `max_age_s` has come back: connected, subscribed, and the broker alive."""
        self._revive()
        link = self._link
        proved_at = None if link is None else link.proved_at
        return proved_at is not None and now() - proved_at <= max_age_s

    def publish(
        self, topic: str, payload: bytes, *, qos: int, retain: bool = False, expiry_s: int | None = None
    ) -> bool:
        """Send now or never. False: not connected, and nothing is kept for later.

        True: it is on its way on this connection; only an answer proves that it came. `expiry_s` is told to a
        broker that speaks MQTT 5.
        """
        self._revive()
        link = self._link
        return link is not None and link.publish(topic, payload, qos=qos, retain=retain, expiry_s=expiry_s)

    def ack(self, incoming: Incoming) -> bool:
        """With `manual_ack`: a QoS 1 message is dealt with. False: its connection is gone, and it will come again."""
        link = self._link
        return link is not None and link.no == incoming.link_no and link.ack(incoming)

    def _revive(self) -> None:
        """The thread cannot die of an Exception; of what else there is (SystemExit in a callback) it can."""
        with self._starting:
            if self._thread is None or self._thread.is_alive() or self._stopping.is_set():
                return
            log.error("the network thread of %s has died; starting another", self._settings.client_id)
            self._start_thread()

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"mqtt {self._settings.client_id}", daemon=True)
        self._thread.start()

    # --- the network thread

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = now()
            try:
                self._connect_once()
            except OSError as error:
                self._complain(f"cannot be reached: {error}")
            except Exception:
                log.exception("a connection to the broker failed")
            self._stopping.wait(self._backoff.wait_s(lasted_s=now() - began))

    def _connect_once(self) -> None:
        is_plain = self._is_plain or self._run_link(MQTTProtocolVersion.MQTTv5) is Ending.WRONG_VERSION
        if is_plain and not self._stopping.is_set():
            self._run_link(MQTTProtocolVersion.MQTTv311)

    def _run_link(self, protocol: MQTTProtocolVersion) -> Ending:
        was_ready = False

        def ready() -> None:
            nonlocal was_ready
            was_ready = True
            self._complaint = ""
            log.info("%s is connected to %s:%d", self._settings.client_id, self._settings.host, self._settings.port)
            self._tell(self._on_ready)

        link = Link(
            self._settings,
            protocol=protocol,
            on_message=lambda incoming: self._tell(self._on_message, incoming),
            on_ready=ready,
        )
        self._link = link
        if self._stopping.is_set():  # `stop` may have looked just before
            link.close()
        try:
            ending = link.run()
        finally:
            self._link = None
            if was_ready:
                self._tell(self._on_lost)
        is_last_try = ending is Ending.LOST or protocol is MQTTProtocolVersion.MQTTv311
        if is_last_try and not self._stopping.is_set():
            self._complain(link.why_ended)
        return ending

    def _tell(self, callback: Callable[..., None], *facts: object) -> None:
        try:
            callback(*facts)
        except Exception:
            log.exception("a callback of the connection failed")

    def _complain(self, complaint: str) -> None:
        """Once for each new reason: a broker may be away for days."""
        if complaint != self._complaint:
            self._complaint = complaint
            log.warning("the broker at %s:%d: %s", self._settings.host, self._settings.port, complaint)
