"""A copy made while the house writes, put back with the same answers; what is not whole is refused with words."""

import gzip
import io
import json
import os
import shutil
import socket
import sqlite3
import tarfile
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.backups import making, parcel, restoring
from gateway.centre import open_centre, reading_store
from gateway.commands.doctor import examine
from gateway.credentials import tokens
from gateway.credentials.rights import Right
from gateway.emergencies import queries as emergencies
from gateway.files import only_one
from gateway.founding import found
from gateway.kit import audit
from gateway.kit.db import Sessions, open_engine
from gateway.kit.errors import Trouble
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.members import service as members
from gateway.members.model import MemberSession
from gateway.members.queries import member_by_no
from gateway.settings import BackupSettings
from gateway.telemetry.store import Letter, Value
from tests.broker_fixture import free_port
from tests.centre_builder import NOON, a_bank, a_member

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A founded centre with a bank, a rental and a reading."""
    directory = tmp_path_factory.mktemp("centres") / "riverside"
    found(directory, site="riverside", zone="Asia/Shanghai", now=NOON, environ={})
    centre = open_centre(directory, environ={})
    with centre.sessions.begin() as session:
        a_bank(session, "bank-a", sizes="SSM")
        member = a_member(session, "10001")
        lockers_service.rent(session, member=member, until=None, max_days=7, unsettled_locks=frozenset, now=NOON)
        members.begin_session(session, member=member, now=NOON)
    centre.sessions.close()
    readings = reading_store(directory, centre.settings)
    readings.prepare()
    readings.keep([Letter("hall", "0" * 16, 0, 0, 1_000, [Value("air", "temperature", 21.5)])])
    readings.close()
    return directory


@pytest.fixture
def directory(template, tmp_path, monkeypatch):
    there = tmp_path / "riverside"
    shutil.copytree(template, there)
    monkeypatch.setenv("HEARTH_HTTP_PORT", str(free_port()))
    return there


@pytest.fixture
def centre(directory):
    centre = open_centre(directory)
    yield centre
    centre.sessions.close()


def dump(database):
    """Everything a database says."""
    with closing(sqlite3.connect(database)) as there:
        return list(there.iterdump())


def answers(centre):
    """What people would be told."""
    with centre.sessions.read() as session:
        there = lockers.compartments(session, "bank-a")
        return [(one.compartment.label, one.rental.member_id if one.rental else None) for one in there]


@contextmanager
def socket_at(port):
    """Somebody listens there."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        yield listening


def said_of(call, *arguments, **facts):
    with pytest.raises(Trouble) as refused:
        call(*arguments, **facts)
    return refused.value


def test_a_copy_holds_both_databases_the_settings_and_no_key(centre, tmp_path):
    made = making.make(centre, now=NOW)

    manifest = parcel.unpack(made.path, tmp_path)
    assert set(manifest.parts) == {"hearth.db", "readings.db", "hearth.toml"}
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert dump(tmp_path / "readings.db") == dump(centre.directory / "data" / "readings.db")
    everything = b"".join((tmp_path / name).read_bytes() for name in manifest.parts)
    secrets = [path for part in ("keys", "secrets", "tls") for path in (centre.directory / part).rglob("*")]
    private = [path for path in secrets if path.is_file() and path.suffix not in {".pub", ".crt"}]
    assert len(private) >= 4
    assert not any(path.read_bytes().strip() in everything for path in private)


def test_a_password_in_the_settings_stays_at_home(centre, tmp_path):
    url = "postgresql+psycopg://hearth:hunter2@host/readings"
    (centre.directory / "hearth.toml").write_text(f'site = "riverside"\n[readings]\nurl = "{url}"\n')
    elsewhere = replace(
        centre,
        settings=centre.settings.model_copy(
            update={"readings": centre.settings.readings.model_copy(update={"url": url})}
        ),
    )

    parcel.unpack(making.make(elsewhere, now=NOW).path, tmp_path)

    assert "postgresql+psycopg://hearth@host/readings" in (tmp_path / "hearth.toml").read_text()


def test_a_copy_made_under_write_load_is_of_one_instant(centre, tmp_path):
    """Two tables that are always written together agree in the copy, and its trail is whole."""
    database = centre.directory / "data" / "hearth.db"
    with closing(sqlite3.connect(database)) as there:
        there.executescript("CREATE TABLE one (n INTEGER, pad BLOB); CREATE TABLE two (n INTEGER, pad BLOB);")
        rows = ((n, b"x" * 2_000) for n in range(4_000))
        there.executemany("INSERT INTO one VALUES (?, ?)", rows)
        there.execute("INSERT INTO two SELECT * FROM one")
        there.commit()
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            with centre.sessions.begin() as session:
                raw = session.connection().connection.dbapi_connection
                number = 10_000 + len(written)
                for table in ("one", "two"):
                    raw.execute(f"UPDATE {table} SET n = ? WHERE rowid = ?", (number, 1 + len(written) % 4_000))
                audit.append(session, actor="test", act="x", thing="x", now=NOW)
            written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    during = []
    try:
        while len(written) < 5:
            assert writer.is_alive()
        before = len(written)
        made = making.make(centre, now=NOW, say=lambda _what: during.append(len(written)))
    finally:
        stop.set()
        writer.join()

    parcel.unpack(made.path, tmp_path)
    with closing(sqlite3.connect(tmp_path / "hearth.db")) as there:
        unlike = "SELECT count(*) FROM one JOIN two ON one.rowid = two.rowid AND one.n <> two.n"
        assert there.execute(unlike).fetchone() == (0,)
        newest = there.execute("SELECT max(n) FROM two").fetchone()[0]
        assert newest >= 10_000 + before - 1  # what was committed before it began is in it
    assert during[-1] > during[0]  # it was written while it was copied


def test_a_copy_put_back_gives_the_same_answers(centre, directory):
    made = making.make(centre, now=NOW)
    before = answers(centre)
    assert any(holder for _, holder in before)
    with centre.sessions.begin() as session:
        for one in lockers.compartments(session, "bank-a"):
            if one.rental:
                one.rental.ended_at, one.rental.state = NOW, "ENDED"
    assert answers(centre) != before
    centre.sessions.close()

    restored = restoring.restore(directory, made.path, replace=True, now=NOW)

    again = open_centre(directory)
    assert answers(again) == before
    with again.sessions.read() as session:
        assert list(audit.verify(session)) == []
    again.sessions.close()
    assert [(one.bank, one.label) for one in restored.to_count] == [("Lobby", before[0][0])]
    assert restored.missing == []
    assert dump(restored.kept[0])  # what was there before still is


def test_after_it_was_put_back_nothing_opens_and_everybody_is_signed_out(centre, directory):
    """What was given back and rented anew since the copy stands in it as the first holder's."""
    made = making.make(centre, now=NOW)
    centre.sessions.close()

    restoring.restore(directory, made.path, replace=True, now=NOW)

    again = open_centre(directory)
    with again.sessions.read() as session:
        assert emergencies.is_frozen(session, device_id="bank-a")
        assert session.query(MemberSession).count() == 0
        assert audit.entries(session, after_seq=None, limit=9, newest_first=True)[1].act == "backup_restored"
    again.sessions.close()


def test_a_token_that_was_ended_since_the_copy_is_not_good_again(centre, directory):
    """It was ended because somebody had it who should not."""
    with centre.sessions.begin() as session:
        member = member_by_no(session, member_no="10001")
        ends_at, rights = NOW + timedelta(days=9), [Right.OPEN]
        token, shown = tokens.make(
            session, member=member, label="p", rights=rights, ends_at=ends_at, password_hash="none", now=NOW
        )
    made = making.make(centre, now=NOW)
    with centre.sessions.begin() as session:
        tokens.end(session, member=member, token_id=token.id, now=NOW)
    centre.sessions.close()

    restoring.restore(directory, made.path, replace=True, now=NOW)

    again = open_centre(directory)
    with again.sessions.read() as session:
        assert tokens.program(session, shown=shown, now=NOW) is None
    again.sessions.close()


def test_a_copy_makes_a_new_machine_the_centre_and_names_the_keys_it_lacks(centre, tmp_path):
    made = making.make(centre, now=NOW)
    fresh = tmp_path / "fresh"

    restored = restoring.restore(fresh, made.path, replace=False, now=NOW)

    again = open_centre(fresh)
    assert answers(again) == answers(centre)
    again.sessions.close()
    assert [path.name for path in restored.missing] == ["gateway.pem", "channels.key", "pepper", "ca.key"]


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.999])
def test_a_truncated_copy_is_refused_with_words_and_changes_nothing(centre, directory, part):
    made = making.make(centre, now=NOW)
    whole = made.path.read_bytes()
    made.path.write_bytes(whole[: int(len(whole) * part)])
    before = answers(centre)

    refused = said_of(restoring.restore, directory, made.path, replace=True, now=NOW)

    assert refused.code == "backup_broken"
    assert "not whole" in str(refused)
    assert "take another copy" in str(refused)
    assert answers(centre) == before
    assert not list(directory.glob(".restoring-*"))


@pytest.mark.parametrize("name", ["hearth.db", "readings.db"])
def test_a_copy_with_one_byte_changed_is_refused(centre, directory, tmp_path, name):
    made = making.make(centre, now=NOW)
    parts = {}
    with tarfile.open(made.path) as tar:
        parts = {one.name: tar.extractfile(one).read() for one in tar}
    changed = bytearray(parts[name])
    changed[len(changed) // 2] ^= 1
    forged = tmp_path / "forged.backup"
    with tarfile.open(forged, "w:gz") as tar:
        for part, content in (parts | {name: bytes(changed)}).items():
            info = tarfile.TarInfo(part)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))

    assert said_of(restoring.restore, directory, forged, replace=True, now=NOW).code == "backup_broken"


@pytest.mark.parametrize("content", [b"", b"no copy at all", gzip.compress(b"nor this", mtime=0), b"PK" + bytes(100)])
def test_what_is_no_copy_is_refused_with_words(directory, tmp_path, content):
    file = tmp_path / "x.backup"
    file.write_bytes(content)

    assert "no copy of a centre" in str(said_of(restoring.restore, directory, file, replace=True, now=NOW))


def test_nothing_is_put_in_the_place_of_a_database_unless_one_says_so(centre, directory):
    made = making.make(centre, now=NOW)

    assert "--replace" in str(said_of(restoring.restore, directory, made.path, replace=False, now=NOW))


@pytest.mark.parametrize("lock", ["run.lock", "data/gateway.lock"])
def test_nothing_is_put_back_over_a_centre_that_runs(centre, directory, lock):
    made = making.make(centre, now=NOW)

    with only_one(directory / lock, otherwise="x"):
        refused = said_of(restoring.restore, directory, made.path, replace=True, now=NOW)

    assert "running" in str(refused)
    assert answers(centre)


def test_nothing_is_put_back_while_the_web_side_answers(centre, directory):
    made = making.make(centre, now=NOW)

    with socket_at(int(os.environ["HEARTH_HTTP_PORT"])):
        refused = said_of(restoring.restore, directory, made.path, replace=True, now=NOW)

    assert refused.code == "centre_is_running"


def test_the_copy_of_another_centre_is_refused(centre, tmp_path):
    made = making.make(centre, now=NOW)
    other = tmp_path / "other"
    other.mkdir()
    (other / "hearth.toml").write_text('site = "hillside"\n')

    assert said_of(restoring.restore, other, made.path, replace=True, now=NOW).code == "backup_of_another"


def test_a_copy_whose_trail_was_changed_is_not_made(centre):
    with closing(sqlite3.connect(centre.directory / "data" / "hearth.db")) as there:
        for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            there.execute(f"DROP TRIGGER {name}")
        there.execute("UPDATE audit_entries SET detail = '{\"x\": 1}' WHERE seq = 2")
        there.commit()

    assert said_of(making.make, centre, now=NOW).code == "backup_broken"
    assert making.copies(centre.directory, centre.settings) == []


def test_two_copies_are_not_made_at_once(centre):
    folder = making.folder_of(centre.directory, centre.settings)
    folder.mkdir()

    with only_one(folder / ".lock", otherwise="x"):
        assert said_of(making.make, centre, now=NOW).code == "backup_under_way"


def test_where_there_is_no_room_no_copy_is_begun(centre, monkeypatch):
    monkeypatch.setattr(making, "_SPARE_BYTES", 2**60)

    refused = said_of(making.make, centre, now=NOW)

    assert refused.code == "backup_no_room"
    assert "backups.folder" in str(refused)


def test_old_copies_are_let_go_only_once_the_new_one_is_whole(centre):
    folder = making.folder_of(centre.directory, centre.settings)
    folder.mkdir()
    for night in range(1, 40):
        at = NOW - timedelta(days=night)
        (folder / f"hearth-riverside-{at:%Y%m%dT%H%M%SZ}.backup").write_bytes(b"x")
    (folder / "notes.txt").write_text("mine")

    making.make(centre, now=NOW)

    assert len(making.copies(centre.directory, centre.settings)) == 9
    assert (folder / "notes.txt").exists()
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith("hearth-")) == [
        ".lock",
        "notes.txt",
    ]


def test_a_postgres_centre_is_told_plainly_where_to_copy(centre):
    elsewhere = replace(centre, sessions=Sessions(open_engine("postgresql+psycopg://me@host/hearth")))

    assert "pg_dump" in str(said_of(making.make, elsewhere, now=NOW))


def test_a_folder_on_another_disk_is_made_and_used(centre, tmp_path):
    stick = BackupSettings(folder=str(tmp_path / "stick" / "copies"))

    made = making.make(replace(centre, settings=centre.settings.model_copy(update={"backups": stick})), now=NOW)

    assert made.path.parent == tmp_path / "stick" / "copies"


def test_by_command_a_copy_is_made_listed_and_put_back(centre, directory, capsys):
    at = ["--centre", str(directory), "--json"]

    assert main(["backup", *at]) == 0
    [made] = json.loads(capsys.readouterr().out)["copies"]
    assert main(["backup", "--list", *at]) == 0
    assert json.loads(capsys.readouterr().out)["copies"] == [made]
    assert main(["restore", made["file"], *at]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", made["file"], "--replace", *at]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (len(told["to_count"]), told["missing"]) == (1, [])
    assert all(Path(path).exists() for path in told["kept"])
    assert main(["verify-audit", *at]) == 0


def test_the_doctor_says_when_the_last_copy_was_made_and_that_it_is_old(centre, directory):
    def doctor(now):
        return next(finding for finding in examine(directory, now) if finding.part == "backup")

    assert (doctor(datetime.now(UTC)).ok, "none yet" in doctor(datetime.now(UTC)).says) == (True, True)
    assert not doctor(datetime.now(UTC) + timedelta(days=3)).ok
    making.make(centre, now=NOW)
    assert "2026-11-26 03:00" in doctor(NOW + timedelta(days=1)).says
    assert not doctor(NOW + timedelta(days=3)).ok
