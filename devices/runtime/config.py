"""What a device is told about itself: node.toml, checked to the last key before anything moves."""

import re
import ssl
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from devices.wire.messages import SecondKey
from devices.wire.signing import PublicKey
from devices.wire.topics import is_name

Pin = Annotated[int, msgspec.Meta(ge=0, le=53)]
DoorNo = Annotated[int, msgspec.Meta(ge=1, le=512)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


_Kind = TypeVar("_Kind")


class ConfigError(Exception):
    """One sentence: which key, and what was found there."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of node.toml: what it does not know is a fault."""


class BrokerConfig(Table, frozen=True, kw_only=True):
    """Where the broker is and how to show oneself to it: a password, a certificate, or both."""

    host: str
    port: Port = 1883
    username: str | None = None
    password_file: str | None = None
    ca: str | None = None  # with it, TLS
    certificate: str | None = None
    private_key: str | None = None

    def __post_init__(self) -> None:
        if (self.username is None) != (self.password_file is None):
            raise ValueError("username and password_file go together")
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key go together")
        if self.certificate is not None and self.ca is None:
            raise ValueError("a certificate needs ca as well")


class DoorConfig(Table, frozen=True, kw_only=True):
    """One door's wiring; pins by GPIO number."""

    no: DoorNo
    strike_pin: Pin
    contact_pin: Pin
    strike_active_high: bool = True
    contact_closed_is_low: bool = True


class SupplyConfig(Table, frozen=True, kw_only=True):
    """What feeds the strikes of some boards."""

    name: str = "main"
    amperes: Annotated[float, msgspec.Meta(gt=0, le=100)] = 3.0


class BoardConfig(Table, frozen=True, kw_only=True):
    """One lock board. Its channels 1, 2… are the doors `first_door` and on, or those of `numbers`."""

    family: str  # cu48, cu16, 8a, wkly, winnsen, waveshare
    port: str  # /dev/ttyUSB0, or socket://host:port for a bridge
    address: int
    first_door: DoorNo | None = None
    ways: int | None = None  # the board's channels; as many as its family usually has
    doors: Annotated[int, msgspec.Meta(ge=1)] | None = None  # how many of them have a door; all
    shut_is: Literal[0, 1] | None = None  # the contact's bit of a shut door; as its maker says, where one does
    pulse_ms: Annotated[int, msgspec.Meta(ge=50, le=1000)] = 500  # as the board is set; it times its pulses by itself
    lock_amperes: Annotated[float, msgspec.Meta(gt=0, le=100)] = 2.4
    supply: str = "main"
    baud: Annotated[int, msgspec.Meta(ge=1200, le=115200)] | None = None
    numbers: list[Annotated[int, msgspec.Meta(ge=0, le=512)]] | None = None  # the door of each channel; 0: none
    contacts: list[int] | None = None  # for each channel, to which one its door's contact is wired; to itself
    reversed: list[int] = []  # inputs whose contact means shut by the other bit
    occupied_is: Literal[0, 1] | None = None  # the bit of a beam that something stands in; none are connected
    no_beam: list[int] = []  # channels without a beam all the same


class SecondKeyConfig(Table, frozen=True, kw_only=True):
    """A key switch or a fire contact: dry contacts between these pins and ground."""

    rest_pin: Pin | None = None  # closed at rest
    on_pin: Pin | None = None  # closed when on
    opens_all: bool = False  # while it is on, the bank opens every door by itself; else it lifts the limit, no more
    broken_wire_is_on: bool = False
    settle_ms: Annotated[int, msgspec.Meta(ge=0, le=2000)] = 200

    def __post_init__(self) -> None:
        if self.rest_pin is None and self.on_pin is None:
            raise ValueError("expected rest_pin, on_pin or both, found neither")
        if self.rest_pin is None and self.broken_wire_is_on:
            raise ValueError("broken_wire_is_on needs rest_pin: a wire without current cannot be seen to break")
        if self.on_pin is None and not self.broken_wire_is_on:
            raise ValueError(
                "with rest_pin alone a broken wire looks like a turned key: add on_pin, or say broken_wire_is_on = true"
            )

    def pins(self) -> list[int]:
        """Those that are wired."""
        return [pin for pin in (self.rest_pin, self.on_pin) if pin is not None]


class AnyNodeConfig(Table, frozen=True, kw_only=True):
    """What stands in the file of every node, whatever hangs on it. Paths are relative to the directory it lies in."""

    site: str
    device: str
    gateway_key: str
    broker: BrokerConfig
    key: str = "device.pem"

    def __post_init__(self) -> None:
        for key, name in {"site": self.site, "device": self.device}.items():
            if not is_name(name):
                raise ValueError(f"{key}: expected 1 to 32 of a-z, 0-9 and inner hyphens, found {name!r}")

    def gateway(self) -> PublicKey:
        """Whose messages count. Raises ConfigError."""
        try:
            return PublicKey.from_text(self.gateway_key)
        except ValueError as error:
            raise ConfigError(
                f"gateway_key: expected the 43 characters of the gateway's public key, found {self.gateway_key!r}"
            ) from error


class NodeConfig(AnyNodeConfig, frozen=True, kw_only=True):
    """The whole file of a locker bank."""

    doors: list[DoorConfig] = []
    board: list[BoardConfig] = []
    supply: list[SupplyConfig] = []
    key_switch: SecondKeyConfig | None = None
    fire_contact: SecondKeyConfig | None = None
    log: str = "log.db"
    settle_ms: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 30
    openings_per_minute: Annotated[int, msgspec.Meta(ge=1, le=60)] = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.doors or self.board):
            raise ValueError("doors, board: a bank needs at least one of them, found none; see `hearth commission`")
        refuse_twins("supply: name", [supply.name for supply in self.supply])
        refuse_twins("doors: no", [door.no for door in self.doors])
        pins = [pin for door in self.doors for pin in (door.strike_pin, door.contact_pin)]
        refuse_twins("pin", pins + [pin for wired in self.second_keys().values() for pin in wired.pins()])

    def second_keys(self) -> dict[SecondKey, SecondKeyConfig]:
        """The cabinet's own inputs, as far as it has any."""
        both = {SecondKey.KEY_SWITCH: self.key_switch, SecondKey.FIRE_CONTACT: self.fire_contact}
        return {key: wired for key, wired in both.items() if wired is not None}


def load(path: Path) -> NodeConfig:
    """Read node.toml. Raises ConfigError for a file that is missing, no TOML, or not a node's."""
    config = read(path, NodeConfig)
    config.gateway()
    return config


def read(path: Path, kind: type[_Kind]) -> _Kind:
    """The file as tables of that kind. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    return parse(text, path, kind)


def parse(text: str, path: Path, kind: type[_Kind]) -> _Kind:
    """What lies, or is to lie, at `path`. Raises ConfigError."""
    try:
        tables = tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    try:
        return msgspec.convert(tables, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(error, tables)}") from error


def password(broker: BrokerConfig, directory: Path) -> str | None:
    """What the broker asks for; None without a password_file. Raises ConfigError when it cannot be read."""
    if broker.password_file is None:
        return None
    path = directory / broker.password_file
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"broker.password_file: {path} cannot be read: {error.strerror}") from error


def tls(broker: BrokerConfig, directory: Path) -> ssl.SSLContext | None:
    """Trust the site's own CA and nobody else; None without `ca`. Raises ConfigError when a file does not serve."""
    if broker.ca is None:
        return None
    try:
        context = ssl.create_default_context(cafile=directory / broker.ca)
        if broker.certificate is not None and broker.private_key is not None:
            context.load_cert_chain(directory / broker.certificate, directory / broker.private_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"broker.ca, certificate or private_key does not serve: {error}") from error
    return context


def refuse_twins(what: str, numbers: Sequence[int | str]) -> None:
    """Raises ValueError when one stands there twice."""
    for number in numbers:
        if numbers.count(number) > 1:
            raise ValueError(f"{what} {number} stands there twice")


def _explain(error: msgspec.ValidationError, tables: object) -> str:
    """Name the key and what was found there, which msgspec does not."""
    reason, _, place = str(error).partition(" - at `$")
    place = place.strip(".`")
    if not place:
        return reason
    found = _look_up(tables, place)
    return f"{place}: {reason}" if isinstance(found, dict | list) else f"{place}: {reason}, found {found!r}"


def _look_up(value: object, place: str) -> object:
    for step in re.findall(r"[^.\[\]]+", place):
        if isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[step]
    return value
