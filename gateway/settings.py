"""A centre's settings: `hearth.toml` in its directory, overridden by HEARTH_… variables."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from gateway.kit.errors import Trouble

FILE_NAME = "hearth.toml"

_PREFIX = "HEARTH_"
_SECRET = frozenset({("database", "url"), ("readings", "url")})  # they may hold a password
_NOT_SETTINGS = frozenset({"HEARTH_CENTRE", "HEARTH_DEMO_PASSWORD", "HEARTH_KILL_AT"})  # read by others

# The same rule as `devices.wire.topics.is_name`: the site's name stands in every topic.
_SITE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


class SettingsError(Trouble, ValueError):
    """A setting that cannot be used: the sentence names it and says what was found."""


def _site(name: str) -> str:
    if not _SITE.fullmatch(name):
        raise ValueError("a site's name is 1 to 32 of a-z, 0-9 and inner hyphens")
    return name


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone; write one like Asia/Shanghai") from error
    return name


Port = Annotated[int, Field(ge=1, le=65535)]
Days = Annotated[int, Field(ge=1, le=366)]
BrokerKind = Literal["auto", "mosquitto", "embedded", "external"]  # auto: mosquitto when it is installed


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(_Section):
    """Where browsers come in. `secure`: behind TLS, so the cookie is marked for it."""

    host: str = "127.0.0.1"
    port: Port = 8000
    secure: bool = False


class BrokerSettings(_Section):
    """Where devices come in. None: no such listener.

    `lan_port`: TLS with client certificates. `vendor_port`: for off-the-shelf devices, which have a password only.
    """

    kind: BrokerKind = "auto"
    host: str = "127.0.0.1"
    port: Port = 1883
    lan_port: Port | None = None
    vendor_port: Port | None = None


class DatabaseSettings(_Section):
    """`sqlite:///` with a path inside the centre's directory, or `postgresql+psycopg://`."""

    url: Annotated[str, Field(pattern=r"^(sqlite|postgresql\+psycopg)://")] = "sqlite:///data/hearth.db"


class ReadingSettings(_Section):
    """Where readings are kept: apart from the core's database, so that they can neither delay nor fill it.

    `max_mb`: how big that may grow, in MiB; then the oldest samples go, and their minutes, hours and days stay.
    """

    url: Annotated[str, Field(pattern=r"^(sqlite|postgresql\+psycopg)://")] = "sqlite:///data/readings.db"
    max_mb: Annotated[int, Field(ge=16, le=1_000_000)] = 512


class BackupSettings(_Section):
    """Where copies of the centre are kept: a folder in its directory, or an absolute one, best on another disk."""

    folder: Annotated[str, Field(min_length=1)] = "data/backups"


class RentalSettings(_Section):
    """For how many days a compartment is rented when nobody says, and at most."""

    days: Days = 1
    max_days: Days = 7

    @model_validator(mode="after")
    def _usual_within_most(self) -> Self:
        if self.days > self.max_days:
            raise ValueError("days is more than max_days")
        return self


class BookingSettings(_Section):
    """How far ahead, how long and how many at a time a member may book; how early a booking opens its door.

    `no_show_after_min`: when a booking that nobody came to is given back; 0: never. `series_no_shows`: after how many
    of those in a row the rest of a series is; 0: never. `remind_before_min`: when its member is reminded of a booking;
    0: never.
    """

    days_ahead: Days = 14
    max_minutes: Annotated[int, Field(ge=5, le=1440)] = 120
    most_ahead: Annotated[int, Field(ge=1, le=1000)] = 4
    key_early_min: Annotated[int, Field(ge=0, le=120)] = 10
    no_show_after_min: Annotated[int, Field(ge=0, le=240)] = 15
    series_no_shows: Annotated[int, Field(ge=0, le=60)] = 3
    remind_before_min: Annotated[int, Field(ge=0, le=1440)] = 60


class HomeAssistantSettings(_Section):
    """Whether Home Assistant is shown the house's devices, to look at, and in which language they are named."""

    shown: bool = False
    language: Literal["zh-CN", "en"] = "zh-CN"


class Settings(_Section):
    """Everything that can be set."""

    site: Annotated[str, AfterValidator(_site)]
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    http: HttpSettings = HttpSettings()
    broker: BrokerSettings = BrokerSettings()
    database: DatabaseSettings = DatabaseSettings()
    readings: ReadingSettings = ReadingSettings()
    backups: BackupSettings = BackupSettings()
    rentals: RentalSettings = RentalSettings()
    bookings: BookingSettings = BookingSettings()
    home_assistant: HomeAssistantSettings = HomeAssistantSettings()


def load_settings(centre_dir: Path, environ: Mapping[str, str]) -> Settings:
    """Read a centre's settings. Raises SettingsError naming the first bad or unknown one."""
    values = _read_file(centre_dir / FILE_NAME)
    for variable, text in sorted(environ.items()):
        if variable.startswith(_PREFIX) and variable not in _NOT_SETTINGS:
            _override(values, variable, text)
    try:
        return Settings.model_validate(values, strict=True)
    except ValidationError as error:
        raise SettingsError(_sentence(error, environ)) from error


def variables() -> dict[str, tuple[str, ...]]:
    """Every HEARTH_… variable that is a setting, with the setting it overrides."""
    return {_variable(path): path for path, _ in _leaves(Settings)}


@dataclass(frozen=True)
class Told:
    """A setting as it may be shown. `value`: of an address that may hold a password only which database it is."""

    name: str
    variable: str
    value: str
    usual: str
    from_environment: bool


def told(settings: Settings, environ: Mapping[str, str]) -> list[Told]:
    """Every setting as this centre was opened with it, and what it is where nobody sets it; empty: there is no such."""
    usual = Settings(site="x")
    return [
        Told(
            name=".".join(path),
            variable=variable,
            value=_text(path, settings),
            usual="" if path == ("site",) else _text(path, usual),
            from_environment=variable in environ,
        )
        for variable, path in variables().items()
    ]


def _text(path: tuple[str, ...], settings: Settings) -> str:
    value: object = reduce(getattr, path, settings)
    if path in _SECRET:
        return str(value).partition(":")[0]
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} is not there: make a centre with `hearth init {path.parent}`") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error


def _override(values: dict[str, Any], variable: str, text: str) -> None:
    leaves = {_variable(path): (path, kind) for path, kind in _leaves(Settings)}
    if variable not in leaves:
        raise SettingsError(f"{variable} is no setting of Hearth (found {text!r})")
    (*sections, name), kind = leaves[variable]
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise SettingsError(f"{section} in {FILE_NAME} is a section, and {values!r} was found")
    try:
        values[name] = TypeAdapter[Any](kind).validate_strings(text)
    except ValidationError as error:
        raise SettingsError(f"{variable}: {error.errors()[0]['msg']} (found {text!r})") from error


def _leaves(section: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _leaves(kind, (*above, name))
        else:
            yield (*above, name), kind


def _variable(path: tuple[str, ...]) -> str:
    return _PREFIX + "_".join(path).upper()


def _sentence(error: ValidationError, environ: Mapping[str, str]) -> str:
    """The first thing wrong, by the name under which its writer knows it."""
    fault = error.errors()[0]
    path = tuple(str(part) for part in fault["loc"])
    variable = _variable(path)
    name = variable if variable in environ else f"{'.'.join(path)} in {FILE_NAME}"
    why = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "missing":
        return f"{name} is missing"
    if fault["type"] == "extra_forbidden":
        why = "no such setting"
    return f"{name}: {why} (found {_shown(path, fault['input'])})"


def _shown(path: tuple[str, ...], found: object) -> str:
    """What was found, but never a password."""
    return "an address that is not shown" if path in _SECRET else repr(found)
