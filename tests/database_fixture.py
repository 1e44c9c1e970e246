"""A fresh, migrated core database for each test: a SQLite file and, where it is installed, PostgreSQL."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gateway import migrations
from gateway.kit.db import Sessions, open_engine
from tests.postgres_cluster import program, running_cluster

ON_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)


_engines: dict[str, Engine] = {}


def engine_of(url: str) -> Engine:
    """One for each database of this run: a new one would compile every statement anew, a quarter of a test's time."""
    if url not in _engines:
        _engines[url] = open_engine(url)
    return _engines[url]


def migrate(url: str) -> None:
    """Give a new database its tables."""
    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory):
    """Where the tests' own database lies, each test's in the place of the one before."""
    return tmp_path_factory.mktemp("sqlite") / "hearth.db"


def lay_out(template: Path, file: Path) -> str:
    """The URL of an empty database of this release's shape. Whoever still has the one before open keeps that one."""
    for left in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        left.unlink(missing_ok=True)
    shutil.copy(template, file)
    return f"sqlite:///{file}"


def leave(sessions: Sessions) -> None:
    """Close the file, since another takes its place; keep a server's connections, which know its tables by now."""
    if sessions.engine.dialect.name == "sqlite":
        sessions.close()


@pytest.fixture(scope="session")
def postgres():
    """The one PostgreSQL server of this test run."""
    if program("initdb") is None:
        pytest.skip("PostgreSQL is not installed (no initdb): its half of the database tests does not run")
    with running_cluster() as cluster:
        yield cluster
        for engine in _engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def postgres_url(postgres):
    """The migrated database that tests use in turn."""
    url = postgres.new_database()
    migrate(url)
    return url


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def empty_database_url(request, tmp_path):
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster = request.getfixturevalue("postgres")
    url = cluster.new_database()
    yield url
    cluster.drop(url)


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def database_url(request):
    """A database of this release's shape, with nothing in it."""
    if request.param == "sqlite":
        yield lay_out(request.getfixturevalue("sqlite_template"), request.getfixturevalue("sqlite_file"))
        return
    url = request.getfixturevalue("postgres_url")
    request.getfixturevalue("postgres").empty(url)
    yield url


@pytest.fixture
def sessions(database_url):
    """Transactions on that database."""
    opened = Sessions(engine_of(database_url))
    yield opened
    leave(opened)


def file_of(url: str) -> Path:
    """Where a SQLite database lies."""
    return Path(url.removeprefix("sqlite:///"))
