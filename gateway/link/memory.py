"""A carriage within one process, for tests and trials: the same signed bytes, without a broker."""

from collections.abc import Callable
from typing import NamedTuple


class Said(NamedTuple):
    """One message as it was handed over."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class MemoryCarriage:
    """Keeps what was said, and hands it to `deliver` at once."""

    def __init__(self, deliver: Callable[[Said], None] = lambda said: None) -> None:
        self.said: list[Said] = []
        self._deliver = deliver

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        retain: bool = False,
        expiry_s: int | None = None,  # noqa: ARG002 - nothing waits here, so nothing expires
    ) -> bool:
        """Always goes."""
        said = Said(topic, payload, qos, retain)
        self.said.append(said)
        self._deliver(said)
        return True
