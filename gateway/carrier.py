"""Carries out of the house what has become true: it is called after each commit and only then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.kit.db import Change


class Teller(Protocol):
    """Somebody to tell."""

    def tell(self, kind: str, what: Mapping[str, Any]) -> None:
        """Never raises and never waits."""


@dataclass(frozen=True)
class Carrier:
    """Tells every change on `live/…`. One lost on the way does no harm: whoever shows a state reads it on opening."""

    teller: Teller

    def take_out(self, changes: list[Change]) -> None:
        """What a transaction announced."""
        for change in changes:
            self.teller.tell(change.kind, change.what)

    def pulse(self, *, ready: bool) -> None:
        """The gateway is alive, and whether it can reach devices."""
        self.teller.tell("pulse", {"ready": ready})
