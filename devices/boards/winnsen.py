"""Winnsen boards, from public drivers: no document of the maker's was read.

`90 06 FUNC STATION LOCK 03`, answered by `90 07 FUNC|80 STATION LOCK STATUS 03`, at 9600 8N1, channels from 1.
**There is no checksum**, so an answer counts only when it fits the question to the last byte. Some firmware swaps
LOCK and STATUS in its answer to a query; with the question at hand the two cannot be confused.
"""

from typing import Final

from devices.boards.frames import Contacts, Family, FrameError, Heard, Profile, Reply

_HEAD: Final = 0x90
_END: Final = 0x03
_UNLOCK: Final = 0x05
_QUERY: Final = 0x12
_ANSWER: Final = 0x80
_REQUEST_LENGTH: Final = 6
_REPLY_LENGTH: Final = 7
_BITS: Final = (0, 1)


class Winnsen(Family):
    """16 channels a board, four boards a bus. It tells of one channel at a time only."""

    def __init__(self, ways: int = 16) -> None:
        if not 1 <= ways <= 16:
            raise FrameError(f"a winnsen board has 1 to 16 channels, not {ways}")
        self.profile = Profile(
            name="winnsen",
            ways=ways,
            addresses=range(4),
            baud=9600,
            reply_s=0.6,  # a late answer cannot be recognised, and one public driver waits for 2 s
            words_are_answered=True,
            shut_is=None,
        )

    def open_one(self, board: int, channel: int, *, seconds: float) -> bytes:
        """Answered with a status."""
        return _frame(_UNLOCK, self._address(board), self._channel(channel))

    def sweep(self, board: int) -> tuple[bytes, ...]:
        """A question a channel."""
        return tuple(self.look(board, channel) for channel in range(1, self.profile.ways + 1))

    def look(self, board: int, channel: int) -> bytes:
        """One of them."""
        return _frame(_QUERY, self._address(board), self._channel(channel))

    def decode(self, frame: bytes, *, asked: bytes) -> Reply:
        """Needs the question: without a checksum nothing else can be trusted."""
        if len(frame) != _REPLY_LENGTH or frame[:2] != bytes([_HEAD, _REPLY_LENGTH]) or frame[-1] != _END:
            raise FrameError(f"no winnsen answer: {frame.hex(' ')}")
        if len(asked) != _REQUEST_LENGTH or frame[2] != asked[2] | _ANSWER or frame[3] != asked[3]:
            raise FrameError(f"an answer to something else: {frame.hex(' ')}")
        station, channel = self._address(frame[3]), self._channel(asked[4])
        if asked[2] == _UNLOCK and frame[4] == channel:
            return Heard(station, channel, frame[5])
        for lock, status in (frame[4:6], frame[5:3:-1]):
            if asked[2] == _QUERY and lock == channel and status in _BITS:
                return Contacts(station, {channel: bool(status)})
        raise FrameError(f"an answer about something else: {frame.hex(' ')}")

    def _length(self, data: bytes, asked: bytes) -> int | None:
        return _REPLY_LENGTH if data[0] == _HEAD else 0


def _frame(function: int, station: int, lock: int) -> bytes:
    return bytes([_HEAD, _REQUEST_LENGTH, function, station, lock, _END])
