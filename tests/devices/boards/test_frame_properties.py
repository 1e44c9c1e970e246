"""What no bytes and no numbers may do to a protocol family."""

import contextlib
from functools import cache

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from devices.boards.families import FAMILIES, family
from devices.boards.frames import Contacts, Family, FrameError, Heard
from firmware_sim.clockwork import Clockwork
from firmware_sim.coils import Coil, Reed, Supply
from firmware_sim.lock_boards import BOARDS, Act, Order, SimulatedBoard

NAMES = sorted(FAMILIES)
NUMBERS = st.one_of(st.integers(-2, 60), st.integers(), st.sampled_from([0x0A, 0x0F, 0x30, 0xF0, 0xFF, 0x100]))


@cache
def bus_of(name: str) -> list[SimulatedBoard]:
    """All boards that a bus can have, written apart from the drivers."""
    family_, clockwork, supply = family(name), Clockwork(), Supply(1000)
    ways = range(1, family_.profile.ways + 1)
    return [
        BOARDS[name](address, {n: (Coil("", supply=supply, timers=clockwork), Reed()) for n in ways}, timers=clockwork)
        for address in family_.profile.addresses
    ]


def understood(family: Family, frame: bytes) -> list[tuple[int, Order]]:
    """Who of them all would do what."""
    found = []
    for board in bus_of(family.profile.name):
        board.heard.clear()
        board.hear(frame)
        found += [(board.address, order) for order in board.heard]
        board.hear(bytes(16))  # whatever it is still waiting for
    return found


@pytest.mark.parametrize("name", NAMES)
def test_opening_one_opens_that_one_on_that_board_and_nothing_else_for_every_index(name):
    family_ = family(name)
    for channel in range(1, family_.profile.ways + 1):
        board = family_.profile.addresses[channel % len(family_.profile.addresses)]
        ((address, order),) = understood(family_, family_.open_one(board, channel, seconds=0.4))
        assert (address, order.act, order.channels) == (board, Act.UNLOCK, (channel,))


@pytest.mark.parametrize("name", NAMES)
def test_opening_one_works_on_every_board_that_a_bus_can_have(name):
    family_ = family(name)
    for board in list(family_.profile.addresses)[:40]:
        ((address, order),) = understood(family_, family_.open_one(board, 1, seconds=0.4))
        assert (address, order.channels) == (board, (1,))


@pytest.mark.parametrize("name", NAMES)
@given(board=NUMBERS, channel=NUMBERS, seconds=st.floats(0.05, 1.0))
@example(board=0, channel=0, seconds=0.4)  # 0 is a channel to some, everything to others
@example(board=1, channel=0, seconds=0.4)
@example(board=0, channel=49, seconds=0.4)  # 30 on a CU48's wire: everything
@example(board=10, channel=1, seconds=0.4)  # 0A on a CU48's wire: every board
@example(board=15, channel=1, seconds=0.4)  # F0 on a CU16's wire: every board
@example(board=True, channel=True, seconds=0.4)
def test_opening_one_never_makes_a_frame_that_opens_another_or_more_than_one(name, board, channel, seconds):
    family_ = family(name)
    try:
        frame = family_.open_one(board, channel, seconds=seconds)
    except FrameError:
        return
    assert [(address, order.act, order.channels) for address, order in understood(family_, frame)] == [
        (board, Act.UNLOCK, (channel,))
    ]


@pytest.mark.parametrize("name", NAMES)
@given(board=NUMBERS, channel=NUMBERS)
def test_what_is_outside_the_board_is_refused_before_and_behind_its_ends(name, board, channel):
    family_ = family(name)
    assume(board not in family_.profile.addresses or not 1 <= channel <= family_.profile.ways)
    with pytest.raises(FrameError):
        family_.open_one(board, channel, seconds=0.4)
    with pytest.raises(FrameError):
        family_.look(board, channel)


@pytest.mark.parametrize("name", NAMES)
def test_no_other_word_of_a_family_moves_anything(name):
    family_ = family(name)
    board = family_.profile.addresses[-1]
    frames = [*family_.sweep(board), family_.look(board, 1), *family_.all_off(board), *family_.wake(board)]
    for frame in frames:
        acts = {order.act for _, order in understood(family_, frame)}
        assert acts <= {Act.ASK, Act.OFF, Act.WAKE}
        assert acts, f"no board understands {frame.hex(' ')}"


def questions(family_: Family) -> list[bytes]:
    board = family_.profile.addresses[0]
    return [b"", family_.sweep(board)[0], family_.look(board, 1), family_.open_one(board, 1, seconds=0.4)]


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_arbitrary_bytes_raise_nothing_but_a_frame_error(name, data):
    family_ = family(name)
    asked = data.draw(st.one_of(st.sampled_from(questions(family_)), st.binary(max_size=12)))
    heads = st.sampled_from([b"", b"\x02", b"\x80", b"\x8a", b"\x82", b"WKLY", b"\x90\x07", b"\x01\x02", b"\x01\x05"])
    answer = data.draw(heads) + data.draw(st.binary(max_size=24))
    with contextlib.suppress(FrameError):
        assert isinstance(family_.decode(answer, asked=asked), Contacts | Heard)
    reply, used = family_.read(answer, asked=asked)
    assert 0 <= used <= len(answer)
    assert reply is None or used > 0


def answer_of(name: str) -> tuple[Family, bytes, bytes]:
    """A question and the answer of a board with doors 1 and 3 open."""
    family_ = family(name)
    clockwork = Clockwork()
    board_no = family_.profile.addresses[-1]
    channels = {n: (Coil("", supply=Supply(9), timers=clockwork), Reed()) for n in range(1, family_.profile.ways + 1)}
    for open_ in (1, 3):
        channels[open_][1].is_closed = False
    board: SimulatedBoard = BOARDS[name](board_no, channels, timers=clockwork)
    said: list[bytes] = []
    board.when_answering = said.append
    question = family_.sweep(board_no)[0]
    board.hear(question)
    clockwork.advance(1)
    return family_, question, said[0]


@pytest.mark.parametrize("name", NAMES)
def test_both_sides_of_the_line_mean_the_same(name):
    family_, question, answer = answer_of(name)
    contacts = family_.decode(answer, asked=question)
    assert isinstance(contacts, Contacts)
    assert contacts.board == family_.profile.addresses[-1]
    assert contacts.bits == {n: n not in (1, 3) for n in contacts.bits}
    assert 1 in contacts.bits


@pytest.mark.parametrize("name", NAMES)
@given(before=st.binary(max_size=8), after=st.binary(max_size=8))
def test_an_answer_is_found_behind_garbage_in_whatever_pieces_it_comes(name, before, after):
    family_, question, answer = answer_of(name)
    meaning = family_.decode(answer, asked=question)
    assume(answer not in before + answer[:-1])
    first, _ = family_.read(before + answer, asked=question)
    assume(first == meaning)  # garbage may happen to be an answer of its own
    buffer, found = b"", None
    for byte in before + answer + after:
        buffer += bytes([byte])
        found, used = family_.read(buffer, asked=question)
        buffer = buffer[used:]
        if found is not None:
            break
    assert found == meaning


CHECKED = [name for name in NAMES if name != "winnsen"]


@pytest.mark.parametrize("name", CHECKED)
@given(data=st.data())
def test_one_wrong_bit_is_no_answer(name, data):
    family_, question, answer = answer_of(name)
    place = data.draw(st.integers(0, len(answer) * 8 - 1))
    damaged = bytearray(answer)
    damaged[place // 8] ^= 1 << place % 8
    with pytest.raises(FrameError):
        family_.decode(bytes(damaged), asked=question)


@given(data=st.data())
def test_without_a_checksum_only_the_very_answer_to_the_question_counts(data):
    family_, question, answer = answer_of("winnsen")
    place = data.draw(st.integers(0, len(answer) - 1))
    damaged = bytearray(answer)
    damaged[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != answer[place]))
    try:
        contacts = family_.decode(bytes(damaged), asked=question)
    except FrameError:
        return
    assert isinstance(contacts, Contacts)
    assert contacts.board == 3
    assert set(contacts.bits) == {1}
    assert place in (4, 5)  # the state itself is what no checksum guards


@pytest.mark.parametrize("name", NAMES)
def test_every_family_is_simulated(name):
    assert name in BOARDS


@pytest.mark.parametrize("name", NAMES)
def test_no_question_is_an_answer_to_itself_so_that_its_echo_can_be_told(name):
    family_ = family(name)
    board = family_.profile.addresses[0]
    for question in [*family_.sweep(board), family_.look(board, 1)]:
        assert family_.read(question, asked=question)[0] is None
