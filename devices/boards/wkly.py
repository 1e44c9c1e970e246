"""WKLY boards, from public drivers: no document of the maker's was read.

`57 4B 4C 59 LEN BOARD CMD data… XOR` at 9600 8N1, LEN the whole frame, channels from 1. Contacts: 00 open, 01
closed, FF cannot tell. Command 88 holds a channel on; it is not spoken here.
"""

from typing import Final

from devices.boards.frames import Contacts, Family, FrameError, Heard, Profile, Reply, xor_of

_HEAD: Final = b"WKLY"
_OPEN_ONE: Final = 0x82
_QUERY_ONE: Final = 0x83
_QUERY_ALL: Final = 0x84
_CHANGED: Final = 0x85  # unasked
_OPEN_ALL: Final = 0x86
_CLOSE: Final = 0x89
_SHORTEST: Final = 8
_LONGEST: Final = 80
_STATES: Final = {0x00: False, 0x01: True}


class Wkly(Family):
    """1 to 64 channels a board. How many boards a bus bears was not seen; 32 is RS-485's own habit."""

    def __init__(self, ways: int = 12) -> None:
        if not 1 <= ways <= 64:
            raise FrameError(f"a wkly board has 1 to 64 channels, not {ways}")
        self.profile = Profile(
            name="wkly",
            ways=ways,
            addresses=range(32),
            baud=9600,
            reply_s=0.2,
            words_are_answered=True,
            shut_is=True,
        )

    def open_one(self, board: int, channel: int, *, seconds: float) -> bytes:
        """Answered with success or failure, and the contact as it was then."""
        return _frame(self._address(board), _OPEN_ONE, self._channel(channel))

    def sweep(self, board: int) -> tuple[bytes, ...]:
        """One question tells of all channels."""
        return (_frame(self._address(board), _QUERY_ALL),)

    def look(self, board: int, channel: int) -> bytes:
        """The short question."""
        return _frame(self._address(board), _QUERY_ONE, self._channel(channel))

    def all_off(self, board: int) -> tuple[bytes, ...]:
        """Channel by channel."""
        return tuple(_frame(self._address(board), _CLOSE, channel) for channel in range(1, self.profile.ways + 1))

    def _open_all(self, board: int) -> bytes:
        return _frame(board, _OPEN_ALL)

    def decode(self, frame: bytes, *, asked: bytes) -> Reply:
        """Success and failure of an unlock become its `raw`."""
        if len(frame) < _SHORTEST or frame[:4] != _HEAD or frame[4] != len(frame) or frame[-1] != xor_of(frame[:-1]):
            raise FrameError(f"no wkly answer, or a damaged one: {frame.hex(' ')}")
        board, command, data = self._address(frame[5]), frame[6], frame[7:-1]
        if command == _OPEN_ONE and len(data) == 3:
            return Heard(board, self._channel(data[1]), data[0])
        if command == _CLOSE and len(data) == 2:
            return Heard(board, self._channel(data[1]), data[0])
        if command == _QUERY_ONE and len(data) == 3:
            return _contacts(board, {self._channel(data[1]): data[2]})
        if command == _CHANGED and len(data) in {2, 3}:  # with or without a status before it
            return _contacts(board, {self._channel(data[-2]): data[-1]})
        if command == _QUERY_ALL and len(data) >= 2 and len(data) == 2 + data[1] and data[1] >= self.profile.ways:
            return _contacts(board, dict(enumerate(data[2 : 2 + self.profile.ways], start=1)))
        raise FrameError(f"no wkly answer: {frame.hex(' ')}")

    def _length(self, data: bytes, asked: bytes) -> int | None:
        if not _HEAD.startswith(data[:4]):
            return 0
        if len(data) < 5:
            return None
        return data[4] if _SHORTEST <= data[4] <= _LONGEST else 0


def _contacts(board: int, states: dict[int, int]) -> Contacts:
    readable = {channel: _STATES[state] for channel, state in states.items() if state in _STATES}
    return Contacts(board, readable, frozenset(states) - frozenset(readable))


def _frame(board: int, command: int, *data: int) -> bytes:
    body = _HEAD + bytes([_SHORTEST + len(data), board, command, *data])
    return body + bytes([xor_of(body)])
