"""Have what is not on PyPI: a broker, a browser, a database server. Installs by apt when root or sudo allows.

Never fails: whoever needs a thing that cannot be had says so, and what happens instead.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # a user's PATH may lack the sbin ones
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/hearth.conf")


@dataclass(frozen=True)
class Thing:
    """Something of the system's. `service`: what Debian would start of it at once, which nobody asked for."""

    name: str
    packages: tuple[str, ...]
    programs: tuple[str, ...]
    service: str = ""

    def is_here(self) -> bool:
        """Any one of its programs will do."""
        places = f"{os.environ['PATH']}:{_SYSTEM_PATH}:{':'.join(map(str, _postgres_folders()))}"
        return any(shutil.which(program, path=places) for program in self.programs)


THINGS = {
    "broker": Thing(
        "Mosquitto",
        ("mosquitto",),
        ("mosquitto",),
        "mosquitto",
    ),
    "browser": Thing(
        "Chromium",
        ("chromium", "fonts-wqy-microhei"),
        ("chromium", "chromium-browser", "google-chrome"),
    ),
    "database": Thing("PostgreSQL", ("postgresql",), ("initdb",), "postgresql"),
}


def main() -> None:
    """See to each thing asked for."""
    for name in sys.argv[1:]:
        thing = THINGS[name]
        if not thing.is_here():
            _install(thing)


def _install(thing: Thing) -> None:
    become = _become_root()
    if become is None or not shutil.which("apt-get"):
        return
    print(f"installing {thing.name} (apt)", flush=True)
    install = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "install", "--yes", "--quiet"]
    command = [*install, "--no-install-recommends", *thing.packages]
    with _without_a_cluster(become, thing):
        if not _succeeds(command):
            _succeeds([*become, "apt-get", "update", "--quiet"])
            _succeeds(command)
    if thing.service and thing.is_here():
        _stop(become, thing.service)


def _become_root() -> list[str] | None:
    """What to put before a command; None when there is no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _succeeds(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _stop(become: list[str], service: str) -> None:
    """We need the program, not a server that listens from now on."""
    if Path("/run/systemd/system").is_dir():
        _succeeds([*become, "systemctl", "disable", "--now", service])
    elif Path("/etc/init.d", service).exists():
        _succeeds([*become, f"/etc/init.d/{service}", "stop"])


@contextmanager
def _without_a_cluster(become: list[str], thing: Thing) -> Iterator[None]:
    """Debian makes a database with the server, unless told not to; the tests make their own and throw it away."""
    if thing.service != "postgresql":
        yield
        return
    write = f"mkdir -p {_NO_CLUSTER.parent} && echo create_main_cluster = false > {_NO_CLUSTER}"
    _succeeds([*become, "sh", "-c", write])
    try:
        yield
    finally:
        _succeeds([*become, "rm", "-f", str(_NO_CLUSTER)])


def _succeeds(command: list[str]) -> bool:
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode == 0


def _postgres_folders() -> list[Path]:
    """Debian keeps the server's programs by version, outside every PATH."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"))


if __name__ == "__main__":
    main()
