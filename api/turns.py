"""One after another, for each name: what nobody may do many times at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateway.kit.errors import Refused

MOST_IN_LINE: Final = 32  # for one name


class Turns:
    """Lines of waiting tasks, by name. Lives on one event loop."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._in_line: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait until nobody else of this name is inside. Raises Refused("too_many_attempts") when the line is long."""
        if self._in_line[name] >= MOST_IN_LINE:
            raise Refused("too_many_attempts", retry_after_s=5)
        self._in_line[name] += 1
        try:
            async with self._locks.setdefault(name, asyncio.Lock()):
                yield
        finally:
            self._in_line[name] -= 1
            if not self._in_line[name]:
                del self._in_line[name]
                self._locks.pop(name, None)
