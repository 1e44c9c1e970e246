"""Who may import whom: the rules in pyproject.toml hold, and each of them is seen to bite."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("api", "devices", "firmware_sim", "gateway")
CONTRACTS = {
    c["name"] for c in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# For each rule, an import that somebody in a hurry might write: where, and what.
BREACHES = {
    "What sends messages out of the house is known in one place, which runs as a process of its own": (
        "gateway/postman.py",
        "import apprise",
    ),
    "The web side stands on the gateway's services, and both on the devices' words": (
        "gateway/kit/ids.py",
        "import api.words",
    ),
    "Inside the gateway an upper subject knows the lower ones, never the other way round": (
        "gateway/members/rules.py",
        "import gateway.lockers.model",
    ),
    "In a device the words are at the bottom, and the network and the hardware do not know each other": (
        "devices/runtime/config.py",
        "import devices.parts.strike",
    ),
    "The web side can neither sign nor speak to a device": ("api/words.py", "import devices.wire.signing"),
    "A subject knows people and things, not the wire, the web or the timetable": (
        "gateway/lockers/rules.py",
        "import fastapi",
    ),
    "Only a device's runtime speaks MQTT through paho, whose loop cannot connect beside 1,024 open files": (
        "gateway/intake.py",
        "import paho.mqtt.client",
    ),
    "Of a device the gateway takes the words and the supervised connection, never the firmware": (
        "gateway/wiring.py",
        "import devices.nodes.locker_bank",
    ),
    "Firmware moves pins through its parts, so that it runs unchanged on pretended ones": (
        "devices/nodes/challenges.py",
        "import gpiozero",
    ),
    "A node takes messages in and gives messages out: it has no network of its own": (
        "devices/nodes/locker_bank.py",
        "import socket",
    ),
    "A piece of hardware knows no message": ("devices/boards/frames.py", "import devices.wire.messages"),
    "Lock boards alone speak on serial lines": ("devices/parts/contact.py", "import serial"),
    "The pretended building knows devices only": ("firmware_sim/ledger.py", "import gateway.kit.clock"),
    "Nothing real is built on the pretended building": ("gateway/centre.py", "import firmware_sim.ledger"),
    "APScheduler is known to the timetable alone": ("gateway/carrier.py", "import apscheduler"),
    "The web side's one line to the broker stands in one place": ("api/live.py", "import aiomqtt"),
    "Which library knows the public holidays is known in one place": (
        "gateway/calendar/rules.py",
        "import chinese_calendar",
    ),
    "Which library proves passkeys is known in one place": ("api/member/passkeys.py", "import webauthn"),
    "What comes as a picture is undone in one place": ("api/member/reports.py", "from PIL import Image"),
    "Which library writes calendars, which draws codes, and which tells figures, is known in one place each": (
        "api/member/feeds.py",
        "import icalendar",
    ),
}


def lint(tree: Path) -> tuple[set[str], str]:
    """The names of the broken rules, and all that import-linter said."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    environ = {**os.environ, "COLUMNS": "400", "NO_COLOR": "1", "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    broken = {name for name in CONTRACTS if f"{name} BROKEN" in said}
    assert bool(broken) == bool(done.returncode), said
    return broken, said


@pytest.fixture
def copy(tmp_path):
    """The tree, to be spoilt."""
    for program in PROGRAMS:
        shutil.copytree(ROOT / program, tmp_path / program, ignore=shutil.ignore_patterns("__pycache__", "webroot"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_rules_hold():
    broken, said = lint(ROOT)
    assert not broken, said


def test_every_rule_is_broken_by_the_import_it_forbids(copy):
    assert set(BREACHES) == CONTRACTS, "each rule needs an import that breaks it"
    for file, line in BREACHES.values():
        path = copy / file
        path.write_text(f"{path.read_text()}\n{line}\n")

    broken, said = lint(copy)
    assert broken == CONTRACTS, said


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("gateway/vendors/reading.py", "import gateway.members.service"),
        ("gateway/vendors/reading.py", "import gateway.intake"),
        ("gateway/fleet/rules.py", "import gateway.vendors.reading"),
    ],
)
def test_vendor_profiles_know_no_subject_and_no_subject_knows_them(copy, file, line):
    path = copy / file
    path.write_text(f"{path.read_text()}\n{line}\n")

    assert lint(copy)[0], "broken by nothing"


@pytest.mark.parametrize("package", ["gateway", "devices"])
def test_a_module_without_a_place_among_the_others_is_refused(copy, package):
    (copy / package / "newcomer.py").touch()

    broken, said = lint(copy)
    assert len(broken) == 1, said
    assert f"{package}.newcomer" in said
