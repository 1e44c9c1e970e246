"""A new centre: whole or not at all, with nothing in it that others may read."""

import stat
import tomllib
from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from devices.wire.signing import SigningKey
from gateway import migrations
from gateway.centre import CentreError, open_centre
from gateway.founding import FoundingError, found
from gateway.members import queries, service
from gateway.members.model import Role
from gateway.members.passwords import Hasher, one_time_code
from gateway.settings import SettingsError, load_settings, variables
from tests.centre_builder import NOON, HandClock


def found_at(directory, **more):
    return found(directory, site="demo", zone="Asia/Shanghai", now=NOON, environ={}, **more)


@pytest.fixture
def centre(tmp_path):
    """A founded and opened centre, and what its founder was told."""
    founded = found_at(tmp_path / "centre")
    opened = open_centre(tmp_path / "centre", environ={}, clock=HandClock())
    yield opened, founded
    opened.sessions.close()


def test_the_manager_comes_in_with_the_code_and_must_choose_a_password(centre):
    opened, founded = centre
    with opened.sessions.begin() as session:
        manager = queries.member_by_no(session, member_no=founded.manager_no)
        assert manager.role is Role.MANAGER
        assert Hasher().matches(manager.password_hash, founded.code)
        assert manager.password_ends_at == founded.code_ends_at == NOON + timedelta(hours=24)
        assert service.begin_session(session, member=manager, now=NOON)


def test_the_code_is_written_down_nowhere(centre):
    opened, founded = centre

    for file in filter(lambda path: path.is_file(), opened.directory.rglob("*")):
        assert founded.code.encode() not in file.read_bytes()


def test_two_codes_differ_and_hold_nothing_that_looks_like_another():
    codes = {one_time_code() for _ in range(100)}

    assert len(codes) == 100
    assert not set("".join(codes)) & set("01ilo")


def test_the_key_it_tells_is_the_one_it_signs_with(centre):
    opened, founded = centre
    keys = opened.directory / "keys"

    assert SigningKey.load(keys / "gateway.pem").public().text() == founded.gateway_key.text()
    assert (keys / "gateway.pub").read_text().strip() == founded.gateway_key.text()


def test_only_the_owner_reads_what_is_secret(centre):
    opened, _ = centre
    secret = [
        opened.directory / name
        for name in ("keys/gateway.pem", "secrets/pepper", "tls/ca.key", "broker/secrets/gateway", "broker/secrets/api")
    ]

    assert [stat.S_IMODE(path.stat().st_mode) for path in secret] == [0o600] * 5
    for folder in ("keys", "secrets", "data", "tls", "broker/secrets"):
        assert stat.S_IMODE((opened.directory / folder).stat().st_mode) == 0o700


def test_two_centres_share_no_secret(tmp_path):
    names = ("keys/gateway.pem", "secrets/pepper", "tls/ca.key", "broker/secrets/gateway", "broker/secrets/api")
    for name in ("one", "two"):
        found_at(tmp_path / name)

    for name in names:
        assert (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()


def test_its_settings_are_the_ones_asked_for_and_every_other_is_named(centre):
    opened, _ = centre
    text = (opened.directory / "hearth.toml").read_text()

    assert (opened.settings.site, opened.settings.zone) == ("demo", "Asia/Shanghai")
    for path in variables().values():
        assert f"{path[-1]} = " in text


def test_what_is_commented_out_is_what_holds_anyway(centre, tmp_path):
    opened, _ = centre
    lines = (opened.directory / "hearth.toml").read_text().splitlines()
    spelt_out = [line.removeprefix("# ") if " = " in line and "_port =" not in line else line for line in lines]
    (tmp_path / "hearth.toml").write_text("\n".join(spelt_out))

    assert tomllib.loads("\n".join(spelt_out))["http"]
    assert load_settings(tmp_path, {}) == opened.settings


@pytest.mark.parametrize("what", ["hearth.toml", ".hidden"])
def test_a_directory_that_is_not_empty_is_left_alone(tmp_path, what):
    (tmp_path / what).write_text("mine")

    with pytest.raises(FoundingError, match="is not empty"):
        found_at(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [what]


def test_a_file_in_its_place_is_left_alone(tmp_path):
    (tmp_path / "centre").write_text("mine")

    with pytest.raises(FoundingError, match="is not empty"):
        found_at(tmp_path / "centre")


def test_an_empty_directory_will_do_and_so_will_one_several_levels_down(tmp_path):
    (tmp_path / "there").mkdir()

    for directory in (tmp_path / "there", tmp_path / "not" / "yet"):
        found_at(directory)
        assert (directory / "hearth.toml").is_file()
        assert not list(directory.glob(".founding*"))


@pytest.mark.parametrize(
    ("site", "zone"), [("Demo House", "Asia/Shanghai"), ('a"b', "Asia/Shanghai"), ("demo", "Mars"), ("a\nb", "UTC")]
)
@pytest.mark.parametrize("was_there", [True, False])
def test_a_founding_that_fails_leaves_nothing_behind(tmp_path, site, zone, was_there):
    directory = tmp_path / "centre"
    if was_there:
        directory.mkdir()

    with pytest.raises(SettingsError):
        found(directory, site=site, zone=zone, now=NOON, environ={})

    assert directory.exists() is was_there
    assert list(directory.glob("*")) == []


@pytest.mark.postgres
def test_a_centre_on_postgresql_gets_a_database_of_its_own(tmp_path, postgres):
    environ = {"HEARTH_DATABASE_URL": postgres.new_database()}
    found(tmp_path / "one", site="demo", zone="UTC", now=NOON, environ=environ)

    opened = open_centre(tmp_path / "one", environ=environ)
    with opened.sessions.read() as session:
        assert queries.member_by_no(session, member_no="s001")
    opened.sessions.close()
    with pytest.raises(FoundingError, match="another centre"):
        found(tmp_path / "two", site="demo", zone="UTC", now=NOON, environ=environ)
    assert not (tmp_path / "two").exists()


def test_a_centre_whose_database_is_gone_is_not_given_an_empty_one(centre):
    opened, _ = centre
    database = opened.directory / "data" / "hearth.db"
    opened.sessions.close()
    database.unlink()

    with pytest.raises(CentreError, match="there is no database"):
        open_centre(opened.directory, environ={})
    assert not database.exists()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM alembic_version", "hearth migrate"),
        ("UPDATE alembic_version SET version_num = '9999'", "later release"),
    ],
)
def test_a_database_of_another_shape_is_refused_with_what_to_do(centre, statement, says):
    opened, _ = centre
    with opened.sessions.engine.begin() as connection:
        connection.exec_driver_sql(statement)

    with pytest.raises(CentreError, match=says):
        open_centre(opened.directory, environ={})


def test_an_older_database_is_sent_to_migrate(centre, monkeypatch):
    opened, _ = centre
    monkeypatch.setattr("gateway.centre.shape", lambda _: migrations.Shape.OLDER)

    with pytest.raises(CentreError, match=r"earlier release.*hearth migrate"):
        open_centre(opened.directory, environ={})


def test_an_absolute_path_to_the_database_is_taken_as_it_is(centre, tmp_path):
    opened, _ = centre
    elsewhere = tmp_path / "elsewhere.db"
    engine = create_engine(f"sqlite:///{elsewhere}")
    migrations.upgrade(engine)
    engine.dispose()

    other = open_centre(opened.directory, environ={"HEARTH_DATABASE_URL": f"sqlite:///{elsewhere}"})

    assert other.sessions.engine.url.database == str(elsewhere)
    other.sessions.close()
