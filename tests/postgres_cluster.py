"""A throwaway PostgreSQL on loopback, in a temporary directory, for as long as the tests run."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

PATIENCE_S = 30.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "16MB",
    # It lives for one test run: what a power cut would do to it does not matter.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # A mistake about time zones must show.
    "timezone": "America/St_Johns",
}


@dataclass
class Cluster:
    """A running server and the names of the databases made in it."""

    port: int
    _numbers: Iterator[int] = field(default_factory=count)
    _sweepers: dict[str, "_Sweeper"] = field(default_factory=dict)

    def new_database(self) -> str:
        """The URL of a fresh database."""
        name = f"hearth_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return f"postgresql+psycopg://hearth@127.0.0.1:{self.port}/{name}"

    def empty(self, url: str) -> None:
        """Take every row out, past triggers and foreign keys, as only its owner can; quicker than a new one."""
        if url not in self._sweepers:
            self._sweepers[url] = _Sweeper(url)
        self._sweepers[url].sweep()

    def drop(self, url: str) -> None:
        """Forget a database."""
        self._execute(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the databases that were emptied."""
        for sweeper in self._sweepers.values():
            sweeper.close()

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(statement)

    @property
    def conninfo(self) -> str:
        """For psycopg."""
        return f"host=127.0.0.1 port={self.port} user=hearth dbname=postgres"


class _Sweeper:
    """One connection to a database, kept from test to test: a new one would have to get to know every table first."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self._connection.execute("SET session_replication_role = replica")
        rows = self._connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        emptied = [f"DELETE FROM {table}" for (table,) in rows if table != "alembic_version"]
        # The one row that the steps themselves make, and every database has.
        self._sweep = "; ".join([*emptied, "INSERT INTO editions (id, name) VALUES (1, md5(random()::text))"])

    def sweep(self) -> None:
        """All of it, or nothing."""
        self._connection.execute(self._sweep)

    def close(self) -> None:
        self._connection.close()


def program(name: str) -> str | None:
    """Where one of PostgreSQL's programs is; Debian keeps them off the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server and end it again, by its own process."""
    folder = Path(tempfile.mkdtemp(prefix="hearth-postgres-"))
    user = _unprivileged_user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        data = folder / "data"
        _run([_need("initdb"), "-D", str(data), "-U", "hearth", "-A", "trust", "-E", "UTF8", "--no-sync"], folder, user)
        port = _free_port()
        with _server(data, port, folder, user), contextlib.closing(Cluster(port)) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(data: Path, port: int, folder: Path, user: pwd.struct_passwd | None) -> Iterator[None]:
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [_need("postgres"), "-D", str(data), "-p", str(port), *settings],
            cwd=folder,
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one system call, and no threads yet
            **_as(user),
        )
        try:
            _wait_until_it_answers(process, port, folder / "log")
            yield
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            process.wait(PATIENCE_S)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(Cluster(port).conninfo).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return


def _end_with_parent() -> None:
    """A test run that is killed leaves no server behind (Linux; elsewhere it may)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; Debian's package brings this user."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _as(user: pwd.struct_passwd | None) -> dict[str, object]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _run(command: list[str], folder: Path, user: pwd.struct_passwd | None) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, **_as(user))


def _need(name: str) -> str:
    found = program(name)
    assert found, f"{name} is not installed"
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
