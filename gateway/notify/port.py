"""What is handed to whoever takes messages out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Parcel:
    """One message and where it goes. People are sent title and body, programs the payload.

    `id` is the same however often it is sent: it is how a receiver tells a repetition. `secret`: what a webhook is
    signed with; empty: it goes to people. `severity`: info, warning or alarm.
    """

    id: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    title: str
    body: str
    severity: str
    payload: Mapping[str, Any]


class Courier(Protocol):
    """Somebody who takes messages out."""

    def send(self, parcel: Parcel) -> str | None:
        """None when the other end has said that it has it; else why not, in a few words with no secret in them.

        Blocks, never raises, and comes back within `courier.PATIENCE_S`.
        """

    def stop(self) -> None:
        """Leave what is under way: nobody is told how it ended."""
