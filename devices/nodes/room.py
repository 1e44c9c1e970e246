"""Whether what a bank has to say of all its doors fits into one message: beyond that it would be heard of nobody."""

from collections.abc import Collection, Sequence
from typing import Final

from devices.nodes.locker_bank import BoardPart, Identity
from devices.wire import codec
from devices.wire.messages import Health, Level, Part, State, Sync
from devices.wire.topics import MAX_BYTES, Channel

_ID: Final = "f" * 32
_AT_ONCE: Final = 4  # commands under way; a bank lets six doors open in a minute
_HIGHEST: Final = 2**53 - 1


class TooManyDoorsError(ValueError):
    """The sentence says how many there are, and what to do."""


def refuse_too_many(identity: Identity, doors: Collection[int], boards: Sequence[BoardPart], *, firmware: str) -> None:
    """Raises TooManyDoorsError. Reckoned with the longest word for each, so that there is room on every day."""
    longest = max(len(_state(identity, doors, boards, firmware)), len(_sync(identity, doors)))
    if longest > MAX_BYTES:
        raise TooManyDoorsError(
            f"board, doors: {len(doors)} doors are more than one bank can tell of ({longest} bytes, and a message has"
            f" {MAX_BYTES}): divide them into two banks, each with a node.toml and a controller of its own"
        )


def _levels(doors: Collection[int]) -> dict[str, Level]:
    return {str(door): Level.UNKNOWN for door in doors}  # the longest word


def _state(identity: Identity, doors: Collection[int], boards: Sequence[BoardPart], firmware: str) -> bytes:
    return codec.encode_state(
        State(
            online=True,
            boot_id="f" * 16,
            kind="locker_bank",
            firmware=firmware,
            key=identity.key.public().text(),
            doors=_levels(doors),
            parts=[Part(name=board.name, health=Health.LOST, doors=list(board.doors)) for board in boards],
            supply_v=12.345,
        )
    )


def _sync(identity: Identity, doors: Collection[int]) -> bytes:
    """Signed, which makes it a third longer."""
    said = Sync(
        q=_ID,
        dev_boot="f" * 16,
        last_seq=_HIGHEST,
        oldest_seq=_HIGHEST,
        live=[_ID] * _AT_ONCE,
        dangling=[_ID] * _AT_ONCE,
        doors=_levels(doors),
    )
    return codec.encode_answer(said, topic=identity.topic(Channel.CHAL), key=identity.key)
