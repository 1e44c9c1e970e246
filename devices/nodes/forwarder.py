"""Store and forward: what was measured is kept first and sent then, until the gateway says that it has it."""

from collections.abc import Callable, Sequence
from typing import Final

from devices.ports import KeptReadings, Outbox, ReadingLog, Timer, Timers
from devices.wire import codec
from devices.wire.messages import Measurement, Rack, Readings
from devices.wire.topics import MAX_BYTES

MOST_UNDERWAY: Final = 500  # messages sent and not yet acknowledged: what a gateway keeps in one go
MANY_UNDERWAY: Final = MOST_UNDERWAY // 2  # from here on it asks, so that it need not stop at the most
RESEND_S: Final = 15.0  # without the answer that was asked for; a gateway writes every 5 s
ASK_S: Final = 540.0  # after the last answer the next message asks for one, on some devices a quarter sooner
ASK_ANYWAY_S: Final = 600.0  # after a message: then it asks though nothing was measured since
_MARGIN_BYTES: Final = 256  # for the frame around the measurements


class Forwarder:
    """On the node's thread. Nothing is lost while the gateway is away, and whatever is sent twice is kept once.

    An acknowledgement only lets the card forget, and costs the gateway a signature, more than the reading itself. So
    the forwarder says with a message whether it asks for one. It does with what somebody waits for or what will not be
    measured again, after a new beginning of the line or of the device, while it catches up, and otherwise every few
    minutes. The gateway answers without being asked when it lacks something.
    """

    def __init__(
        self,
        log: ReadingLog,
        *,
        topic: str,
        boot_id: str,
        timers: Timers,
        outbox: Outbox,
        clock_ms: Callable[[], int],
        resend_s: float = RESEND_S,
    ) -> None:
        """`topic`: this device's `reading`. `clock_ms`: the calendar clock, milliseconds since 1970, right or not."""
        self._log = log
        self._topic = topic
        self._boot_id = boot_id
        self._timers = timers
        self._outbox = outbox
        self._clock_ms = clock_ms
        self._resend_s = resend_s
        self._ask_s = _spread(ASK_S, boot_id)
        self._is_connected = False
        self._sent = 0  # the newest number sent on this connection
        self._asked = 0  # the newest number sent on it that asks
        self._pressing = 0  # the newest number that cannot wait
        self._ask_at = timers.now()
        self._resend: Timer | None = None
        self._resend_at = 0.0

    def tell(
        self, measurements: Sequence[Measurement], *, is_waited_for: bool = False, can_wait: bool = False
    ) -> list[int]:
        """Keep what was measured just now, and send it when its turn has come. The numbers of its messages.

        `is_waited_for`: somebody stands there until it has been heard (`is_kept`), so the gateway should not dawdle.
        `can_wait`: the same is measured again in a minute, so it may take some more until one that was lost is missed.
        """
        numbers = [
            self._log.append(
                KeptReadings(
                    boot_id=self._boot_id,
                    mono_ms=self._now_ms(),
                    clock_ms=self._clock_ms(),
                    is_waited_for=is_waited_for,
                    measurements=part,
                )
            )
            for part in _in_parts(measurements)
        ]
        if numbers and not can_wait:
            self._pressing = numbers[-1]
        self._send()
        return numbers

    def is_kept(self, number: int) -> bool:
        """Whether the gateway has said that it has the message of that number."""
        return number < self._log.oldest()

    def connected(self) -> None:
        """Begin with the oldest again: nobody knows what of it arrived."""
        self._is_connected = True
        self._begin_again()

    def disconnected(self) -> None:
        """Keep, and wait."""
        self._is_connected = False
        self._stop_waiting()

    def take(self, rack: Rack) -> None:
        """The gateway has everything up to there. One that is meant for an earlier store of this device is nothing."""
        if rack.store != self._log.store:
            return
        was_asked = self._asked >= self._log.oldest()
        if rack.seq >= self._log.oldest():
            self._log.forget(rack.seq)
            self._sent = max(self._sent, rack.seq)
            self._ask_at = self._timers.now() + self._ask_s
            self._stop_waiting()
        self._send()
        if not was_asked:  # it lacks one of those that are underway, unless this is only late
            self._wait(self._resend_s)

    def _begin_again(self) -> None:
        self._stop_waiting()
        self._sent = self._asked = self._log.oldest() - 1
        self._ask_at = self._timers.now()
        self._send()

    def _send(self) -> None:
        if not self._is_connected:
            return
        oldest = self._log.oldest()
        room = oldest + MOST_UNDERWAY - 1 - self._sent
        batch = self._log.waiting(after=self._sent, limit=room) if room > 0 else []
        for kept in batch:
            is_last = kept.seq == oldest + MOST_UNDERWAY - 1  # nothing more is sent until this one has been heard
            is_in_a_hurry = kept.is_waited_for or is_last
            asks = is_in_a_hurry or (kept is batch[-1] and self._has_to_ask(kept.seq, oldest))
            said = self._said(kept, oldest, hurry=is_in_a_hurry, can_wait=not asks)
            self._outbox.send(self._topic, codec.encode_readings(said), qos=1)
            self._sent = kept.seq
            if asks:
                self._asked = kept.seq
        self._wait(self._resend_s if self._asked >= oldest else ASK_ANYWAY_S)

    def _has_to_ask(self, newest: int, oldest: int) -> bool:
        """With the newest of all that is there, and once until it is answered; what cannot wait, each time."""
        if self._asked < self._pressing:
            return True
        is_due = newest - oldest >= MANY_UNDERWAY or self._timers.now() >= self._ask_at
        return is_due and self._asked < oldest

    def _said(self, kept: KeptReadings, oldest: int, *, hurry: bool, can_wait: bool) -> Readings:
        is_of_this_boot = kept.boot_id == self._boot_id
        return Readings(
            store=self._log.store,
            seq=kept.seq,
            oldest=oldest,
            age_ms=max(0, self._now_ms() - kept.mono_ms) if is_of_this_boot else None,
            taken_ms=None if is_of_this_boot else kept.clock_ms,
            hurry=hurry,
            can_wait=can_wait,
            readings=kept.measurements,
        )

    def _wait(self, seconds: float) -> None:
        """Begin again after no more than that, unless nothing is underway."""
        at = self._timers.now() + seconds
        if self._sent < self._log.oldest() or (self._resend is not None and self._resend_at <= at):
            return
        self._stop_waiting()
        self._resend = self._timers.call_later(seconds, self._begin_again)
        self._resend_at = at

    def _stop_waiting(self) -> None:
        if self._resend is not None:
            self._resend.cancel()
            self._resend = None

    def _now_ms(self) -> int:
        return int(self._timers.now() * 1000)


def _spread(seconds: float, boot_id: str) -> float:
    """Up to a quarter less, by the device's start: those that got their current back together do not ask together."""
    return seconds * (1 - int(boot_id, 16) % 1000 / 4000)


def _in_parts(measurements: Sequence[Measurement]) -> list[list[Measurement]]:
    """As many in one message as it has room for."""
    parts: list[list[Measurement]] = []
    room = 0
    for one in measurements:
        size = len(one.sensor) + len(one.metric.encode()) + 64
        if not parts or room < size or len(parts[-1]) == 64:
            parts.append([])
            room = MAX_BYTES - _MARGIN_BYTES
        parts[-1].append(one)
        room -= size
    return parts
