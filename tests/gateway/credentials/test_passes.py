"""The code that a phone shows: what is read in it, who has made it, and when it may be on a screen."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.credentials.passes import Pass, PublicKey
from gateway.kit.errors import Malformed
from tests.centre_builder import NOON
from tests.phone import FIGURES, ORDER, APhone

PHONE = APhone(id="0123456789abcdef")
KEY = PublicKey.read(PHONE.public_key)
SECOND = timedelta(seconds=1)


def test_a_code_says_whose_it_is_and_when_it_was_made_and_its_phone_proves_it():
    told = Pass.read(PHONE.code(NOON))

    assert (told.phone_id, told.made_at) == (PHONE.id, NOON)
    assert told.is_by(KEY)


def test_a_code_is_as_short_as_a_small_drawing_needs_and_no_keyboard_garbles_it():
    """122 letters and figures are what a QR code of version 5 holds at level M."""
    code = PHONE.code(NOON)

    assert len(code) == 120
    assert set(code) <= set(FIGURES)
    assert Pass.read(f" {code.lower()}\n") == Pass.read(code)


@pytest.mark.parametrize(
    "code",
    [
        PHONE.code(NOON, signature=PHONE.signature(NOON + SECOND)),
        PHONE.code(NOON, signature=PHONE.signature(NOON, phone_id="f" * 16)),
        PHONE.code(NOON, signature=PHONE.signature(NOON, domain=b"")),
        PHONE.code(NOON, signature=APhone(id=PHONE.id).signature(NOON)),
        PHONE.code(NOON, signature=(0, 0)),
        PHONE.code(NOON, signature=(1, ORDER)),
    ],
    ids=["another time", "another phone's", "of something else", "another key's", "nothing", "beyond the order"],
)
def test_what_the_phone_did_not_sign_proves_nothing(code):
    assert not Pass.read(code).is_by(KEY)


@given(place=st.integers(2, 119), figure=st.sampled_from(FIGURES))
def test_one_figure_that_was_changed_proves_nothing(place, figure):
    code = PHONE.code(NOON)
    changed = code[:place] + figure + code[place + 1 :]
    told = Pass.read(changed)

    assert changed == code or told is None or told.phone_id != PHONE.id or not told.is_by(KEY)


@given(st.text(max_size=300) | st.text(alphabet=FIGURES + "_ +-", min_size=118, max_size=118).map("H1".__add__))
def test_any_other_code_is_no_pass_and_breaks_nothing(text):
    told = Pass.read(text)

    assert told is None or not told.is_by(KEY)


@pytest.mark.parametrize("text", ["H1" + "Z" * 118, "H2" + "0" * 118, "", "H1", "H1" + "_" + "0" * 117])
def test_what_is_too_big_or_of_another_kind_is_no_pass(text):
    assert Pass.read(text) is None


@pytest.mark.parametrize(("seconds", "is_shown"), [(-61, False), (-60, True), (0, True), (90, True), (91, False)])
def test_a_code_counts_for_as_long_as_it_may_be_on_a_screen_that_is_a_minute_wrong(seconds, is_shown):
    assert Pass.read(PHONE.code(NOON)).is_shown_now(NOON + seconds * SECOND) is is_shown


@pytest.mark.parametrize("text", ["", "A", "A" * 87, "!" * 87, "B" + "A" * 86, "_" * 200])
def test_what_is_no_point_of_the_curve_is_no_key(text):
    with pytest.raises(Malformed):
        PublicKey.read(text)


def test_a_key_is_written_as_it_was_read():
    assert str(KEY) == PHONE.public_key
