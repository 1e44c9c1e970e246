"""Takes messages out of the house: threads of its own, so that no unlock ever waits for a far server.

Looks once a second for what is to be told, folds it into messages, and hands each to the courier. A message is taken
first, sent then, and marked after the other end has it; killed in between, it is sent again under the same id.
"""

import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from zoneinfo import ZoneInfo

from gateway.alerts import deliveries
from gateway.alerts.messages import Message
from gateway.channels import queries
from gateway.channels import service as channels
from gateway.channels.model import Channel, Delivery
from gateway.channels.seal import SealError, SealKey
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions
from gateway.notify.port import Courier, Parcel

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
HANDS: Final = 4  # messages under way at once; of one channel only one


class Postman:
    """`make` and `send_due` are what its thread does; `start` begins it.

    `reached` is told the step between sending and marking, for the fault tests.
    """

    def __init__(
        self,
        sessions: Sessions,
        *,
        site: str,
        zone: ZoneInfo,
        clock: Clock,
        key: SealKey,
        courier: Courier,
        reached: Callable[[str], None] = lambda step: None,
    ) -> None:
        self._sessions = sessions
        self._site = site
        self._zone = zone
        self._clock = clock
        self._key = key
        self._courier = courier
        self._reached = reached
        self._busy: set[str] = set()  # channels
        self._stop = threading.Event()
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="postman")
        self._thread: threading.Thread | None = None
        self._dice = random.Random()  # noqa: S311 - spreads retries, guards nothing

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End. What is under way is left, and sent again by whoever comes next."""
        self._stop.set()
        self._courier.stop()
        self._hands.shutdown(wait=True, cancel_futures=True)
        if self._thread is not None:
            self._thread.join(5.0)

    def make(self) -> None:
        """Fold what is to be told into messages, one transaction a channel."""
        with self._sessions.read() as session:
            waiting = list(queries.channels_with_something_to_tell(session))
        for channel_id in waiting:
            with self._sessions.begin() as session:
                deliveries.make_due(
                    session, channel_id=channel_id, site=self._site, zone=self._zone, now=self._clock.now()
                )

    def send_due(self) -> int:
        """Hand out what is due, and say how many; of a channel that has one under way the next waits."""
        with self._sessions.read() as session:
            due = [(one.id, one.channel_id) for one in queries.due(session, now=self._clock.now())]
        handed_out = 0
        for delivery_id, channel_id in due:
            if channel_id not in self._busy:
                self._busy.add(channel_id)
                self._hands.submit(self._carry, delivery_id, channel_id)
                handed_out += 1
        return handed_out

    def carry(self, delivery_id: str) -> None:
        """Take one message out, and mark what came of it."""
        with self._sessions.begin() as session:
            if not channels.take(session, delivery_id=delivery_id, now=self._clock.now()):
                return
            delivery = session.get_one(Delivery, delivery_id)
            channel = session.get_one(Channel, delivery.channel_id)
        failed_with = self._send(delivery, channel)
        if self._stop.is_set() and failed_with is not None:
            return  # we called it back ourselves
        self._reached("delivered")
        with self._sessions.begin() as session:
            chance, now = self._dice.random(), self._clock.now()
            deliveries.settle(session, delivery_id=delivery_id, failed_with=failed_with, chance=chance, now=now)
        if failed_with is None:
            log.info("message %s is out by channel %s", delivery_id, channel.id)
        else:
            log.warning("message %s did not get out by channel %s: %s", delivery_id, channel.id, failed_with)

    def _send(self, delivery: Delivery, channel: Channel) -> str | None:
        try:
            address = self._key.open(channel.sealed or "", channel_id=channel.id)
        except SealError as error:
            return str(error)
        message = Message.from_json(delivery.content)
        parcel = Parcel(
            id=delivery.id,
            url=address.url,
            secret=address.secret,
            title=message.title,
            body=message.body,
            severity=message.severity,
            payload={"type": message.type, "timestamp": message.at, "data": message.data},
        )
        return self._courier.send(parcel)

    # --- its threads

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.make()
                self.send_due()
            except Exception:
                # The thread's outermost loop: what is not taken now is found again.
                log.exception("messages could not be looked for")

    def _carry(self, delivery_id: str, channel_id: str) -> None:
        try:
            self.carry(delivery_id)
        except Exception:
            # The same: it is due again when its lease is over.
            log.exception("message %s could not be taken out", delivery_id)
        finally:
            self._busy.discard(channel_id)
