"""The "8A" family: unbranded boards of 2 to 50 ways, from a vendor's sheet and public drivers.

`HEAD BOARD LOCK FUNC XOR` at 9600 8N1, channels from 1; **LOCK 00 is all**. A failed unlock is answered with the
request itself, byte for byte, which is also what the echo of a careless adapter looks like. Heads 9A and 9B switch
a channel on and off for good; they are not spoken here.
"""

from typing import Final

from devices.boards.frames import Contacts, Family, FrameError, Heard, Profile, Reply, bits_of, xor_of

_UNLOCK_HEAD: Final = 0x8A
_QUERY_HEAD: Final = 0x80
_CHANGE_HEAD: Final = 0x82  # unasked, by some firmware
_UNLOCK: Final = 0x11
_QUERY: Final = 0x33
_ALL: Final = 0x00
_SHORT: Final = 5
_STATES: Final = {0x00: False, 0x11: True}


class EightA(Family):
    """2 to 50 channels a board, 32 boards a bus. Up to 24 ways a board answers with 3 bytes of contacts, whatever
    it has.

    How a wider board lays its answer out was not seen: taken as the same order with as many bytes as it needs.
    """

    def __init__(self, ways: int = 24) -> None:
        if not 2 <= ways <= 50:
            raise FrameError(f"an 8a board has 2 to 50 channels, not {ways}")
        self.profile = Profile(
            name="8a",
            ways=ways,
            addresses=range(1, 33),
            baud=9600,
            reply_s=0.35,  # the sheet's "200 秒" is plainly 200 ms
            words_are_answered=True,
            shut_is=None,
        )
        self._status_bytes = max(3, (ways + 7) // 8)

    def open_one(self, board: int, channel: int, *, seconds: float) -> bytes:
        """Answered with 00 or 11; which of them means opened depends on the lock."""
        return _frame(_UNLOCK_HEAD, self._address(board), self._channel(channel), _UNLOCK)

    def sweep(self, board: int) -> tuple[bytes, ...]:
        """One question tells of all channels."""
        return (_frame(_QUERY_HEAD, self._address(board), _ALL, _QUERY),)

    def look(self, board: int, channel: int) -> bytes:
        """The short question."""
        return _frame(_QUERY_HEAD, self._address(board), self._channel(channel), _QUERY)

    def _open_all(self, board: int) -> bytes:
        return _frame(_UNLOCK_HEAD, board, _ALL, _UNLOCK)

    def decode(self, frame: bytes, *, asked: bytes) -> Reply:
        """Short answers say 00 or 11 of one channel; the long one has the lowest channels in its last byte."""
        if len(frame) < _SHORT or frame[-1] != xor_of(frame[:-1]) or frame[1] not in self.profile.addresses:
            raise FrameError(f"no 8a answer, or a damaged one: {frame.hex(' ')}")
        if len(frame) == self._length(frame, asked) > _SHORT and frame[-2] == _QUERY:
            return Contacts(frame[1], bits_of(frame[-3:1:-1], self.profile.ways))
        if len(frame) != _SHORT or frame[3] not in _STATES or not 1 <= frame[2] <= self.profile.ways:
            raise FrameError(f"no 8a answer: {frame.hex(' ')}")
        if frame[0] == _UNLOCK_HEAD:
            return Heard(frame[1], frame[2], frame[3])
        if frame[0] in {_QUERY_HEAD, _CHANGE_HEAD}:
            return Contacts(frame[1], {frame[2]: _STATES[frame[3]]})
        raise FrameError(f"no 8a answer: {frame.hex(' ')}")

    def _length(self, data: bytes, asked: bytes) -> int:
        if data[0] == _QUERY_HEAD and asked[:1] == bytes([_QUERY_HEAD]) and asked[2:3] == bytes([_ALL]):
            return 4 + self._status_bytes
        return _SHORT if data[0] in {_UNLOCK_HEAD, _QUERY_HEAD, _CHANGE_HEAD} else 0


def _frame(head: int, board: int, lock: int, function: int) -> bytes:
    body = bytes([head, board, lock, function])
    return body + bytes([xor_of(body)])
