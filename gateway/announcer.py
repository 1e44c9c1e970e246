"""Keeps on the broker what Home Assistant is shown, by asking the broker itself what stands there.

A list of our own would be wrong after a kill or a broker's restart. So we listen to the topics that are ours: what
should stand there and does not is said, and what stands there and should not (a bank renamed, a device retired) is
cleared with an empty message, whoever has left it.
"""

import logging
import random
import threading
from collections.abc import Callable, Mapping
from typing import Final

from devices.runtime.mqtt import Connection, Incoming
from devices.wire.topics import GATEWAY, ROOT
from gateway.home_assistant.documents import BIRTH, OFFLINE, ONLINE, STATUS, is_ours, own_topics, presence_topic
from gateway.kit.clock import Clock
from gateway.link.port import Carriage

log = logging.getLogger(__name__)

LOOK_S: Final = 2.0  # how soon a door that moved is shown
SAY_AGAIN_S: Final = 5.0  # what the broker has not given back by then may have been lost
HEARING_S: Final = 1.0  # the broker tells what it holds at once; only then is it known what is missing
LATEST_BIRTH_S: Final = 5.0  # Home Assistant asks us not to answer its birth all at the same moment


class Announcer:
    """`hear`, `begin` and `end` are for the network's thread, `look` for the one that `run` is called on."""

    def __init__(
        self,
        carriage: Carriage,
        *,
        site: str,
        clock: Clock,
        wanted: Callable[[], Mapping[str, bytes]],
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`wanted` says what should stand there, by topic; it is called on the thread of `look`."""
        self._carriage = carriage
        self._site = site
        self._clock = clock
        self._wanted = wanted
        self._uniform = uniform
        self._lock = threading.Lock()
        self._stands: dict[str, bytes] = {}  # as the broker has told
        self._said: dict[str, tuple[bytes, float]] = {}  # not given back yet, and when it was said
        self._begins_at: float | None = None  # None: no broker
        self._repeats_at: float | None = None

    def begin(self) -> None:
        """The broker is reached; what it holds of ours comes now."""
        with self._lock:
            self._stands.clear()
            self._said.clear()
            self._begins_at = self._clock.monotonic() + HEARING_S

    def end(self) -> None:
        """The broker is gone."""
        with self._lock:
            self._begins_at = None

    def hear(self, topic: str, payload: bytes) -> None:
        """What stands on one of our topics, or that Home Assistant has started."""
        with self._lock:
            if topic == STATUS:
                if payload == BIRTH:
                    self._repeats_at = self._clock.monotonic() + self._uniform(0.0, LATEST_BIRTH_S)
            elif is_ours(self._site, topic) or topic == presence_topic(self._site):
                self._stands[topic] = payload
                self._said.pop(topic, None)

    def look(self) -> None:
        """Say what differs from what should stand there."""
        now = self._clock.monotonic()
        with self._lock:
            if self._begins_at is None or now < self._begins_at:
                return
            repeats = self._repeats_at is not None and now >= self._repeats_at
            if repeats:
                self._repeats_at = None
        wanted = {presence_topic(self._site): ONLINE.encode(), **self._wanted()}
        with self._lock:
            if repeats:  # what should stand there is said again; what should not is still known to stand there
                self._stands = {topic: payload for topic, payload in self._stands.items() if topic not in wanted}
            gone = {topic: b"" for topic, payload in self._stands.items() if payload and topic not in wanted}
            due = {topic: payload for topic, payload in (gone | wanted).items() if self._is_due(topic, payload, now)}
            self._said |= {topic: (payload, now) for topic, payload in due.items()}
        for topic, payload in due.items():
            self._carriage.publish(topic, payload, qos=1, retain=True)

    def _is_due(self, topic: str, payload: bytes, now: float) -> bool:
        if self._stands.get(topic, b"") == payload:
            return False
        said, at = self._said.get(topic, (None, now))
        return said != payload or now - at >= SAY_AGAIN_S


class Showing:
    """The announcer with a connection and a thread of its own: nothing that it says stands in an unlock's way."""

    def __init__(
        self, *, site: str, host: str, port: int, password: str, clock: Clock, wanted: Callable[[], Mapping[str, bytes]]
    ) -> None:
        """`wanted` as of the Announcer."""
        self._connection = Connection(
            client_id=f"{site}-announcer",
            host=host,
            port=port,
            username=GATEWAY,
            password=password,
            will=(presence_topic(site), OFFLINE.encode()),
            subscriptions=[(STATUS, 1), *((topic, 1) for topic in own_topics(site))],
            from_before=own_topics(site),
            ping_topic=f"{ROOT}/{site}/{GATEWAY}/ping",
            on_message=self._hear,
            on_ready=self._reached,
            on_lost=self._lost,
        )
        self._announcer = Announcer(self._connection, site=site, clock=clock, wanted=wanted)
        self._site = site
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)

    def start(self) -> None:
        """Begin, and go on whether or not there is a broker."""
        self._connection.start()
        self._thread.start()

    def stop(self) -> None:
        """Say that the gateway is away, and end."""
        self._stopping.set()
        self._thread.join(5.0)
        self._connection.publish(presence_topic(self._site), OFFLINE.encode(), qos=1, retain=True)
        self._connection.stop()

    def _reached(self) -> None:
        self._announcer.begin()

    def _lost(self) -> None:
        self._announcer.end()

    def _hear(self, message: Incoming) -> None:
        self._announcer.hear(message.topic, message.payload)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self._announcer.look()
            except Exception:
                # The thread's outermost loop: what could not be read now is read in two seconds.
                log.exception("what Home Assistant is shown could not be brought up to date")
