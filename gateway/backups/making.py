"""Making a copy of a centre while it runs, and trying it before it counts."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.backups import parcel, rules
from gateway.backups.errors import BackupError
from gateway.backups.parcel import ANCHORS, CORE, READINGS, SETTINGS
from gateway.centre import Centre, database_url, reading_url
from gateway.files import only_one
from gateway.kit import audit
from gateway.kit.audit import Head
from gateway.kit.db import Sessions, open_engine
from gateway.kit.errors import Trouble
from gateway.settings import FILE_NAME, Settings

Say = Callable[[str], None]

_PAGES: Final = 1_000  # copied at a time: so often is it said how far it is
_SPARE_BYTES: Final = 200 * 2**20  # left to the house itself
_LOCK: Final = ".lock"


@dataclass(frozen=True)
class Copy:
    """One that was tried and is whole."""

    path: Path
    made_at: datetime
    size: int


def folder_of(directory: Path, settings: Settings) -> Path:
    """Where a centre's copies are kept."""
    return directory / settings.backups.folder


def are_ours(directory: Path, settings: Settings) -> bool:
    """Whether Hearth makes the copies: of PostgreSQL its own server's means do."""
    return database_url(directory, settings).get_backend_name() == "sqlite"


def copies(directory: Path, settings: Settings) -> list[Copy]:
    """Those that are there, the newest first."""
    folder = folder_of(directory, settings)
    if not folder.is_dir():
        return []
    found = [(rules.made_at(path.name, site=settings.site), path) for path in folder.iterdir()]
    there = [Copy(path, at, path.stat().st_size) for at, path in found if at is not None]
    return sorted(there, key=lambda one: one.made_at, reverse=True)


def newest(directory: Path, settings: Settings) -> datetime | None:
    """When the last one was made; None: there is none."""
    return next((one.made_at for one in copies(directory, settings)), None)


def make(centre: Centre, *, now: datetime, say: Say = lambda _what: None) -> Copy:
    """Copy everything but the keys, try the copy, and only then let go of those that are too many.

    Nobody waits for it: SQLite's readers and its writer stand in nobody's way. Raises BackupError:
    `backup_elsewhere`, `backup_under_way`, `backup_no_room`, `backup_broken`.
    """
    if centre.sessions.engine.dialect.name != "sqlite":
        raise BackupError(
            "backup_elsewhere",
            "this centre's database is on a PostgreSQL server: copy it there (pg_dump), and hearth.toml beside it",
        )
    folder = folder_of(centre.directory, centre.settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        made = _make(centre, folder, now, say)
        _let_go(centre)
    return made


def verify(manifest: parcel.Manifest, folder: Path) -> None:
    """Open what was unpacked and read its whole audit trail. Raises BackupError("backup_broken")."""
    for name in (CORE, READINGS):
        if name in manifest.parts:
            _check(folder / name)
    sessions = Sessions(open_engine(f"sqlite:///{folder / CORE}"))
    try:
        with sessions.read() as session:
            head = audit.head(session)
            wrong = next(audit.verify(session), None)
    except SQLAlchemyError as error:
        raise _broken(CORE, str(error).splitlines()[0]) from error
    finally:
        sessions.close()
    if wrong or head != manifest.head:
        raise _broken(CORE, wrong or "its audit trail ends elsewhere")


def copy_database(source: Path, target: Path, say: Say = lambda _what: None) -> None:
    """As it is at one instant, however much is written meanwhile."""
    with closing(sqlite3.connect(source, isolation_level=None)) as there, closing(sqlite3.connect(target)) as here:
        target.chmod(0o600)
        # Inside one look the pages cannot change; without it the copy would begin anew at every commit.
        there.execute("BEGIN")
        there.execute("SELECT count(*) FROM sqlite_master").fetchone()

        def tell(_status: int, left: int, total: int) -> None:
            say(f"{source.name}: {100 * (total - left) // max(total, 1)} %")

        there.backup(here, pages=_PAGES, progress=tell)
        here.execute("PRAGMA journal_mode = DELETE")  # one file, and no log beside it


def _make(centre: Centre, folder: Path, now: datetime, say: Say) -> Copy:
    sources = {CORE: centre.sessions.engine.url}
    readings = reading_url(centre.directory, centre.settings)
    if readings.get_backend_name() == "sqlite" and Path(readings.database or "").is_file():
        sources[READINGS] = readings
    paths = {name: Path(url.database or "") for name, url in sources.items()}
    _refuse_without_room(folder, sum(path.stat().st_size for path in paths.values()))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as place:
        parts, tried = Path(place) / "parts", Path(place) / "tried"
        parts.mkdir()
        tried.mkdir()
        for name, path in paths.items():
            copy_database(path, parts / name, say)
        _copy_files(centre, parts)
        name = rules.name_of(centre.settings.site, now)
        say("packing")
        parcel.pack(parts, Path(place) / name, site=centre.settings.site, made_at=now, head=_head(parts / CORE))
        say("trying the copy")
        verify(parcel.unpack(Path(place) / name, tried), tried)
        (Path(place) / name).replace(folder / name)
    _remember(folder)
    return Copy(folder / name, now.replace(microsecond=0), (folder / name).stat().st_size)


def _copy_files(centre: Centre, parts: Path) -> None:
    said = (centre.directory / FILE_NAME).read_text(encoding="utf-8")
    for address in (centre.settings.database.url, centre.settings.readings.url):
        if password := make_url(address).password:
            said = said.replace(f":{password}@", "@")
    (parts / SETTINGS).write_text(said, encoding="utf-8")
    anchors = centre.directory / "data" / ANCHORS
    if anchors.is_file():
        shutil.copyfile(anchors, parts / ANCHORS)


def _head(core: Path) -> Head:
    sessions = Sessions(open_engine(f"sqlite:///{core}"))
    try:
        with sessions.read() as session:
            return audit.head(session)
    finally:
        sessions.close()
        with closing(sqlite3.connect(core)) as database:
            database.execute("PRAGMA journal_mode = DELETE")


def _check(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as database:
            said = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise _broken(path.name, str(error)) from error
    if said != "ok":
        raise _broken(path.name, said)


def _broken(name: str, why: str) -> BackupError:
    return BackupError("backup_broken", f"the copy is no good, {name} in it is damaged ({why}): take another copy")


def _refuse_without_room(folder: Path, size: int) -> None:
    needed, free = 3 * size + _SPARE_BYTES, shutil.disk_usage(folder).free  # the copy, its parcel, and the trial
    if free < needed:
        raise BackupError(
            "backup_no_room",
            f"{folder} has {free // 2**20} MiB free and a copy takes {needed // 2**20} until it is tried: make room, or"
            " set backups.folder to another disk",
        )


def _let_go(centre: Centre) -> None:
    there = {one.made_at: one.path for one in copies(centre.directory, centre.settings)}
    for at in rules.surplus(there, zone=ZoneInfo(centre.settings.zone)):
        there[at].unlink(missing_ok=True)


def _remember(folder: Path) -> None:
    """That the file has its name now."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    busy = "a copy is being made just now: wait until it is there"
    with ExitStack() as held:
        try:
            held.enter_context(only_one(folder / _LOCK, otherwise=busy))
        except Trouble as error:
            raise BackupError("backup_under_way", busy) from error
        yield
