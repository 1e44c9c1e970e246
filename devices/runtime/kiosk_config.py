"""What a kiosk node is told about itself: its node.toml, checked to the last key before anything is read."""

from pathlib import Path
from typing import Annotated

import msgspec

from devices.runtime.config import BrokerConfig, ConfigError, Table, read, refuse_twins
from devices.wire.messages import PartName
from devices.wire.signing import PublicKey
from devices.wire.topics import is_name


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


class KioskConfig(Table, frozen=True, kw_only=True):
    """The whole file. Paths in it are relative to the directory it lies in."""

    site: str
    device: str
    gateway_key: str
    broker: BrokerConfig
    reader: Annotated[tuple[ReaderConfig, ...], msgspec.Meta(max_length=8)] = ()
    key: str = "device.pem"

    def __post_init__(self) -> None:
        for key, name in {"site": self.site, "device": self.device}.items():
            if not is_name(name):
                raise ValueError(f"{key}: expected 1 to 32 of a-z, 0-9 and inner hyphens, found {name!r}")
        if not self.reader:
            raise ValueError("reader: a kiosk node needs at least one, found none")
        refuse_twins("reader: name", [one.name for one in self.reader])
        refuse_twins("reader: port or input", [one.port or one.input or "" for one in self.reader])

    def gateway(self) -> PublicKey:
        """Whose questions are answered. Raises ConfigError."""
        try:
            return PublicKey.from_text(self.gateway_key)
        except ValueError as error:
            raise ConfigError(
                f"gateway_key: expected the 43 characters of the gateway's public key, found {self.gateway_key!r}"
            ) from error


def load(path: Path) -> KioskConfig:
    """Read node.toml. Raises ConfigError for a file that is missing, no TOML, or not a kiosk node's."""
    config = read(path, KioskConfig)
    config.gateway()
    return config
