"""A card held to a reader is read many times and shown once, whatever the reader's plug is like."""

import os
import queue

import pytest

from devices.parts.key_reader import EVENT, KeyReader
from devices.parts.line_reader import LINE_S, LineReader
from devices.parts.shown import HELD_S
from tests.devices.conftest import PATIENCE_S

KEYS = {letter: code for code, letter in zip(range(2, 12), "1234567890", strict=True)} | {"a": 30, "f": 33, "\n": 28}
SHIFT = 42


class Socket:
    """Where a reader is plugged in."""

    def __init__(self):
        self.when_received = self.when_up = self.when_down = None
        self.is_open = False

    def start(self):
        self.is_open = True

    def close(self):
        self.is_open = False


@pytest.fixture
def reader(clockwork):
    reader = LineReader("card", Socket(), timers=clockwork)
    reader.seen = []
    reader.socket = reader._port
    reader.shown.when_read = reader.seen.append
    reader.start()
    reader.socket.when_up()
    return reader


@pytest.mark.parametrize(
    "line",
    [b"04A21F9C\r\n", b"04A21F9C\r", b"04A21F9C\n", b"\x0204A21F9C\r\n\x03", b"04 A2 1F 9C\r\n", b"\n\n04A21F9C\n\n"],
)
def test_every_usual_way_to_send_a_card_is_understood(reader, line):
    reader.socket.when_received(line)

    assert reader.seen == ["04A21F9C"]


def test_a_line_may_come_letter_by_letter(reader):
    for byte in b"04A21F9C\r\n":
        reader.socket.when_received(bytes([byte]))

    assert reader.seen == ["04A21F9C"]


def test_a_card_that_is_held_there_is_shown_once_and_again_after_it_was_away(reader, clockwork):
    for _ in range(20):
        reader.socket.when_received(b"04A21F9C\r\n")
        clockwork.advance(0.4)
    assert reader.seen == ["04A21F9C"]

    clockwork.advance(HELD_S)
    reader.socket.when_received(b"04A21F9C\r\n")
    assert reader.seen == ["04A21F9C"] * 2


def test_another_card_is_shown_at_once(reader):
    reader.socket.when_received(b"04A21F9C\r\n04FFFFFF\r\n")

    assert reader.seen == ["04A21F9C", "04FFFFFF"]


@pytest.mark.parametrize(
    "line", [b"123\n", b"1" * 129 + b"\n", b"12\x0034\n", b"<b>1234\n", b"\xff\xfe\xfd\xfc\xfb\n", b"1234'--\n"]
)
def test_what_no_card_looks_like_is_nothing_and_is_not_written_down(reader, line, caplog):
    reader.socket.when_received(line)

    assert reader.seen == []
    assert line.decode("latin-1").strip() not in caplog.text


def test_noise_without_an_end_does_not_pile_up_and_the_next_card_counts(reader, clockwork):
    for _ in range(100):
        reader.socket.when_received(b"U" * 64)
    clockwork.advance(LINE_S + 0.1)
    reader.socket.when_received(b"04A21F9C\r\n")

    assert reader.seen == ["04A21F9C"]
    assert len(reader._buffer) == 0


def test_half_a_card_before_it_was_unplugged_is_no_part_of_the_next(reader):
    reader.socket.when_received(b"99999")
    reader.socket.when_down()
    assert reader.is_lost
    reader.socket.when_up()
    reader.socket.when_received(b"04A21F9C\r\n")

    assert not reader.is_lost
    assert reader.seen == ["04A21F9C"]


class Keyboard:
    """A named pipe in the place of an input device; `grabbed`: what was asked of it."""

    def __init__(self, path, mailbox, grab=None):
        os.mkfifo(path)
        self.path = path
        self.grabbed = []
        self.news = queue.Queue()
        self.reader = KeyReader(
            "scanner",
            str(path),
            timers=mailbox,
            again_s=0.01,
            grab=grab or (lambda _device, what, on: self.grabbed.append((what, on))),
        )
        self.reader.shown.when_read = self.news.put
        self.reader.when_changed = lambda: self.news.put("lost" if self.reader.is_lost else "there")
        self.reader.start()

    def plug_in(self):
        self.end = os.open(self.path, os.O_WRONLY)

    def unplug(self):
        os.close(self.end)

    def type(self, text):
        for letter in text:
            shift = [SHIFT] if letter.isupper() else []
            strokes = [(SHIFT, 1)] if shift else []
            strokes += [(KEYS[letter.lower()], 1), (KEYS[letter.lower()], 0)]
            strokes += [(SHIFT, 0)] if shift else []
            for code, value in strokes:
                os.write(
                    self.end,
                    EVENT.pack(0, 0, 4, 4, code) + EVENT.pack(0, 0, 1, code, value) + EVENT.pack(0, 0, 0, 0, 0),
                )

    def next(self):
        return self.news.get(timeout=PATIENCE_S)


@pytest.fixture
def keyboard(tmp_path, mailbox):
    made = []

    def keyboard(grab=None):
        made.append(Keyboard(tmp_path / "event-kbd", mailbox, grab))
        return made[-1]

    yield keyboard
    for one in made:
        one.reader.close()


def test_a_reader_that_types_is_taken_from_everybody_else_and_read(keyboard):
    scanner = keyboard()
    scanner.plug_in()
    assert scanner.next() == "there"
    scanner.type("04A1f9\n")

    assert scanner.next() == "04A1f9"
    assert scanner.grabbed == [(0x40044590, 1)]


def test_a_reader_that_types_may_be_unplugged_and_plugged_in_again(keyboard):
    scanner = keyboard()
    scanner.plug_in()
    assert scanner.next() == "there"
    scanner.type("99")
    scanner.unplug()
    assert scanner.next() == "lost"
    scanner.plug_in()
    assert scanner.next() == "there"
    scanner.type("0419\n")

    assert scanner.next() == "0419"
    assert len(scanner.grabbed) == 2


def test_a_reader_that_cannot_be_had_alone_is_not_listened_to(keyboard):
    asked = queue.Queue()

    def grab(_device, _what, _on):
        asked.put("asked")
        raise OSError(16, "Device or resource busy")

    scanner = keyboard(grab)
    scanner.end = os.open(scanner.path, os.O_RDWR)  # a pipe that nobody reads is none
    scanner.type("0419\n")
    for _ in range(2):
        assert asked.get(timeout=PATIENCE_S) == "asked"

    assert scanner.reader.is_lost
    assert scanner.news.empty()
