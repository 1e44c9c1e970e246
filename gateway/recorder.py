"""The door that readings come in by: a thread of its own, so that no flood of them can delay an unlock.

A message costs the network's thread one `append`; once in a while everything that has come is read, written in one
transaction and acknowledged. What somebody waits for goes ahead of that, with what its own device said before it and
nothing else. What is lost on the way, or refused by a full disk, its device still has and sends again.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from devices.wire import codec
from devices.wire.errors import Fault, WireError
from devices.wire.messages import Measurement, Readings
from devices.wire.metrics import BOOLEANS, METRICS
from devices.wire.topics import Channel, parse
from gateway.kit.clock import Clock
from gateway.kit.right_of_way import RightOfWay
from gateway.telemetry import rules
from gateway.telemetry.store import Kept, Letter, ReadingStore, StoreFullError, Value, now_ms

log = logging.getLogger(__name__)

COMMIT_S: Final = 5.0  # a group commit: each writes whole pages, and a card wears by pages (docs/figures.md)
HURRY_AT: Final = 5_000  # messages: then it does not wait
MOST_WAITING: Final = 50_000  # messages; what comes on top is let go, and comes again
ROLL_UP_S: Final = 300.0
# Values: then it does not wait, for whoever asks for the newest has all of them looked through. Of ten thousand sensors
# each time writes 35 bytes a value; at a hundred thousand it would be 88 (docs/figures.md).
ROLL_UP_AT: Final = 250_000
PRUNE_S: Final = 3_600.0
_AFTER_YOU_S: Final = 0.001  # what was shown at once goes out first: else the two threads share Python's one turn

_MOST_TOPICS: Final = 16_384  # that were right and are kept in mind, some 3 MB

HURRY: Final = b'"hurry":true'
"""In a message that somebody waits for, as our own nodes write it; from anybody else it is only a little slower."""

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


_Messages = list[tuple[bytes, int]]  # of one topic in the order they came: what it said, and when it came


class _Post(NamedTuple):
    """What one topic brought, read; whether its device counts is another question."""

    device: str
    letters: list[Letter]
    buried: list[Buried]
    as_a_strangers: tuple[bytes, int] | None  # the newest and how many, if it does not; None: nobody counts here


class Recorder:
    """`hear` is for the network's thread; everything else happens in `take`, on the thread that `start` begins.

    `judge` is handed every reading before it is kept, and again only when the gateway died in between: those of our own
    devices, by device, and what came by another way; it says which of those devices count. `acknowledge` tells a device
    how far its store is kept; `bury` is handed what could not be read; `others` gives what came by another way and
    needs no acknowledging; `judge_again` looks once in a while at what nobody says anything more of. All of them are
    called from that thread, and must be safe there.
    """

    def __init__(
        self,
        store: ReadingStore,
        *,
        site: str,
        clock: Clock,
        judge: Callable[[Mapping[str, Sequence[Letter]], Sequence[Letter]], Collection[str]],
        acknowledge: Callable[[Kept], None],
        bury: Callable[[Sequence[Buried]], None],
        judge_again: Callable[[], object],
        others: Callable[[], list[Letter]] = list,
        right_of_way: RightOfWay | None = None,
    ) -> None:
        """`right_of_way`: who goes first. None: nobody else is here."""
        self._store = store
        self._site = site
        self._clock = clock
        self._judge = judge
        self._acknowledge = acknowledge
        self._bury = bury
        self._others = others
        self._judge_again = judge_again
        self._right_of_way = right_of_way or RightOfWay()
        self._lock = threading.Lock()  # for the next three
        self._heard: dict[str, _Messages] = {}  # by topic
        self._waiting = 0  # messages
        self._awaited: set[str] = set()  # topics
        self._hurry = threading.Event()
        self._is_stopping = False
        self._is_full = False
        self._thread: threading.Thread | None = None
        self._roll_up_at = self._prune_at = clock.monotonic()
        self._not_rolled_up = 0  # values

    @property
    def is_full(self) -> bool:
        """The last that came could not be kept, for want of room on the disk."""
        return self._is_full

    def hear(self, topic: str, payload: bytes) -> None:
        """A message has come. Never waits."""
        is_awaited = HURRY in payload
        with self._lock:
            if self._waiting >= MOST_WAITING:
                return
            self._heard.setdefault(topic, []).append((payload, now_ms(self._clock.now())))
            self._waiting += 1
            if is_awaited:
                self._awaited.add(topic)
        if is_awaited or self._waiting >= HURRY_AT:
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
        with self._room_or_not():
            self._keep(self._all_heard(), others)
            self._judge_again()
            self._look_after()

    def take_awaited(self) -> None:
        """The same of what somebody waits for, and of what its device said before: everything else waits on."""
        with self._room_or_not():
            self._keep(self._awaited_alone(), [])

    # --- its thread

    def _run(self) -> None:
        due_at = time.monotonic() + COMMIT_S
        while not self._is_stopping:
            self._hurry.wait(max(0.0, due_at - time.monotonic()))
            self._hurry.clear()
            try:
                if self._is_stopping or self._waiting >= HURRY_AT or time.monotonic() >= due_at:
                    due_at = time.monotonic() + COMMIT_S
                    self.take()
                else:
                    time.sleep(_AFTER_YOU_S)
                    self.take_awaited()
            except Exception:
                # The thread's outermost loop: what was not acknowledged comes again.
                log.exception("readings could not be kept")

    def _all_heard(self) -> dict[str, _Messages]:
        with self._lock:
            heard, self._heard = self._heard, {}
            self._waiting = 0
            self._awaited.clear()
        return heard

    def _awaited_alone(self) -> dict[str, _Messages]:
        with self._lock:
            heard = {topic: self._heard.pop(topic) for topic in self._awaited}
            self._waiting -= sum(map(len, heard.values()))
            self._awaited.clear()
        return heard

    def _keep(self, heard: Mapping[str, _Messages], others: list[Letter]) -> None:
        posts = [self._read(topic, messages) for topic, messages in self._right_of_way.giving_way(heard.items())]
        counting = self._those_that_count(posts, others)
        if buried := [one for post in posts for one in _buried(post, counting)]:
            self._bury(buried)
        letters = [letter for post in posts if post.device in counting for letter in post.letters]
        if not letters and not others:
            return
        for source in self._store.keep(self._right_of_way.giving_way(letters + others)):
            if source.device in counting:
                self._acknowledge(source)
        self._not_rolled_up += sum(len(letter.values) for letter in letters + others)
        self._note_full(is_full=False)

    def _those_that_count(self, posts: list[_Post], others: list[Letter]) -> Collection[str]:
        fresh: dict[str, list[Letter]] = {post.device: [] for post in posts}
        letters = (letter for post in posts for letter in post.letters)
        for letter in self._store.fresh(self._right_of_way.giving_way(letters)):
            fresh[letter.device].append(letter)
        return self._judge(fresh, self._store.fresh(others)) if posts or others else ()

    def _look_after(self) -> None:
        now = self._clock.monotonic()
        if now >= self._roll_up_at or self._not_rolled_up >= ROLL_UP_AT:
            self._roll_up_at = now + ROLL_UP_S
            self._not_rolled_up = 0
            self._store.roll_up(now_ms=now_ms(self._clock.now()), right_of_way=self._right_of_way)
        if now >= self._prune_at:
            self._prune_at = now + PRUNE_S
            self._store.prune(now_ms=now_ms(self._clock.now()))

    @contextmanager
    def _room_or_not(self) -> Iterator[None]:
        """Without room nothing is acknowledged, and what can be let go is."""
        try:
            yield
        except StoreFullError as error:
            self._note_full(is_full=True, why=str(error))
            with suppress(StoreFullError):  # not even that: said once is enough
                self._store.prune(now_ms=now_ms(self._clock.now()))

    def _note_full(self, *, is_full: bool, why: str = "") -> None:
        if is_full and not self._is_full:
            log.error("no reading is kept until there is room again: %s; lockers and doors are not affected", why)
        if self._is_full and not is_full:
            log.info("readings are kept again")
        self._is_full = is_full

    def _read(self, topic: str, messages: _Messages) -> _Post:
        device, newest = topic.split("/")[-2], messages[-1][0]
        try:
            _check(topic, self._site)
        except WireError as error:
            return _Post(device, [], [Buried(device, error.fault, error.detail, newest, len(messages))], None)
        letters: list[Letter] = []
        buried: dict[Fault, Buried] = {}
        for payload, received_ms in self._right_of_way.giving_way(messages):
            try:
                said = codec.decode_readings(payload)
                unsound = [one for one in said.readings if not _is_sound(one)]
                sound = [one for one in said.readings if one not in unsound] if unsound else said.readings
                letters.append(_letter(device, said, sound, received_ms))
                problems = [(Fault.IMPLAUSIBLE, f"{one.sensor} says {one.metric} {one.value}") for one in unsound]
            except WireError as error:
                problems = [(error.fault, error.detail)]
            for fault, detail in problems:
                count = buried[fault].count + 1 if fault in buried else 1
                buried[fault] = Buried(device, fault, detail, payload, count)
        return _Post(device, letters, list(buried.values()), (newest, len(messages)))


@lru_cache(maxsize=_MOST_TOPICS)
def _check(topic: str, site: str) -> None:
    """Of a device that speaks again and again the topic is the same each time."""
    address = parse(topic)
    if address.site != site or address.channel is not Channel.READING:
        raise WireError(Fault.TOPIC, "another site's, or another channel")


def _buried(post: _Post, counting: Collection[str]) -> list[Buried]:
    if post.as_a_strangers is None or post.device in counting:
        return post.buried
    return [Buried(post.device, Fault.STRANGER, "", *post.as_a_strangers)]


def _letter(device: str, said: Readings, sound: Sequence[Measurement], received_ms: int) -> Letter:
    """What can be believed of a message. One sensor that raves takes nothing from the others."""
    return Letter(
        device=device,
        store=said.store,
        seq=said.seq,
        oldest=said.oldest,
        taken_ms=rules.taken_ms(received_ms=received_ms, age_ms=said.age_ms, claimed_ms=said.taken_ms),
        values=[Value(one.sensor, one.metric, _number(one.value)) for one in sound],
        can_wait=said.can_wait,
    )


def _is_sound(one: Measurement) -> bool:
    if one.metric not in METRICS:
        return False
    if one.value is not None and isinstance(one.value, bool) != (one.metric in BOOLEANS):
        return False
    return rules.is_plausible(one.metric, _number(one.value))


def _number(value: float | bool | None) -> float | None:
    return None if value is None else float(value)
