"""An opened centre: its directory, settings, database and clock. What every program of a centre starts from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from secrets import token_urlsafe
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import URL, make_url

from gateway.bookings.rules import Policy
from gateway.calendar.national import PublicCalendar, public_calendar
from gateway.channels.seal import Seal, SealKey
from gateway.credentials.pepper import Pepper
from gateway.files import write_private
from gateway.kit.clock import Clock, SystemClock
from gateway.kit.db import Sessions, open_engine
from gateway.kit.errors import Trouble
from gateway.lockers import rules as rentals
from gateway.migrations import Shape, shape
from gateway.policies.rules import Rule
from gateway.settings import Settings, load_settings
from gateway.telemetry.rules import Keeping
from gateway.telemetry.store import ReadingStore

PEPPER: Final = Path("secrets") / "pepper"  # beside keys/, which the web side, who looks at PINs, may not see
SEAL: Final = Path("secrets") / "channels.pub"  # the web side closes the addresses of channels with it …
SEAL_KEY: Final = Path("keys") / "channels.key"  # … and the gateway alone opens them

METRICS_TOKEN: Final = Path("secrets") / "metrics"  # whoever has it reads the figures at /metrics

_REMEDY: Final = {
    Shape.EMPTY: "the database of {centre} holds nothing yet: run `hearth migrate`",
    Shape.OLDER: "the database of {centre} is from an earlier release: run `hearth migrate`",
    Shape.NEWER: "the database of {centre} is from a later release of Hearth: run that release",
}


class CentreError(Trouble):
    """A centre that cannot be opened: the sentence says why and what to do."""


@dataclass(frozen=True)
class Centre:
    """Everything a program of this centre works with."""

    directory: Path
    settings: Settings
    sessions: Sessions
    clock: Clock

    def today(self, now: datetime) -> date:
        """The date that the centre's clocks show."""
        return now.astimezone(ZoneInfo(self.settings.zone)).date()

    @property
    def public_calendar(self) -> PublicCalendar:
        """The public holidays where this centre stands."""
        return public_calendar(ZoneInfo(self.settings.zone))

    @cached_property
    def pepper(self) -> Pepper:
        """What this centre's PINs and cards are hashed with. Raises CentreError when it is not there."""
        path = self.directory / PEPPER
        try:
            return Pepper(path.read_bytes())
        except (OSError, ValueError) as error:
            raise CentreError(
                f"{path} cannot be used ({error}): put it back, or move it away and run `hearth migrate`, which makes"
                " another; every PIN and card must then be made anew"
            ) from error

    @cached_property
    def seal(self) -> Seal:
        """What the addresses of channels are closed with. Raises CentreError when it is not there."""
        return Seal(self._kept(SEAL))

    @cached_property
    def seal_key(self) -> SealKey:
        """What opens them; for the gateway. Raises CentreError when it is not there."""
        return SealKey(self._kept(SEAL_KEY))

    def _kept(self, path: Path) -> bytes:
        try:
            return (self.directory / path).read_bytes()
        except OSError as error:
            raise CentreError(f"{self.directory / path} cannot be read ({error}): run `hearth migrate`") from error

    @property
    def booking_policy(self) -> Policy:
        """What this centre allows of bookings."""
        return Policy(zone=ZoneInfo(self.settings.zone), **self.settings.bookings.model_dump())

    @property
    def policy_defaults(self) -> list[Rule]:
        """What this centre's settings allow: each holds where no rule for everybody takes its place."""
        return [*rentals.defaults(max_days=self.settings.rentals.max_days), *self.booking_policy.defaults()]


def open_centre(directory: Path, *, environ: Mapping[str, str] | None = None, clock: Clock | None = None) -> Centre:
    """Open a centre whose database has this release's shape.

    `environ` None: this process's. Raises SettingsError for bad settings, CentreError when the database is not there or
    has another shape.
    """
    settings = load_settings(directory, os.environ if environ is None else environ)
    url = database_url(directory, settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        # Opening it would make an empty one, and hide that the real one is gone.
        raise CentreError(f"there is no database at {url.database}: run `hearth migrate`, or put the file back")
    sessions = Sessions(open_engine(url))
    found = shape(sessions.engine)
    if found is not Shape.CURRENT:
        sessions.close()
        raise CentreError(_REMEDY[found].format(centre=directory))
    return Centre(directory, settings, sessions, clock or SystemClock())


def make_pepper(directory: Path) -> bool:
    """Give a centre its pepper. False when it has one, which stays."""
    path = directory / PEPPER
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(path, Pepper.generate().key)
    return True


def make_seal(directory: Path) -> bool:
    """Give a centre the key that its channels' addresses are sealed for. False when it has one, which stays."""
    path = directory / SEAL_KEY
    is_new = not path.exists()
    if is_new:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(path, SealKey.generate().key)
    (directory / SEAL).parent.mkdir(mode=0o700, exist_ok=True)
    write_private(directory / SEAL, SealKey(path.read_bytes()).seal.key)
    return is_new


def make_metrics_token(directory: Path) -> bool:
    """Give a centre what a monitoring program shows. False when it has one, which stays."""
    path = directory / METRICS_TOKEN
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(path, token_urlsafe(32).encode())
    return True


def database_url(directory: Path, settings: Settings) -> URL:
    """Where the centre's database is; a SQLite path is taken from the centre's directory."""
    return _in(directory, settings.database.url)


def reading_store(directory: Path, settings: Settings) -> ReadingStore:
    """Where the centre's readings are kept, not opened yet."""
    keeping = Keeping(most_bytes=settings.readings.max_mb * 1024 * 1024)
    return ReadingStore(reading_url(directory, settings), zone=ZoneInfo(settings.zone), keeping=keeping)


def reading_url(directory: Path, settings: Settings) -> URL:
    """Where that database is; a SQLite path is taken from the centre's directory."""
    return _in(directory, settings.readings.url)


def _in(directory: Path, address: str) -> URL:
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return url
    return url.set(database=str((directory / (url.database or "")).resolve()))
