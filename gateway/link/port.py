"""What carries bytes: the broker in production, an in-memory post in tests."""

from typing import Protocol


class Carriage(Protocol):
    """Hands one message to the network, or loses it. Never keeps one to send it later."""

    def publish(
        self, topic: str, payload: bytes, *, qos: int, retain: bool = False, expiry_s: int | None = None
    ) -> bool:
        """False when it could not go now; then it is gone for good."""
