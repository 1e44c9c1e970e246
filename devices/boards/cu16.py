"""KERONG CU12, CU16 and NCU16L, from public drivers: no document of the maker's was read.

`02 ADDR CMD 03 SUM` at 19200 8N1, ADDR = board << 4 | channel from 0; board F is every board. An unlock is not
answered. The drivers disagree about which bit means locked, so a bank must say. One of them sees boards stick after
an unlock and frees them with command 38.
"""

from typing import Final

from devices.boards.frames import Contacts, Family, FrameError, Profile, bits_of, sum_of

_STX: Final = 0x02
_ETX: Final = 0x03
_STATUS: Final = 0x30
_UNLOCK: Final = 0x31
_UNLOCK_ALL: Final = 0x33
_STATUS_REPLY: Final = 0x35
_CLEAR: Final = 0x38
_REPLY_LENGTH: Final = 9


class Cu16(Family):
    """12 or 16 channels a board, fifteen boards a bus."""

    def __init__(self, ways: int = 16) -> None:
        if ways not in {12, 16}:
            raise FrameError(f"a cu16 board has 12 or 16 channels, not {ways}")
        self.profile = Profile(
            name="cu16",
            ways=ways,
            addresses=range(15),
            baud=19200,
            reply_s=0.05,
            words_are_answered=False,
            shut_is=None,
            senses_inside=True,
        )

    def open_one(self, board: int, channel: int, *, seconds: float) -> bytes:
        """Not answered."""
        return _frame(self._address(board) << 4 | self._channel(channel) - 1, _UNLOCK)

    def sweep(self, board: int) -> tuple[bytes, ...]:
        """One question tells of all channels."""
        return (_frame(self._address(board) << 4, _STATUS),)

    def look(self, board: int, channel: int) -> bytes:
        """The same question."""
        self._channel(channel)
        return self.sweep(board)[0]

    def wake(self, board: int) -> tuple[bytes, ...]:
        """Command 38, as that driver does it."""
        return (_frame(self._address(board) << 4, _CLEAR),)

    def _open_all(self, board: int) -> bytes:
        return _frame(board << 4, _UNLOCK_ALL)

    def decode(self, frame: bytes, *, asked: bytes) -> Contacts:
        """The hooks, and the infrared beams: two bytes that say nothing where no beams are connected."""
        if len(frame) != _REPLY_LENGTH or (frame[0], frame[2], frame[7]) != (_STX, _STATUS_REPLY, _ETX):
            raise FrameError(f"no cu16 answer: {frame.hex(' ')}")
        if frame[-1] != sum_of(frame[:-1]) or frame[1] >> 4 not in self.profile.addresses:
            raise FrameError(f"a damaged cu16 answer: {frame.hex(' ')}")
        ways = self.profile.ways
        return Contacts(frame[1] >> 4, bits_of(frame[3:5], ways), beams=bits_of(frame[5:7], ways))

    def _length(self, data: bytes, asked: bytes) -> int | None:
        return _REPLY_LENGTH if data[0] == _STX else 0


def _frame(address: int, command: int) -> bytes:
    body = bytes([_STX, address, command, _ETX])
    return body + bytes([sum_of(body)])
