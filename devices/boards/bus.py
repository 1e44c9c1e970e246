"""The boards of one line: who is asked when, who may pulse, and what their contacts say.

A pulse is sent once, never again, and never later than `LAG_S` after it was asked for. After it its board is looked at
every `LOOK_S` until the door has moved; the others are swept in the gaps. A board that does not answer is given up, and
asked ever more rarely; nobody waits for it.
"""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from devices.boards.frames import Contacts, Family, Heard, Reply
from devices.boards.line import Line
from devices.boards.power import LOCK_A, Supply
from devices.ports import Timer, Timers

log = logging.getLogger(__name__)

DoorReading = Literal["open", "shut", "unknown"]
InsideReading = Literal["empty", "occupied", "unknown"]

SHORTEST_PULSE_S: Final = 0.05
LONGEST_PULSE_S: Final = 1.0  # cabinet solenoids are rated for 0.3 to 0.5 s
PULSE_S: Final = 0.5  # what a board that times its pulses by itself is taken to do
LAG_S: Final = 1.0  # from being asked to the word on the line; later than that a pulse is not made
REST_S: Final = 2.0  # a channel's, after its pulse: a coil that is warm already burns sooner
LOOK_S: Final = 0.12  # between two looks at a door that was just pulsed
LATE_S: Final = 0.08  # by how much a look at another board may delay the next of these
WATCH_S: Final = 3.0  # how long it is looked at
SWEEP_S: Final = 0.5  # between two sweeps of a board
LOST_AFTER: Final = 3  # questions without an answer
BACK_OFF_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # between two tries of a board that is lost
FIRST_LOOK_S: Final = 5.0  # after that, a start does not wait for boards any longer


class BoardError(OSError):
    """A board was not told to do what was asked."""


class BoardContact:
    """A door's contact as its board reports it. There is nothing to settle: a look is one reading."""

    def __init__(self, *, shut_is: bool) -> None:
        self.when_opened: Callable[[], None] | None = None
        self.when_shut: Callable[[], None] | None = None
        self.has_moved = False  # since its door was last pulsed
        self._shut_is = shut_is
        self._level: DoorReading = "unknown"
        self._told: DoorReading = "unknown"

    @property
    def level(self) -> DoorReading:
        """As last seen; "unknown" before the first look, and while the board is lost."""
        return self._level

    def flush(self) -> None:
        """Nothing is ever pending."""

    def take(self, bit: bool) -> None:
        """A reading. A door that was out of sight and is found as it was is no news."""
        self._level = "shut" if bit is self._shut_is else "open"
        if self._level == self._told:
            return
        self._told = self._level
        self.has_moved = True
        tell = self.when_opened if self._level == "open" else self.when_shut
        if tell is not None:
            tell()

    def lose(self) -> None:
        """Nobody can tell any more."""
        self._level = "unknown"


class BoardBeam:
    """A beam across a compartment as its board reports it: broken while something stands in it. Nothing is settled."""

    def __init__(self, *, occupied_is: bool) -> None:
        self.when_changed: Callable[[], None] | None = None
        self._occupied_is = occupied_is
        self._inside: InsideReading = "unknown"

    @property
    def inside(self) -> InsideReading:
        """As last seen; "unknown" before the first look, and while the board is lost."""
        return self._inside

    def take(self, bit: bool) -> None:
        """A reading."""
        self._become("occupied" if bit is self._occupied_is else "empty")

    def lose(self) -> None:
        """Nobody can tell any more."""
        self._become("unknown")

    def _become(self, inside: InsideReading) -> None:
        before, self._inside = self._inside, inside
        if inside != before and self.when_changed is not None:
            self.when_changed()


class Board:
    """One board on a line, and what is known of it."""

    def __init__(
        self,
        address: int,
        *,
        channels: Iterable[int],
        shut_is: bool,
        supply: Supply,
        lock_amperes: float = LOCK_A,
        pulse_s: float = PULSE_S,
        inputs: Mapping[int, int] | None = None,
        reversed_inputs: Collection[int] = (),
        occupied_is: bool | None = None,
        no_beam: Collection[int] = (),
    ) -> None:
        """`channels` are those with a door behind them. `pulse_s`: as the board itself is set.

        `inputs`: of channels whose door's contact is wired to another channel, which. `reversed_inputs`: those that
        mean shut by the other bit. `occupied_is`: the bit of a beam that something stands in; None: no beams,
        as at the channels `no_beam`.
        """
        self.address = address
        self.inputs = {channel: channel for channel in channels} | dict(inputs or {})
        self.contacts = {
            place: BoardContact(shut_is=shut_is is not (place in reversed_inputs)) for place in self.inputs.values()
        }
        with_beam = () if occupied_is is None else self.inputs.keys() - set(no_beam)
        self.beams = {no: BoardBeam(occupied_is=occupied_is is True) for no in with_beam}
        self.supply = supply
        self.lock_amperes = lock_amperes
        self.pulse_s = pulse_s
        self.is_lost = True  # until it has answered
        self.is_swept = False  # seen whole, or found missing, since the start
        self.misses = 0
        self.tries = 0  # since it was lost
        self.look_at = 0.0
        self.asked_at = 0.0
        self.answers_in_s = 0.0  # when last asked, or how long was waited in vain
        self.questions: deque[bytes] = deque()  # left of the present sweep
        self.watched: int | None = None  # the input of a door that was pulsed
        self.watched_until = 0.0
        self.rests_until: dict[int, float] = {}
        self.pulsed_at = 0.0  # when the word for it went out
        self.pulsing_until = 0.0
        self.swept_from = 0.0  # when the last whole sweep began
        self.sweeping_from = 0.0
        self.is_woken = False  # since it was last asked in vain
        self.unheard = 0  # words in a row
        self.when_changed: Callable[[], None] | None = None

    def lose(self) -> None:
        """Its contacts are unknown from now on."""
        self.questions.clear()
        for contact in self.contacts.values():
            contact.lose()
        for beam in self.beams.values():
            beam.lose()
        self._become(lost=True)

    def find(self) -> None:
        """It has answered."""
        self._become(lost=False)
        self.misses = self.tries = 0

    def _become(self, *, lost: bool) -> None:
        has_changed, self.is_lost = lost is not self.is_lost, lost
        if has_changed and self.when_changed is not None:
            self.when_changed()


@dataclass(frozen=True)
class _Pulse:
    board: Board
    channel: int
    seconds: float
    before: float

    @property
    def takes_s(self) -> float:
        return self.seconds + self.board.supply.gap_s


@dataclass(frozen=True)
class _Word:
    board: Board
    frame: bytes


class Bus:
    """The boards of one line. Everything happens on the timers' thread."""

    def __init__(
        self, line: Line, family: Family, boards: Iterable[Board], *, timers: Timers, sweep_s: float = SWEEP_S
    ) -> None:
        """`sweep_s`: how long a board is left alone after a sweep.

        Raises FrameError for a board or channel that the family does not have, ValueError for too weak a supply.
        """
        self.boards = {board.address: board for board in boards}
        self._line = line
        self._family = family
        self._timers = timers
        self._sweep_s = sweep_s
        self._pulses: list[_Pulse] = []
        self._words: deque[_Word] = deque()
        self._alarm: Timer | None = None
        self._when_seen: Callable[[], None] | None = None
        for board in self.boards.values():
            board.supply.wait_s(board.lock_amperes, 0.0)
            for channel in {*board.inputs, *board.contacts}:
                family.open_one(board.address, channel, seconds=LONGEST_PULSE_S)
        line.when_up = self._came_up
        line.when_down = self._went_down
        line.when_overheard = self._take_reply

    # --- what the world calls

    def start(self, when_seen: Callable[[], None] = lambda: None) -> None:
        """Look, and take every board off its coils when it first answers, where the family has a word for that.

        `when_seen` is called once: when every board has been seen whole or found missing, at the latest after
        FIRST_LOOK_S.
        """
        self._when_seen = when_seen
        self._timers.call_later(FIRST_LOOK_S, self._seen)
        self._line.start()

    def close(self) -> None:
        """Forget what was not sent, and give the port up."""
        self._forget_pulses(self._pulses)
        self._words.clear()
        self._line.close()

    def pulse(self, board: Board, channel: int, seconds: float) -> None:
        """Release a door: now, or within LAG_S when another pulse must end first.

        Raises ValueError outside 0.05 to 1 s. Raises BoardError when it is certain that nothing was or will be sent:
        the board is lost, its supply is busy for too long, or the channel is resting.
        """
        if not SHORTEST_PULSE_S <= seconds <= LONGEST_PULSE_S:
            raise ValueError(f"a pulse is {SHORTEST_PULSE_S} to {LONGEST_PULSE_S} s, not {seconds}")
        now = self._timers.now()
        self._drop_late_pulses(now)
        if refusal := self._refusal(board, channel, now):
            board.look_at = min(board.look_at, now)
            self._go_on()
            raise BoardError(refusal)
        pulse = _Pulse(board, channel, self._lasts_s(board, seconds), now + LAG_S)
        self._pulses.append(pulse)
        board.supply.promised_s += pulse.takes_s
        self._go_on()
        if board.is_lost:  # found out just now
            raise BoardError(f"board {board.address} cannot be reached")

    def wait_s(self, board: Board) -> float:
        """How long until its supply bears one more pulse, after those that were promised it; 0.0: now."""
        return board.supply.wait_s(board.lock_amperes, self._timers.now()) + board.supply.promised_s

    def off(self, board: Board, channel: int) -> None:
        """Withdraw a pulse that was not sent; end one under way where the family has a word for that."""
        self._forget_pulses([one for one in self._pulses if (one.board, one.channel) == (board, channel)])
        if self._timers.now() < board.pulsing_until:
            self._words.extend(_Word(board, frame) for frame in self._family.all_off(board.address))
            self._go_on()

    # --- pulses

    def _refusal(self, board: Board, channel: int, now: float) -> str:
        if board.is_lost:
            return f"board {board.address} does not answer"
        if now < board.rests_until.get(channel, now):
            return f"channel {channel} of board {board.address} is resting"
        if any((one.board, one.channel) == (board, channel) for one in self._pulses):
            return f"channel {channel} of board {board.address} is about to be pulsed"
        if self.wait_s(board) > LAG_S:
            return f"supply {board.supply.name} is busy"
        return ""

    def _lasts_s(self, board: Board, seconds: float) -> float:
        """A board that times its pulses by itself does not ask."""
        return seconds if self._family.profile.takes_seconds else board.pulse_s

    def _drop_late_pulses(self, now: float) -> None:
        for late in [one for one in self._pulses if now > one.before]:
            log.warning("a pulse of board %d channel %d came too late and is dropped", late.board.address, late.channel)
            self._forget_pulses([late])

    def _forget_pulses(self, pulses: Iterable[_Pulse]) -> None:
        for pulse in list(pulses):
            self._pulses.remove(pulse)
            pulse.board.supply.promised_s -= pulse.takes_s

    def _next_pulse(self, now: float) -> _Pulse | None:
        self._drop_late_pulses(now)
        blocked: set[int] = set()  # supplies whose first in the queue has to wait: nobody overtakes
        for pulse in self._pulses:
            supply = pulse.board.supply
            if id(supply) not in blocked and supply.wait_s(pulse.board.lock_amperes, now) <= 0:
                return pulse
            blocked.add(id(supply))
        return None

    def _send_pulse(self, pulse: _Pulse, now: float) -> None:
        board, channel = pulse.board, pulse.channel
        self._forget_pulses([pulse])
        frame = self._family.open_one(board.address, channel, seconds=pulse.seconds)
        board.supply.take(board.lock_amperes, pulse.seconds, now)
        board.rests_until[channel] = now + pulse.seconds + REST_S
        board.pulsed_at, board.pulsing_until = now, now + pulse.seconds
        board.watched, board.watched_until = board.inputs[channel], now + WATCH_S
        contact = board.contacts[board.watched]
        contact.has_moved = False
        contact.lose()  # as it was before the pulse is not as it is: until the next look nobody knows
        board.look_at = now
        self._tell(board, frame)

    def _tell(self, board: Board, frame: bytes) -> None:
        """Said once. What came of it shows at the contact; an answer says no more than that it was heard."""

        def is_answer(reply: Reply) -> bool:
            return isinstance(reply, Heard) and reply.board == board.address

        def then(reply: Reply | None) -> None:
            board.unheard = board.unheard + 1 if reply is None and self._family.profile.words_are_answered else 0
            if board.unheard >= LOST_AFTER:
                self._drop_words(board)
            self._go_on()

        self._send(board, lambda: self._line.tell(frame, is_answer=is_answer, then=then))

    # --- looking

    def _next_board(self, now: float) -> Board | None:
        """The watched first; of the others, who fits into the gap and has waited longest."""
        watched = [board for board in self.boards.values() if board.watched is not None and not board.is_lost]
        gap_ends = min((board.look_at for board in watched), default=float("inf")) + LATE_S
        due = [board for board in self.boards.values() if board.look_at <= now]
        fitting = [board for board in due if board in watched or now + board.answers_in_s <= gap_ends]
        return min(fitting, key=lambda board: (board.watched is None, board.look_at), default=None)

    def _look(self, board: Board, now: float) -> None:
        if board.misses >= LOST_AFTER and not board.is_woken and self._family.wake(board.address):
            board.is_woken = True
            self._words.extend(_Word(board, frame) for frame in self._family.wake(board.address))
            self._go_on()
            return
        board.is_woken = False
        if board.watched is not None and now >= board.watched_until:
            board.watched = None
        if board.watched is not None:
            self._ask(board, self._family.look(board.address, board.watched), about={board.watched})
        else:
            if not board.questions:
                board.sweeping_from = now
                board.questions.extend(self._family.sweep(board.address))
            self._ask(board, board.questions[0], about=set())

    def _ask(self, board: Board, question: bytes, *, about: set[int]) -> None:
        """`about`: channels that an answer must tell of."""

        def is_answer(reply: Reply) -> bool:
            return isinstance(reply, Contacts) and reply.board == board.address and about <= _told_of(reply)

        def then(reply: Reply | None) -> None:
            board.answers_in_s = self._timers.now() - board.asked_at
            try:
                if isinstance(reply, Contacts):
                    self._answered(board, reply, question)
                else:
                    self._missed(board)
            finally:  # whatever the node makes of a door that has moved
                self._go_on()

        board.asked_at = self._timers.now()
        self._send(board, lambda: self._line.ask(question, is_answer=is_answer, then=then))

    def _answered(self, board: Board, contacts: Contacts, question: bytes) -> None:
        now = self._timers.now()
        self._find(board)
        if board.watched is None and board.questions and board.questions[0] == question:
            board.questions.popleft()
            if not board.questions:
                board.is_swept, board.swept_from = True, board.sweeping_from
        if board.watched is not None:
            board.look_at = board.asked_at + LOOK_S
        else:
            board.look_at = now if board.questions else now + self._sweep_s
        self._take_contacts(board, contacts)
        if board.watched is not None and board.contacts[board.watched].has_moved:
            board.watched = None
        self._see()

    def _take_contacts(self, board: Board, contacts: Contacts) -> None:
        for channel in contacts.beams.keys() & board.beams.keys():
            board.beams[channel].take(contacts.beams[channel])
        for channel in contacts.unreadable & board.contacts.keys():
            board.contacts[channel].lose()
        for channel in contacts.bits.keys() & board.contacts.keys():
            board.contacts[channel].take(contacts.bits[channel])

    def _take_reply(self, reply: Reply) -> None:
        """Late, or unasked: the truth of a moment ago."""
        board = self.boards.get(reply.board)
        if board is not None and isinstance(reply, Contacts):
            self._find(board)
            self._take_contacts(board, reply)

    def _find(self, board: Board) -> None:
        if board.is_lost:  # whatever it was doing when it was lost, or when we crashed, ends now
            log.info("board %d answers", board.address)
            board.look_at = min(board.look_at, self._timers.now())
            self._words.extend(_Word(board, frame) for frame in self._family.all_off(board.address))
        board.find()

    def _missed(self, board: Board) -> None:
        now = self._timers.now()
        board.misses += 1
        if board.watched is not None:
            board.contacts[board.watched].lose()
        if board.misses < LOST_AFTER:
            board.look_at = now
            return
        if board.misses == LOST_AFTER:
            log.warning("board %d does not answer; the others go on", board.address)
            board.lose()
            self._drop_words(board)
            board.is_swept = True  # as far as it can be
            self._see()
        if board.watched is not None and now < board.watched_until:
            board.look_at = now + LOOK_S
        else:
            board.look_at = now + BACK_OFF_S[min(board.tries, len(BACK_OFF_S) - 1)]
            board.tries += 1

    def _next_word(self) -> _Word | None:
        """While a door is looked at, the others' words wait."""
        watched = any(board.watched is not None for board in self.boards.values())
        return next((word for word in self._words if word.board.watched is not None or not watched), None)

    def _drop_words(self, board: Board) -> None:
        board.unheard = 0
        self._words = deque(word for word in self._words if word.board is not board)

    def _see(self) -> None:
        if self._when_seen is not None and all(board.is_swept for board in self.boards.values()):
            self._seen()

    def _seen(self) -> None:
        when_seen, self._when_seen = self._when_seen, None
        if when_seen is not None:
            when_seen()

    # --- the line

    def _go_on(self) -> None:
        """The most urgent thing that can be done now: a pulse, a word, a look. Then wait for the next."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if not self._line.is_up or self._line.is_busy:
            return
        now = self._timers.now()
        if pulse := self._next_pulse(now):
            self._send_pulse(pulse, now)
        elif word := self._next_word():
            self._words.remove(word)
            self._tell(word.board, word.frame)
        elif board := self._next_board(now):
            self._look(board, now)
        else:
            self._alarm = self._timers.call_later(self._idle_s(now), self._go_on)

    def _idle_s(self, now: float) -> float:
        looks = [board.look_at - now for board in self.boards.values() if board.look_at > now]
        pulses = [one.board.supply.wait_s(one.board.lock_amperes, now) for one in self._pulses]
        return min(looks + pulses, default=LOOK_S)

    def _send(self, board: Board, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            log.warning("board %d cannot be spoken to: %s", board.address, error)
            self._went_down()
            self._alarm = self._timers.call_later(BACK_OFF_S[0], self._go_on)

    def _came_up(self) -> None:
        now = self._timers.now()
        self._words.clear()
        for board in self.boards.values():
            board.look_at, board.misses, board.tries = now, 0, 0
        self._go_on()

    def _went_down(self) -> None:
        """What was not sent is not sent later either."""
        self._forget_pulses(self._pulses)
        self._words.clear()
        for board in self.boards.values():
            board.lose()
            board.look_at = self._timers.now() + BACK_OFF_S[0]


class BoardStrike:
    """One channel of one board, used like a strike on a pin."""

    def __init__(self, bus: Bus, board: Board, channel: int) -> None:
        self._bus = bus
        self._board = board
        self._channel = channel

    def pulse(self, seconds: float) -> None:
        """As `Bus.pulse`."""
        self._bus.pulse(self._board, self._channel, seconds)

    def wait_s(self) -> float:
        """As `Bus.wait_s`."""
        return self._bus.wait_s(self._board)

    def off(self) -> None:
        """As `Bus.off`."""
        self._bus.off(self._board, self._channel)


def _told_of(contacts: Contacts) -> set[int]:
    return contacts.bits.keys() | contacts.unreadable
