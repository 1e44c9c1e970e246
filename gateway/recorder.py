"""The door that readings come in by: a thread of its own, so that no flood of them can delay an unlock.

A message costs the network's thread one `append`; once in a while everything that has come is read, written in one
transaction and acknowledged. What is lost on the way, or refused by a full disk, its device still has and sends again.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from devices.wire import codec
from devices.wire.errors import Fault, WireError
from devices.wire.messages import Measurement, Readings
from devices.wire.metrics import BOOLEANS, METRICS
from devices.wire.topics import Channel, parse
from gateway.kit.clock import Clock
from gateway.telemetry import rules
from gateway.telemetry.store import Kept, Letter, ReadingStore, StoreFullError, Value, now_ms

log = logging.getLogger(__name__)

COMMIT_S: Final = 5.0  # a group commit: each writes whole pages, and a card wears by pages (docs/figures.md)
HURRY_AT: Final = 5_000  # messages: then it does not wait
MOST_WAITING: Final = 50_000  # messages; what comes on top is let go, and comes again
ROLL_UP_S: Final = 300.0
PRUNE_S: Final = 3_600.0

_HURRY: Final = b'"hurry":true'  # as our own nodes write it; from anybody else it is only a little slower

READING: Final = f"/{Channel.READING}"
"""How the topics end that belong to this door."""


@dataclass(frozen=True)
class Buried:
    """Messages of one device that could not be read, for one reason."""

    device: str
    fault: Fault
    detail: str
    payload: bytes  # of the newest
    count: int


class Recorder:
    """`hear` is for the network's thread; everything else happens in `take`, on the thread that `start` begins.

    `approved` names the devices whose readings count; `watch` is handed every reading before it is kept, and again
    only when the gateway died in between; `acknowledge` tells a device how far its store is kept; `bury` is handed what
    could not be read; `others` gives what came by another way and needs no acknowledging. All of them are called from
    that thread, and must be safe there.
    """

    def __init__(
        self,
        store: ReadingStore,
        *,
        site: str,
        clock: Clock,
        approved: Callable[[], Collection[str]],
        watch: Callable[[Sequence[Letter]], None],
        acknowledge: Callable[[Kept], None],
        bury: Callable[[Sequence[Buried]], None],
        others: Callable[[], list[Letter]] = list,
    ) -> None:
        self._store = store
        self._site = site
        self._clock = clock
        self._approved = approved
        self._watch = watch
        self._acknowledge = acknowledge
        self._bury = bury
        self._others = others
        self._heard: deque[tuple[str, bytes, int]] = deque()
        self._hurry = threading.Event()
        self._is_stopping = False
        self._is_full = False
        self._thread: threading.Thread | None = None
        self._roll_up_at = self._prune_at = clock.monotonic()

    @property
    def is_full(self) -> bool:
        """Nothing can be kept just now, for want of room on the disk."""
        return self._is_full

    def hear(self, topic: str, payload: bytes) -> None:
        """A message has come. Never waits."""
        if len(self._heard) >= MOST_WAITING:
            return
        self._heard.append((topic, payload, now_ms(self._clock.now())))
        if len(self._heard) >= HURRY_AT or _HURRY in payload:
            self._hurry.set()

    def start(self) -> None:
        """Make the tables if need be, and begin."""
        self._store.prepare()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Keep what has come, and end."""
        self._is_stopping = True
        self._hurry.set()
        if self._thread is not None:
            self._thread.join(10.0)
        self._store.close()

    def take(self) -> None:
        """Keep what has come, acknowledge it, and do what is due. Raises nothing for bad bytes or a full disk."""
        others = self._others()
        letters, buried = self._read()
        own = {letter.device for letter in letters}
        letters += others
        if buried:
            self._bury(buried)
        try:
            kept = self._keep(letters) if letters else []
            self._look_after()
            self._note_full(is_full=False)
        except StoreFullError as error:
            self._note_full(is_full=True, why=str(error))
            self._store.prune(now_ms=now_ms(self._clock.now()))
            return
        for source in kept:
            if source.device in own:
                self._acknowledge(source)

    def _keep(self, letters: list[Letter]) -> list[Kept]:
        if fresh := self._store.fresh(letters):
            self._watch(fresh)
        return self._store.keep(letters)

    # --- its thread

    def _run(self) -> None:
        while not self._is_stopping:
            self._hurry.wait(COMMIT_S)
            self._hurry.clear()
            try:
                self.take()
            except Exception:
                # The thread's outermost loop: what was not acknowledged comes again.
                log.exception("readings could not be kept")

    def _look_after(self) -> None:
        now = self._clock.monotonic()
        if now >= self._roll_up_at:
            self._roll_up_at = now + ROLL_UP_S
            self._store.roll_up(now_ms=now_ms(self._clock.now()))
        if now >= self._prune_at:
            self._prune_at = now + PRUNE_S
            self._store.prune(now_ms=now_ms(self._clock.now()))

    def _note_full(self, *, is_full: bool, why: str = "") -> None:
        if is_full and not self._is_full:
            log.error("no reading is kept until there is room again: %s; lockers and doors are not affected", why)
        if self._is_full and not is_full:
            log.info("readings are kept again")
        self._is_full = is_full

    def _read(self) -> tuple[list[Letter], list[Buried]]:
        approved = self._approved()
        letters: list[Letter] = []
        newest: dict[tuple[str, Fault], tuple[str, bytes]] = {}
        faults: Counter[tuple[str, Fault]] = Counter()
        for _ in range(len(self._heard)):
            topic, payload, received_ms = self._heard.popleft()
            device = topic.split("/")[-2]
            try:
                said = self._said(topic, payload, approved)
                unsound = [one for one in said.readings if not _is_sound(one)]
                letters.append(_letter(device, said, received_ms))
                problems = [(Fault.IMPLAUSIBLE, f"{one.sensor} says {one.metric} {one.value}") for one in unsound]
            except WireError as error:
                problems = [(error.fault, error.detail)]
            for fault, detail in problems:
                faults[device, fault] += 1
                newest[device, fault] = (detail, payload)
        return letters, [Buried(*name, *newest[name], count) for name, count in faults.items()]

    def _said(self, topic: str, payload: bytes, approved: Collection[str]) -> Readings:
        address = parse(topic)
        if address.site != self._site or address.channel is not Channel.READING:
            raise WireError(Fault.TOPIC, "another site's, or another channel")
        if address.device not in approved:
            raise WireError(Fault.STRANGER)
        return codec.decode_readings(payload)


def _letter(device: str, said: Readings, received_ms: int) -> Letter:
    """What can be believed of a message. One sensor that raves takes nothing from the others."""
    return Letter(
        device=device,
        store=said.store,
        seq=said.seq,
        oldest=said.oldest,
        taken_ms=rules.taken_ms(received_ms=received_ms, age_ms=said.age_ms, claimed_ms=said.taken_ms),
        values=[Value(one.sensor, one.metric, _number(one.value)) for one in said.readings if _is_sound(one)],
    )


def _is_sound(one: Measurement) -> bool:
    if one.metric not in METRICS:
        return False
    if one.value is not None and isinstance(one.value, bool) != (one.metric in BOOLEANS):
        return False
    return rules.is_plausible(one.metric, _number(one.value))


def _number(value: float | bool | None) -> float | None:
    return None if value is None else float(value)
