"""What a kiosk node is told about itself: its node.toml, checked to the last key before anything is read."""

from pathlib import Path
from typing import Annotated

import msgspec

from devices.runtime.config import AnyNodeConfig, Table, read, refuse_twins
from devices.wire.messages import PartName


class ReaderConfig(Table, frozen=True, kw_only=True):
    """A card reader or a code scanner: at a serial `port`, or a keyboard that is an `input` of the kernel's."""

    name: PartName
    port: str | None = None  # /dev/serial/by-id/…, /dev/serial0, or socket://host:port for a bridge
    baud: Annotated[int, msgspec.Meta(ge=1200, le=115200)] = 9600
    input: str | None = None  # /dev/input/by-id/…-event-kbd
    held_ms: Annotated[int, msgspec.Meta(ge=200, le=10_000)] = 2000  # read again within this, it was never away

    def __post_init__(self) -> None:
        if (self.port is None) is (self.input is None):
            raise ValueError("expected port (it sends lines) or input (it types), and only one of them")


class KioskConfig(AnyNodeConfig, frozen=True, kw_only=True):
    """The whole file of a kiosk node."""

    reader: Annotated[tuple[ReaderConfig, ...], msgspec.Meta(max_length=8)] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.reader:
            raise ValueError("reader: a kiosk node needs at least one, found none")
        refuse_twins("reader: name", [one.name for one in self.reader])
        refuse_twins("reader: port or input", [one.port or one.input or "" for one in self.reader])


def load(path: Path) -> KioskConfig:
    """Read node.toml. Raises ConfigError for a file that is missing, no TOML, or not a kiosk node's."""
    config = read(path, KioskConfig)
    config.gateway()
    return config
