"""Which PINs are too easy, how card numbers compare, and what the pepper makes of both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.credentials.model import PinOf
from gateway.credentials.pepper import BYTES, Pepper
from gateway.credentials.rules import card_number, is_easy_to_guess, new_pin

PEPPER = Pepper(b"p" * BYTES)
PINS = st.from_regex(r"[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("888888", "one digit"),
        ("121121", "two digits"),
        ("123456", "a row"),
        ("345678", "a row from inside"),
        ("987654", "a row backwards"),
        ("901234", "a row over the end"),
        ("123123", "a repeat"),
        ("454545", "a repeat of two"),
        ("570312", "a birthday"),
        ("000229", "a birthday in a leap year"),
        ("200481", "on the card"),
    ],
)
def test_what_a_stranger_would_try_first_is_too_easy(pin, why):
    assert is_easy_to_guess(pin, "A200481")


@pytest.mark.parametrize("pin", ["483920", "570230", "912837", "100200"])
def test_what_nobody_tries_first_is_taken(pin):
    assert not is_easy_to_guess(pin, "10001")


@given(PINS)
def test_every_pin_can_be_judged(pin):
    assert is_easy_to_guess(pin, "10001") in (True, False)


def test_a_new_pin_has_six_digits_with_the_zeros_in_front():
    pins = {new_pin() for _ in range(500)}

    assert all(len(pin) == 6 and pin.isdecimal() for pin in pins)
    assert len(pins) > 490
    assert any(pin.startswith("0") for pin in pins)


@pytest.mark.parametrize("text", ["04:a2:1f:99", "04A21F99", " 04-a2-1f-99 ", "０４ａ２１ｆ９９", "04 A2 1F 99\n"])
def test_one_card_is_one_number_whichever_reader_says_it(text):
    assert card_number(text) == "04A21F99"


def test_the_same_digits_of_another_rental_are_hashed_from_something_else():
    wang = PEPPER.pin("483920", of=PinOf.RENTAL, of_id="one")

    assert wang == PEPPER.pin("483920", of=PinOf.RENTAL, of_id="one")
    assert wang != PEPPER.pin("483920", of=PinOf.RENTAL, of_id="two")
    assert wang != PEPPER.pin("483920", of=PinOf.MEMBER, of_id="one")
    assert wang != Pepper(b"q" * BYTES).pin("483920", of=PinOf.RENTAL, of_id="one")


def test_a_pepper_shows_itself_to_nobody_and_half_of_one_is_none():
    assert "p" * 4 not in repr(PEPPER)
    assert Pepper.generate().name != Pepper.generate().name
    with pytest.raises(ValueError, match="32 bytes"):
        Pepper(b"p" * 31)
