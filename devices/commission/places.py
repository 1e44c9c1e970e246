"""Where a lock or a contact is wired: a channel of a board, or a door's pins."""

from typing import NamedTuple


class Place(NamedTuple):
    """`board` counts the [[board]] sections of node.toml from 0; None: its [[doors]], of which `channel` is one.

    Channels and doors count from 1.
    """

    board: int | None
    channel: int

    def __str__(self) -> str:
        """As it stands in the notes: `0.3`, or `pins.2`."""
        return f"{'pins' if self.board is None else self.board}.{self.channel}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """What `str` has written. Raises ValueError."""
        board, _, channel = text.partition(".")
        return cls(None if board == "pins" else int(board), int(channel))
