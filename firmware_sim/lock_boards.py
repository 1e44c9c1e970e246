"""Lock boards as their makers built them, with the faults that they are known for. They share no code with the drivers:
each side of the line was written from the sheets.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import reduce
from operator import xor

from devices.ports import Timers
from firmware_sim.coils import Beam, Coil, Reed

STUCK_S = 5.0


class BoardFault(StrEnum):
    """What a board or its line can be afflicted with."""

    SILENT_UNLOCK = auto()  # it does what it is told and does not say so
    LOCAL_ECHO = auto()  # of the adapter: whatever is sent comes back as well
    FLIPPED_POLARITY = auto()  # its contacts are wired the other way round
    BUSY_STUCK = auto()  # after an unlock it answers nothing until woken, or for STUCK_S
    DROPPED_BYTE = auto()  # every other answer lacks its third byte
    DEAD = auto()  # no current, or no wire
    SLOW_REPLY = auto()  # it answers, half a second later than it should


class Act(StrEnum):
    """What a frame asks of a board."""

    UNLOCK = auto()
    UNLOCK_ALL = auto()
    HOLD = auto()
    OFF = auto()
    ASK = auto()
    WAKE = auto()


@dataclass(frozen=True)
class Order:
    """A frame as a board understands it."""

    act: Act
    channels: tuple[int, ...] = ()
    seconds: float | None = None


class SimulatedBoard(ABC):
    """One board on a line: it hears every byte and answers what is for it.

    `when_answering` is called with each answer, after the board has thought for `thinks_s`.
    """

    thinks_s = 0.005

    def __init__(
        self,
        address: int,
        channels: Mapping[int, tuple[Coil, Reed]],
        *,
        timers: Timers,
        pulse_s: float = 0.4,
        shut_is: bool = True,
        beams: Mapping[int, Beam] | None = None,
        occupied_is: bool = True,
    ) -> None:
        """`pulse_s`: how long it energises a lock that nobody sets a time for. `shut_is`: the bit of a shut door.

        `beams`: by channel, for kinds of board that have inputs for them; `occupied_is`: the bit of a broken one.
        """
        self.address = address
        self.channels = dict(channels)
        self.faults: set[BoardFault] = set()
        self.heard: list[Order] = []
        self.when_answering: Callable[[bytes], None] = lambda answer: None
        self._timers = timers
        self._pulse_s = pulse_s
        self._shut_is = shut_is
        self._beams = beams or {}
        self._occupied_is = occupied_is
        self._stuck_until = float("-inf")
        self._answers = 0
        self._buffer = b""

    def hear(self, data: bytes) -> None:
        """Bytes on the line, in whatever pieces."""
        if BoardFault.DEAD in self.faults:
            self._buffer = b""
            return
        self._buffer += data
        while self._buffer:
            length = self.length(self._buffer)
            if length is not None and length > len(self._buffer):
                return
            frame = self._buffer[: length or 0]
            order = self.order(frame) if length else None
            self._buffer = self._buffer[length if order is not None and length else 1 :]
            if order is not None:
                self._follow(order, frame)

    @abstractmethod
    def length(self, data: bytes) -> int | None:
        """Of the request that may begin here; None when none does."""

    @abstractmethod
    def order(self, frame: bytes) -> Order | None:
        """What a whole request asks of this board; None when it is damaged or for another."""

    @abstractmethod
    def answer(self, order: Order, frame: bytes) -> bytes:
        """To a request; empty when this kind of board says nothing to it."""

    def bit(self, channel: int) -> bool:
        """A contact as it looks on the wire; 0 where the board has no such channel."""
        if channel not in self.channels:
            return False
        flipped = BoardFault.FLIPPED_POLARITY in self.faults
        return (self.channels[channel][1].is_closed is self._shut_is) is not flipped

    def mask(self, count: int) -> bytes:
        """`count` bytes of contacts, channel 1 in the first byte's bit 0; channels that are not there read 0."""
        bits = sum(self.bit(channel) << channel - 1 for channel in self.channels)
        return bits.to_bytes(count, "little")

    def beam_mask(self, count: int) -> bytes:
        """`count` bytes of beams likewise."""
        bits = sum((beam.shows is self._occupied_is) << channel - 1 for channel, beam in self._beams.items())
        return bits.to_bytes(count, "little")

    def _follow(self, order: Order, frame: bytes) -> None:
        self.heard.append(order)
        if order.act is Act.WAKE:
            self._stuck_until = float("-inf")
        if self._timers.now() < self._stuck_until:
            return
        self._drive(order)
        is_unlock = order.act in {Act.UNLOCK, Act.UNLOCK_ALL}
        if is_unlock and BoardFault.BUSY_STUCK in self.faults:
            self._stuck_until = self._timers.now() + STUCK_S
            return
        if is_unlock and BoardFault.SILENT_UNLOCK in self.faults:
            return
        if answer := self.answer(order, frame):
            self._say(answer)

    def _drive(self, order: Order) -> None:
        coils = [self.channels[channel][0] for channel in order.channels if channel in self.channels]
        for coil in coils:
            if order.act in {Act.UNLOCK, Act.UNLOCK_ALL}:
                coil.energise(self._pulse_s if order.seconds is None else order.seconds)
            elif order.act is Act.HOLD:
                coil.energise(None)
            elif order.act is Act.OFF:
                coil.release()

    def _say(self, answer: bytes) -> None:
        self._answers += 1
        if BoardFault.DROPPED_BYTE in self.faults and self._answers % 2:
            answer = answer[:2] + answer[3:]
        late_s = 0.5 if BoardFault.SLOW_REPLY in self.faults else 0.0
        self._timers.call_later(self.thinks_s + late_s, lambda: self.when_answering(answer))

    def _all(self) -> tuple[int, ...]:
        return tuple(self.channels)


class Cu48Board(SimulatedBoard):
    """KERONG CU48. It answers no unlock."""

    def length(self, data: bytes) -> int | None:
        return 6 if data[0] == 2 else None

    def order(self, frame: bytes) -> Order | None:
        _, address, lock, command, end, total = frame
        if total != sum(frame[:5]) % 256 or end != 3 or address not in {self.address, 0x0A}:
            return None
        if command == 0x50:
            return Order(Act.ASK, self._all())
        if command == 0x51 and lock == 0x30:
            return Order(Act.UNLOCK_ALL, self._all())
        return Order(Act.UNLOCK, (lock + 1,)) if command == 0x51 and lock < 0x30 else None

    def answer(self, order: Order, frame: bytes) -> bytes:
        if order.act is not Act.ASK:
            return b""
        body = bytes([2, self.address, 0, 0x65]) + self.mask(6) + b"\x03"
        return body + bytes([sum(body) % 256])


class Cu16Board(SimulatedBoard):
    """KERONG CU16. It answers no unlock."""

    def length(self, data: bytes) -> int | None:
        return 5 if data[0] == 2 else None

    def order(self, frame: bytes) -> Order | None:
        _, address, command, end, total = frame
        if total != sum(frame[:4]) % 256 or end != 3 or address // 16 not in {self.address, 15}:
            return None
        acts = {0x30: Act.ASK, 0x31: Act.UNLOCK, 0x33: Act.UNLOCK_ALL, 0x38: Act.WAKE}
        if command not in acts:
            return None
        act = acts[command]
        return Order(act, (address % 16 + 1,) if act is Act.UNLOCK else self._all())

    def answer(self, order: Order, frame: bytes) -> bytes:
        if order.act is not Act.ASK:
            return b""
        body = bytes([2, self.address * 16, 0x35]) + self.mask(2) + self.beam_mask(2) + b"\x03"
        return body + bytes([sum(body) % 256])


class EightABoard(SimulatedBoard):
    """An unbranded "8A" board, for locks whose switch is shorted when locked: 00 is opened, 11 is failed."""

    thinks_s = 0.2

    def length(self, data: bytes) -> int | None:
        return {0x8A: 5, 0x80: 5, 0x9A: 5, 0x9B: 5, 0x90: 6}.get(data[0])

    def order(self, frame: bytes) -> Order | None:
        if reduce(xor, frame) != 0 or frame[1] != self.address:
            return None
        if frame[0] == 0x90:
            low_first = int.from_bytes(frame[2:5], "little")
            return Order(Act.UNLOCK_ALL, tuple(n for n in self.channels if low_first >> n - 1 & 1))
        head, _, lock, function, _ = frame
        channels = self._all() if lock == 0 else (lock,)
        acts = {(0x8A, 0x11): Act.UNLOCK, (0x80, 0x33): Act.ASK, (0x9A, 0x11): Act.HOLD, (0x9B, 0x11): Act.OFF}
        act = acts.get((head, function))
        if act is Act.UNLOCK and lock == 0:
            act = Act.UNLOCK_ALL
        return None if act is None else Order(act, channels)

    def answer(self, order: Order, frame: bytes) -> bytes:
        if order.act is Act.ASK and frame[2] == 0:
            body = frame[:2] + self.mask(max(3, (max(self.channels) + 7) // 8))[::-1] + b"\x33"
        elif order.act is Act.ASK:
            body = frame[:3] + (b"\x11" if self.bit(frame[2]) else b"\0")
        else:
            body = frame[:3] + (b"\x11" if order.act is Act.UNLOCK_ALL or self.bit(frame[2]) else b"\0")
        return body + bytes([reduce(xor, body)])


class WklyBoard(SimulatedBoard):
    """A WKLY board."""

    def length(self, data: bytes) -> int | None:
        if not b"WKLY".startswith(data[:4]):
            return None
        return 8 if len(data) < 5 else data[4]

    def order(self, frame: bytes) -> Order | None:
        if len(frame) < 8 or reduce(xor, frame) != 0 or frame[5] != self.address:
            return None
        acts = {0x82: Act.UNLOCK, 0x83: Act.ASK, 0x84: Act.ASK, 0x86: Act.UNLOCK_ALL, 0x88: Act.HOLD, 0x89: Act.OFF}
        acts[0x87] = Act.UNLOCK_ALL
        if frame[6] not in acts:
            return None
        return Order(acts[frame[6]], tuple(frame[7:-1]) or self._all())

    def answer(self, order: Order, frame: bytes) -> bytes:
        command, channel = frame[6], frame[7]
        if command in {0x82, 0x83}:
            data = (
                bytes([0, channel, self.bit(channel)]) if channel in self.channels else b"\xff" + bytes([channel, 255])
            )
        elif command == 0x84:
            data = bytes([0, max(self.channels), *(self.bit(n) for n in sorted(self.channels))])
        else:
            data = b"\0" if order.act is Act.UNLOCK_ALL else bytes([0, channel])
        body = b"WKLY" + bytes([8 + len(data), self.address, command]) + data
        return body + bytes([reduce(xor, body)])


class WinnsenBoard(SimulatedBoard):
    """A Winnsen board."""

    def length(self, data: bytes) -> int | None:
        return 6 if data[0] == 0x90 else None

    def order(self, frame: bytes) -> Order | None:
        _, length, function, station, lock, end = frame
        acts = {0x05: Act.UNLOCK, 0x12: Act.ASK}
        if (length, end, station) != (6, 3, self.address) or function not in acts or lock not in self.channels:
            return None
        return Order(acts[function], (lock,))

    def answer(self, order: Order, frame: bytes) -> bytes:
        status = 1 if order.act is Act.UNLOCK else int(self.bit(frame[4]))
        return bytes([0x90, 7, frame[2] + 0x80, frame[3], frame[4], status, 3])


class WaveshareBoard(SimulatedBoard):
    """A Waveshare Modbus RTU Relay (D)."""

    def length(self, data: bytes) -> int | None:
        return 8 if data[0] == self.address else None

    def order(self, frame: bytes) -> Order | None:
        if frame[6:] != _crc(frame[:6]):
            return None
        place, value = int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big")
        if frame[1] == 2 and (place, value) == (0, 8):
            return Order(Act.ASK, self._all())
        if frame[1] != 5:
            return None
        if 0x0200 <= place < 0x0208:
            return Order(Act.UNLOCK, (place - 0x0200 + 1,), value * 0.1)
        if place == 0xFF:
            return Order(Act.HOLD if value else Act.OFF, self._all())
        return Order(Act.HOLD if value else Act.OFF, (place + 1,)) if place < 8 else None

    def answer(self, order: Order, frame: bytes) -> bytes:
        if order.act is not Act.ASK:
            return frame
        body = frame[:2] + b"\x01" + self.mask(1)
        return body + _crc(body)


def _crc(data: bytes) -> bytes:
    """Modbus' own, low byte first (Modbus over Serial Line V1.02, 6.2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


BOARDS: Mapping[str, type[SimulatedBoard]] = {
    "cu48": Cu48Board,
    "cu16": Cu16Board,
    "8a": EightABoard,
    "wkly": WklyBoard,
    "winnsen": WinnsenBoard,
    "waveshare": WaveshareBoard,
}
