"""The frames of the makers' sheets and of public drivers, byte for byte."""

import pytest

from devices.boards.families import family
from devices.boards.frames import Contacts, FrameError, Heard, OpenAllPermit


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def two() -> OpenAllPermit:
    return OpenAllPermit("s001", "key switch")


REQUESTS = [
    ("cu48", "status of board 0", lambda f: f.sweep(0)[0], "02 00 00 50 03 55"),
    ("cu48", "unlock board 0 door 1", lambda f: f.open_one(0, 1, seconds=0.5), "02 00 00 51 03 56"),
    ("cu48", "unlock all 48 on board 0", lambda f: f.open_all(0, two()), "02 00 30 51 03 86"),
    ("cu16", "unlock board 0 door 0", lambda f: f.open_one(0, 1, seconds=0.5), "02 00 31 03 36"),
    ("cu16", "unlock board 1 door 2", lambda f: f.open_one(1, 3, seconds=0.5), "02 12 31 03 48"),
    ("cu16", "status", lambda f: f.sweep(0)[0], "02 00 30 03 35"),
    ("cu16", "clear", lambda f: f.wake(1)[0], "02 10 38 03 4D"),
    ("cu16", "unlock all on board 1", lambda f: f.open_all(1, two()), "02 10 33 03 48"),
    ("8a", "unlock board 1 lock 1", lambda f: f.open_one(1, 1, seconds=0.5), "8A 01 01 11 9B"),
    ("8a", "open all on board 1", lambda f: f.open_all(1, two()), "8A 01 00 11 9A"),
    ("8a", "query one", lambda f: f.look(1, 1), "80 01 01 33 B3"),
    ("8a", "query all", lambda f: f.sweep(1)[0], "80 01 00 33 B2"),
    ("wkly", "open board 0 channel 1", lambda f: f.open_one(0, 1, seconds=0.5), "57 4B 4C 59 09 00 82 01 83"),
    ("wkly", "open board 10 channel 1", lambda f: f.open_one(10, 1, seconds=0.5), "57 4B 4C 59 09 0A 82 01 89"),
    ("wkly", "open board 1 channel 11", lambda f: f.open_one(1, 11, seconds=0.5), "57 4B 4C 59 09 01 82 0B 88"),
    ("wkly", "open all on board 1", lambda f: f.open_all(1, two()), "57 4B 4C 59 08 01 86 86"),
    ("wkly", "channel 8 off", lambda f: f.all_off(0)[7], "57 4B 4C 59 09 00 89 08 81"),
    ("winnsen", "unlock station 2 lock 7", lambda f: f.open_one(2, 7, seconds=0.5), "90 06 05 02 07 03"),
    ("winnsen", "status of station 2 lock 7", lambda f: f.look(2, 7), "90 06 12 02 07 03"),
    ("waveshare", "700 ms on ch 0", lambda f: f.open_one(1, 1, seconds=0.7), "01 05 02 00 00 07 8D B0"),
    ("waveshare", "300 ms on ch 0", lambda f: f.open_one(1, 1, seconds=0.3), "01 05 02 00 00 03 8C 73"),
    ("waveshare", "all off", lambda f: f.all_off(1)[0], "01 05 00 FF 00 00 FD FA"),
    ("waveshare", "inputs", lambda f: f.sweep(1)[0], "01 02 00 00 00 08 79 CC"),
]


@pytest.mark.parametrize(
    ("name", "build", "frame"), [(n, b, f) for n, _, b, f in REQUESTS], ids=[f"{n}: {w}" for n, w, _, _ in REQUESTS]
)
def test_a_request_is_the_one_of_the_sheet(name, build, frame):
    assert build(family(name)).hex(" ").upper() == frame


def bits(ways, *ones):
    return {channel: channel in ones for channel in range(1, ways + 1)}


ANSWERS = [
    ("cu48", "02 00 00 50 03 55", "02 00 00 65 07 00 00 00 00 C0 03 31", Contacts(0, bits(48, 1, 2, 3, 47, 48))),
    ("cu48", "02 01 00 50 03 56", "02 01 00 65 00 00 80 00 00 00 03 EB", Contacts(1, bits(48, 24))),
    (
        "cu16",
        "02 00 30 03 35",
        "02 00 35 01 80 02 C0 03 7D",
        Contacts(0, bits(16, 1, 16), beams=bits(16, 2, 15, 16)),
    ),
    ("8a", "8A 01 01 11 9B", "8A 01 01 00 8A", Heard(1, 1, 0x00)),
    ("8a", "8A 01 01 11 9B", "8A 01 01 11 9B", Heard(1, 1, 0x11)),
    ("8a", "80 01 01 33 B3", "80 01 01 11 91", Contacts(1, {1: True})),
    ("8a", "80 01 01 33 B3", "80 01 01 00 80", Contacts(1, {1: False})),
    ("8a", "80 01 00 33 B2", "80 01 01 01 01 33 B3", Contacts(1, bits(24, 1, 9, 17))),
    ("8a", "80 01 00 33 B2", "80 01 00 00 02 33 B0", Contacts(1, bits(24, 2))),
    ("wkly", "57 4B 4C 59 09 00 82 01 83", "57 4B 4C 59 0B 00 82 00 01 00 81", Heard(0, 1, 0x00)),
    ("wkly", "57 4B 4C 59 09 00 83 01 82", "57 4B 4C 59 0B 00 83 00 01 FF 7F", Contacts(0, {}, frozenset({1}))),
    ("wkly", "57 4B 4C 59 09 00 89 08 81", "57 4B 4C 59 0A 00 89 00 08 82", Heard(0, 8, 0x00)),
    ("winnsen", "90 06 05 02 07 03", "90 07 85 02 07 01 03", Heard(2, 7, 1)),
    ("winnsen", "90 06 12 02 07 03", "90 07 92 02 07 01 03", Contacts(2, {7: True})),
    ("winnsen", "90 06 12 02 01 03", "90 07 92 02 00 01 03", Contacts(2, {1: False})),  # the swapped order
    ("waveshare", "01 05 02 00 00 07 8D B0", "01 05 02 00 00 07 8D B0", Heard(1, 1, 7)),
    ("waveshare", "01 05 00 FF 00 00 FD FA", "01 05 00 FF 00 00 FD FA", Heard(1, None, 0)),
    ("waveshare", "01 02 00 00 00 08 79 CC", "01 02 01 05 61 8B", Contacts(1, bits(8, 1, 3))),
]


@pytest.mark.parametrize(("name", "asked", "answer", "meaning"), ANSWERS)
def test_an_answer_means_what_the_sheet_says(name, asked, answer, meaning):
    assert family(name).decode(h(answer), asked=h(asked)) == meaning


def test_a_wkly_board_tells_of_every_channel_at_once():
    answer = h("57 4B 4C 59 0E 00 84 00 04 00 01 01 FF 78")
    assert family("wkly", 4).decode(answer, asked=family("wkly", 4).sweep(0)[0]) == Contacts(
        0, {1: False, 2: True, 3: True}, frozenset({4})
    )


@pytest.mark.parametrize("changed", ["57 4B 4C 59 0A 00 85 03 01 84", "57 4B 4C 59 0B 00 85 00 03 01 85"])
def test_a_wkly_board_tells_of_a_change_unasked(changed):
    assert family("wkly").decode(h(changed), asked=b"") == Contacts(0, {3: True})


def test_an_8a_board_tells_of_a_change_unasked():
    assert family("8a").decode(h("82 01 03 11 91"), asked=b"") == Contacts(1, {3: True})


@pytest.mark.parametrize("name", ["winnsen", "waveshare"])
def test_a_family_without_a_word_for_it_cannot_open_everything(name):
    with pytest.raises(FrameError, match="has no word for opening everything"):
        family(name).open_all(1, two())


def test_opening_everything_takes_two_and_happens_once():
    for first, second in [("s001", "s001"), ("s001", " s001 "), ("", "s001"), ("s001", " ")]:
        with pytest.raises(ValueError, match="takes two"):
            OpenAllPermit(first, second)
    permit = two()
    family("cu48").open_all(0, permit)
    with pytest.raises(FrameError, match="has been used"):
        family("cu48").open_all(0, permit)


@pytest.mark.parametrize(
    ("name", "ways", "said"),
    [
        ("cu49", None, "expected one of cu48, .*found 'cu49'"),
        ("cu48", 24, "48 channels"),
        ("cu16", 8, "12 or 16"),
        ("8a", 51, "2 to 50"),
        ("wkly", 65, "1 to 64"),
        ("winnsen", 0, "1 to 16"),
        ("waveshare", 16, "8 channels"),
    ],
)
def test_a_board_that_is_not_made_is_refused(name, ways, said):
    with pytest.raises(FrameError, match=said):
        family(name, ways)


@pytest.mark.parametrize("seconds", [0.0, -0.1, 1.01, float("nan")])
def test_a_waveshare_relay_is_flashed_for_no_longer_than_a_second(seconds):
    with pytest.raises(FrameError, match="a flash is up to"):
        family("waveshare").open_one(1, 1, seconds=seconds)
