"""Waveshare Modbus RTU Relay (D): 8 relays and 8 inputs, 9600 8N1. Modbus by pymodbus (docs/decisions/0012).

A relay is never switched on, only flashed: function 05 at 0200 + relay, whose value is the time in units of 100 ms,
so that the board itself ends the pulse. Reading coils times out while a client polls (Open-Locker #97), so only the
inputs are read.
"""

import struct
from typing import Final

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadDiscreteInputsRequest,
    ReadDiscreteInputsResponse,
    WriteSingleCoilRequest,
    WriteSingleCoilResponse,
)

from devices.boards.frames import Contacts, Family, FrameError, Heard, Profile, Reply

_FLASH_ON: Final = 0x0200
_ALL_RELAYS: Final = 0x00FF
_INPUTS: Final = 8
_UNIT_S: Final = 0.1
_LONGEST_S: Final = 1.0
_READ_INPUTS: Final = ReadDiscreteInputsResponse.function_code
_WRITE_COIL: Final = WriteSingleCoilResponse.function_code
_WRITE_LENGTH: Final = 8
_READ_LENGTH: Final = 6


class Waveshare(Family):
    """Eight channels a board: the relay, and the input of the same number as its contact."""

    def __init__(self, ways: int = 8) -> None:
        if ways != _INPUTS:
            raise FrameError(f"a waveshare board has 8 channels, not {ways}")
        self.profile = Profile(
            name="waveshare",
            ways=8,
            addresses=range(1, 248),  # 0 is every board
            baud=9600,
            reply_s=0.1,
            words_are_answered=True,
            takes_seconds=True,
            shut_is=True,  # an input that carries current: a broken wire reads as open
        )
        self._decoder = DecodePDU(is_server=False)
        self._framer = FramerRTU(self._decoder)

    def open_one(self, board: int, channel: int, *, seconds: float) -> bytes:
        """To the nearest 100 ms, at least one and at most ten of them. Raises FrameError for no time at all."""
        if not 0 < seconds <= _LONGEST_S:
            raise FrameError(f"a flash is up to {_LONGEST_S} s, not {seconds}")
        address = _FLASH_ON + self._channel(channel) - 1
        return self._frame(board, _Flash(address=address, count=max(1, round(seconds / _UNIT_S))))

    def sweep(self, board: int) -> tuple[bytes, ...]:
        """One question tells of all inputs."""
        return (self._frame(board, ReadDiscreteInputsRequest(address=0, count=_INPUTS)),)

    def look(self, board: int, channel: int) -> bytes:
        """The same question."""
        self._channel(channel)
        return self.sweep(board)[0]

    def all_off(self, board: int) -> tuple[bytes, ...]:
        """One word for all relays."""
        return (self._frame(board, WriteSingleCoilRequest(address=_ALL_RELAYS, bits=[False])),)

    def decode(self, frame: bytes, *, asked: bytes) -> Reply:
        """A flash is answered with itself; a refusal (function | 80) counts as no answer."""
        if self._length(frame[:3] or b"\0", asked) != len(frame) or frame[0] not in self.profile.addresses:
            raise FrameError(f"no waveshare answer: {frame.hex(' ')}")
        if not FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big")):
            raise FrameError(f"a damaged waveshare answer: {frame.hex(' ')}")
        pdu = self._pdu(frame)
        if isinstance(pdu, ReadDiscreteInputsResponse):
            return Contacts(frame[0], {no + 1: bool(bit) for no, bit in enumerate(pdu.bits[:_INPUTS])})
        if isinstance(pdu, WriteSingleCoilResponse) and 0 <= pdu.address - _FLASH_ON < _INPUTS:
            return Heard(frame[0], pdu.address - _FLASH_ON + 1, frame[5])
        if isinstance(pdu, WriteSingleCoilResponse) and pdu.address == _ALL_RELAYS:
            return Heard(frame[0], None, frame[5])
        raise FrameError(f"no waveshare answer: {frame.hex(' ')}")

    def _length(self, data: bytes, asked: bytes) -> int | None:
        if len(data) < 3:
            return None
        return {(_WRITE_COIL, data[2]): _WRITE_LENGTH, (_READ_INPUTS, 1): _READ_LENGTH}.get((data[1], data[2]), 0)

    def _pdu(self, frame: bytes) -> ModbusPDU | None:
        try:
            return self._decoder.decode(frame[1:-2])
        except (ModbusException, ValueError, IndexError, struct.error) as error:
            raise FrameError(f"no waveshare answer: {frame.hex(' ')}") from error

    def _frame(self, board: int, request: ModbusPDU) -> bytes:
        request.dev_id = self._address(board)
        return self._framer.buildFrame(request)


class _Flash(WriteSingleCoilRequest):
    """Function 05 with the maker's own meaning of its value: so many times 100 ms."""

    def encode(self) -> bytes:
        return struct.pack(">HH", self.address, self.count)
