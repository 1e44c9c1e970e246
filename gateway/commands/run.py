"""`hearth run`."""

import http.client
import logging
import os
import socket
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gateway import broker
from gateway.centre import open_centre
from gateway.commands import options
from gateway.commands.migrate import migrate
from gateway.demo import activities, floor_plan, upkeep, weeks
from gateway.demo.furnishing import furnish
from gateway.demo.house import BANKS, DOORS, NODE, NODE_FILE, READER, ZONES
from gateway.demo.house import FOLDER as DEMO_FOLDER
from gateway.demo.kiosk import DemoKiosk, place_kiosk
from gateway.demo.people import DemoPeople
from gateway.files import only_one
from gateway.founding import found
from gateway.kit.errors import Trouble
from gateway.settings import FILE_NAME, Settings, load_settings
from gateway.supervisor import Program, Supervisor

EXAMPLE = "hearth run --centre /var/lib/hearth"

_DEMO_ZONE = "Asia/Shanghai"
_READY_S = 20.0  # a Pi with a slow card needs some of it
_ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not bound


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)
    parser.add_argument(
        "--demo", action="store_true", help="with a pretended building and demo people; made when missing"
    )
    parser.add_argument(
        "--day", action="store_true", help="with --demo: people were there all day, before the first readings came"
    )


def run(arguments: Namespace) -> int:
    """Supervise everything until Ctrl-C or SIGTERM."""
    started = time.monotonic()
    logging.basicConfig(level=logging.WARNING)
    centre_dir: Path = arguments.centre.absolute()
    if arguments.demo:
        _found_demo(centre_dir)
    settings = load_settings(centre_dir, os.environ)
    busy = f"this centre is running already (something holds {centre_dir / 'run.lock'}): stop that first"
    with only_one(centre_dir / "run.lock", otherwise=busy):
        _refuse_ports_in_use(settings)
        people, kiosk = _furnish_demo(centre_dir) if arguments.demo else (None, None)
        programs = list(_programs(centre_dir, settings, demo=arguments.demo, day=arguments.day))
        supervisor = Supervisor(programs, say=_say)
        supervisor.run(lambda: print(welcome(settings, people, kiosk, time.monotonic() - started), flush=True))
    return 0


def welcome(settings: Settings, people: DemoPeople | None, kiosk: DemoKiosk | None, took_s: float) -> str:
    """What to know once everything is up."""
    address = f"http://{_reachable(settings)}:{settings.http.port}"
    code = f"#{kiosk.code}" if kiosk else ""
    faces = [("for members", "/app/"), ("for a kiosk", f"/kiosk/{code}"), ("for the staff", "/staff/")]
    lines = ["", f"Hearth is up ({took_s:.1f} s): {address}", ""]
    lines += [f"  {whose:14} {address}{path}" for whose, path in faces] + [""]
    if people:
        rows = [("members", f"{people.first_member} to {people.last_member}", people.member_password)]
        rows += [(role, number, people.staff_password) for number, role in people.staff.items()]
        lines += [f"  {who:12} {number:16} {password}" for who, number, password in [("", "number", "password"), *rows]]
        lines.append("")
    if kiosk:
        lines += [f"  at the kiosk: card {kiosk.card} of {kiosk.holder} (type it, then Enter), PIN {kiosk.pin}"]
        lines += [f"  or to its reader: echo {kiosk.card} > {DEMO_FOLDER}/{READER}/card, in the centre's folder", ""]
    if broker.kind_here(settings.broker) == "embedded":
        lines.append(
            "The embedded broker stands in for Mosquitto, on 127.0.0.1 only, for trying out: apt install mosquitto."
        )
    lines.append("Ctrl-C stops everything.")
    return "\n".join(lines)


def _found_demo(centre_dir: Path) -> None:
    """At the first run. A real centre is left alone."""
    if not (centre_dir / FILE_NAME).exists():
        found(centre_dir, site="demo", zone=_DEMO_ZONE, now=datetime.now(UTC), environ=os.environ)
        (centre_dir / DEMO_FOLDER).mkdir()
    if not (centre_dir / DEMO_FOLDER).is_dir():
        raise Trouble(f"{centre_dir} is a real centre, and demo people could sign in there: run it without --demo")


def _furnish_demo(centre_dir: Path) -> tuple[DemoPeople, DemoKiosk]:
    migrate(centre_dir)
    people = furnish(centre_dir, password=os.environ.get("HEARTH_DEMO_PASSWORD"))
    centre = open_centre(centre_dir)
    try:
        now = centre.clock.now()
        work = upkeep.happenings(zone=centre.booking_policy.zone, now=now)
        weeks.live(centre, now=now, doors=DOORS, beside=work)
        activities.offer(centre)
        lobby = BANKS[0]
        kept_in = centre_dir / DEMO_FOLDER
        kiosk = place_kiosk(
            centre, bank_id=lobby.device, names=(ZONES[0].name_zh, ZONES[0].name_en), reader=READER, kept_in=kept_in
        )
        floor_plan.draw(centre, kiosk_code=kiosk.code)
    finally:
        centre.sessions.close()
    return people, kiosk


def _programs(centre_dir: Path, settings: Settings, *, demo: bool, day: bool) -> Iterator[Program]:
    """In the order of their starting. The last one is ready when a member could open a locker."""
    directory = str(centre_dir)
    python = [sys.executable, "-m"]
    if command := broker.command(centre_dir, settings):
        yield Program("broker", command, is_ready=_answers(centre_dir, settings))
    yield Program("gateway", [*python, "gateway", "gateway", "--centre", directory])
    if demo:
        yield Program("pretended building", [*python, "firmware_sim", "demo", "--centre", directory])
        node = str(centre_dir / DEMO_FOLDER / NODE / NODE_FILE)
        lived = ["--day", "--zone", settings.zone] if day else []
        yield Program("facility node", [*python, "firmware_sim", "facility", "--config", node, *lived])
    yield Program("web side", [*python, "api", "--centre", directory], is_ready=_ready(settings), patience_s=_READY_S)


def _ready(settings: Settings) -> Callable[[], bool]:
    def is_ready() -> bool:
        connection = http.client.HTTPConnection(_reachable(settings), settings.http.port, timeout=2)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/api/v1/health/ready")
            return connection.getresponse().status == http.client.OK
        return False

    return is_ready


def _reachable(settings: Settings) -> str:
    return "127.0.0.1" if settings.http.host in _ALL_ADDRESSES else settings.http.host


def _refuse_ports_in_use(settings: Settings) -> None:
    _refuse_port_in_use(settings.http.host, settings.http.port, "http.port", "PORT")
    if broker.kind_here(settings.broker) != "external":
        _refuse_port_in_use(settings.broker.host, settings.broker.port, "broker.port", "BROKER_PORT")


def _refuse_port_in_use(host: str, port: int, setting: str, variable: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Trouble(
                f"port {port} on {host} cannot be had ({error.strerror}): stop what uses it, or choose another with"
                f" {setting} in {FILE_NAME} (make run {variable}={port + 1})"
            ) from error


def _answers(centre_dir: Path, settings: Settings) -> Callable[[], bool]:
    user = broker.HOUSE[0]
    password = broker.password_of(centre_dir, user)
    return lambda: not broker.greet(settings.broker, user=user, password=password)


def _say(what: str) -> None:
    print(f"hearth: {what}", file=sys.stderr, flush=True)
