"""A channel's address can be sealed by anybody, and opened by the gateway alone."""

import pytest

from gateway.channels.seal import Address, SealError, SealKey

ADDRESS = Address("wecombot://botkey", "whsec_x")


@pytest.fixture
def key():
    return SealKey.generate()


def test_what_was_sealed_is_opened_with_the_key(key):
    assert key.open(key.seal.close(ADDRESS, channel_id="one"), channel_id="one") == ADDRESS


def test_what_closes_does_not_open(key):
    sealed = key.seal.close(ADDRESS, channel_id="one")

    with pytest.raises(SealError):
        SealKey(key.seal.key).open(sealed, channel_id="one")


def test_an_address_opens_for_its_own_channel_only(key):
    with pytest.raises(SealError):
        key.open(key.seal.close(ADDRESS, channel_id="one"), channel_id="two")


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "ä", "A" * 200])
def test_what_is_no_seal_is_refused(key, sealed):
    with pytest.raises(SealError):
        key.open(sealed, channel_id="one")


def test_nothing_of_an_address_or_a_key_is_printed(key):
    assert "botkey" not in repr(ADDRESS)
    assert "whsec" not in repr(ADDRESS)
    assert str(key.key) not in repr(key)
