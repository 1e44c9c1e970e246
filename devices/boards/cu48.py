"""KERONG KR-CU48: the maker's "CU48 Protocol and Introduction" V2.1 of 2020-03-23.

`02 ADDR LOCK CMD 03 SUM` at 19200 8N1, channels from 0 on the wire; LOCK 30 is all 48, ADDR 0A every board. An
unlock is not answered. The text says packets of 32 bytes; every example has 6 or 12.
"""

from typing import Final

from devices.boards.frames import Contacts, Family, FrameError, Profile, bits_of, sum_of

_STX: Final = 0x02
_ETX: Final = 0x03
_STATUS: Final = 0x50
_UNLOCK: Final = 0x51
_STATUS_REPLY: Final = 0x65
_ALL_CHANNELS: Final = 0x30
_REPLY_LENGTH: Final = 12


class Cu48(Family):
    """48 channels a board, ten boards a bus."""

    def __init__(self, ways: int = 48) -> None:
        if ways != 48:
            raise FrameError(f"a cu48 board has 48 channels, not {ways}")
        self.profile = Profile(
            name="cu48",
            ways=48,
            addresses=range(10),
            baud=19200,
            reply_s=0.05,
            words_are_answered=False,
            shut_is=True,  # "can be opposite, it is up to whether the detect switch is NO or NC"
        )

    def open_one(self, board: int, channel: int, *, seconds: float) -> bytes:
        """Not answered."""
        return _frame(self._address(board), self._channel(channel) - 1, _UNLOCK)

    def sweep(self, board: int) -> tuple[bytes, ...]:
        """One question tells of all 48."""
        return (_frame(self._address(board), 0, _STATUS),)

    def look(self, board: int, channel: int) -> bytes:
        """The same question."""
        self._channel(channel)
        return self.sweep(board)[0]

    def _open_all(self, board: int) -> bytes:
        return _frame(board, _ALL_CHANNELS, _UNLOCK)

    def decode(self, frame: bytes, *, asked: bytes) -> Contacts:
        """The third byte of an answer means nothing."""
        if len(frame) != _REPLY_LENGTH or (frame[0], frame[3], frame[10]) != (_STX, _STATUS_REPLY, _ETX):
            raise FrameError(f"no cu48 answer: {frame.hex(' ')}")
        if frame[-1] != sum_of(frame[:-1]) or frame[1] not in self.profile.addresses:
            raise FrameError(f"a damaged cu48 answer: {frame.hex(' ')}")
        return Contacts(frame[1], bits_of(frame[4:10], self.profile.ways))

    def _length(self, data: bytes, asked: bytes) -> int | None:
        return _REPLY_LENGTH if data[0] == _STX else 0


def _frame(board: int, lock: int, command: int) -> bytes:
    body = bytes([_STX, board, lock, command, _ETX])
    return body + bytes([sum_of(body)])
