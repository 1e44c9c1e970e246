"""Store and forward: what was measured is kept first and sent then, until the gateway says that it has it."""

from collections.abc import Callable, Sequence
from typing import Final

from devices.ports import KeptReadings, Outbox, ReadingLog, Timer, Timers
from devices.wire import codec
from devices.wire.messages import Measurement, Rack, Readings
from devices.wire.topics import MAX_BYTES

MOST_UNDERWAY: Final = 500  # messages sent and not yet acknowledged: what a gateway keeps in one go
RESEND_S: Final = 15.0  # without an answer; a gateway writes every 5 s
_MARGIN_BYTES: Final = 256  # for the frame around the measurements


class Forwarder:
    """On the node's thread. Nothing is lost while the gateway is away, and whatever is sent twice is kept once."""

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
        self._is_connected = False
        self._sent = 0  # the newest number sent on this connection
        self._resend: Timer | None = None

    def tell(self, measurements: Sequence[Measurement], *, is_waited_for: bool = False) -> list[int]:
        """Keep what was measured just now, and send it when its turn has come. The numbers of its messages.

        `is_waited_for`: somebody stands there until it has been heard (`is_kept`), so the gateway should not dawdle.
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
        if rack.store != self._log.store or rack.seq < self._log.oldest():
            return
        self._log.forget(rack.seq)
        self._sent = max(self._sent, rack.seq)
        self._stop_waiting()
        self._send()

    def _begin_again(self) -> None:
        self._stop_waiting()
        self._sent = self._log.oldest() - 1
        self._send()

    def _send(self) -> None:
        if not self._is_connected:
            return
        oldest = self._log.oldest()
        room = oldest + MOST_UNDERWAY - 1 - self._sent
        for kept in self._log.waiting(after=self._sent, limit=room) if room > 0 else []:
            is_last = kept.seq == oldest + MOST_UNDERWAY - 1  # nothing more is sent until this one has been heard
            self._outbox.send(self._topic, codec.encode_readings(self._said(kept, oldest, is_last=is_last)), qos=1)
            self._sent = kept.seq
        if self._resend is None and self._sent >= oldest:
            self._resend = self._timers.call_later(self._resend_s, self._begin_again)

    def _said(self, kept: KeptReadings, oldest: int, *, is_last: bool) -> Readings:
        is_of_this_boot = kept.boot_id == self._boot_id
        return Readings(
            store=self._log.store,
            seq=kept.seq,
            oldest=oldest,
            age_ms=max(0, self._now_ms() - kept.mono_ms) if is_of_this_boot else None,
            taken_ms=None if is_of_this_boot else kept.clock_ms,
            hurry=kept.is_waited_for or is_last,
            readings=kept.measurements,
        )

    def _stop_waiting(self) -> None:
        if self._resend is not None:
            self._resend.cancel()
            self._resend = None

    def _now_ms(self) -> int:
        return int(self._timers.now() * 1000)


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
