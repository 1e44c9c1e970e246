"""A bank that could not tell of all its doors in one message is refused before it starts."""

import pytest

from devices.nodes.locker_bank import Identity
from devices.nodes.room import TooManyDoorsError, refuse_too_many
from devices.wire import codec
from devices.wire.messages import Level, State, Sync
from devices.wire.signing import SigningKey
from devices.wire.topics import MAX_BYTES, Channel

KEY = SigningKey.generate()
LONG = Identity("s" * 32, "d" * 32, KEY, KEY.public())


def is_taken(count, first=1):
    """Whether a bank of so many doors may start."""
    try:
        refuse_too_many(LONG, range(first, first + count), [], firmware="0.1.0")
    except TooManyDoorsError:
        return False
    return True


def most(first):
    return max(count for count in range(1, 400) if is_taken(count, first))


@pytest.mark.parametrize("first", [1, 300])
def test_whatever_a_bank_that_may_start_has_to_say_is_short_enough(first):
    doors = {str(no): Level.UNKNOWN for no in range(first, first + most(first))}

    state = codec.encode_state(State(online=True, boot_id="0" * 16, kind="locker_bank", doors=doors))
    sync = Sync(q="0" * 32, dev_boot="0" * 16, last_seq=9, oldest_seq=9, live=["0" * 32], dangling=[], doors=doors)
    signed = codec.encode_answer(sync, topic=LONG.topic(Channel.CHAL), key=KEY)

    assert codec.decode_state(state).doors == doors
    assert len(signed) <= MAX_BYTES


def test_a_cabinet_of_a_hundred_doors_is_no_trouble_and_one_of_250_is_two():
    assert is_taken(100)
    assert not is_taken(250)


def test_the_sentence_says_how_many_and_what_to_do():
    with pytest.raises(TooManyDoorsError, match=r"300 doors are more than one bank can tell of .* two banks"):
        refuse_too_many(LONG, range(1, 301), [], firmware="0.1.0")
