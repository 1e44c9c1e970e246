"""The MQTT broker as this centre needs it: who may connect, who may say what, and how it is started.

The broker is a cache and a pipe: nothing that opens a door trusts it, and nothing is lost with it.
"""

import base64
import hashlib
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from devices.wire.topics import GATEWAY, MAX_BYTES, ROOT, is_name
from gateway import pki
from gateway.files import write_private
from gateway.home_assistant.documents import own_documents
from gateway.kit.errors import Trouble
from gateway.settings import BrokerSettings, Settings

API: Final = "api"
HOME_ASSISTANT: Final = "home-assistant"  # comes in by a certificate only, like a device, and hears what it is shown
VENDORS: Final = "vendors"  # off-the-shelf devices, all together: they have a password and no keys
HOUSE: Final = (GATEWAY, API, VENDORS)  # the users that are programs of the house
RESERVED: Final = (*HOUSE, HOME_ASSISTANT)  # no device may bear their names

_PBKDF2_ROUNDS = 101  # mosquitto_passwd's own; our passwords are 256 random bits, stretching adds nothing to them
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
VENDORS_MAX_BYTES: Final = 1 << 20  # a bridge tells of all its devices in one message
_TOPIC_AND_PROPERTIES = 256  # bytes a packet may need beside its payload
_PATIENCE_S = 3.0
_DISCONNECT = b"\xe0\x00"
_MAX_CONNECTIONS = 1000  # a listener; a site has tens of devices


class BrokerError(Trouble):
    """The broker cannot be had as the settings ask; the sentence says what to do."""


class Access(StrEnum):
    """What a rule allows, in Mosquitto's words. DENY outweighs every other."""

    READ = "read"
    WRITE = "write"
    READWRITE = "readwrite"
    DENY = "deny"


@dataclass(frozen=True)
class Rule:
    """`user` may do this on `topic`. None: everybody, `%u` being their own name."""

    user: str | None
    access: Access
    topic: str


OURS: Final = ROOT.partition("/")[0]  # the first level of every topic of the house
_DEVICES_OWN: Final = ("cmd", "chal", "evt", "state", "reading")  # below a device's name


def rules(site: str) -> list[Rule]:
    """Who may say and hear what; whatever is not here is refused."""
    base = f"{ROOT}/{site}"
    return [
        Rule(GATEWAY, Access.WRITE, f"{base}/+/cmd"),
        Rule(GATEWAY, Access.WRITE, f"{base}/{GATEWAY}/live/#"),
        Rule(GATEWAY, Access.READ, f"{base}/+/chal"),
        Rule(GATEWAY, Access.READ, f"{base}/+/evt"),
        Rule(GATEWAY, Access.READWRITE, f"{base}/+/state"),  # to clear what a retired device left there
        Rule(GATEWAY, Access.READ, f"{base}/+/reading"),
        Rule(GATEWAY, Access.READ, f"{base}/{GATEWAY}/wake"),
        Rule(API, Access.READ, f"{base}/{GATEWAY}/live/#"),
        Rule(API, Access.WRITE, f"{base}/{GATEWAY}/wake"),
        Rule(GATEWAY, Access.READWRITE, f"{base}/{GATEWAY}/shown/#"),
        Rule(GATEWAY, Access.READWRITE, f"{own_documents(site)}/+/config"),
        Rule(GATEWAY, Access.READ, "homeassistant/status"),
        Rule(HOME_ASSISTANT, Access.READ, f"{base}/{GATEWAY}/shown/#"),
        Rule(HOME_ASSISTANT, Access.READ, "homeassistant/#"),
        Rule(HOME_ASSISTANT, Access.WRITE, "homeassistant/status"),
        # Whatever they say or hear, nothing of it is ours: no lock, no command, no event.
        Rule(VENDORS, Access.READWRITE, "#"),
        Rule(VENDORS, Access.DENY, f"{OURS}/#"),
        # They describe themselves beside ours; what Home Assistant is told of banks and doors nobody else tells.
        Rule(VENDORS, Access.DENY, f"{own_documents(site)}/#"),
        # The patterns below would let these speak as a device of their own name.
        *(Rule(user, Access.DENY, f"{base}/{user}/{c}") for user in RESERVED for c in _DEVICES_OWN),
        Rule(None, Access.READ, f"{base}/%u/cmd"),
        *(Rule(None, Access.WRITE, f"{base}/%u/{channel}") for channel in ("chal", "evt", "state", "reading")),
        Rule(None, Access.READWRITE, f"{base}/%u/ping"),
    ]


@dataclass(frozen=True)
class Files:
    """Where the broker's things lie in a centre's directory."""

    directory: Path

    @classmethod
    def of(cls, centre_dir: Path) -> "Files":
        """Those of one centre."""
        return cls(centre_dir.absolute() / "broker")

    @property
    def configuration(self) -> Path:
        """Written at every start."""
        return self.directory / "mosquitto.conf"

    @property
    def passwords(self) -> Path:
        """User names and hashes, in Mosquitto's format."""
        return self.directory / "passwords"

    @property
    def acl(self) -> Path:
        """The rules, in Mosquitto's format."""
        return self.directory / "acl"

    @property
    def pid(self) -> Path:
        """Of a running Mosquitto."""
        return self.directory / "mosquitto.pid"

    def secret(self, user: str) -> Path:
        """The file that holds a user's password."""
        return self.directory / "secrets" / user

    def users(self) -> list[str]:
        """Everybody who has a password."""
        folder = self.directory / "secrets"
        return sorted(path.name for path in folder.iterdir() if is_name(path.name)) if folder.is_dir() else []


def add_user(centre_dir: Path, name: str) -> str:
    """Give a device or a program of the house a password, once; the same one ever after.

    Raises BrokerError when `name` can name nobody.
    """
    if not is_name(name):
        raise BrokerError(f"'{name}' cannot be a broker user: 1 to 32 of a-z, 0-9 and inner hyphens")
    file = Files.of(centre_dir).secret(name)
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, secrets.token_urlsafe(32).encode())
    return password_of(centre_dir, name)


def password_of(centre_dir: Path, name: str) -> str:
    """A user's password. Raises FileNotFoundError for somebody who has none."""
    return Files.of(centre_dir).secret(name).read_text().strip()


def kind_here(settings: BrokerSettings) -> Literal["mosquitto", "embedded", "external"]:
    """What `auto` means on this machine: Mosquitto when it is installed, else the embedded broker."""
    if settings.kind != "auto":
        return settings.kind
    return "mosquitto" if _mosquitto() else "embedded"


def prepare(centre_dir: Path, settings: Settings) -> None:
    """Write everything the broker reads. Raises BrokerError when it could not serve what the settings ask."""
    broker = settings.broker
    if broker.host not in LOOPBACK:
        raise BrokerError(
            f"broker.host is {broker.host}, but passwords go unencrypted there: leave it 127.0.0.1 and let devices"
            " in by broker.lan_port, which asks for their certificates"
        )
    files = Files.of(centre_dir)
    for user in HOUSE:
        add_user(centre_dir, user)
    write_private(files.passwords, _password_file(centre_dir, files.users()))
    write_private(files.acl, acl_text(rules(settings.site)).encode())
    if broker.lan_port is not None:
        pki.issue_broker_certificate(centre_dir / "tls")
    write_private(files.configuration, configuration(centre_dir.absolute(), broker).encode())


def command(centre_dir: Path, settings: Settings) -> list[str] | None:
    """Prepare the broker and say how to start it in the foreground; None when somebody else runs it."""
    kind = kind_here(settings.broker)
    if kind == "external":
        return None
    if kind == "embedded":
        return [sys.executable, "-m", "gateway", "broker", "--centre", str(centre_dir)]
    program = _mosquitto()
    if program is None:
        raise BrokerError("broker.kind is mosquitto, but it is not installed: apt install mosquitto")
    prepare(centre_dir, settings)
    return [program, "-c", str(Files.of(centre_dir).configuration)]


def reload(centre_dir: Path) -> None:
    """Let a running broker know of users added since it started. Harmless when none runs."""
    files = Files.of(centre_dir)
    write_private(files.passwords, _password_file(centre_dir, files.users()))
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        os.kill(_mosquitto_pid(files), signal.SIGHUP)


def greet(broker: BrokerSettings, *, user: str, password: str) -> str:
    """Knock and say who we are. What was wrong, with what to do; empty when we were let in."""
    try:
        with socket.create_connection((broker.host, broker.port), timeout=_PATIENCE_S) as connection:
            connection.sendall(_connect_packet(user, password))
            answer = connection.recv(4)
            connection.sendall(_DISCONNECT)
    except OSError as error:
        return f"does not answer ({error.strerror or error}): is it running?"
    if len(answer) != 4 or answer[0] != 0x20:  # CONNACK
        return "answers, but not as an MQTT broker: another program has this port"
    return "" if answer[3] == 0 else f"refused the user {user}: start the broker again, it then learns the passwords"


def configuration(centre_dir: Path, broker: BrokerSettings) -> str:
    """The text of mosquitto.conf."""
    files = Files.of(centre_dir)
    lines = [
        "# Written by Hearth at every start from hearth.toml; what is changed here is lost.",
        *_common_lines(files, broker),
        f"listener {broker.port} {'127.0.0.1' if broker.host == 'localhost' else broker.host}",
        f"max_connections {_MAX_CONNECTIONS}",
    ]
    if broker.lan_port is not None:
        tls = centre_dir / "tls"
        lines += [
            # Only the site's own certificates come in, each as the name it bears.
            f"listener {broker.lan_port}",
            f"max_connections {_MAX_CONNECTIONS}",
            f"cafile {tls / 'ca.crt'}",
            f"certfile {tls / 'broker.crt'}",
            f"keyfile {tls / 'broker.key'}",
            "tls_version tlsv1.2",
            "require_certificate true",
            "use_identity_as_username true",
        ]
    if broker.vendor_port is not None:
        lines += [f"listener {broker.vendor_port}", f"max_connections {_MAX_CONNECTIONS}"]
    return "\n".join(lines) + "\n"


def acl_text(allowed: Iterable[Rule]) -> str:
    """The rules as Mosquitto reads them."""
    allowed = list(allowed)
    lines: list[str] = []
    for user in dict.fromkeys(rule.user for rule in allowed if rule.user):
        lines += [f"user {user}", *(f"topic {r.access} {r.topic}" for r in allowed if r.user == user)]
    lines += [f"pattern {r.access} {r.topic}" for r in allowed if r.user is None]
    return "\n".join(lines) + "\n"


def password_line(user: str, password: str, salt: bytes) -> str:
    """One line of Mosquitto's password file: PBKDF2 with HMAC-SHA512, `$7$rounds$salt$hash`."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _PBKDF2_ROUNDS)
    return f"{user}:$7${_PBKDF2_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _common_lines(files: Files, broker: BrokerSettings) -> list[str]:
    lines = [
        "allow_anonymous false",
        f"password_file {files.passwords}",
        f"acl_file {files.acl}",
        f"pid_file {files.pid}",
        # Without it a round trip waits 40 ms for the other side's acknowledgement.
        "set_tcp_nodelay true",
        # Beyond these Mosquitto drops acknowledged messages; the default of 1,000 is one slow second.
        "max_queued_messages 100000",
        "max_inflight_messages 1000",
        f"max_packet_size {(MAX_BYTES if broker.vendor_port is None else VENDORS_MAX_BYTES) + _TOPIC_AND_PROPERTIES}",
        # Devices and gateway say again what matters; a restart must not bring back what was said long ago.
        "persistence false",
        "sys_interval 0",
        "log_dest stdout",
        "log_type error",
        "log_type warning",
        "log_timestamp_format %Y-%m-%dT%H:%M:%S",
    ]
    if os.geteuid() == 0:
        # Started as root it would turn into a user who may not read these files.
        lines.append("user root")
    return lines


def _password_file(centre_dir: Path, users: Iterable[str]) -> bytes:
    lines = [password_line(user, password_of(centre_dir, user), secrets.token_bytes(12)) for user in users]
    return "".join(f"{line}\n" for line in lines).encode()


def _connect_packet(user: str, password: str) -> bytes:
    """MQTT 3.1.1 CONNECT: clean session, nameless, no will."""

    def text(value: str) -> bytes:
        return len(value.encode()).to_bytes(2) + value.encode()

    body = text("MQTT") + bytes([4, 0b1100_0010, 0, 5]) + text("") + text(user) + text(password)
    return bytes([0x10, len(body)]) + body  # under 128 bytes: its length is one byte


def _mosquitto() -> str | None:
    """Debian puts it where only root's PATH looks."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def _mosquitto_pid(files: Files) -> int:
    """Raises ValueError when the process of that number is another program by now."""
    pid = int(files.pid.read_text())
    if Path(f"/proc/{pid}/comm").read_text().strip() != "mosquitto":
        raise ValueError(pid)
    return pid
