"""The readers beside a kiosk's screen: what is presented there is said now, to the gateway alone, or never."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from devices.nodes.locker_bank import Identity
from devices.ports import Outbox, Timers
from devices.wire import codec
from devices.wire.errors import WireError
from devices.wire.messages import T_SHOWN_S, Credential, Give, Given, Health, Part, State
from devices.wire.topics import Channel

log = logging.getLogger(__name__)


class Showing(Protocol):
    """Where a reader tells of each card once."""

    when_read: Callable[[str], None] | None


class ReaderPart(Protocol):
    """What the node needs of a reader."""

    name: str
    when_changed: Callable[[], None] | None

    @property
    def shown(self) -> Showing:
        """What is held to it."""

    @property
    def is_lost(self) -> bool:
        """It is unplugged, or does not answer."""

    def start(self) -> None:
        """Listen."""


@dataclass(frozen=True)
class _Presented:
    """A card or a code, in memory alone."""

    id: str
    text: str = field(repr=False)
    at: float


class Kiosk:
    """The node. It keeps one card at a time, for five seconds, and opens nothing."""

    def __init__(
        self,
        *,
        identity: Identity,
        readers: Sequence[ReaderPart],
        timers: Timers,
        outbox: Outbox,
        boot_id: str,
        firmware: str = "",
        random: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        self.dropped = 0  # presented, and not asked for in time
        self._identity = identity
        self._readers = readers
        self._timers = timers
        self._outbox = outbox
        self._boot_id = boot_id
        self._firmware = firmware
        self._random = random
        self._presented: _Presented | None = None
        self._is_connected = False

    # --- what the world calls

    def start(self) -> None:
        """Begin. Call once, first."""
        for reader in self._readers:
            reader.shown.when_read = self._take
            reader.when_changed = self._say_state
            reader.start()

    def connected(self) -> None:
        """The link is up."""
        self._is_connected = True
        self._say_state()

    def disconnected(self) -> None:
        """The link is gone, and whatever was presented with it."""
        self._is_connected = False
        if self._presented is not None:
            self._drop()

    def receive(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """A message came. What is not for this node, or was not said just now, is nothing."""
        if retained:
            return
        try:
            said = codec.decode_command(payload, topic=topic, key=self._identity.gateway)
        except WireError:
            return
        if isinstance(said, Give):
            self._give(said)

    def will(self) -> tuple[str, bytes]:
        """What the broker says when this node is gone."""
        return self._identity.topic(Channel.STATE), codec.encode_state(State(online=False, boot_id=self._boot_id))

    def stop(self) -> None:
        """Say goodbye."""
        topic, payload = self.will()
        self._outbox.send(topic, payload, qos=1, retain=True)
        self._is_connected = False

    # --- what is presented

    def _take(self, text: str) -> None:
        """Say that there is something, and wait to be asked. Another one takes the place of the one before."""
        if self._presented is not None:
            self._drop()
        self._presented = presented = _Presented(self._random(16), text, self._timers.now())
        if not self._is_connected:
            self._drop()
            return
        self._timers.call_later(T_SHOWN_S, partial(self._forget, presented))
        topic = self._identity.topic(Channel.EVT)
        message = Credential(id=presented.id, dev_boot=self._boot_id)
        self._outbox.send(topic, codec.encode_event(message, age_ms=0, topic=topic, key=self._identity.key), qos=1)

    def _give(self, asked: Give) -> None:
        presented = self._presented
        if presented is None or asked.id != presented.id:
            return
        age_s = self._timers.now() - presented.at
        if age_s >= T_SHOWN_S:  # the timer is about to say so
            return
        self._presented = None
        topic = self._identity.topic(Channel.CHAL)
        answer = Given(q=asked.q, id=asked.id, age_ms=int(age_s * 1000), text=presented.text)
        self._outbox.send(topic, codec.encode_answer(answer, topic=topic, key=self._identity.key), qos=0)

    def _forget(self, presented: _Presented) -> None:
        if self._presented is presented:
            self._drop()

    def _drop(self) -> None:
        self._presented = None
        self.dropped += 1
        log.warning("what was presented was not asked for in time; %d since the start", self.dropped)

    # --- how it is

    def _say_state(self) -> None:
        if not self._is_connected:
            return
        state = State(
            online=True,
            boot_id=self._boot_id,
            kind="kiosk",
            firmware=self._firmware,
            key=self._identity.key.public().text(),
            parts=[_part(reader) for reader in self._readers],
        )
        self._outbox.send(self._identity.topic(Channel.STATE), codec.encode_state(state), qos=1, retain=True)


def _part(reader: ReaderPart) -> Part:
    return Part(name=reader.name, health=Health.LOST if reader.is_lost else Health.OK, doors=[])
