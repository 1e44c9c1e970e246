"""The door that off-the-shelf devices come in by: what they say becomes readings of approved ones, and nothing else.

They have no keys, so whoever has their password can speak as any of them. What they say is good for being shown, for
alerts and for figures; nothing here opens, books or permits anything.
"""

import json
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, TypeGuard

from sqlalchemy.orm import Session

from gateway.facility import buttons
from gateway.fleet import joining
from gateway.fleet import queries as fleet_queries
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DeviceState
from gateway.fleet.rhythms import Rhythms
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions
from gateway.kit.ids import new_boot_id
from gateway.kit.right_of_way import RightOfWay
from gateway.telemetry import rules
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.vendors import metrics
from gateway.vendors.known import Fact, Known
from gateway.vendors.reading import guess, read
from gateway.vendors.results import Kind, Message, Reading, Result

MOST_WAITING: Final = 20_000  # messages; what comes on top is let go
MOST_AT_ONCE: Final = 500  # in one transaction: an unlock waits for no more than that
MOST_BRIDGES: Final = 8
_WITH_BRIDGE: Final = "zigbee2mqtt"
MOST_TOPICS: Final = 20_000  # remembered, to be cleared when their device goes
MOST_SPEAKERS: Final = 64  # of one topic; where more speak, it is nobody's own
_SENSOR_LENGTH: Final = 31
_NAME_LENGTH: Final = 128
_NOT_OF_A_DEVICE: Final = frozenset({Kind.IGNORE, Kind.BRIDGE, Kind.COMMAND_RESULT, Kind.MALFORMED})
ONE_PRESS: Final = timedelta(seconds=2)
LOOK_AGAIN: Final = timedelta(seconds=2)  # how soon the topics of one that was retired are cleared, if nobody speaks
_UNREADABLE: Final = "unreadable"

Name = tuple[str, str]  # the maker's profile, and what the device is called there


@dataclass(frozen=True)
class _Heard:
    """`is_kept`: something may stand on the topic that is this device's own."""

    maker: str
    topic: str
    result: Result
    at_ms: int
    is_kept: bool


class VendorIntake:
    """`hear` is for the network's thread; `letters` and `to_clear` for the one that stores readings."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Clock,
        is_ours: Callable[[str], bool],
        right_of_way: RightOfWay | None = None,
    ) -> None:
        """`is_ours` tells the topics on which we ourselves describe something in a maker's way.

        `right_of_way`: who goes first. None: nobody else is here.
        """
        self._sessions = sessions
        self._clock = clock
        self._is_ours = is_ours
        self._right_of_way = right_of_way or RightOfWay()
        self._heard: deque[tuple[Message, int]] = deque()
        self._known = Known()
        self._topics: OrderedDict[str, dict[Name, str]] = OrderedDict()  # who spoke there: by which name, and its id
        self._to_clear: list[str] = []
        self._store = new_boot_id()  # what makers send has no number; ours count from this start on
        self._seq = 0
        self._bridges: set[str] = set()  # by their base topics
        self._joining_until: dict[str, datetime | None] = {}  # what each bridge was told
        self._rhythms = Rhythms(began_at=clock.now())
        self._told: dict[str, set[tuple[str, str]]] = {}  # which sensors and metrics, by device
        self._pressed_at: dict[str, datetime] = {}
        self._retired: frozenset[str] = frozenset()
        self._looked_at = clock.now()

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """A message has come. `retained`: from before, not now. Never waits."""
        if len(self._heard) < MOST_WAITING and not self._is_ours(topic):
            self._heard.append((Message(topic, payload, retained), now_ms(self._clock.now())))

    def letters(self) -> list[Letter]:
        """What approved devices have measured since the last time.

        Who was not known waits for approval from now on; what could not be read is counted. Raises nothing for bad
        bytes.
        """
        heard = list(self._right_of_way.giving_way(self._read()))
        letters: list[Letter] = []
        for start in range(0, len(heard), MOST_AT_ONCE):
            self._right_of_way.give_way()
            letters += self._take_together(heard[start : start + MOST_AT_ONCE])
        if self._rhythms.is_due(self._clock.now()):
            letters += self._those_who_fell_silent()
        elif self._has_one_been_retired():
            with self._sessions.begin() as session:
                self._note_topics_gone(_Roll(session, now=self._clock.now()))
        return letters

    def _has_one_been_retired(self) -> bool:
        """Since we looked last, and a little while ago at least."""
        now = self._clock.now()
        if now - self._looked_at < LOOK_AGAIN:
            return False
        self._looked_at = now
        with self._sessions.read() as session:
            before, self._retired = self._retired, frozenset(fleet_queries.retired_outsiders(session))
        return not self._retired <= before

    def _take_together(self, heard: Sequence[_Heard]) -> list[Letter]:
        with self._sessions.begin() as session:
            roll = _Roll(session, now=self._clock.now())
            self._bury(session, heard)
            letters = [letter for one in heard if (letter := self._take(roll, one)) is not None]
            self._note_topics_gone(roll)
        return letters

    def _those_who_fell_silent(self) -> list[Letter]:
        with self._sessions.begin() as session:
            roll = _Roll(session, now=self._clock.now())
            self._note_topics_gone(roll)  # of a house where nobody says anything, too
            silent = self._rhythms.note_the_silent(session, roll.devices(), now=self._clock.now())
            return [letter for one in silent for letter in self._unknown(one.id)]

    def to_clear(self) -> list[str]:
        """Topics of retired devices, and of names that are no longer anybody's: on each an empty message is due."""
        due, self._to_clear = self._to_clear, []
        return due

    def requests(self) -> list[tuple[str, bytes]]:
        """What bridges are to be told about letting new devices join, each window and each closing once."""
        if not self._bridges:
            return []
        now = self._clock.now()
        with self._sessions.read() as session:
            open_now = joining.window(session, now=now)
        wanted = None if open_now is None else open_now.until_at
        late = [base for base in self._bridges if self._joining_until.get(base) != wanted]
        seconds = 0 if wanted is None else max(1, round((wanted - now).total_seconds()))
        due = [base for base in late if self._may_still_be_open(base, now) or wanted is not None]
        self._joining_until |= dict.fromkeys(late, wanted)
        return [(f"{base}/bridge/request/permit_join", json.dumps({"time": seconds}).encode()) for base in due]

    def _may_still_be_open(self, base: str, now: datetime) -> bool:
        """A bridge closes by itself when its time is over; only one that was closed before is told."""
        until = self._joining_until.get(base)
        return until is not None and until > now

    def _read(self) -> Iterator[_Heard]:
        for _ in range(len(self._heard)):
            message, at_ms = self._heard.popleft()
            profile = guess(self._known, message)
            if profile is None:
                continue
            found = read(self._known, message, profile)
            for fact in found.facts:
                if fact.key[0] == "begins":
                    self._note_beginning(fact)
            self._known.learn(found.facts)
            self._note_bridges(profile.name, found.results)
            for result in found.results:
                is_kept = result.own_topic and message.payload != b""
                yield _Heard(profile.name, message.topic, result, at_ms, is_kept)

    def _note_beginning(self, fact: Fact) -> None:
        """Somebody has changed how a device's topics begin: what stands below the old beginning is nobody's."""
        _, maker, device = fact.key
        before = self._known.get(*fact.key)
        if not isinstance(before, str) or before == fact.value:
            return
        alone = {(maker, device)}
        below = [t for t, who in self._topics.items() if t.startswith(f"{before}/") and who.keys() == alone]
        for topic in below:
            del self._topics[topic]
        self._to_clear += below

    def _note_bridges(self, maker: str, results: Iterable[Result]) -> None:
        for result in results:
            is_one = maker == _WITH_BRIDGE and result.kind is Kind.BRIDGE and _is_name(result.device)
            if is_one and len(self._bridges) < MOST_BRIDGES:
                self._bridges.add(str(result.device))

    def _bury(self, session: Session, heard: Iterable[_Heard]) -> None:
        unreadable = [one for one in heard if one.result.kind is Kind.MALFORMED]
        counts = Counter(_buried_as(one) for one in unreadable)
        newest = {_buried_as(one): one.result for one in unreadable}
        for (device, maker), count in counts.items():
            result = newest[device, maker]
            fleet.note_dead_letter(
                session,
                device=device,
                channel=maker,
                fault=_UNREADABLE,
                detail=result.reason or "",
                payload=result.sample or b"",
                count=count,
                now=self._clock.now(),
            )

    def _take(self, roll: "_Roll", one: _Heard) -> Letter | None:
        result = one.result
        if not _is_name(result.device):
            return None
        name = (one.maker, result.device)
        if result.kind is Kind.REMOVAL or result.kind in _NOT_OF_A_DEVICE:
            self._remember(one, name)
            if result.kind is Kind.REMOVAL:
                roll.remove(name)
            return None
        device = roll.find(name, hardware_id=_hardware_id(result))
        if device is None:
            return None
        self._remember(one, name, device.id)
        if device.state is DeviceState.RETIRED:
            return None
        roll.note(device, result)
        if device.state is not DeviceState.APPROVED or result.retained:
            return None
        if result.kind in {Kind.TELEMETRY, Kind.EVENT}:
            self._rhythms.hear(device, at=self._clock.now())
        if result.kind is Kind.EVENT and result.event is not None:
            self._note_event(roll.session, device, result.event)
        return self._letter(device.id, one)

    def _note_event(self, session: Session, device: Device, event: str) -> None:
        """One press is told by some makers three times: down, up, and what it came to. A card is nobody's key here."""
        now = self._clock.now()
        pressed_at = self._pressed_at.get(device.id)
        if pressed_at is not None and now - pressed_at < ONE_PRESS:
            return
        if buttons.note_event(session, device, event=event, now=now):
            self._pressed_at[device.id] = now

    def _letter(self, device_id: str, one: _Heard) -> Letter | None:
        values = list(_values(one.result.readings))
        if not values:
            return None
        claimed = one.result.at
        taken = rules.taken_ms(
            received_ms=one.at_ms, age_ms=None, claimed_ms=None if claimed is None else now_ms(claimed)
        )
        self._told.setdefault(device_id, set()).update((value.sensor, value.metric) for value in values)
        return self._numbered(device_id, taken, values)

    def _unknown(self, device_id: str) -> list[Letter]:
        """What a device that fell silent had told is unknown from now on."""
        values = [Value(sensor, metric, None) for sensor, metric in sorted(self._told.pop(device_id, set()))]
        return [self._numbered(device_id, now_ms(self._clock.now()), values)] if values else []

    def _numbered(self, device_id: str, taken_ms: int, values: list[Value]) -> Letter:
        self._seq += 1
        return Letter(device_id, self._store, self._seq, self._seq, taken_ms, values)

    def _remember(self, one: _Heard, name: Name, device_id: str = "") -> None:
        """A topic that speaks of several devices is cleared with the last of them."""
        if not one.is_kept:
            return
        speakers = self._topics.setdefault(one.topic, {})
        if len(speakers) < MOST_SPEAKERS or name in speakers:
            speakers[name] = device_id or speakers.get(name, "")
        self._topics.move_to_end(one.topic)
        if len(self._topics) > MOST_TOPICS:
            self._topics.popitem(last=False)

    def _note_topics_gone(self, roll: "_Roll") -> None:
        gone = [
            topic
            for topic, speakers in self._topics.items()
            if all(roll.is_gone(name, device_id) for name, device_id in speakers.items())
        ]
        for topic in gone:
            del self._topics[topic]
        self._to_clear += gone


class _Roll:
    """The off-the-shelf devices, by every name and number they have, for one transaction."""

    def __init__(self, session: Session, *, now: datetime) -> None:
        self.session = session
        self._now = now
        self._by_name: dict[Name, Device] = {}
        self._by_id: dict[str, Device] = {}
        self._by_hardware: dict[str, Device] = {}
        self._renamed: set[Name] = set()
        for device in fleet_queries.outsiders(session):
            self._enter(device)

    def find(self, name: Name, *, hardware_id: str) -> Device | None:
        """Its record: by its hardware, else by its name, else a new one that waits. None: too many wait already."""
        same = self._by_hardware.get(hardware_id)
        if same is not None and same.maker == name[0] and same.maker_name != name[1]:
            self._rename(same, name)
        found = same or self._by_name.get(name)
        if found is None:
            found = fleet.meet_outsider(
                self.session, maker=name[0], name=name[1], hardware_id=hardware_id, now=self._now
            )
        elif hardware_id and not found.hardware_id:
            found.hardware_id = hardware_id
        if found is not None:
            self._enter(found)
        return found

    def note(self, device: Device, result: Result) -> None:
        """Whether it is there. What is from before says so only where it is about that."""
        if result.kind is Kind.AVAILABILITY and result.available is not None:
            if not result.asleep:
                fleet.note_outsider(self.session, device, is_there=result.available, now=self._now)
        elif not result.retained and result.kind in {Kind.TELEMETRY, Kind.EVENT}:
            fleet.note_outsider(self.session, device, is_there=True, now=self._now)

    def devices(self) -> list[Device]:
        """All of them."""
        return list(self._by_name.values())

    def remove(self, name: Name) -> None:
        """The name is nobody's any more."""
        device = self._by_name.get(name)
        if device is None or device.state is DeviceState.RETIRED:
            return
        if device.state is DeviceState.PENDING:
            del self._by_name[name], self._by_id[device.id]
            self._by_hardware.pop(device.hardware_id, None)
            fleet.forget_outsider(self.session, device)
        else:
            fleet.note_outsider(self.session, device, is_there=False, now=self._now)

    def is_gone(self, name: Name, device_id: str) -> bool:
        """Whether what stands on a topic of that name is nobody's; `device_id` where another maker described it."""
        device = self._by_id.get(device_id) or self._by_name.get(name)
        return name in self._renamed or (device is not None and device.state is DeviceState.RETIRED)

    def _rename(self, device: Device, name: Name) -> None:
        before = (device.maker, device.maker_name)
        self._by_name.pop(before, None)
        other = self._by_name.pop(name, None)
        if other is not None and other.state is DeviceState.PENDING:
            self._by_id.pop(other.id, None)
            fleet.forget_outsider(self.session, other)
        elif other is not None:  # it has another name by now, and says so itself: by its hardware
            fleet.rename_outsider(self.session, other, name=other.id, now=self._now)
            self._enter(other)
        self._renamed.add(before)
        fleet.rename_outsider(self.session, device, name=name[1], now=self._now)

    def _enter(self, device: Device) -> None:
        self._by_name[device.maker, device.maker_name] = device
        self._by_id[device.id] = device
        if device.hardware_id:
            self._by_hardware[device.hardware_id] = device


def _is_name(said: str | None) -> TypeGuard[str]:
    """Whether a device can be called that: what is longer, or no text, is nobody's name."""
    return said is not None and said.isprintable() and 1 <= len(said) <= _NAME_LENGTH


def _buried_as(one: _Heard) -> tuple[str, str]:
    return "".join(sign for sign in one.result.device or "?" if sign.isprintable())[:64], one.maker


def _hardware_id(result: Result) -> str:
    """What its maker gave the hardware itself, in one spelling; empty where the message does not say."""
    said = result.info.get("id")
    first = said[0] if isinstance(said, list) and said else said
    if not isinstance(first, str):
        return ""
    plain = first.casefold().removeprefix("zigbee2mqtt_").replace(":", "")
    return plain if plain.isprintable() and len(plain) <= 64 else ""


def _values(readings: Iterable[Reading]) -> Iterator[Value]:
    """What can be kept: a lock's word is no number, and what no working sensor can say is nothing."""
    for reading in readings:
        if reading.metric not in metrics.CANONICAL or isinstance(reading.value, str):
            continue
        number = None if reading.value is None else float(reading.value)
        if rules.is_plausible(reading.metric, number):
            yield Value(_sensor(reading.sensor), reading.metric, number)


def _sensor(name: str | None) -> str:
    """As short as a sensor's name may be; two long ones stay two."""
    plain = "".join(sign for sign in name or "device" if sign.isprintable())
    if len(plain) <= _SENSOR_LENGTH:
        return plain or "device"
    return f"{plain[: _SENSOR_LENGTH - 7]}~{sha256(plain.encode()).hexdigest()[:6]}"
