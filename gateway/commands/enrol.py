"""`hearth enrol`."""

import os
import socket
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Final

from devices.wire.topics import is_name
from gateway import broker, pki
from gateway.commands import options
from gateway.files import write_private
from gateway.kit.errors import Trouble
from gateway.settings import Settings, load_settings

EXAMPLE = "hearth enrol bank-c --doors 2 --out bank-c --host hearth.local"

# Strike and contact of each door, by GPIO number. A strike's pin is one that a Pi pulls low until its firmware speaks,
# so that no door springs open at power-up; 2, 3, 14 and 15 stay free for I2C and the serial console.
_PINS: Final = ((17, 27), (22, 5), (23, 6), (24, 26), (25, 16), (12, 20), (13, 21), (18, 19))


# One of each kind, for whoever wires it to keep and to change; what is not there stays commented out.
_PARTS: Final = """
# [[switch]]
# name = "cellar"
# means = "water_leak"    # or motion, open, tamper, call, occupancy, alarm
# pin = 5

# [[beams]]
# name = "main-door"
# outer_pin = 17
# inner_pin = 27

# [[meter]]
# name = "mains"
# pin = 22

# [[air]]
# name = "hall-air"
# chip = "scd41"
"""

_READERS: Final = """
# What is plugged in: take away the marks before what is there (docs/readers.md).

# A card reader or a scanner that sends lines: ls /dev/serial/by-id/
# [[reader]]
# name = "card"
# port = "/dev/serial/by-id/usb-…"

# One that types: ls /dev/input/by-id/
# [[reader]]
# name = "scanner"
# input = "/dev/input/by-id/usb-…-event-kbd"
"""


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)
    parser.add_argument("name", type=_name, metavar="NAME", help="the device's name: a-z, 0-9 and inner hyphens")
    wired = parser.add_mutually_exclusive_group(required=True)
    wired.add_argument(
        "--doors",
        type=int,
        choices=range(1, len(_PINS) + 1),
        metavar="N",
        help="how many, 1 to 8, on the Pi's pins",
    )
    wired.add_argument("--boards", action="store_true", help="its doors hang on lock boards, which commissioning finds")
    wired.add_argument("--facility", action="store_true", help="a facility node: it measures, and has no doors")
    wired.add_argument("--kiosk", action="store_true", help="the card readers and scanners beside a kiosk's screen")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to make; must not exist")
    parser.add_argument(
        "--host",
        default=f"{socket.gethostname().removesuffix('.local')}.local",
        help="how the device reaches this machine (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Make the folder. Its certificate lets the device speak as itself; what it may open, a person decides later."""
    centre_dir: Path = arguments.centre
    settings = load_settings(centre_dir, os.environ)
    lan_port = settings.broker.lan_port
    if lan_port is None:
        raise Trouble("no device can come in from the network yet: set broker.lan_port = 8883 in hearth.toml first")
    if arguments.out.exists():
        raise Trouble(f"{arguments.out} is there already: name another folder with --out")
    gateway_key = (centre_dir / "keys" / "gateway.pub").read_text().strip()
    pki.issue_broker_certificate(centre_dir / "tls", names=[arguments.host])
    broker.reload(centre_dir)  # it may have a new certificate to show
    what_next = _measure_next if arguments.facility else _read_next if arguments.kiosk else _open_next
    _fill(arguments.out, centre_dir, arguments.name, what_next(arguments.name, arguments.out))
    node = node_toml(
        settings,
        device=arguments.name,
        gateway_key=gateway_key,
        host=arguments.host,
        port=lan_port,
        doors=arguments.doors or 0,
    )
    node += _PARTS if arguments.facility else _READERS if arguments.kiosk else ""
    (arguments.out / "node.toml").write_text(node, encoding="utf-8")
    print(what_next(arguments.name, arguments.out))
    return 0


def node_toml(settings: Settings, *, device: str, gateway_key: str, host: str, port: int, doors: int) -> str:
    """What the device is told about itself (`devices/runtime/config.py` reads it). `doors` 0: they hang on boards."""
    lines = [
        f'site = "{settings.site}"',
        f'device = "{device}"',
        f'gateway_key = "{gateway_key}"',
        "",
        "[broker]",
        f'host = "{host}"',
        f"port = {port}",
        'ca = "ca.crt"',
        'certificate = "device.crt"',
        'private_key = "device.key"',
    ]
    for no, (strike, contact) in enumerate(_PINS[:doors], start=1):
        lines += ["", "[[doors]]", f"no = {no}", f"strike_pin = {strike}", f"contact_pin = {contact}"]
    return "\n".join(lines) + "\n"


def _fill(out: Path, centre_dir: Path, device: str, what_next: str) -> None:
    issued = pki.issue_device_certificate(centre_dir / "tls", device)
    out.mkdir(mode=0o700, parents=True)
    (out / "ca.crt").write_bytes((centre_dir / "tls" / "ca.crt").read_bytes())
    (out / "device.crt").write_bytes(issued.certificate)
    write_private(out / "device.key", issued.key)
    (out / "README").write_text(what_next + "\n", encoding="utf-8")


def _measure_next(device: str, out: Path) -> str:
    return (
        f"Say in {out.name}/node.toml what hangs on it (docs/sensors.md), and carry {out.name} to the Raspberry Pi.\n"
        "Then start it: python -m devices facility --config node.toml\n"
        f"It makes its own key and prints the fingerprint; a technician compares it and approves {device} into a zone."
    )


def _read_next(device: str, out: Path) -> str:
    return (
        f"Say in {out.name}/node.toml which readers it has (docs/readers.md), and carry {out.name} to the kiosk.\n"
        "Then start it: python -m devices kiosk --config node.toml\n"
        f"It makes its own key and prints the fingerprint; a technician compares it and approves {device}."
    )


def _open_next(device: str, out: Path) -> str:
    return (
        f"Carry {out.name} to the Raspberry Pi. With the cabinet open before you, learn there how it is wired:"
        " hearth commission --config node.toml (with lock boards of which nothing is known yet: --find /dev/ttyUSB0)\n"
        "Then start it: python -m devices locker_bank --config node.toml\n"
        f"It makes its own key and prints the fingerprint; a technician compares it and approves {device}."
    )


def _name(text: str) -> str:
    if not is_name(text) or text in broker.RESERVED:
        raise ArgumentTypeError(f"{text!r} cannot name a device: 1 to 32 of a-z, 0-9 and inner hyphens")
    return text
