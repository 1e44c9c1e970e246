"""Founding a centre: its directory, with settings, keys, database and first manager."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.engine import URL

import gateway.pki
from devices.wire.signing import PublicKey, SigningKey
from gateway import broker, migrations
from gateway.centre import database_url, make_metrics_token, make_pepper, make_seal
from gateway.kit.db import Sessions, open_engine
from gateway.kit.errors import Conflict, Trouble
from gateway.members import service as members
from gateway.members.model import Role
from gateway.members.passwords import ONE_TIME_LASTS, Hasher, one_time_code
from gateway.settings import FILE_NAME, load_settings

MANAGER_NO: Final = "s001"

_SETTINGS: Final = """\
# The settings of this centre. Each can also be given as an environment variable, which then goes first:
# http.port as HEARTH_HTTP_PORT, broker.lan_port as HEARTH_BROKER_LAN_PORT. What is commented out holds anyway.

# The centre's name on the wire; every device knows it. It cannot be changed once devices have been approved.
site = {site}

# The time zone in which people here live. Times are kept in UTC and shown in this zone.
zone = {zone}

[http]
# Where browsers come in. 127.0.0.1: this machine alone; a proxy with TLS on it stands in front in a real centre.
# host = "127.0.0.1"
# port = 8000
# true behind TLS: the cookie of a session then never travels unencrypted.
# secure = false

[broker]
# mosquitto, embedded (for trying things out), external (somebody else runs it), or auto: mosquitto when installed.
# kind = "auto"
# host = "127.0.0.1"
# port = 1883
# A second listener for devices in the building: TLS, and every device shows a certificate of this site.
# lan_port = 8883
# A third one for off-the-shelf devices: they have a password and no keys, and reach nothing that opens.
# vendor_port = 1884

[database]
# A file in this directory, or postgresql+psycopg://user@host/name
# url = "sqlite:///data/hearth.db"

[readings]
# Where readings are kept, apart from the rest, and how many MiB of them at most.
# url = "sqlite:///data/readings.db"
# max_mb = 512

[backups]
# Where a copy of everything but the keys is put each night: a folder in this directory, or better one on another disk.
# folder = "data/backups"

[rentals]
# For how many days a compartment is rented when nobody says, and at most. Nobody is locked out when they are over.
# days = 1
# max_days = 7

[bookings]
# How many days ahead, how many minutes at a time, and how many not yet over a member may book.
# days_ahead = 14
# max_minutes = 120
# most_ahead = 4
# So many minutes before its start a booking opens the door.
# key_early_min = 10
# So many minutes after its start a booking that nobody came to is given back; 0: never.
# no_show_after_min = 15
# After so many of those in a row the rest of a series of bookings is given back; 0: never.
# series_no_shows = 3
# So many minutes before its start a member is reminded of a booking; 0: never.
# remind_before_min = 60

[home_assistant]
# Whether Home Assistant is shown devices, doors and sensors (it can open nothing), and in which language.
# shown = false
# language = "zh-CN"
"""


class FoundingError(Trouble):
    """No centre was founded, and nothing was left behind: the sentence says why."""


@dataclass(frozen=True)
class Founded:
    """What to tell whoever founded it. `code` is written down nowhere."""

    directory: Path
    manager_no: str
    code: str
    code_ends_at: datetime
    gateway_key: PublicKey


def found(directory: Path, *, site: str, zone: str, now: datetime, environ: Mapping[str, str] | None = None) -> Founded:
    """Make a new centre in a directory that is empty or not there yet: all of it, or nothing.

    `environ` None: this process's. Raises FoundingError, SettingsError.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise FoundingError(f"{directory} is not empty: choose another directory for the new centre")
    was_there = directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    # Built inside and moved up when whole: half a centre would be refused as not empty the next time.
    workplace = directory / f".founding-{secrets.token_hex(4)}"
    code = one_time_code()
    try:
        workplace.mkdir(mode=0o700)
        (workplace / FILE_NAME).write_text(settings_text(site=site, zone=zone), encoding="utf-8")
        key = _build(workplace, os.environ if environ is None else environ, code, now)
        for part in sorted(workplace.iterdir()):
            part.rename(directory / part.name)
        workplace.rmdir()
    except BaseException:
        shutil.rmtree(workplace if was_there else directory, ignore_errors=True)
        raise
    return Founded(directory, MANAGER_NO, code, now + ONE_TIME_LASTS, key.public())


def _build(workplace: Path, environ: Mapping[str, str], code: str, now: datetime) -> SigningKey:
    """Everything that follows from the settings."""
    settings = load_settings(workplace, environ)
    key = _make_signing_key(workplace / "keys")
    make_pepper(workplace)
    make_seal(workplace)
    make_metrics_token(workplace)
    gateway.pki.make_site_ca(workplace / "tls", site=settings.site)
    for user in broker.HOUSE:
        broker.add_user(workplace, user)
    _make_database(database_url(workplace, settings), code, now)
    return key


def settings_text(*, site: str, zone: str) -> str:
    """A new centre's hearth.toml."""
    # A JSON string is a TOML string.
    return _SETTINGS.format(site=json.dumps(site), zone=json.dumps(zone))


def _make_signing_key(keys: Path) -> SigningKey:
    keys.mkdir(mode=0o700)
    key = SigningKey.generate()
    key.save(keys / "gateway.pem")
    (keys / "gateway.pub").write_text(key.public().text() + "\n")
    return key


def _make_database(url: URL, code: str, now: datetime) -> None:
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    code_hash = Hasher().hash(code)
    engine = open_engine(url)
    try:
        migrations.upgrade(engine)
        _welcome_manager(engine, code_hash, now)
    finally:
        engine.dispose()


def _welcome_manager(engine: Engine, code_hash: str, now: datetime) -> None:
    try:
        with Sessions(engine).begin() as session:
            members.add_member(
                session,
                member_no=MANAGER_NO,
                name="管理员",
                role=Role.MANAGER,
                password_hash=code_hash,
                language=None,
                now=now,
                password_ends_at=now + ONE_TIME_LASTS,
            )
    except Conflict as conflict:
        raise FoundingError(
            "that database belongs to another centre: give the new one a database of its own"
        ) from conflict
