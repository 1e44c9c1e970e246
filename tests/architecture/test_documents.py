"""What the documents and units promise is there, and what is there is documented."""

import json
import re
import shlex
from pathlib import Path

import pytest

from gateway.__main__ import COMMANDS
from gateway.alerts.kinds import KINDS
from gateway.centre import PEPPER
from gateway.channels.rules import CHATS
from gateway.settings import variables

ROOT = Path(__file__).parents[2]
ALERTS = (ROOT / "docs" / "alerts.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_operations_page(command):
    assert f"`hearth {command}" in OPERATIONS


@pytest.mark.parametrize("variable", variables())
def test_every_setting_is_in_the_operations_page(variable):
    assert f"`{variable}`" in OPERATIONS
    assert f"`{'.'.join(variables()[variable])}`" in OPERATIONS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_alert_is_in_its_page_with_how_much_it_presses(kind):
    severity = KINDS[kind].severity + (", latched" if KINDS[kind].latched else "")
    assert f"| `{kind}` | {severity} |" in ALERTS


def test_the_operations_page_names_no_setting_and_no_command_that_is_not_there():
    settings = set(re.findall(r"`(HEARTH_[A-Z_]+)`", OPERATIONS)) - {"HEARTH_CENTRE"}
    assert settings == set(variables())
    commands = set(re.findall(r"(?:^|bin/|`)hearth ([a-z][a-z-]*)", OPERATIONS, re.MULTILINE))
    assert commands == set(COMMANDS)


@pytest.mark.parametrize("unit", sorted(path.name for path in (ROOT / "deploy").glob("*.service")))
def test_every_unit_starts_something_that_exists(unit):
    text = (ROOT / "deploy" / unit).read_text()
    program, *words = shlex.split(re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)[1])

    if program.endswith("/hearth"):
        assert words[0] in COMMANDS
    elif unit == "hearth-kiosk.service":
        assert (program, words[2], words[-1]) == ("/usr/bin/cage", "/usr/bin/chromium", "${HEARTH_KIOSK}")
    else:
        assert words[:3] == ["-m", "devices", {"hearth-reader.service": "kiosk"}.get(unit, "locker_bank")]


def test_a_kiosks_browser_lets_the_houses_page_alone_have_its_camera():
    browser, camera = (
        json.loads((ROOT / "deploy" / f"{name}.json").read_text()) for name in ("kiosk-policy", "kiosk-camera-policy")
    )
    house = re.search(r"HEARTH_KIOSK=(\S+)/kiosk/$", (ROOT / "deploy/hearth-kiosk.service").read_text(), re.MULTILINE)[
        1
    ]

    assert (browser["VideoCaptureAllowed"], browser["AudioCaptureAllowed"]) == (False, False)
    assert camera == {"VideoCaptureAllowedUrls": [house], "OverrideSecurityRestrictionsOnInsecureOrigin": [house]}


def test_the_web_sides_unit_hides_every_key_from_it():
    text = (ROOT / "deploy" / "hearth-api.service").read_text()
    hidden = re.search(r"^InaccessiblePaths=(.*)$", text, re.MULTILINE)[1].split()

    assert {f"/var/lib/hearth/{part}" for part in ("keys", "tls", "broker/secrets/gateway")} == set(hidden)


def test_the_web_side_reads_the_pepper_and_the_broker_does_not():
    hidden = {
        unit: re.search(r"^InaccessiblePaths=(.*)$", (ROOT / "deploy" / unit).read_text(), re.MULTILINE)[1].split()
        for unit in ("hearth-api.service", "hearth-broker.service")
    }
    place = f"/var/lib/hearth/{PEPPER.parent}"

    assert {unit: place in paths for unit, paths in hidden.items()} == {
        "hearth-api.service": False,
        "hearth-broker.service": True,
    }


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_every_decision_says_why_and_what_enforces_it(decision):
    text = decision.read_text()
    assert all(f"**{part}.**" in text for part in ("Decision", "Why", "What enforces it"))


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_what_a_decision_points_at_is_there(decision):
    for path in re.findall(r"`((?:api|devices|docs|gateway|requirements|tests|tools)/[\w./-]+)`", decision.read_text()):
        assert (ROOT / path).exists() or path == "api/webroot/", path


@pytest.mark.parametrize("scheme", sorted(CHATS))
def test_every_service_that_an_address_may_name_is_in_the_page_of_alerts(scheme):
    """With or without TLS: one of the two is enough."""
    assert any(f"`{one}://" in ALERTS for one in (scheme, f"{scheme}s", scheme.removesuffix("s")))
