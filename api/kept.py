"""An answer for everybody that costs something: worked out at most so often, however many ask."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """Any number of threads may ask; one of them works it out and the others wait for that."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._until = float("-inf")
        self._turn = threading.Lock()
        self._answer: Answer | None = None

    def ask(self, work_out: Callable[[], Answer], *, now_s: float) -> Answer:
        """What was worked out lately, else what is now. `now_s`: on a monotonic clock."""
        with self._turn:
            if self._answer is None or now_s >= self._until:
                self._answer = work_out()
                self._until = now_s + self._for_s
            return self._answer
