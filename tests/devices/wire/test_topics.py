"""A topic is ours, whole, or it is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.wire.errors import WireError
from devices.wire.topics import Address, Channel, is_name, parse

names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True)


@given(names, names, st.sampled_from(list(Channel)))
def test_an_address_is_read_as_it_was_written(site, device, channel):
    address = Address(site, device, channel)
    assert parse(str(address)) == address


def test_what_changed_stands_below_live():
    assert parse("hearth/1/demo/gateway/live/unlock").rest == "unlock"


@given(st.text(max_size=80))
def test_any_other_text_is_refused_with_the_one_error(text):
    with contextlib.suppress(WireError):
        assert str(parse(text)) == text


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "hearth/1",
        "hearth/2/demo/bank-a/cmd",
        "hearth/1/demo/bank-a",
        "hearth/1/demo/bank-a/cmd/more",
        "hearth/1/demo//cmd",
        "hearth/1/Demo/bank-a/cmd",
        "hearth/1/demo/bank a/cmd",
        "hearth/1/demo/-bank/cmd",
        "hearth/1/demo/bank-a/unlock",
    ],
)
def test_a_topic_that_is_almost_ours_is_refused(topic):
    with pytest.raises(WireError):
        parse(topic)


def test_a_name_is_at_most_32_characters():
    assert is_name("a" * 32)
    assert not is_name("a" * 33)
