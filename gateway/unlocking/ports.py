"""What the engine needs of the wire, in its own words; `gateway/link` speaks them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gateway.fleet.model import DoorLevel


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """A device's answer to `prepare`: verified, and fresh by its nature."""

    device_id: str
    cmd_id: str
    door: int
    nonce: str
    boot_id: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A device's answer to `ask`: verified. Quotes the question `q`."""

    device_id: str
    q: str
    last_seq: int
    oldest_seq: int  # of the events it still keeps; one above `last_seq` when there is none
    live: frozenset[str]  # commands whose challenge could still be used
    dangling: frozenset[str]  # commands whose pulse is being watched, or was cut short
    levels: Mapping[int, DoorLevel]


class Link(Protocol):
    """Speaks to devices. What cannot be sent now is lost, never kept and sent later; nothing raises or waits."""

    def prepare(self, device_id: str, *, cmd_id: str, door: int) -> None:
        """Ask for a challenge. May be repeated."""

    def open(self, device_id: str, *, cmd_id: str, door: int, nonce: str, boot_id: str, by_job: bool = False) -> None:
        """Give the one permission. Call once a command, ever, and only after SIGNED is committed.

        `by_job`: no hand asked for this very door.
        """

    def ask(self, device_id: str, *, q: str) -> None:
        """Ask a device where it stands."""

    def acknowledge(self, device_id: str, *, seq: int) -> None:
        """Its events up to `seq` are committed here."""
