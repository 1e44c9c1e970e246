"""Where work that blocks is done, so that the event loop never waits for a disk.

Measured on 2 busy cores, 32 connections, SQLite, p99 of a request and of everybody else's meanwhile: reads 79 and 82 ms
here, 127 and 111 ms as `def` endpoints, 224 and 631 ms on the loop; writes 0.5 s here, 1.7 s as `def` (SQLite's busy
wait is not fair), and on the loop they stopped everybody for seconds. At one connection here and on the loop are alike.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from gateway.kit.db import persevere
from gateway.kit.errors import Refused

log = logging.getLogger(__name__)

T = TypeVar("T")

READERS: Final = 4
HASHERS: Final = 2  # an Argon2 hash takes 19 MiB and a core
DRAWERS: Final = 1  # a picture undone may take 100 MB
MOST_PICTURES: Final = 8  # that wait to be drawn
MOST_WAITING: Final = 256  # for a hash: beyond them people are asked to come back, instead of waiting for minutes


class BackRoom:
    """Threads for the database, passwords and pictures. `writers`: 1 on SQLite, which lets one write at a time."""

    def __init__(self, *, writers: int) -> None:
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._hashers = ThreadPoolExecutor(HASHERS, thread_name_prefix="hash")
        self._drawers = ThreadPoolExecutor(DRAWERS, thread_name_prefix="draw")
        self._hashing = 0
        self._drawing = 0

    async def write(self, act: Callable[[], T]) -> T:
        """Run an act that is a transaction of its own; see `persevere` for what becomes of it beside others."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, persevere, act)

    async def read(self, look: Callable[[], T]) -> T:
        """Run something that only looks."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, look)

    async def hash(self, work: Callable[[], T]) -> T:
        """Run something that hashes a password. Raises Refused("busy") when too many wait already."""
        if self._hashing >= MOST_WAITING:
            raise Refused("busy", retry_after_s=5)
        self._hashing += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hashers, work)
        finally:
            self._hashing -= 1

    async def draw(self, work: Callable[[], T]) -> T:
        """Run something that undoes a picture. Raises Refused("busy") when too many wait already."""
        if self._drawing >= MOST_PICTURES:
            raise Refused("busy", retry_after_s=5)
        self._drawing += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._drawers, work)
        finally:
            self._drawing -= 1

    def later(self, act: Callable[[], None]) -> None:
        """Write something down that nobody waits for. Callable from any thread."""
        self._writers.submit(persevere, act).add_done_callback(_log_failure)

    def close(self) -> None:
        """Finish what was begun."""
        for pool in (self._drawers, self._hashers, self._readers, self._writers):
            pool.shutdown(wait=True, cancel_futures=True)


def _log_failure(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()):
        log.error("writing afterwards failed", exc_info=error)
