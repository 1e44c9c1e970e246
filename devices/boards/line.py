"""One half-duplex line: one question at a time, its deadline, and the echo that some adapters add."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from devices.boards.frames import Family, Reply
from devices.boards.port import Port
from devices.ports import Timer, Timers

log = logging.getLogger(__name__)

SLACK_S: Final = 0.08  # for USB adapters, which collect bytes for up to 16 ms, and for bridges on the network
TURN_S: Final = 0.005  # after a word that nobody answers: 3.5 characters at 9600, as on a Modbus line
ECHO_S: Final = 0.03  # in which an echo comes, if there is one
_MOST_BYTES: Final = 256  # of garbage that is kept
_LONGEST_REPLY: Final = 80
_BITS_A_BYTE: Final = 10


class Echo(Enum):
    """Whether whatever is sent comes back before the answer. Until a question was answered nobody can tell."""

    UNKNOWN = auto()
    NO = auto()
    YES = auto()


@dataclass
class _Question:
    request: bytes
    is_answer: Callable[[Reply], bool] | None  # None: a word that is not answered
    teaches: bool  # no answer to it can look like itself, so that its echo can be recognised
    then: Callable[[Reply | None], None]
    deadline: Timer | None = None


class Line:
    """A port and the family that is spoken on it. Everything happens on the timers' thread."""

    def __init__(self, port: Port, family: Family, *, timers: Timers) -> None:
        self.when_overheard: Callable[[Reply], None] = lambda reply: None  # late, or unasked
        self.when_up: Callable[[], None] = lambda: None
        self.when_down: Callable[[], None] = lambda: None
        self.is_up = False
        self.echo = Echo.UNKNOWN
        self._port = port
        self._family = family
        self._timers = timers
        self._buffer = b""
        self._question: _Question | None = None
        port.when_received = self._received
        port.when_up = self._came_up
        port.when_down = self._went_down

    def start(self) -> None:
        """Open the port, now or whenever it is there."""
        self._port.start()

    def close(self) -> None:
        """Give the port up: nothing is sent any more, and nobody gets an answer."""
        self.is_up = False
        self._drop_question()
        self._port.close()

    @property
    def is_busy(self) -> bool:
        """Whether a question is under way."""
        return self._question is not None

    def ask(self, request: bytes, *, is_answer: Callable[[Reply], bool], then: Callable[[Reply | None], None]) -> None:
        """A question. `then` gets its answer, or None when none came in time. Raises OSError when it cannot be sent."""
        self._send(_Question(request, is_answer, teaches=True, then=then))

    def tell(self, request: bytes, *, is_answer: Callable[[Reply], bool], then: Callable[[Reply | None], None]) -> None:
        """A word, sent once whatever becomes of it. `then` gets the answer where the family answers words, else None.

        Such an answer may equal the request byte for byte, so an echo is taken off by what questions have taught.
        Raises OSError when it cannot be sent.
        """
        answered = self._family.profile.words_are_answered
        self._send(_Question(request, is_answer if answered else None, teaches=False, then=then))

    def air_s(self, count: int) -> float:
        """How long so many bytes are under way."""
        return count * _BITS_A_BYTE / self._family.profile.baud

    def _send(self, question: _Question) -> None:
        if self._question is not None:
            raise RuntimeError("one question at a time")
        self._buffer = b""
        self._port.write(question.request)
        wait_s = self.air_s(len(question.request)) + (TURN_S if self.echo is Echo.NO else ECHO_S)
        if question.is_answer is not None:
            wait_s += self._family.profile.reply_s + self.air_s(_LONGEST_REPLY) + SLACK_S
        question.deadline = self._timers.call_later(wait_s, lambda: self._finish(question, None))
        self._question = question

    def _received(self, data: bytes) -> None:
        self._buffer = (self._buffer + data)[-_MOST_BYTES:]
        question = self._question
        while (reply := self._next_reply(question)) is not None:
            if question is not None and question.is_answer is not None and question.is_answer(reply):
                self._finish(question, reply)
                return
            self.when_overheard(reply)

    def _next_reply(self, question: _Question | None) -> Reply | None:
        if question is None:
            return self._read(self._buffer, asked=b"")
        if question.teaches:
            return self._read_and_learn(question)
        if self.echo is Echo.NO:
            return self._read(self._buffer, asked=question.request)
        if self._buffer.startswith(question.request):  # an echo, or an answer that cannot be told from one
            rest = self._buffer[len(question.request) :]
            return self._read(rest, asked=question.request, keep=question.request)
        return None if self.echo is Echo.YES else self._read(self._buffer, asked=question.request)

    def _read_and_learn(self, question: _Question) -> Reply | None:
        request = question.request
        if self._buffer.startswith(request):
            reply = self._read(self._buffer[len(request) :], asked=request, keep=request)
            if reply is not None:
                self._learn(Echo.YES)
                return reply
        reply = self._read(self._buffer, asked=request)
        if reply is not None and question.is_answer is not None and question.is_answer(reply):
            self._learn(Echo.NO)
        return reply

    def _read(self, data: bytes, *, asked: bytes, keep: bytes = b"") -> Reply | None:
        """The first reply in `data`. It is taken from the buffer, in which `keep` stays in front of what is left."""
        reply, used = self._family.read(data, asked=asked)
        if reply is not None:
            self._buffer = keep + data[used:]
        return reply

    def _learn(self, echo: Echo) -> None:
        if echo is not self.echo:
            self.echo = echo
            if echo is Echo.YES:
                log.warning("this adapter echoes what is sent; the echo is taken off")

    def _finish(self, question: _Question, reply: Reply | None) -> None:
        if self._question is not question:
            return
        if question.deadline is not None:
            question.deadline.cancel()
        self._question = None
        question.then(reply)

    def _came_up(self) -> None:
        self.is_up = True
        self.echo = Echo.UNKNOWN  # it may be another adapter
        self.when_up()

    def _went_down(self) -> None:
        self.is_up = False
        self._drop_question()
        self.when_down()

    def _drop_question(self) -> None:
        if self._question is not None and self._question.deadline is not None:
            self._question.deadline.cancel()
        self._question = None
