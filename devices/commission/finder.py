"""Which boards hang on a line that nobody knows: every family is asked in its own words, and only asked.

No question opens anything, in the ears of its own family or of another: tests/devices/commission/test_finder.py.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from devices.boards.bank import OpenPort
from devices.boards.families import FAMILIES, family
from devices.boards.frames import Contacts, Family, Reply
from devices.boards.line import Line
from devices.commission.bench import Stage

MOST_ADDRESSES: Final = 32  # of each family: what RS-485 bears without a repeater
_OPEN_S: Final = 3.0  # for the port to be there
_ANSWER_S: Final = 5.0
_CLOSED_S: Final = 0.3

# How many channels a board may have where its answer shows it, the most first: a smaller board's answer is too short.
_WAYS: Final[Mapping[str, tuple[int, ...]]] = {
    "8a": (50, 48, 40, 32, 24),
    "wkly": (64, 50, 48, 36, 32, 24, 18, 16, 12, 8, 6, 4, 2, 1),
}


@dataclass(frozen=True)
class Found:
    """A board that has answered."""

    family: str
    port: str
    address: int
    ways: int


@dataclass(frozen=True)
class Finder:
    """For one port."""

    port: str
    stage: Stage
    open_port: OpenPort
    when_trying: Callable[[str], None] = field(default=lambda family: None)

    def find(self) -> list[Found]:
        """The boards of the first family that answers. Empty when none does, and when the port cannot be opened."""
        for name in FAMILIES:
            self.when_trying(name)
            if found := list(self._boards_of(name)):
                return found
        return []

    def _boards_of(self, name: str) -> Iterator[Found]:
        """All of one line have as many channels: the first tells of the others."""
        *wider, fewest = (family(name, ways) for ways in _WAYS.get(name, (family(name).profile.ways,)))
        with self._asking(fewest) as answers:
            here = [address for address in islice(fewest.profile.addresses, MOST_ADDRESSES) if answers(address)]
        if here:
            widest = next((one for one in wider if self._answers(one, here[0])), fewest)
            yield from (Found(name, self.port, address, widest.profile.ways) for address in here)

    def _answers(self, spoken: Family, address: int) -> bool:
        with self._asking(spoken) as answers:
            return answers(address)

    @contextmanager
    def _asking(self, spoken: Family) -> Iterator[Callable[[int], bool]]:
        """The port, open; whether a board tells of its contacts in that family's words."""
        port = self.open_port(self.port, spoken.profile.baud, self.stage.timers)
        line = Line(port, spoken, timers=self.stage.timers)
        self.stage.do(line.start)
        is_up = self.stage.wait(lambda: line.is_up, _OPEN_S)

        def answers(address: int) -> bool:
            told: list[Reply | None] = []

            def is_answer(reply: Reply) -> bool:
                return isinstance(reply, Contacts) and reply.board == address

            self.stage.do(lambda: line.ask(spoken.sweep(address)[0], is_answer=is_answer, then=told.append))
            self.stage.wait(lambda: bool(told), _ANSWER_S)
            return bool(told) and told[0] is not None

        yield answers if is_up else lambda address: False
        self.stage.do(line.close)
        self.stage.wait(lambda: False, _CLOSED_S)  # two that read one port would take each other's bytes
