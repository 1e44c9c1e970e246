"""`hearth home-assistant`."""

import os
import socket
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway import broker, pki
from gateway.commands import options
from gateway.files import write_private
from gateway.kit.errors import Trouble
from gateway.settings import load_settings

EXAMPLE = "hearth home-assistant --out home-assistant --host hearth.local"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to make; must not exist")
    parser.add_argument(
        "--host",
        default=f"{socket.gethostname().removesuffix('.local')}.local",
        help="how Home Assistant reaches this machine (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Make the folder. Whoever has it may read what is shown, and can neither open anything nor speak for a device."""
    centre_dir: Path = arguments.centre
    settings = load_settings(centre_dir, os.environ)
    if not settings.home_assistant.shown:
        raise Trouble("nothing is shown to Home Assistant yet: set home_assistant.shown = true in hearth.toml first")
    lan_port = settings.broker.lan_port
    if lan_port is None:
        raise Trouble("nobody can come in from the network yet: set broker.lan_port = 8883 in hearth.toml first")
    if arguments.out.exists():
        raise Trouble(f"{arguments.out} is there already: name another folder with --out")
    pki.issue_broker_certificate(centre_dir / "tls", names=[arguments.host])
    issued = pki.issue_device_certificate(centre_dir / "tls", broker.HOME_ASSISTANT)
    broker.reload(centre_dir)  # it may have a new certificate to show
    arguments.out.mkdir(mode=0o700, parents=True)
    (arguments.out / "ca.crt").write_bytes((centre_dir / "tls" / "ca.crt").read_bytes())
    (arguments.out / "client.crt").write_bytes(issued.certificate)
    write_private(arguments.out / "client.key", issued.key)
    print(
        f"In Home Assistant add the integration MQTT: broker {arguments.host}, port {lan_port}, no password. Under"
        f" advanced options use a client certificate, and choose from {arguments.out.name}: ca.crt, client.crt and"
        " client.key. Switch broker certificate validation to custom. The house appears by itself."
    )
    return 0
