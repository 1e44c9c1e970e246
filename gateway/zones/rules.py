"""Judgements about zones, from plain values."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Final

_MOST: Final = 28  # letters of an id, which has 32: room for a figure behind them


def ids_for(name: str) -> Iterator[str]:
    """Ids that say what a zone is called, the plainest first: lobby-east, lobby-east-2… Without Latin letters: zone."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower())[:_MOST].strip("-") or "zone"
    yield plain
    for no in count(2):
        yield f"{plain}-{no}"
