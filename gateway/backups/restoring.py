"""Putting a copy back: onto a new machine, or in the place of what is there, which stays beside it."""

import os
import socket
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from devices.wire.signing import PublicKey
from gateway import anchors, migrations
from gateway.backups import parcel
from gateway.backups.errors import BackupError
from gateway.backups.making import Say, are_ours, verify
from gateway.backups.parcel import ANCHORS, CORE, READINGS, Manifest
from gateway.centre import database_url, reading_url
from gateway.credentials import tokens
from gateway.emergencies import service as emergencies
from gateway.files import only_one
from gateway.kiosks.model import KioskVisit
from gateway.kit import audit
from gateway.kit.db import Sessions, open_engine
from gateway.kit.errors import Conflict
from gateway.lockers.model import Bank, Compartment, Rental
from gateway.members.model import Member, MemberSession, Role
from gateway.migrations import Shape
from gateway.settings import FILE_NAME, Settings, load_settings

TERMINAL: Final = "terminal"  # who did it, in the trail: whoever may run commands on that machine

_REASON: Final = "restored a copy: count first"
_LOCKS: Final = ("run.lock", "data/gateway.lock")
_LOGS: Final = ("", "-wal", "-shm")


@dataclass(frozen=True)
class ToCount:
    """A compartment that the copy says is somebody's, which may no longer be so."""

    bank: str
    label: str
    since: datetime


@dataclass(frozen=True)
class Restored:
    """What is true again, and what must be looked at before the doors are let go. `kept`: what was there before."""

    made_at: datetime
    to_count: Sequence[ToCount]
    kept: Sequence[Path]
    missing: Sequence[Path]  # keys, which no copy holds


def restore(directory: Path, file: Path, *, replace: bool, now: datetime, say: Say = lambda _what: None) -> Restored:
    """Make the copy the centre: all of it, or nothing is changed.

    Everybody and every program is signed out and nothing opens by command, until two persons have counted and cleared
    the freeze: what was given back since the copy was made stands in it as rented. Raises BackupError.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".restoring-") as place:
        say("unpacking")
        folder = Path(place)
        manifest = parcel.unpack(file, folder)
        say("trying the copy")
        verify(manifest, folder)
        settings = _settings(directory, folder)
        _refuse_a_stranger(directory, folder, settings, manifest)
        (directory / "data").mkdir(mode=0o700, exist_ok=True)
        with _nobody_at_work(directory, settings):
            _refuse_to_overwrite(directory, settings, replace=replace)
            say("making it the centre")
            to_count = _prepare(folder / CORE, manifest, now)
            kept = _swap(directory, folder, settings, manifest, now)
    return Restored(manifest.made_at, to_count, kept, _missing(directory))


def _settings(directory: Path, folder: Path) -> Settings:
    """The centre's own, where it has any; else the copy's."""
    return load_settings(directory if (directory / FILE_NAME).is_file() else folder, os.environ)


def _refuse_a_stranger(directory: Path, folder: Path, settings: Settings, manifest: Manifest) -> None:
    if settings.site != manifest.site:
        raise BackupError(
            "backup_of_another", f"that is a copy of {manifest.site}, and {directory} is {settings.site}: take its own"
        )
    if not are_ours(directory, settings):
        raise BackupError(
            "backup_elsewhere", "this centre's database is on a PostgreSQL server: put its copy back there"
        )
    key = directory / "keys" / "gateway.pub"
    if not key.is_file() or not (folder / ANCHORS).is_file():
        return
    heads = anchors.read(folder / ANCHORS, key=PublicKey.from_text(key.read_text().strip()))
    wanted = {seq: digest for seq, digest in heads.items() if seq <= manifest.head.seq}
    sessions = Sessions(open_engine(f"sqlite:///{folder / CORE}"))
    try:
        with sessions.read() as session:
            wrong = next(audit.verify(session, anchors=wanted), None)
    finally:
        sessions.close()
    if wrong:
        raise BackupError("backup_broken", f"somebody has changed that copy ({wrong}): take another")


@contextmanager
def _nobody_at_work(directory: Path, settings: Settings) -> Iterator[None]:
    """Nothing of this centre runs, nor can it start meanwhile. Raises Trouble."""
    with ExitStack() as held:
        for lock in _LOCKS:
            busy = f"this centre is running (something holds {directory / lock}): stop it first"
            held.enter_context(only_one(directory / lock, otherwise=busy))
        with socket.socket(socket.AF_INET6 if ":" in settings.http.host else socket.AF_INET) as knock:
            knock.settimeout(2)
            host = "127.0.0.1" if settings.http.host == "0.0.0.0" else settings.http.host  # noqa: S104 - recognised
            if knock.connect_ex((host, settings.http.port)) == 0:
                raise BackupError(
                    "centre_is_running",
                    f"something answers at {host} port {settings.http.port}, as its web side does: stop it first",
                )
        yield


def _refuse_to_overwrite(directory: Path, settings: Settings, *, replace: bool) -> None:
    there = Path(database_url(directory, settings).database or "")
    if there.exists() and not replace:
        raise BackupError(
            "centre_is_there",
            f"there is a database at {there}: say --replace to put the copy in its place (it stays beside it, renamed)",
        )


def _prepare(core: Path, manifest: Manifest, now: datetime) -> list[ToCount]:
    """Bring it to this release's shape, sign everybody and every program out, and let nothing open."""
    engine = open_engine(f"sqlite:///{core}")
    try:
        if migrations.shape(engine) is Shape.NEWER:
            raise BackupError(
                "backup_is_newer", "a later release of Hearth made that copy: install that release, then restore"
            )
        migrations.upgrade(engine)
        with Sessions(engine).begin() as session:
            session.execute(delete(MemberSession))
            session.execute(delete(KioskVisit))
            audit.append(
                session,
                actor=TERMINAL,
                act="backup_restored",
                thing="centre",
                now=now,
                made_at=manifest.made_at.isoformat(),
                head=f"{manifest.head.seq}:{manifest.head.hash}",
            )
            tokens.end_everybodys(session, actor=TERMINAL, now=now)  # who had ended one since did so for a reason
            _freeze(session, now)
            to_count = _rented(session)
    finally:
        engine.dispose()
    with closing(sqlite3.connect(core)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    return to_count


def _freeze(session: Session, now: datetime) -> None:
    """In the name of the first manager, since the house has no other who could answer for it."""
    managers = select(Member).where(Member.role == Role.MANAGER, Member.disabled_at.is_(None))
    manager = session.scalars(managers.order_by(Member.member_no).limit(1)).first()
    if manager is None:
        raise BackupError("backup_broken", "there is no manager in that copy who could let its doors go again")
    try:
        emergencies.freeze(session, bank_id=None, reason=_REASON, actor=manager, now=now)
    except Conflict:  # it was frozen when the copy was made, and stays so
        return


def _rented(session: Session) -> list[ToCount]:
    rows = session.execute(
        select(Bank.name_en, Compartment.label, Rental.from_at)
        .join(Compartment, Compartment.bank_id == Bank.id)
        .join(Rental, Rental.compartment_id == Compartment.id)
        .where(Rental.ended_at.is_(None))
        .order_by(Bank.id, Compartment.label)
    )
    return [ToCount(*row) for row in rows]


def _swap(directory: Path, folder: Path, settings: Settings, manifest: Manifest, now: datetime) -> list[Path]:
    kept = []
    places = {
        CORE: Path(database_url(directory, settings).database or ""),
        ANCHORS: directory / "data" / ANCHORS,
    }
    readings = reading_url(directory, settings)
    if readings.get_backend_name() == "sqlite":
        places[READINGS] = Path(readings.database or "")
    if not (directory / FILE_NAME).is_file():
        places[FILE_NAME] = directory / FILE_NAME
    for name, place in places.items():
        if name in manifest.parts or name == ANCHORS:
            kept += _put_aside(place, now)
        if name in manifest.parts:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / name).replace(place)
    return kept


def _put_aside(place: Path, now: datetime) -> list[Path]:
    """With its logs, without which it would not be what it was."""
    aside = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}")
    moved = []
    for log in _LOGS:
        old = place.with_name(place.name + log)
        if old.exists():
            moved.append(old.replace(aside.with_name(aside.name + log)))
    return moved


def _missing(directory: Path) -> list[Path]:
    needed = ("keys/gateway.pem", "keys/channels.key", "secrets/pepper", "tls/ca.key")
    return [directory / path for path in needed if not (directory / path).is_file()]
