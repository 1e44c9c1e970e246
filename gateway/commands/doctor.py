"""`hearth doctor`."""

import json
import os
import shutil
import stat
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gateway import broker, pki
from gateway.backups import making
from gateway.calendar import queries as calendar
from gateway.centre import PEPPER, SEAL, SEAL_KEY, Centre, CentreError, open_centre
from gateway.commands import options
from gateway.credentials import queries as credentials
from gateway.house.rules import is_copy_old
from gateway.kit import audit
from gateway.kit.errors import Trouble
from gateway.settings import FILE_NAME, Settings, load_settings
from gateway.timekeeping.queries import known_time
from gateway.timekeeping.rules import is_behind

EXAMPLE = "hearth doctor --centre /var/lib/hearth --json"

_LEAST_FREE_BYTES = 200 * 2**20  # the database, its WAL and one copy of it for years of unlocks
_NOT_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)  # a Pi without network time starts in the past


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `says` is a sentence: when not `ok`, also what to do."""

    part: str
    ok: bool
    says: str


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)
    options.add_json(parser)


def run(arguments: Namespace) -> int:
    """Look at everything, say it, and answer 1 when anything is wrong."""
    findings = list(examine(arguments.centre, datetime.now(UTC)))
    ok = all(finding.ok for finding in findings)
    if arguments.json:
        print(json.dumps({"ok": ok, "findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            print(f"{'ok   ' if finding.ok else 'WRONG'} {finding.part}: {finding.says}")
    return 0 if ok else 1


def examine(centre_dir: Path, now: datetime) -> Iterator[Finding]:
    """Everything that can be looked at; what could not be reached says so and the rest goes on."""
    try:
        settings = load_settings(centre_dir, os.environ)
    except Trouble as trouble:
        yield Finding("settings", ok=False, says=str(trouble))
        return
    yield Finding("settings", ok=True, says=f"site {settings.site}, times in {settings.zone}")
    yield _disk(centre_dir)
    yield _keys(centre_dir)
    yield _pepper(centre_dir)
    yield _seal(centre_dir)
    yield from _database(centre_dir, now)
    yield _copies(centre_dir, settings, now)
    yield _broker(centre_dir, settings)
    yield from _certificates(centre_dir, settings, now)


def _disk(centre_dir: Path) -> Finding:
    free = shutil.disk_usage(centre_dir).free
    says = f"{free // 2**20} MiB free"
    if free < _LEAST_FREE_BYTES:
        return Finding("disk", ok=False, says=f"{says}: make room, a full disk stops every unlock")
    return Finding("disk", ok=True, says=says)


def _keys(centre_dir: Path) -> Finding:
    key = centre_dir / "keys" / "gateway.pem"
    if not key.is_file():
        return Finding("keys", ok=False, says=f"{key} is not there: put it back, no device listens to another")
    if stat.S_IMODE(key.stat().st_mode) & 0o077:
        return Finding("keys", ok=False, says=f"others can read {key}, which opens every lock: chmod 600 it")
    return Finding("keys", ok=True, says="the signing key is there, and only its owner can read it")


def _pepper(centre_dir: Path) -> Finding:
    path = centre_dir / PEPPER
    if not path.is_file():
        says = f"{path} is not there: put it back, or run `hearth migrate` and make every PIN and card anew"
        return Finding("pepper", ok=False, says=says)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(
            "pepper", ok=False, says=f"others can read {path}, which keeps PINs from being tried: chmod 600 it"
        )
    return Finding("pepper", ok=True, says="it is there, and only its owner can read it")


def _seal(centre_dir: Path) -> Finding:
    missing = [str(path) for path in (SEAL_KEY, SEAL) if not (centre_dir / path).is_file()]
    if missing:
        says = f"{' and '.join(missing)} not there: put it back, or run `hearth migrate` and set every address again"
        return Finding("channels", ok=False, says=says)
    return Finding("channels", ok=True, says="their addresses can be sealed, and opened by the gateway")


def _database(centre_dir: Path, now: datetime) -> Iterator[Finding]:
    try:
        centre = open_centre(centre_dir)
    except (Trouble, SQLAlchemyError) as error:
        yield Finding("database", ok=False, says=_first_line(error))
        yield _clock(None, now)
        return
    try:
        with centre.sessions.read() as session:
            yield _integrity(centre, session)
            head, known = audit.head(session), known_time(session)
            missing = calendar.missing_year(session, public=centre.public_calendar, today=centre.today(now))
            yield from _pins(centre, session)
        yield Finding("audit", ok=True, says=f"{head.seq} entries; head {head.seq}:{head.hash}")
        yield _calendar(centre, missing)
        yield _clock(known, now)
    except SQLAlchemyError as error:
        yield Finding("database", ok=False, says=f"{_first_line(error)}: restore the last backup")
    finally:
        centre.sessions.close()


def _pins(centre: Centre, session: Session) -> Iterator[Finding]:
    try:
        strange = credentials.made_with_another_pepper(session, name=centre.pepper.name)
    except CentreError:
        return  # said already
    if strange:
        says = (
            f"{strange} of them were made with another pepper and are never right: put that one back, or make them anew"
        )
        yield Finding("pins", ok=False, says=says)
    else:
        yield Finding("pins", ok=True, says="every PIN and card was made with this pepper")


def _integrity(centre: Centre, session: Session) -> Finding:
    if centre.sessions.engine.dialect.name != "sqlite":
        return Finding("database", ok=True, says="answers, and has this release's shape")
    said = session.scalars(text("PRAGMA quick_check(3)")).all()
    if said != ["ok"]:
        return Finding("database", ok=False, says=f"is damaged ({said[0]}): restore the last backup")
    return Finding("database", ok=True, says="opens, is whole, and has this release's shape")


def _calendar(centre: Centre, missing_year: int | None) -> Finding:
    if missing_year is not None:
        says = f"the public holidays of {missing_year} are not known: install a newer chinesecalendar, or enter them"
        return Finding("calendar", ok=False, says=f"{says} (PUT /api/v1/staff/calendar/{missing_year}-01-01 …)")
    known_until = centre.public_calendar.known_until
    if known_until is None:
        says = f"none are known for {centre.settings.zone}: those that staff enter count"
    else:
        says = f"known to the end of {known_until}"
    return Finding("calendar", ok=True, says=f"public holidays: {says}")


def _clock(known: datetime | None, now: datetime) -> Finding:
    says = f"it is {now:%Y-%m-%d %H:%M} UTC"
    if now < _NOT_BEFORE:
        return Finding("clock", ok=False, says=f"{says}, which cannot be: set the clock or wait for network time")
    if known and is_behind(now, known=known):
        return Finding("clock", ok=False, says=f"{says}, yet it has been {known:%Y-%m-%d %H:%M} already: set the clock")
    return Finding("clock", ok=True, says=says)


def _copies(centre_dir: Path, settings: Settings, now: datetime) -> Finding:
    if not making.are_ours(centre_dir, settings):
        return Finding("backup", ok=True, says="the database is on a PostgreSQL server, which must be copied there")
    newest = making.newest(centre_dir, settings)
    began_at = datetime.fromtimestamp((centre_dir / FILE_NAME).stat().st_mtime, UTC)
    says = f"the last is of {newest:%Y-%m-%d %H:%M} UTC" if newest else "there is none yet"
    if is_copy_old(newest, began_at=began_at, now=now):
        return Finding("backup", ok=False, says=f"{says}: run `hearth backup`, and see why the nightly one fails")
    return Finding("backup", ok=True, says=f"{says}; in {making.folder_of(centre_dir, settings)}")


def _broker(centre_dir: Path, settings: Settings) -> Finding:
    where = f"{settings.broker.host} port {settings.broker.port}"
    try:
        password = broker.password_of(centre_dir, broker.HOUSE[0])
    except FileNotFoundError:
        return Finding("broker", ok=False, says="has no users yet: it gets them when it starts (`hearth run`)")
    if refusal := broker.greet(settings.broker, user=broker.HOUSE[0], password=password):
        return Finding("broker", ok=False, says=f"{where}: {refusal}")
    return Finding("broker", ok=True, says=f"answers at {where} and knows the gateway")


def _certificates(centre_dir: Path, settings: Settings, now: datetime) -> Iterator[Finding]:
    tls = centre_dir / "tls"
    remedies = {tls / "ca.crt": "every device needs a new one: plan a visit"}
    if settings.broker.lan_port is not None:
        remedies[tls / "broker.crt"] = "start the broker again and it makes the next"
    for path in sorted((tls / "devices").glob("*.crt")):
        remedies[path] = f"run `hearth enrol {path.stem}` again and carry the folder to it"
    for path, remedy in remedies.items():
        yield _certificate(path, remedy, now)


def _certificate(path: Path, remedy: str, now: datetime) -> Finding:
    part = f"certificate {path.stem}"
    try:
        end = pki.ends_at(path)
    except (OSError, ValueError):
        return Finding(part, ok=False, says=f"{path} cannot be read: {remedy}")
    if pki.is_due(path, now):
        return Finding(part, ok=False, says=f"ends on {end:%Y-%m-%d}: {remedy}")
    return Finding(part, ok=True, says=f"good until {end:%Y-%m-%d}")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
