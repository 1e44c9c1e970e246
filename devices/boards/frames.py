"""What every family of lock boards has in common: typed words in and out, and one error."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import xor


class FrameError(ValueError):
    """Bytes that are no frame of this family, or a frame that must not be made."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is known of a family, as data."""

    name: str
    ways: int  # channels of one board, numbered from 1 here whatever the wire counts from
    addresses: range  # which a single board can have
    baud: int
    reply_s: float  # how long a board may think before its answer begins
    words_are_answered: bool  # be it only to say that they were heard
    takes_seconds: bool = False  # else a board is set to how long it energises a lock, and nobody asks
    shut_is: bool | None  # the bit that means shut where the maker says so; None: must be learned at commissioning
    senses_inside: bool = False  # it has inputs for beams across its compartments


@dataclass(frozen=True)
class Contacts:
    """What a board says of its contacts, as the bits on the wire."""

    board: int
    bits: Mapping[int, bool]  # by channel
    unreadable: frozenset[int] = field(default=frozenset())  # channels whose contact the board itself cannot read
    beams: Mapping[int, bool] = field(default_factory=dict)  # by channel, where the family tells of them


@dataclass(frozen=True)
class Heard:
    """A board has heard a word that is no question. Whatever `raw` says, it proves no opening: only a contact does."""

    board: int
    channel: int | None  # None: all of them
    raw: int


Reply = Contacts | Heard


class OpenAllPermit:
    """Two persons, or the key switch and one person, want every door of a board open. Good for one frame."""

    def __init__(self, first: str, second: str) -> None:
        """Who they are. Raises ValueError when that is not two."""
        if not first.strip() or not second.strip() or first.strip() == second.strip():
            raise ValueError(f"opening everything takes two, not {first!r} and {second!r}")
        self.confirmed_by = (first.strip(), second.strip())
        self._is_used = False

    def use(self) -> None:
        """Raises FrameError the second time."""
        if self._is_used:
            raise FrameError("this permission to open everything has been used")
        self._is_used = True


class Family(ABC):
    """One protocol: pure, bytes to typed values and back. Channels count from 1; addresses are the boards' own."""

    profile: Profile

    @abstractmethod
    def open_one(self, board: int, channel: int, *, seconds: float) -> bytes:
        """Release one channel, for `seconds` where the family lets one say so.

        Raises FrameError for a board or channel that the profile does not have: it never opens more than one.
        """

    @abstractmethod
    def sweep(self, board: int) -> tuple[bytes, ...]:
        """The questions whose answers together tell of every contact of a board."""

    @abstractmethod
    def look(self, board: int, channel: int) -> bytes:
        """The quickest question whose answer tells of one channel."""

    def all_off(self, _board: int) -> tuple[bytes, ...]:
        """What takes the current from every coil of a board; empty where the family has no such word."""
        return ()

    def wake(self, _board: int) -> tuple[bytes, ...]:
        """What brings a board back that has stuck; empty where the family has no such word."""
        return ()

    def open_all(self, board: int, permit: OpenAllPermit) -> bytes:
        """Release every channel of one board. Raises FrameError when the permit is used up or the family cannot."""
        frame = self._open_all(self._address(board))
        permit.use()
        return frame

    def _open_all(self, _board: int) -> bytes:
        raise FrameError(f"{self.profile.name} has no word for opening everything")

    def read(self, data: bytes, *, asked: bytes) -> tuple[Reply | None, int]:
        """The first whole answer in `data`, and how many bytes are done with. `asked` is the request it may answer.

        Garbage before it is skipped. (None, n): nothing yet; drop n bytes and come back with more.
        """
        return first_frame(data, lambda rest: self._length(rest, asked), lambda frame: self.decode(frame, asked=asked))

    @abstractmethod
    def decode(self, frame: bytes, *, asked: bytes) -> Reply:
        """One whole answer. Raises FrameError, and nothing else, for any other bytes."""

    @abstractmethod
    def _length(self, data: bytes, asked: bytes) -> int | None:
        """Of the answer that begins `data`, which is not empty: 0 when none does, None when more must come first."""

    def _address(self, board: int) -> int:
        if type(board) is not int or board not in self.profile.addresses:
            known = self.profile.addresses
            raise FrameError(f"a {self.profile.name} board has an address of {known[0]} to {known[-1]}, not {board!r}")
        return board

    def _channel(self, channel: int) -> int:
        if type(channel) is not int or not 1 <= channel <= self.profile.ways:
            raise FrameError(f"this {self.profile.name} board has channels 1 to {self.profile.ways}, not {channel!r}")
        return channel


def first_frame(
    data: bytes, length_of: Callable[[bytes], int | None], decode: Callable[[bytes], Reply]
) -> tuple[Reply | None, int]:
    """The first stretch of `data` that decodes, and where it ends; else what may be dropped. See `Family.read`."""
    hope: int | None = None
    for at in range(len(data)):
        length = length_of(data[at:])
        if length is None or at + length > len(data):
            hope = at if hope is None else hope
        elif length:
            try:
                return decode(data[at : at + length]), at + length
            except FrameError:
                continue
    return None, len(data) if hope is None else hope


def xor_of(data: bytes) -> int:
    """All bytes by exclusive or."""
    return reduce(xor, data, 0)


def sum_of(data: bytes) -> int:
    """The low byte of the sum."""
    return sum(data) & 0xFF


def bits_of(data: bytes, count: int) -> dict[int, bool]:
    """`count` channels from 1: channel 1 is bit 0 of the first byte, channel 9 bit 0 of the second."""
    return {no + 1: bool(data[no // 8] >> (no % 8) & 1) for no in range(count)}
